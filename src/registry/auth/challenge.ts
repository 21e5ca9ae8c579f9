import { MAX_CHALLENGE_LENGTH } from '../limits.ts';

/** One way to authenticate that a server offers (RFC 9110, 11.6.1). */
export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** Names lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
const SCHEME = new RegExp(`\\s*,?\\s*(${TOKEN})(?=\\s|,|$)`, 'y');
const PARAMETER = new RegExp(`\\s*,?\\s*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`, 'y');

/** The parameters from `at` on, and where they end. Undefined where one is given twice. */
const parametersAt = (header: string, at: number): { parameters: Map<string, string>; end: number } | undefined => {
  const parameters = new Map<string, string>();
  let end = at;
  PARAMETER.lastIndex = at;
  for (let found = PARAMETER.exec(header); found !== null; found = PARAMETER.exec(header)) {
    const [, name = '', quoted, plain = ''] = found;
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain);
    end = PARAMETER.lastIndex;
  }
  return { parameters, end };
};

/**
 * Reads a `WWW-Authenticate` header, or several that were joined by commas. Empty where it is too long, or any of it
 * does not read: half a header is no basis for where to send what.
 */
export const readChallenges = (header: string): readonly Challenge[] => {
  if (header.length > MAX_CHALLENGE_LENGTH) return [];
  const challenges: Challenge[] = [];
  let at = 0;
  while (header.slice(at).trim() !== '') {
    SCHEME.lastIndex = at;
    const scheme = SCHEME.exec(header)?.[1];
    const found = scheme === undefined ? undefined : parametersAt(header, SCHEME.lastIndex);
    if (scheme === undefined || found === undefined) return [];
    challenges.push({ scheme: scheme.toLowerCase(), parameters: found.parameters });
    // Past the scheme at least.
    at = found.end;
  }
  return challenges;
};
