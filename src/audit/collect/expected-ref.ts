/** Longer names git itself may hold, and no server lists them. */
const MAX_REF = 200;

/** How `twl pin` says above what it writes where the commit came from. */
const ORIGIN = /^[ \t]*# The commit that (refs\/tags\/[!-~]+) held on /m;

/**
 * The tag that the measured text says the pinned commit was taken from: a comment, which decides nothing. With it a tag that was moved
 * since is told from a commit that never belonged to the repository. Undefined where the text names none; a branch counts for
 * none, since branches move on all the time.
 */
export const expectedRef = (text: string | undefined): string | undefined => {
  const [, ref] = ORIGIN.exec(text ?? '') ?? [];
  return ref === undefined || ref.length > MAX_REF ? undefined : ref;
};
