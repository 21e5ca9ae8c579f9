import { sameBytes } from '../bytes.ts';
import { hexOf } from '../hex.ts';
import type { LogEvent, Register } from '../log-event.ts';
import { registerLog } from '../replay.ts';
import type { FirmwareEvent } from './firmware-events.ts';
import { leavesKernelHeader } from './qemu-version.ts';
import type { RecomputedImage, RecomputedValue } from './recompute.ts';

export const IMAGE_VALUES = ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'] as const;
export type ImageValue = (typeof IMAGE_VALUES)[number];

/** How one recomputed value compares with the quote's. */
export interface ImageComparison {
  readonly name: ImageValue;
  readonly matches: boolean;
  readonly computed: Uint8Array;
  /** What the quote says. */
  readonly expected: Uint8Array;
  readonly how: string;
  /** Where it does not match: which digest is to blame, as far as it can be told. */
  readonly explanation: readonly string[];
}

const REGISTERS: Readonly<Record<Exclude<ImageValue, 'mrtd'>, Register>> = { rtmr0: 0, rtmr1: 1, rtmr2: 2 };

const short = (digest: Uint8Array | undefined): string => (digest === undefined ? 'none' : hexOf(digest).slice(0, 16));

/** The events that the log has otherwise than the image leads to. */
const differences = (events: readonly FirmwareEvent[], given: readonly LogEvent[]): readonly string[] => {
  const lines = events.flatMap(({ what, digest }, index) => {
    const logged = given[index]?.digest;
    if (logged !== undefined && sameBytes(logged, digest)) return [];
    return [`${what}: the image leads to ${short(digest)}…, the log has ${short(logged)}`];
  });
  const more = given.length - events.length;
  return more > 0 ? [...lines, `the log has ${more} events more than the image leads to`] : lines;
};

const explainRegister = (
  name: Exclude<ImageValue, 'mrtd'>,
  value: RecomputedValue,
  log: readonly LogEvent[],
): readonly string[] => {
  const held = registerLog(log, REGISTERS[name]);
  if ('notReplayable' in held) {
    return [
      `${held.notReplayable}, so which of these differs cannot be told: ${value.events.map(({ what }) => what).join(', ')}`,
    ];
  }
  const lines = differences(
    value.events,
    held.extensions.map(({ event }) => event),
  );
  return lines.length > 0
    ? lines
    : ['the log has the very digests of the image, and does not come to the quote either'];
};

const explain = (name: ImageValue, image: RecomputedImage, context: ImageContext): readonly string[] => {
  if (name === 'mrtd') {
    return sameBytes(image.mrtdOtherPass, context.quote.mrtd)
      ? ["it is the image's MRTD for the other order of adding pages: qemu_version in vm_config is not the host's"]
      : ["it is the image's MRTD for no order of adding pages: the firmware is another"];
  }
  const lines = explainRegister(name, image[name], context.eventLog);
  if (name !== 'rtmr1' || !leavesKernelHeader(context.qemuVersion)) return lines;
  return [...lines, 'QEMU from 10.2 on does not patch the kernel header, so that the digest of the kernel differs'];
};

export interface ImageContext {
  /** The quote's values, 48 bytes each. */
  readonly quote: Readonly<Record<ImageValue, Uint8Array>>;
  /** Used for explanations only. */
  readonly eventLog: readonly LogEvent[];
  readonly qemuVersion: string;
}

/** Holds each recomputed value against the quote's. All four must match. */
export const compareImage = (image: RecomputedImage, context: ImageContext): readonly ImageComparison[] =>
  IMAGE_VALUES.map((name) => {
    const { value, how } = image[name];
    const expected = context.quote[name];
    const matches = sameBytes(value, expected);
    return { name, matches, computed: value, expected, how, explanation: matches ? [] : explain(name, image, context) };
  });
