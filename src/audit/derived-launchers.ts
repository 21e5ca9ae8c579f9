import type { ExpectedLauncher } from '../compose/context.ts';
import type { BakedPin } from '../compose/locate-pin.ts';
import type { LauncherName } from '../compose/programs.ts';
import type { Part } from '../evidence/evidence.ts';
import { readEntryPoints } from './entry-point.ts';
import type { DerivedFrom, LookedImage, PinInImage } from './looked-image.ts';
import type { LauncherImage } from './policy/policy.ts';

/** An image that holds a pin above a launcher's image, or that is made from one that a policy names. */
export interface DerivedLauncher {
  readonly launcher: ExpectedLauncher;
  readonly from: DerivedFrom;
  /** What it adds or changes beside a pin, and what is wrong with the bytes of one. */
  readonly findings: readonly string[];
}

/** What was looked into and could be read. */
export const contentsOf = (images: Part<readonly LookedImage[]> | undefined, digest: string | undefined) => {
  const all = images !== undefined && 'value' in images ? images.value : [];
  return all.find((one) => one.digest === digest)?.contents;
};

const decode = ({ origin, bytes }: PinInImage): BakedPin | undefined => {
  try {
    return { origin, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return undefined;
  }
};

/** The name by which an image starts the launcher; undefined where it was not looked at, or starts something else. */
export const programIn = (
  images: Part<readonly LookedImage[]> | undefined,
  digest: string | undefined,
): LauncherName | undefined => {
  const contents = contentsOf(images, digest);
  if (contents === undefined || 'error' in contents) return undefined;
  const read = readEntryPoints(contents.value.entryPoints);
  return 'program' in read ? read.program : undefined;
};

/**
 * The derived images of a compose. Where a policy names launcher images, each is one of them or made from one; else each is made from whatever
 * it says, which is for the provenance of that image to prove.
 */
export const derivedLaunchers = (
  images: Part<readonly LookedImage[]> | undefined,
  stated: readonly LauncherImage[] | undefined,
): DerivedLauncher[] => {
  const all = images !== undefined && 'value' in images ? images.value : [];
  return all.flatMap(({ digest, contents }) => {
    const from = 'value' in contents ? contents.value.derived : undefined;
    if (from === undefined) return [];
    const named = stated?.find((one) => one.digest === digest) ?? stated?.find((one) => one.digest === from.base);
    if (stated === undefined ? from.pins.length === 0 : named === undefined) return [];
    const pins = from.pins.flatMap((pin) => decode(pin) ?? []);
    const unread = from.pins
      .filter((pin) => decode(pin) === undefined)
      .map(({ origin }) => `its ${origin} is not UTF-8`);
    // What starts something else is no launcher, whatever it is called here: compose.launcher says so.
    const program = named?.program ?? programIn(images, digest) ?? 'trusted-workload-launcher';
    const launcher = { digest, program, pins };
    return [{ launcher, from, findings: [...from.findings, ...unread] }];
  });
};
