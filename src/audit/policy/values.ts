import { type Checked, fail, pass } from '../../pin/checked.ts';
import { commitSha } from '../../pin/values.ts';
import { hex, hexPattern, text } from './fields.ts';

/** Digits of SHA-256 and of the SHA-384 registers. */
export const SHA256_DIGITS = 64;
const REGISTER_DIGITS = 96;

export const sha256 = (description: string) =>
  text(hex(SHA256_DIGITS), { description, pattern: hexPattern(SHA256_DIGITS), example: '6427f4f5'.repeat(8) });

export const register = (description: string) =>
  text(hex(REGISTER_DIGITS), { description, pattern: hexPattern(REGISTER_DIGITS), example: 'f06dfda6'.repeat(12) });

const SHA256 = 'sha256:';

/** The digest of an image by SHA-256, which is the one algorithm that a compose file is read with here. */
const digestRule = (given: string): Checked<string> => {
  const digits = given.startsWith(SHA256) ? given.slice(SHA256.length) : '';
  if (digits === '') {
    return fail('bad-value', 'must be sha256: and 64 hex digits', 'write the digest, not the name or the tag');
  }
  const checked = hex(SHA256_DIGITS)(digits);
  if (checked.ok) return pass(given);
  return fail('bad-value', 'must be sha256: and 64 lower-case hex digits, not all zeros', checked.fault.hint);
};

export const imageDigest = (description: string) =>
  text(digestRule, {
    description,
    pattern: `^${SHA256}[0-9a-f]{${SHA256_DIGITS}}$`,
    example: `${SHA256}${'6427f4f5'.repeat(8)}`,
  });

export const commit = (description: string) =>
  text(commitSha, {
    description,
    pattern: hexPattern(40, 64),
    example: '3b18e512dba79e4c8300dd08aeb37f8e728b8dad',
  });

const notBlank =
  (hint: string) =>
  (given: string): Checked<string> =>
    given.trim() === '' ? fail('empty-value', 'must not be empty', hint) : pass(given);

/** Text that is not only white space; `hint` is given where it is. */
export const prose = (description: string, hint: string, example: string) =>
  text(notBlank(hint), { description, pattern: String.raw`\S`, example });

/** Why something is let pass. */
export const reason = prose(
  'why it is accepted; reports show it',
  'say why this is accepted',
  'the host is updated next month',
);

/** Text of a form. */
export const matching =
  (pattern: RegExp, must: string, hint: string) =>
  (given: string): Checked<string> =>
    pattern.test(given) ? pass(given) : fail('bad-value', must, hint);

/** Text that `read` takes without throwing. What it throws is told by `must` and `hint`. */
export const readBy =
  (read: (given: string) => unknown, must: string, hint: string) =>
  (given: string): Checked<string> => {
    try {
      read(given);
      return pass(given);
    } catch {
      return fail('bad-value', must, hint);
    }
  };
