import { type JsonObject, booleanOf, integerOf, objectOf, optional, parseJson, stringOf } from '../base/json.ts';
import { EvidenceError } from './errors.ts';
import { bytesOfHex } from './hex.ts';
import { MAX_CONFIG_BYTES } from './limits.ts';

const NAME = 'vm_config';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The reference values that a 0.6 image carries along; proven or refuted by hashing. */
export interface TdxMeasurement {
  /** CBOR. */
  readonly measurement: Uint8Array;
  /** Lines of `<sha256>  <file>`. */
  readonly checksumFile: Uint8Array;
}

/** What the host says of the machine. None of it is measured as such: it is believed only for what it leads to. */
export interface VmConfig {
  /** 32 bytes. */
  readonly osImageHash: Uint8Array | undefined;
  readonly cpuCount: number | undefined;
  /** In bytes. */
  readonly memorySize: number | undefined;
  readonly qemuVersion: string | undefined;
  readonly qemuSinglePassAddPages: boolean | undefined;
  /** The name of the OS image, such as `dstack-dev-0.5.9-de9c74f0`. */
  readonly image: string | undefined;
  readonly ovmfVariant: string | undefined;
  readonly tdxAttestationVariant: string | undefined;
  readonly tdxMeasurement: TdxMeasurement | undefined;
}

const base64Of = (value: unknown, what: string): Uint8Array => {
  const text = stringOf(value, what);
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (!BASE64.test(text) || Buffer.from(bytes).toString('base64') !== text) {
    throw new EvidenceError('bad-vm-config', `${what} is not base64`);
  }
  return bytes;
};

const measurementOf = (value: unknown, what: string): TdxMeasurement => {
  const object = objectOf(value, what);
  return {
    measurement: base64Of(object.measurement, `${what}.measurement`),
    checksumFile: base64Of(object.checksum_file, `${what}.checksum_file`),
  };
};

const hashOf = (value: unknown, what: string): Uint8Array => bytesOfHex(stringOf(value, what), what, { length: 32 });

/** `null` counts as not there: agents write it for what they do not know. */
const at = <T>(object: JsonObject, key: string, read: (value: unknown, what: string) => T): T | undefined =>
  optional(read, object[key] ?? undefined, `${NAME}.${key}`);

/**
 * Reads the JSON text of `vm_config`. An empty `os_image_hash` or `image` reads as not there; keys that are not
 * listed here are left alone. Throws `JsonError` and {@link EvidenceError} `bad-vm-config`, `bad-hex`, `bad-length`.
 */
export const readVmConfig = (text: string): VmConfig => {
  const object = objectOf(parseJson(text, { name: NAME, maxBytes: MAX_CONFIG_BYTES }), NAME);
  return {
    osImageHash: object.os_image_hash === '' ? undefined : at(object, 'os_image_hash', hashOf),
    cpuCount: at(object, 'cpu_count', integerOf),
    memorySize: at(object, 'memory_size', integerOf),
    qemuVersion: at(object, 'qemu_version', stringOf),
    qemuSinglePassAddPages: at(object, 'qemu_single_pass_add_pages', booleanOf),
    image: object.image === '' ? undefined : at(object, 'image', stringOf),
    ovmfVariant: at(object, 'ovmf_variant', stringOf),
    tdxAttestationVariant: at(object, 'tdx_attestation_variant', stringOf),
    tdxMeasurement: at(object, 'tdx_measurement', measurementOf),
  };
};

/**
 * The text of `vm_config` out of an attestation's `config`: its member of that name in a sys-config document, else
 * the text itself. Throws `JsonError`.
 */
export const vmConfigTextOf = (config: string): string => {
  const object = objectOf(parseJson(config, { name: 'the config', maxBytes: MAX_CONFIG_BYTES }), 'the config');
  return optional(stringOf, object.vm_config, 'config.vm_config') ?? config;
};

/**
 * The V3 `mr_config` document out of an attestation's `config`, where it is a sys-config document that has one.
 * Throws `JsonError`.
 */
export const mrConfigTextOf = (config: string): string | undefined => {
  const object = objectOf(parseJson(config, { name: 'the config', maxBytes: MAX_CONFIG_BYTES }), 'the config');
  return optional(stringOf, object.mr_config ?? undefined, 'config.mr_config');
};
