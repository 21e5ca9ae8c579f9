import { escapeText } from '../base/escape.ts';
import { parseImage } from '../compose/image.ts';
import { usageError } from './errors.ts';

/** Of an argument in a message; more would hide what is wrong with it. */
const MAX_SHOWN = 200;

/** An image by its digest, `NAME[:TAG]@sha256:…`. Throws CliError `usage`. */
export const readImage = (option: string, text: string): string => {
  const shown = escapeText(text.slice(0, MAX_SHOWN));
  const image = parseImage(text);
  if (image === undefined) throw usageError(`${option} '${shown}' is no image reference`, 'write NAME@sha256:DIGEST');
  if (image.digest !== undefined) return text;
  throw usageError(
    `${option} '${shown}' has no digest`,
    'write NAME@sha256:DIGEST; a tag can be moved to another image',
  );
};
