/** Something that was looked for: what was found, or what was thrown on the way. */
export type Known<T> = { readonly value: T } | { readonly error: unknown };

/** Runs `find` and keeps what it throws. */
export const known = async <T>(find: () => T | Promise<T>): Promise<Known<T>> => {
  try {
    return { value: await find() };
  } catch (error) {
    return { error };
  }
};
