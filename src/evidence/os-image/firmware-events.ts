import { sha384, u64le, utf8 } from '../bytes.ts';
import { bytesOfHex } from '../hex.ts';
import type { ImageMeasurement } from './measurement.ts';

/** One event that boot extends: what it is, in words, and its digest. */
export interface FirmwareEvent {
  readonly what: string;
  readonly digest: Uint8Array;
}

/** EFI_GLOBAL_VARIABLE and EFI_IMAGE_SECURITY_DATABASE_GUID (UEFI specification) as they lie in memory. */
const GLOBAL = bytesOfHex('61dfe48bca93d211aa0d00e098032b8c', 'GUID');
const SECURITY = bytesOfHex('cbb219d73a3d9645a3bcdad00e67656f', 'GUID');

/** Measured the same for every image of firmware variant `pre202505`. */
const CONFIGURATION_VOLUME =
  '344bc51c980ba621aaa00da3ed7436f7d6e549197dfe699515dfa2c6583d95e6412af21c097d473155875ffd561d6790';
const BOOT0000 = '23ada07f5261f12f34a0bd8e46760962d6b4d576a416f1fea1c64bc656b1d28eacf7047ae6e967c58fd2a98bfa74c298';

const event = (what: string, digest: Uint8Array): FirmwareEvent => ({ what, digest });

/** An EFI variable without content: UEFI_VARIABLE_DATA (TCG PC Client Platform Firmware Profile 10.2.6). */
const emptyVariable = (guid: Uint8Array, name: string): FirmwareEvent =>
  event(
    `EFI variable ${name}`,
    sha384(guid, u64le(BigInt(name.length)), u64le(0n), new Uint8Array(Buffer.from(name, 'utf16le'))),
  );

const SEPARATOR = event('separator', sha384(new Uint8Array(4)));

/** The digests of the tables that QEMU made for the machine: 48 bytes each. */
export interface AcpiDigests {
  readonly loader: Uint8Array;
  readonly rsdp: Uint8Array;
  readonly tables: Uint8Array;
}

/** What goes into RTMR0 with firmware variant `pre202505`, in order. */
export const rtmr0Events = (hob: Uint8Array, acpi: AcpiDigests): readonly FirmwareEvent[] => [
  event('TD HOB', sha384(hob)),
  event('configuration firmware volume', bytesOfHex(CONFIGURATION_VOLUME, 'digest')),
  emptyVariable(GLOBAL, 'SecureBoot'),
  emptyVariable(GLOBAL, 'PK'),
  emptyVariable(GLOBAL, 'KEK'),
  emptyVariable(SECURITY, 'db'),
  emptyVariable(SECURITY, 'dbx'),
  SEPARATOR,
  event('ACPI loader', acpi.loader),
  event('ACPI RSDP', acpi.rsdp),
  event('ACPI tables', acpi.tables),
  event('boot order', sha384(new Uint8Array(2))),
  event('Boot0000', bytesOfHex(BOOT0000, 'digest')),
];

/** What goes into RTMR1, in order. */
export const rtmr1Events = ({ kernelAuthenticode }: ImageMeasurement): readonly FirmwareEvent[] => [
  event('kernel', kernelAuthenticode),
  event('call of the boot option', sha384(utf8('Calling EFI Application from Boot Option'))),
  SEPARATOR,
  event('exit of boot services, call', sha384(utf8('Exit Boot Services Invocation'))),
  event('exit of boot services, success', sha384(utf8('Exit Boot Services Returned with Success'))),
];

/** What goes into RTMR2, in order. */
export const rtmr2Events = ({ cmdlineSha384, initrdSha384 }: ImageMeasurement): readonly FirmwareEvent[] => [
  event('kernel command line', cmdlineSha384),
  event('initrd', initrdSha384),
];
