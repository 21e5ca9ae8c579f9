import { X509Certificate } from 'node:crypto';
import type { TrustRoot } from '../audit/expectations.ts';
import { escapeText } from '../base/escape.ts';
import { CliError, usageError } from './errors.ts';
import { readFile } from './read-file.ts';

/** A certificate is 1 or 2 KiB. */
const MAX_ROOT_BYTES = 64 * 1024;

const PEM_HEAD = '-----BEGIN ';

/** The root that the quotes of hardware end at. */
export const intelRoot = (der: Uint8Array): TrustRoot => ({ der, source: 'built in', simulated: false });

/**
 * The one certificate of a file, PEM or DER, in place of Intel's root: what is believed then is pretended, and all output says so.
 * Throws CliError `file-*`, `bad-certificate`, and `usage` for the very root of Intel.
 */
export const mockRoot = (path: string, intel: Uint8Array): TrustRoot => {
  const bytes = readFile('--mock-root', path, MAX_ROOT_BYTES);
  const name = `--mock-root ${escapeText(path)}`;
  let der: Buffer;
  try {
    der = new X509Certificate(bytes).raw;
  } catch (error) {
    throw new CliError('bad-certificate', `${name}: no X.509 certificate`, {
      hint: 'name a file with one certificate, PEM or DER',
      cause: error,
    });
  }
  // Node reads the first certificate and leaves the rest: which one was meant would be a guess.
  const isPem = bytes.includes(PEM_HEAD);
  if (isPem ? bytes.indexOf(PEM_HEAD) !== bytes.lastIndexOf(PEM_HEAD) : der.length !== bytes.length) {
    throw new CliError('bad-certificate', `${name}: more than one certificate`, {
      hint: 'name a file with the root alone',
    });
  }
  if (der.equals(intel)) {
    throw usageError(`${name}: this is Intel's own root, and nothing would be simulated`, 'leave --mock-root out');
  }
  return { der: Uint8Array.from(der), source: name, simulated: true };
};
