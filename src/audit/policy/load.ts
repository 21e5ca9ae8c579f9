import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { PolicyError } from './errors.ts';
import { MAX_POLICY_BYTES, parsePolicy, tooLarge } from './parse.ts';
import type { Policy } from './policy.ts';
import { readPolicyFile } from './read-file.ts';

/**
 * The policy in a file, or from a pipe. Throws PolicyError: `unreadable` where there is no such file or it cannot be read, else as
 * {@link parsePolicy}.
 */
export const loadPolicy = (path: string): Policy => {
  let bytes: Uint8Array;
  try {
    bytes = readPolicyFile(path, MAX_POLICY_BYTES);
  } catch (cause) {
    const what = `cannot read the policy ${escapeText(path)}: ${escapeText(messageOf(cause))}`;
    throw new PolicyError('unreadable', what, { hint: 'check the path that was given', cause });
  }
  if (bytes.length > MAX_POLICY_BYTES) throw tooLarge(path);
  return parsePolicy(bytes, path);
};
