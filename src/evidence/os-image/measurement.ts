import { decode } from 'cborg';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { EvidenceError } from '../errors.ts';
import { MAX_MEASUREMENT_BYTES } from '../limits.ts';

const NAME = 'the image measurement';
const VERSION = 3;
const SHA384_BYTES = 48;

/** The reference values that a 0.6 image carries along (`measurement.tdx.cbor`). */
export interface ImageMeasurement {
  /** SHA-384 of the kernel command line as the firmware measures it. */
  readonly cmdlineSha384: Uint8Array;
  /** Authenticode SHA-384 of the kernel as QEMU patches it. */
  readonly kernelAuthenticode: Uint8Array;
  readonly initrdSha384: Uint8Array;
  /** Which list of firmware events RTMR0 has. */
  readonly ovmf: string;
  /** MRTD by the order in which QEMU adds pages. */
  readonly mrtd: { readonly singlePass: Uint8Array; readonly twoPass: Uint8Array };
  /** The witness that the TD HOB is rebuilt from. */
  readonly tdHob: Uint8Array;
}

const bad = (what: string, cause?: unknown): EvidenceError =>
  new EvidenceError('bad-measurement', `${NAME}: ${what}`, cause === undefined ? {} : { cause });

/** A map with exactly these keys. */
const mapOf = (value: unknown, keys: readonly string[], what: string): ReadonlyMap<unknown, unknown> => {
  if (!(value instanceof Map)) throw bad(`${what} is no map`);
  const odd = [...value.keys()].find((key) => typeof key !== 'string' || !keys.includes(key));
  if (odd !== undefined) throw bad(`${what} has the unknown key '${escapeText(String(odd))}'`);
  const missing = keys.find((key) => !value.has(key));
  if (missing !== undefined) throw bad(`${what} has no '${missing}'`);
  return value;
};

const bytesAt = (map: ReadonlyMap<unknown, unknown>, key: string): Uint8Array => {
  const value = map.get(key);
  if (!(value instanceof Uint8Array)) throw bad(`'${key}' is no byte string`);
  return new Uint8Array(value);
};

const digestAt = (map: ReadonlyMap<unknown, unknown>, key: string): Uint8Array => {
  const value = bytesAt(map, key);
  if (value.length !== SHA384_BYTES) throw bad(`'${key}' has ${value.length} bytes, not ${SHA384_BYTES}`);
  return value;
};

const decodeCbor = (bytes: Uint8Array): unknown => {
  try {
    return decode(bytes, {
      strict: true,
      useMaps: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      rejectDuplicateMapKeys: true,
    });
  } catch (cause) {
    throw bad(`not the CBOR it should be: ${escapeText(messageOf(cause))}`, cause);
  }
};

/**
 * Reads `measurement.tdx.cbor`, version 3: CBOR (RFC 8949) in its shortest forms, one item, exactly the known keys.
 * Throws {@link EvidenceError} `bad-measurement`, `too-large`, and `unsupported-image` for another version.
 */
export const readMeasurement = (bytes: Uint8Array): ImageMeasurement => {
  if (bytes.length > MAX_MEASUREMENT_BYTES) {
    throw new EvidenceError('too-large', `${NAME} is larger than ${MAX_MEASUREMENT_BYTES} bytes`);
  }
  const item = decodeCbor(bytes);
  const version = item instanceof Map ? item.get('version') : undefined;
  if (typeof version === 'number' && version !== VERSION) {
    throw new EvidenceError('unsupported-image', `${NAME} is of version ${version}; ${VERSION} is supported`);
  }
  const whole = mapOf(item, ['version', 'image', 'tdvf'], 'it');
  if (version !== VERSION) throw bad("'version' is no number");
  const image = mapOf(whole.get('image'), ['cmdline_sha384', 'kernel_authenticode', 'initrd_sha384'], "'image'");
  const tdvf = mapOf(whole.get('tdvf'), ['ovmf', 'mrtd', 'td_hob'], "'tdvf'");
  const mrtd = mapOf(tdvf.get('mrtd'), ['single_pass', 'two_pass'], "'mrtd'");
  const ovmf = tdvf.get('ovmf');
  if (typeof ovmf !== 'string') throw bad("'ovmf' is no text");
  return {
    cmdlineSha384: digestAt(image, 'cmdline_sha384'),
    kernelAuthenticode: digestAt(image, 'kernel_authenticode'),
    initrdSha384: digestAt(image, 'initrd_sha384'),
    ovmf,
    mrtd: { singlePass: digestAt(mrtd, 'single_pass'), twoPass: digestAt(mrtd, 'two_pass') },
    tdHob: bytesAt(tdvf, 'td_hob'),
  };
};
