import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import type { Expected } from '../expectations.ts';
import type { AllowedLists } from './allowed.ts';
import { launcherTemplate } from './template.ts';

/** SHA-256 of a compose text, byte for byte: nothing is normalised. 64 hex digits. */
export const textHash = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const holds = (now: number, expiry: number | undefined): boolean => expiry === undefined || now < expiry;

/** Every launcher with every image over the template, as the contract makes its list; what has run out is in none of them. */
const product = ({ launchers, images }: AllowedLists, now: number): string[] | undefined =>
  launchers === undefined || images === undefined
    ? undefined
    : launchers
        .filter(({ expiry }) => holds(now, expiry))
        .flatMap((launcher) =>
          images
            .filter(({ expiry }) => holds(now, expiry))
            .map((image) => textHash(launcherTemplate({ launcher: launcher.hash, image: image.hash }))),
        );

/** The product of lists that were given, made once: three checks and a finding ask for it. Only `now` is beside the key. */
const made = new WeakMap<AllowedLists, { readonly now: number; readonly hashes: readonly string[] | undefined }>();

const productOnce = (lists: AllowedLists, now: number): readonly string[] | undefined => {
  const known = made.get(lists);
  if (known?.now === now) return known.hashes;
  const hashes = product(lists, now);
  made.set(lists, { now, hashes });
  return hashes;
};

/**
 * The hashes of compose texts that the contract accepts: those of its view where the file has it, else what its two other lists come to.
 * Undefined where neither is stated.
 */
export const composeHashes = (context: Context): Expected<readonly string[]> | undefined => {
  const { mpcAllowed, now } = context.expectations;
  if (mpcAllowed === undefined) return undefined;
  const hashes = mpcAllowed.value.composeHashes ?? productOnce(mpcAllowed.value, now.value);
  return hashes === undefined ? undefined : { value: hashes, source: mpcAllowed.source };
};

/** Whether somebody outside of the evidence expects the measured compose text, byte for byte. False where it cannot be read. */
export const isTextExpected = (context: Context): boolean => {
  if (context.evidence.appCompose === undefined) return false;
  const expected = composeHashes(context);
  if (expected === undefined) return false;
  try {
    const text = context.appCompose().dockerComposeFile;
    return text !== undefined && expected.value.includes(textHash(text));
  } catch {
    // What is wrong with the app-compose is for compose.hash and mpc.app-compose to say.
    return false;
  }
};
