import { DEFAULT_WORK_DIR, type PinRequest } from '../audit/pinning/request.ts';
import { parseRef } from '../audit/pinning/ref.ts';
import { escapeText } from '../base/escape.ts';
import { parseImage } from '../compose/image.ts';
import type { Checked } from '../pin/checked.ts';
import { relativeFile, workDir } from '../pin/paths.ts';
import { parseRepoUrl } from '../pin/url.ts';
import { usageError } from './errors.ts';

/** What commander read of the options of `twl pin`, unchecked but for their shape. */
export interface GivenPinOptions {
  out?: string;
  workDir?: string;
  image?: string;
  entry?: string;
  force?: true;
}

/** Of an argument in a message; more would hide what is wrong with it. */
const MAX_SHOWN = 200;

/** A value by a rule whose message goes on from the name. */
const byRule = <T>(name: string, text: string, rule: (text: string) => Checked<T>): T => {
  const checked = rule(text);
  if (!checked.ok) throw usageError(`${name} ${checked.fault.message}`, checked.fault.hint);
  return checked.value;
};

const imageOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const shown = escapeText(text.slice(0, MAX_SHOWN));
  const image = parseImage(text);
  if (image === undefined) throw usageError(`--image '${shown}' is no image reference`, 'write NAME@sha256:DIGEST');
  if (image.digest !== undefined) return text;
  throw usageError(`--image '${shown}' has no digest`, 'write NAME@sha256:DIGEST; a tag can be moved to another image');
};

/** The options of `twl pin`, each checked. Throws CliError `usage`. */
export const readPinOptions = (url: string, ref: string, given: GivenPinOptions): PinRequest => ({
  url: byRule('URL', url, parseRepoUrl),
  ref: byRule(`REF '${escapeText(ref.slice(0, MAX_SHOWN))}'`, ref, parseRef),
  out: given.out ?? '.',
  workDir: given.workDir === undefined ? DEFAULT_WORK_DIR : byRule('--work-dir', given.workDir, workDir),
  image: imageOf(given.image),
  entry: given.entry === undefined ? undefined : byRule('--entry', given.entry, relativeFile),
  force: given.force === true,
});
