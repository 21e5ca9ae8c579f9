import { sameBytes, sha256 } from '../bytes.ts';
import { EvidenceError } from '../errors.ts';
import { hexOf } from '../hex.ts';
import { fold } from '../replay.ts';
import type { TdxMeasurement, VmConfig } from '../vm-config.ts';
import { readChecksumFile } from './checksum-file.ts';
import { type AcpiDigests, type FirmwareEvent, rtmr0Events, rtmr1Events, rtmr2Events } from './firmware-events.ts';
import { type ImageMeasurement, readMeasurement } from './measurement.ts';
import { isSinglePass } from './qemu-version.ts';
import { tdHob } from './td-hob.ts';

const MEASUREMENT_FILE = 'measurement.tdx.cbor';
/** The one list of firmware events that is known. */
const OVMF_VARIANT = 'pre202505';

/** A value that the image leads to, and how it was made. */
export interface RecomputedValue {
  /** 48 bytes. */
  readonly value: Uint8Array;
  /** One sentence without a final stop. */
  readonly how: string;
  /** What it was folded from; empty for MRTD. */
  readonly events: readonly FirmwareEvent[];
}

export interface RecomputedImage {
  /** 32 bytes: what identifies the image, and is to be compared with what the auditor expects. */
  readonly osImageHash: Uint8Array;
  readonly mrtd: RecomputedValue;
  /** MRTD as it would be with the other order of adding pages, for the explanation of a mismatch. */
  readonly mrtdOtherPass: Uint8Array;
  readonly rtmr0: RecomputedValue;
  readonly rtmr1: RecomputedValue;
  readonly rtmr2: RecomputedValue;
}

/** Hash by hash from `os_image_hash` to the measurement: only what is under that hash is read. */
const measurementUnder = (osImageHash: Uint8Array, { checksumFile, measurement }: TdxMeasurement): ImageMeasurement => {
  const fileHash = sha256(checksumFile);
  if (!sameBytes(fileHash, osImageHash)) {
    const found = `it is ${hexOf(fileHash)}`;
    throw new EvidenceError('os-image-mismatch', `os_image_hash is not the hash of the checksum file: ${found}`);
  }
  const listed = readChecksumFile(checksumFile).get(MEASUREMENT_FILE);
  if (listed === undefined) {
    throw new EvidenceError('unsupported-image', `the checksum file of the image does not list ${MEASUREMENT_FILE}`);
  }
  const hash = sha256(measurement);
  if (!sameBytes(hash, listed)) {
    throw new EvidenceError(
      'os-image-mismatch',
      `the image measurement is not the one of the checksum file: ${hexOf(hash)} instead of ${hexOf(listed)}`,
    );
  }
  return readMeasurement(measurement);
};

const required = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new EvidenceError('bad-vm-config', `vm_config has no ${name}`);
  return value;
};

const folded = (events: readonly FirmwareEvent[], how: string): RecomputedValue => ({
  value: fold(events.map(({ digest }) => digest)),
  how,
  events,
});

/**
 * Computes MRTD and RTMR0 to RTMR2 of a 0.6 image from the `tdx_measurement` that it carries along in `vm_config`,
 * down from `os_image_hash` (dstack-mr, "lite"). The ACPI digests cannot be computed and come from the log. All of
 * `vm_config` is the host's word: the values count where they equal the quote's, and the image hash is an expected
 * one. Throws {@link EvidenceError} `unsupported-image` where the image carries none or is of another kind,
 * `os-image-mismatch`, `bad-vm-config`, `bad-measurement`, `too-large`.
 */
export const recomputeImage = (config: VmConfig, acpi: AcpiDigests): RecomputedImage => {
  if (config.tdxMeasurement === undefined) {
    throw new EvidenceError('unsupported-image', 'the image carries no measurement (tdx_measurement in vm_config)', {
      hint: 'dstack images before 0.6 are identified by known measurements instead',
    });
  }
  const osImageHash = required(config.osImageHash, 'os_image_hash');
  const image = measurementUnder(osImageHash, config.tdxMeasurement);
  if (image.ovmf !== OVMF_VARIANT) {
    throw new EvidenceError(
      'unsupported-image',
      `the firmware of the image is of another variant than ${OVMF_VARIANT}`,
    );
  }
  const memorySize = required(config.memorySize, 'memory_size');
  const qemu = required(config.qemuVersion, 'qemu_version');
  const single = isSinglePass(qemu, config.qemuSinglePassAddPages);
  const { singlePass, twoPass } = image.mrtd;
  return {
    osImageHash,
    mrtd: {
      value: single ? singlePass : twoPass,
      how: `the image's MRTD for ${single ? 'a single pass' : 'two passes'} of adding pages`,
      events: [],
    },
    mrtdOtherPass: single ? twoPass : singlePass,
    rtmr0: folded(
      rtmr0Events(tdHob(image.tdHob, memorySize), acpi),
      `folded from the firmware's events for ${memorySize} bytes of memory and the log's three ACPI digests`,
    ),
    rtmr1: folded(rtmr1Events(image), "folded from the image's kernel and the events of its start"),
    rtmr2: folded(rtmr2Events(image), "folded from the image's kernel command line and initrd"),
  };
};
