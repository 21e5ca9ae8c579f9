import { isKnownDevelopmentHash } from '../os-images.ts';
import { overlap, vouches } from './layers.ts';
import type { ImageRegisters, OsImage, Stated } from './policy.ts';

const contradicts = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && a !== b;

/** The sign may be lost with the hash, so it is kept here. */
const isDevelopment = ({ development, hash }: OsImage): boolean =>
  development || (hash !== undefined && isKnownDevelopmentHash(hash));

const registersOf = ({ mrtd, rtmr1, rtmr2 }: OsImage): ImageRegisters | undefined =>
  mrtd === undefined || rtmr1 === undefined || rtmr2 === undefined ? undefined : { mrtd, rtmr1, rtmr2 };

const differ = (a: ImageRegisters, b: ImageRegisters): boolean =>
  a.mrtd !== b.mrtd || a.rtmr1 !== b.rtmr1 || a.rtmr2 !== b.rtmr2;

/**
 * The image that satisfies both entries. An image is found by its registers or by its hash, so each of the two is left only where
 * both entries state it alike: a hash that the later entry alone states would let pass what the earlier one does not know.
 * RTMR0 is a demand and what os.acpi passes by, so the earlier's holds, and no entry without one is that of a later entry with one. A
 * development image for one is one for both.
 */
export const sameImage = (a: OsImage, b: OsImage): OsImage | undefined => {
  const [ours, theirs] = [registersOf(a), registersOf(b)];
  if (contradicts(a.hash, b.hash) || (b.rtmr0 !== undefined && a.rtmr0 !== b.rtmr0)) return undefined;
  if (ours !== undefined && theirs !== undefined && differ(ours, theirs)) return undefined;
  const registers = theirs === undefined ? undefined : ours;
  const hash = b.hash === undefined ? undefined : a.hash;
  if (registers === undefined && hash === undefined) return undefined;
  return {
    name: a.name,
    ...(hash === undefined ? {} : { hash }),
    ...registers,
    ...(a.rtmr0 === undefined ? {} : { rtmr0: a.rtmr0 }),
    development: isDevelopment(a) || isDevelopment(b),
  };
};

const withoutRtmr0 = ({ rtmr0: _, ...image }: OsImage): OsImage => image;

type Images = readonly Stated<OsImage>[];

/** The images that both layers name. Throws PolicyError `no-overlap` or `loosens`. */
export const sameImages = (earlier: Images | undefined, later: Images | undefined): Images | undefined => {
  const open = later?.find(
    ({ value }) =>
      !earlier?.some((one) => sameImage(one.value, value)) &&
      earlier?.some((one) => one.value.rtmr0 === undefined && sameImage(one.value, withoutRtmr0(value))),
  );
  if (open !== undefined) throw vouches(open.source, 'rtmr0 of an os_image');
  return overlap('os_image', earlier, later, sameImage);
};
