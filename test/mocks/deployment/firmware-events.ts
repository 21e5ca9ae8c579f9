/** SIMULATED hardware: the events of RTMR0 to RTMR2 as OVMF before 2025-05 logs them under dstack: 13, 5 and 2 of them. */
import { Buffer } from 'node:buffer';
import { type MockEvent, sha384 } from './event.ts';

/** Digests of what an image and a machine are made of; 48 bytes each. */
export interface FirmwareDigests {
  readonly tdHob: Uint8Array;
  readonly kernel: Uint8Array;
  readonly cmdline: Uint8Array;
  readonly initrd: Uint8Array;
  readonly acpiLoader: Uint8Array;
  readonly acpiRsdp: Uint8Array;
  readonly acpiTables: Uint8Array;
}

const HOB_TABLE = 0x8000000b;
const FIRMWARE_BLOB = 0x8000000a;
const VARIABLE_CONFIG = 0x80000001;
const VARIABLE_BOOT = 0x80000002;
const BOOT_APPLICATION = 0x80000003;
const ACTION = 0x80000007;
const SEPARATOR = 4;
const EVENT_TAG = 6;
const PLATFORM_CONFIG = 10;

/** In EFI's mixed-endian order. */
const GLOBAL_GUID = '61dfe48bca93d211aa0d00e098032b8c';
const SECURITY_GUID = 'cbb219d73a3d9645a3bcdad00e67656f';

const CFV = '344bc51c980ba621aaa00da3ed7436f7d6e549197dfe699515dfa2c6583d95e6412af21c097d473155875ffd561d6790';
const BOOT_0000 = '23ada07f5261f12f34a0bd8e46760962d6b4d576a416f1fea1c64bc656b1d28eacf7047ae6e967c58fd2a98bfa74c298';

const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

const variable = (guid: string, name: string, data: Uint8Array = Buffer.alloc(0)): Buffer =>
  Buffer.concat([Buffer.from(guid, 'hex'), u64(name.length), u64(data.length), Buffer.from(name, 'utf16le'), data]);

const entry = (imr: number, type: number, digest: Uint8Array | string, payload: Uint8Array, name = ''): MockEvent => ({
  imr,
  event_type: type,
  digest: typeof digest === 'string' ? digest : Buffer.from(digest).toString('hex'),
  event: name,
  event_payload: Buffer.from(payload).toString('hex'),
});

/** Whose digest is that of its payload. */
const plain = (imr: number, type: number, payload: Uint8Array): MockEvent => entry(imr, type, sha384(payload), payload);
const action = (text: string): MockEvent => plain(1, ACTION, Buffer.from(text, 'latin1'));
const separator = (imr: number): MockEvent => plain(imr, SEPARATOR, Buffer.alloc(4));
const acpi = (digest: Uint8Array, name: string): MockEvent =>
  entry(0, PLATFORM_CONFIG, digest, Buffer.from('ACPI DATA', 'latin1'), name);

/** In the order of the log. `named`: the ACPI events have names, as in images from 0.6 on. */
export const firmwareEvents = (digests: FirmwareDigests, named: boolean): readonly MockEvent[] => [
  entry(0, HOB_TABLE, digests.tdHob, Buffer.from('\x09TdxTable\0SIMULATED', 'latin1')),
  entry(0, FIRMWARE_BLOB, CFV, Buffer.from(')Fv(SIMULATED-CFV)', 'latin1')),
  plain(0, VARIABLE_CONFIG, variable(GLOBAL_GUID, 'SecureBoot')),
  plain(0, VARIABLE_CONFIG, variable(GLOBAL_GUID, 'PK')),
  plain(0, VARIABLE_CONFIG, variable(GLOBAL_GUID, 'KEK')),
  plain(0, VARIABLE_CONFIG, variable(SECURITY_GUID, 'db')),
  plain(0, VARIABLE_CONFIG, variable(SECURITY_GUID, 'dbx')),
  separator(0),
  acpi(digests.acpiLoader, named ? 'acpi-loader' : ''),
  acpi(digests.acpiRsdp, named ? 'acpi-rsdp' : ''),
  acpi(digests.acpiTables, named ? 'acpi-tables' : ''),
  entry(1, BOOT_APPLICATION, digests.kernel, Buffer.from('SIMULATED kernel', 'latin1')),
  // Of a boot variable the firmware measures the data alone, not the payload that it logs.
  entry(0, VARIABLE_BOOT, sha384(Buffer.alloc(2)), variable(GLOBAL_GUID, 'BootOrder', Buffer.alloc(2))),
  entry(0, VARIABLE_BOOT, BOOT_0000, variable(GLOBAL_GUID, 'Boot0000', Buffer.from('SIMULATED', 'latin1'))),
  action('Calling EFI Application from Boot Option'),
  separator(1),
  entry(
    2,
    EVENT_TAG,
    digests.cmdline,
    Buffer.from('ed223b8f1a0000004c4f414445445f494d4147453a3a4c6f61644f7074696f6e7300', 'hex'),
  ),
  entry(2, EVENT_TAG, digests.initrd, Buffer.from('ec223b8f0d0000004c696e757820696e6974726400', 'hex')),
  action('Exit Boot Services Invocation'),
  action('Exit Boot Services Returned with Success'),
];
