import { parseArgs } from 'node:util';
import { ARCHITECTURES } from './packages.ts';

export interface VerifyRequest {
  /** 40 or 64 hex digits. */
  readonly commit: string;
  /** `sha256:` and 64 hex digits: of an index, or of the image of one platform. */
  readonly expected: string;
  /** What `npm run image` is started with. */
  readonly options: readonly string[];
}

/**
 * Reads the command line of `npm run image:verify`; undefined where it is not of its form. A release is built for all platforms at once, and
 * the digest of an index follows from all of them: so they are what is built where none is named.
 */
export const verifyArguments = (args: readonly string[]): VerifyRequest | undefined => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      stage: { type: 'string' },
      platform: { type: 'string', default: ARCHITECTURES.join(',') },
      mirror: { type: 'string' },
    },
  });
  const [commit = '', expected = ''] = positionals;
  if (
    positionals.length !== 2 ||
    !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit) ||
    !/^sha256:[0-9a-f]{64}$/.test(expected)
  )
    return undefined;
  return { commit, expected, options: Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]) };
};
