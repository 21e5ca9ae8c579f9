import { escapeText } from '../base/escape.ts';
import { parseImage } from '../compose/image.ts';
import { usageError } from './errors.ts';

/** Of an argument in a message; more would hide what is wrong with it. */
const MAX_SHOWN = 200;

/** Of what has an `@` that no digest follows, what stands before may be a password. */
const HOLDS_SECRET = /@(?!sha\d+:[0-9a-f]*$)/i;

/** An image by its digest, `NAME[:TAG]@sha256:…`. Throws CliError `usage`, whose message holds no user and no password. */
export const readImage = (option: string, text: string): string => {
  if (HOLDS_SECRET.test(text)) {
    throw usageError(
      `${option} holds something before an '@' that no digest follows`,
      'write NAME@sha256:DIGEST, without user and password',
    );
  }
  const shown = escapeText(text.slice(0, MAX_SHOWN));
  const image = parseImage(text);
  if (image === undefined) throw usageError(`${option} '${shown}' is no image reference`, 'write NAME@sha256:DIGEST');
  if (image.digest !== undefined) return text;
  throw usageError(
    `${option} '${shown}' has no digest`,
    'write NAME@sha256:DIGEST; a tag can be moved to another image',
  );
};
