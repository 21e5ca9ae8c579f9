/** What a stream is, as far as reports care. */
export interface Terminal {
  readonly color: boolean;
  /** Columns; undefined where it is no terminal. */
  readonly width: number | undefined;
}

/** Above this lines are hard to read, however wide the window. */
const MAX_WIDTH = 100;

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

/**
 * Whether to colour: FORCE_COLOR (force-color.org; 0 and false say no) before NO_COLOR (no-color.org), else on a terminal that is
 * not `dumb`. An empty variable says nothing.
 */
export const wantsColor = (env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean => {
  const { FORCE_COLOR, NO_COLOR, TERM } = env;
  if (isSet(FORCE_COLOR)) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (isSet(NO_COLOR)) return false;
  return isTerminal && TERM !== 'dumb';
};

/** What is known of standard output; `columns` where it is a terminal. */
export const describeTerminal = (
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
  columns: number | undefined,
): Terminal => ({
  color: wantsColor(env, isTerminal),
  width: isTerminal && columns !== undefined && columns > 0 ? Math.min(columns, MAX_WIDTH) : undefined,
});
