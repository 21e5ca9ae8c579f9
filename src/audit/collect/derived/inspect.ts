import { BaseError } from '../../../base/error.ts';
import { escapeText } from '../../../base/escape.ts';
import { EXIT } from '../../../base/exit-codes.ts';
import { MAX_PIN_BYTES } from '../../../pin/limits.ts';
import { LAUNCHER_PROGRAMS, PIN_VARIABLE } from '../../../compose/programs.ts';
import { type Admitted, type DerivedImage, inspectDerived, isMadeFrom } from '../../../registry/derived-image.ts';
import type { PlatformImage } from '../../../registry/describe-image.ts';
import type { Repository } from '../../../registry/repository.ts';
import type { PinInImage } from '../../looked-image.ts';

/** Where a launcher of either name looks for a pin when none is named. */
const ADMITTED: Admitted = {
  paths: Object.values(LAUNCHER_PROGRAMS).map(({ defaultConfig }) => defaultConfig),
  variable: PIN_VARIABLE,
};

/** What is told of an image; a hostile layer has a thousand entries. */
const MAX_FINDINGS = 32;

export interface Inspected {
  readonly added: number;
  readonly findings: readonly string[];
  readonly pins: readonly PinInImage[];
}

const pinsOf = ({ files, variable }: DerivedImage): PinInImage[] => [
  ...[...files].map(([origin, bytes]) => ({ origin, bytes })),
  ...(variable === undefined ? [] : [{ origin: PIN_VARIABLE, bytes: new TextEncoder().encode(variable) }]),
];

const partition = <T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] => [
  all.filter(isFirst),
  all.filter((one) => !isFirst(one)),
];

const inspectOne = async (repository: Repository, image: PlatformImage, base: PlatformImage): Promise<Inspected> => {
  const added = image.layers.length - base.layers.length;
  try {
    const derived = await inspectDerived(repository, image, base, ADMITTED);
    const settings = derived.changedSettings.map((name) => `it changes ${escapeText(name)} of the lower image`);
    const entries = derived.added.flatMap(({ findings }) =>
      findings.map(({ message }) => `it adds a layer: ${message}`),
    );
    const [pins, large] = partition(pinsOf(derived), ({ bytes }) => bytes.length <= MAX_PIN_BYTES);
    const sizes = large.map(({ origin, bytes }) => `its ${origin} has ${bytes.length} bytes, more than a pin may have`);
    return { added, findings: [...settings, ...entries, ...sizes], pins };
  } catch (error) {
    // What the registry does not give says nothing of the image; bytes that cannot be read as what they should be, do.
    if (!(error instanceof BaseError) || error.exitCode === EXIT.unavailable) throw error;
    return { added, findings: [error.message], pins: [] };
  }
};

const isSamePin = (one: PinInImage, other: PinInImage | undefined): boolean =>
  one.origin === other?.origin && Buffer.compare(one.bytes, other.bytes) === 0;

const haveSamePins = (one: Inspected, other: Inspected): boolean =>
  one.pins.length === other.pins.length && one.pins.every((pin, index) => isSamePin(pin, other.pins[index]));

/**
 * What the images of one digest add to those of another: each is made from one of them, or it is undefined. Where there are several, all of
 * them count, since nobody says which one an engine takes. Throws RegistryError where the registry does not give what was asked for.
 */
export const inspectImages = async (
  repository: Repository,
  images: readonly PlatformImage[],
  bases: readonly PlatformImage[],
): Promise<Inspected | undefined> => {
  const found: Inspected[] = [];
  for (const image of images) {
    const base = bases.find((one) => isMadeFrom(image, one));
    if (base === undefined) return undefined;
    found.push(await inspectOne(repository, image, base));
  }
  const [first] = found;
  if (first === undefined) return undefined;
  const differ = found.every((one) => haveSamePins(first, one))
    ? []
    : ['its images for linux/amd64 hold different pins'];
  const findings = [...new Set([...found.flatMap((one) => one.findings), ...differ])];
  const left = findings.length - MAX_FINDINGS;
  return {
    added: first.added,
    findings: left > 0 ? [...findings.slice(0, MAX_FINDINGS), `and ${left} more of the kind`] : findings,
    pins: first.pins,
  };
};
