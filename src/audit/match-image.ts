import { EvidenceError } from '../evidence/errors.ts';
import type { LogEvent } from '../evidence/log-event.ts';
import { acpiDigestsOf } from '../evidence/os-image/acpi-digests.ts';
import { type ImageComparison, compareImage } from '../evidence/os-image/compare.ts';
import { type RecomputedImage, recomputeImage } from '../evidence/os-image/recompute.ts';
import type { VmConfig } from '../evidence/vm-config.ts';
import type { TdReport } from '../tdx/td-report.ts';
import { KNOWN_IMAGES } from './os-images.ts';
import type { OsImage, Stated } from './policy/policy.ts';
import { hex } from './wording.ts';

/** What is known of the image that runs. `known`: somebody outside of the evidence vouches for it. */
export type ImageMatch =
  | {
      readonly state: 'known';
      readonly name: string;
      readonly hash: string | undefined;
      readonly development: boolean;
      readonly summary: string;
      readonly source: string;
      /** The expected RTMR0, where whoever vouches states one. */
      readonly rtmr0: string | undefined;
      readonly acpi: string | undefined;
    }
  | {
      /** A policy states images and this is none of them, or the image contradicts its own measurement. */
      readonly state: 'other';
      readonly summary: string;
      readonly expected: string;
      readonly source: string;
      readonly details: readonly string[];
      readonly acpi: string | undefined;
    }
  | {
      readonly state: 'unknown';
      readonly summary: string;
      readonly details: readonly string[];
      readonly acpi: string | undefined;
    };

export interface ImageInputs {
  readonly body: TdReport;
  readonly vmConfig: VmConfig | undefined;
  readonly log: readonly LogEvent[] | undefined;
  /** What the policy admits: where it states images, no other counts, and none that is built in either. */
  readonly policyImages: readonly Stated<OsImage>[] | undefined;
}

/** What the image's own measurement comes to. */
interface Recomputed {
  readonly hash: string;
  readonly differing: readonly ImageComparison[];
  readonly acpi: string;
}

const NO_ACPI = new Uint8Array(48);

/** The three ACPI digests as the log has them; undefined where it does not say. */
const acpiOf = (log: readonly LogEvent[]) => {
  try {
    return acpiDigestsOf(log);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
};

/** Undefined where the image carries no measurement, or one of a kind that is not known here: then reference values remain. */
const recompute = ({ body, vmConfig, log = [] }: ImageInputs): Recomputed | undefined => {
  if (vmConfig?.tdxMeasurement === undefined) return undefined;
  const acpi = acpiOf(log);
  let image: RecomputedImage;
  try {
    image = recomputeImage(vmConfig, acpi ?? { loader: NO_ACPI, rsdp: NO_ACPI, tables: NO_ACPI });
  } catch (error) {
    if (error instanceof EvidenceError && error.code === 'unsupported-image') return undefined;
    throw error;
  }
  const [rtmr0, rtmr1, rtmr2] = body.rtmrs;
  const compared = compareImage(image, {
    quote: { mrtd: body.mrTd, rtmr0, rtmr1, rtmr2 },
    eventLog: log,
    qemuVersion: vmConfig.qemuVersion ?? '',
  });
  const fits = compared.find(({ name }) => name === 'rtmr0')?.matches === true;
  return {
    hash: hex(image.osImageHash),
    differing: compared.filter(({ name, matches }) => name !== 'rtmr0' && !matches),
    acpi:
      acpi !== undefined && fits
        ? "RTMR0 is the image's firmware with ACPI tables that nobody vouches for"
        : 'RTMR0 cannot be recomputed: the log does not give the ACPI tables that fit',
  };
};

const describe = ({ name, how, computed, expected, explanation }: ImageComparison): string[] => [
  `${name.toUpperCase()}: ${how}, ${hex(computed)}; the quote has ${hex(expected)}`,
  ...explanation,
];

const hasRegisters = (image: OsImage, { mrTd, rtmrs }: TdReport): boolean =>
  image.mrtd === hex(mrTd) && image.rtmr1 === hex(rtmrs[1]) && image.rtmr2 === hex(rtmrs[2]);

/** A policy's RTMR0 is a demand; one that is built in is none, since it is of one shape of machine. */
const hasRtmr0 = (image: OsImage, { rtmrs }: TdReport): boolean =>
  image.rtmr0 === undefined || image.rtmr0 === hex(rtmrs[0]);

const builtIn = (): readonly Stated<OsImage>[] =>
  KNOWN_IMAGES.map((image) => ({ value: image, source: `built in: ${image.origin}` }));

const sourcesOf = (images: readonly Stated<OsImage>[]): string =>
  [...new Set(images.map(({ source }) => source))].join(', ');

/** An image that is admitted, on a machine that is not: each of `images` states an RTMR0, and none of them this one. */
const otherRtmr0 = (
  images: readonly Stated<OsImage>[],
  { rtmrs }: TdReport,
  details: readonly string[],
): ImageMatch => ({
  state: 'other',
  summary: 'the image is an admitted one, and RTMR0 is another: the shape of the machine differs, or its ACPI tables',
  expected: images.map(({ value: { name, rtmr0 } }) => `${name} with RTMR0 ${rtmr0}`).join(' or '),
  source: sourcesOf(images),
  details: [`the quote has RTMR0 ${hex(rtmrs[0])}`, ...details],
  acpi: 'RTMR0 is another than the expected one: the shape of the machine differs, or its ACPI tables',
});

/**
 * Finds who vouches for the image: a policy's images where it states any, else those that are built in. An image is found by its three
 * registers, or, where its own measurement leads to exactly these registers, by the hash that the measurement hangs from. That the
 * measurement fits is not enough: anybody can make an image that measures as it says. Throws what `recomputeImage` throws.
 */
export const matchImage = (inputs: ImageInputs): ImageMatch => {
  const { body, policyImages } = inputs;
  const own = recompute(inputs);
  const acpi = own?.acpi;
  const candidates = policyImages ?? builtIn();
  if (own !== undefined && own.differing.length > 0) {
    return {
      state: 'other',
      summary: 'the machine does not run the image whose measurement came along',
      expected: own.differing.map(({ name, computed }) => `${name.toUpperCase()} ${hex(computed)}`).join('; '),
      source: 'the measurement in vm_config',
      details: own.differing.flatMap(describe),
      acpi,
    };
  }
  const fitting = candidates.filter(
    ({ value }) => hasRegisters(value, body) || (own !== undefined && value.hash === own.hash),
  );
  const found = fitting.find(({ value }) => hasRtmr0(value, body));
  if (found !== undefined) {
    const { name, hash, development, rtmr0 } = found.value;
    const how = own === undefined ? 'has these reference values' : 'leads to these registers';
    return { state: 'known', name, hash, development, summary: `${name} ${how}`, source: found.source, rtmr0, acpi };
  }
  const details = own === undefined ? [] : [`the image came with a measurement that fits; its hash is ${own.hash}`];
  if (fitting.length > 0) return otherRtmr0(fitting, body, details);
  if (policyImages === undefined) {
    return { state: 'unknown', summary: 'nobody known here vouches for this image', details, acpi };
  }
  return {
    state: 'other',
    summary: 'the policy admits other images only',
    expected: policyImages.map(({ value }) => value.name).join(' or '),
    source: sourcesOf(policyImages),
    details,
    acpi,
  };
};
