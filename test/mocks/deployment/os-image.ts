/** SIMULATED hardware: an operating system image, what a machine that runs it measures, and the `vm_config` that describes both. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { ImageRegisters, OsImage } from '../../../src/audit/policy/policy.ts';
import { cbor } from './cbor.ts';
import { fold, type MockEvent, sha384 } from './event.ts';
import { type FirmwareDigests, firmwareEvents } from './firmware-events.ts';
import { TD_HOB_WITNESS, tdHob } from './td-hob.ts';

export interface ImageOptions {
  readonly name?: string;
  readonly development?: boolean;
  /** `vm_config` carries `tdx_measurement`, so that MRTD and RTMR0-2 can be recomputed; images from 0.6 on. */
  readonly lite?: boolean;
  readonly cpuCount?: number;
  /** Bytes: 2 GiB, or 0xB0000000 and more. */
  readonly memorySize?: number;
  readonly digests?: Partial<FirmwareDigests>;
  /** 48 bytes, for QEMU 8 and for QEMU from 9 on. */
  readonly mrtdTwoPass?: Uint8Array;
  readonly mrtdSinglePass?: Uint8Array;
  readonly qemuVersion?: string;
  /** Further keys of `vm_config`, or other values of its own. */
  readonly vmConfig?: Readonly<Record<string, unknown>>;
  /** In place of what the image's parts give: for files that contradict each other. */
  readonly measurement?: Uint8Array;
  readonly checksumFile?: string;
}

export interface Image {
  readonly mrtd: Buffer;
  readonly events: readonly MockEvent[];
  /** Hex. */
  readonly hash: string;
  /** The text of `vm_config`. */
  readonly vmConfig: string;
  /** What a policy would say of this image on this machine. */
  readonly reference: OsImage & ImageRegisters;
}

const GIB = 2 ** 30;
const CMDLINE = 'console=ttyS0 dstack.rootfs_hash=SIMULATED';
const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
const invented = (what: string): Buffer => sha384(`SIMULATED ${what}`);

const digestsOf = (name: string, memory: number, given: Partial<FirmwareDigests>): FirmwareDigests => ({
  tdHob: sha384(tdHob(memory)),
  kernel: invented('kernel'),
  // A development image differs in its command line, hence in RTMR2 alone, as dstack's own do.
  cmdline: sha384(Buffer.from(`${CMDLINE} ${name} initrd=initrd\0`, 'utf16le')),
  initrd: invented('initrd'),
  acpiLoader: invented('acpi loader'),
  acpiRsdp: invented('acpi rsdp'),
  acpiTables: invented('acpi tables'),
  ...given,
});

const liteConfig = (measurement: Uint8Array, checksumFile: string): object => ({
  ovmf_variant: 'pre202505',
  tdx_attestation_variant: 'lite',
  tdx_measurement: {
    measurement: Buffer.from(measurement).toString('base64'),
    checksum_file: Buffer.from(checksumFile, 'utf8').toString('base64'),
  },
});

export const createImage = (options: ImageOptions = {}): Image => {
  const { lite = false, development = false, cpuCount = 2, memorySize = 2 * GIB, qemuVersion = '8.2.2' } = options;
  const name = options.name ?? `dstack-${development ? 'dev-' : ''}${lite ? '0.6.0' : '0.5.8'}-SIMULATED`;
  const digests = digestsOf(name, memorySize, options.digests ?? {});
  const twoPass = Buffer.from(options.mrtdTwoPass ?? invented('mrtd two pass'));
  const singlePass = Buffer.from(options.mrtdSinglePass ?? invented('mrtd single pass'));
  const mrtd = Number(qemuVersion.split('.')[0]) >= 9 ? singlePass : twoPass;
  const measurement =
    options.measurement ??
    cbor({
      version: 3,
      image: {
        cmdline_sha384: digests.cmdline,
        kernel_authenticode: digests.kernel,
        initrd_sha384: digests.initrd,
      },
      tdvf: { ovmf: 'pre202505', mrtd: { single_pass: singlePass, two_pass: twoPass }, td_hob: TD_HOB_WITNESS },
    });
  const checksumFile = options.checksumFile ?? `${sha256(measurement)}  measurement.tdx.cbor\n`;
  const hash = sha256(checksumFile);
  const events = firmwareEvents(digests, lite);
  const hex = (imr: number): string => fold(events, imr).toString('hex');
  const vmConfig = JSON.stringify({
    os_image_hash: hash,
    cpu_count: cpuCount,
    memory_size: memorySize,
    qemu_version: qemuVersion,
    pci_hole64_size: 0,
    hugepages: false,
    num_gpus: 0,
    num_nvswitches: 0,
    hotplug_off: false,
    image: name,
    host_share_mode: '9p',
    ...(lite ? liteConfig(measurement, checksumFile) : {}),
    spec_version: 1,
    ...options.vmConfig,
  });
  const registers = { mrtd: mrtd.toString('hex'), rtmr0: hex(0), rtmr1: hex(1), rtmr2: hex(2) };
  return { mrtd, events, hash, vmConfig, reference: { name, hash, ...registers, development } };
};
