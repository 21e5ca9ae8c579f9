import { JsonError, type JsonObject, arrayOf, integerOf, objectOf, parseJson, stringOf } from '../../base/json.ts';
import { escapeText } from '../../base/escape.ts';
import { AllowedError } from './errors.ts';

/** A hash that the contract accepts, and until when. */
export interface AllowedHash {
  /** 64 lower-case hex digits. */
  readonly hash: string;
  /** Seconds since 1970 from which on the contract no longer accepts it; undefined: no end is known. */
  readonly expiry: number | undefined;
}

/** One set of measurements, lower-case hex of 48 bytes each. */
export interface MeasurementSet {
  readonly mrtd: string;
  readonly rtmr0: string;
  readonly rtmr1: string;
  readonly rtmr2: string;
  readonly keyProviderEventDigest: string;
}

/** What the contract accepts, each list as its view gave it; undefined where the file leaves a view out. An empty list accepts nothing. */
export interface AllowedLists {
  /** Newest first: that is the order of `allowed_docker_image_hashes`. */
  readonly images: readonly AllowedHash[] | undefined;
  /** Oldest first: that is the order of `allowed_launcher_image_hashes`. */
  readonly launchers: readonly AllowedHash[] | undefined;
  /** 64 lower-case hex digits each. */
  readonly composeHashes: readonly string[] | undefined;
  readonly measurements: readonly MeasurementSet[] | undefined;
}

/** The contract's lists have some ten entries, and each launcher is tried with each image. */
const MAX_ENTRIES = 64;
/** This one has an entry for each launcher with each image, and each is compared once: the size of the file bounds it. */
const PRODUCT_VIEW = 'allowed_launcher_compose_hashes';
/** The year 2100 in seconds: the contract's ends lie days ahead, so what is beyond was written in another unit. */
const MAX_EXPIRY = 4_102_444_800;
/** Some hundred entries fit. */
export const MAX_ALLOWED_BYTES = 256 * 1024;
/** An object of arrays of objects of values. */
const MAX_DEPTH = 4;

const SHA256_DIGITS = 64;
const REGISTER_DIGITS = 96;

const HINT = 'write it as the contract\'s views give it: docs/mpc-launcher.md, "Allowed lists"';

const fault = (
  code: 'unknown-key' | 'bad-value' | 'bad-order' | 'duplicate' | 'too-many',
  message: string,
  hint = HINT,
): AllowedError => new AllowedError(code, message, { hint });

const hexOf = (value: unknown, what: string, digits: number): string => {
  const text = stringOf(value, what).replace(/^sha256:/, '');
  if (text.length === digits && /^[0-9a-f]+$/.test(text)) return text;
  throw fault('bad-value', `${what} is not ${digits} lower-case hex digits`);
};

const onlyKeys = (object: JsonObject, known: readonly string[], what: string): void => {
  const odd = Object.keys(object).find((key) => !known.includes(key));
  // An end or a condition under a name that is not known here would be passed over.
  if (odd !== undefined) throw fault('unknown-key', `${what} has the unknown key '${escapeText(odd.slice(0, 60))}'`);
};

const distinct = <T>(list: readonly T[], what: string, identify: (one: T) => string): readonly T[] => {
  if (new Set(list.map(identify)).size === list.length) return list;
  throw fault('duplicate', `${what} names the same twice`);
};

const expiryOf = (value: unknown, what: string): number | undefined => {
  if (value === null || value === undefined) return undefined;
  const expiry = integerOf(value, what);
  if (expiry <= MAX_EXPIRY) return expiry;
  throw fault('bad-value', `${what} is ${expiry}, beyond the year 2100`, 'write it in seconds, not in milliseconds');
};

/** A bare hash, or `{image_hash, expiry_timestamp_seconds}` whose end may be null. */
const hashEntry = (value: unknown, what: string): AllowedHash => {
  if (typeof value === 'string') return { hash: hexOf(value, what, SHA256_DIGITS), expiry: undefined };
  const entry = objectOf(value, what);
  onlyKeys(entry, ['image_hash', 'expiry_timestamp_seconds'], what);
  const { expiry_timestamp_seconds: expiry } = entry;
  return {
    hash: hexOf(entry.image_hash, `${what}.image_hash`, SHA256_DIGITS),
    expiry: expiryOf(expiry, `${what}.expiry_timestamp_seconds`),
  };
};

const SET_KEYS = ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2', 'key_provider_event_digest'] as const;

const measurementSet = (value: unknown, what: string): MeasurementSet => {
  const set = objectOf(value, what);
  onlyKeys(set, SET_KEYS, what);
  const [mrtd, rtmr0, rtmr1, rtmr2, keyProviderEventDigest] = SET_KEYS.map((key) =>
    hexOf(set[key], `${what}.${key}`, REGISTER_DIGITS),
  ) as [string, string, string, string, string];
  return { mrtd, rtmr0, rtmr1, rtmr2, keyProviderEventDigest };
};

const VIEWS = [
  'allowed_docker_image_hashes',
  'allowed_launcher_image_hashes',
  PRODUCT_VIEW,
  'allowed_os_measurements',
] as const;

/**
 * The newest image has no end, and all older ones have: with its end unset anywhere but in front the list is in the other order, which is that
 * of the launchers (near/mpc #3226), and "the newest" would be the one that ends first.
 */
const checkOrder = (images: readonly AllowedHash[], what: string): void => {
  const endless = images.findLastIndex(({ expiry }) => expiry === undefined);
  if (images.some(({ expiry }) => expiry !== undefined) && endless > 0) {
    throw fault('bad-order', `${what}[${endless}] has no end and is not the first: images stand newest first`);
  }
};

const read = (document: JsonObject, name: string): AllowedLists => {
  onlyKeys(document, VIEWS, name);
  const list = <T>(
    view: (typeof VIEWS)[number],
    entry: (value: unknown, what: string) => T,
    identify: (one: T) => string,
  ): readonly T[] | undefined => {
    if (document[view] === undefined) return undefined;
    const what = `${name}: ${view}`;
    const values = arrayOf(document[view], what);
    if (view !== PRODUCT_VIEW && values.length > MAX_ENTRIES) {
      throw fault('too-many', `${what} has ${values.length} entries, more than ${MAX_ENTRIES}`, 'leave out the oldest');
    }
    const entries = values.map((value, index) => entry(value, `${what}[${index}]`));
    return distinct(entries, what, identify);
  };
  const images = list('allowed_docker_image_hashes', hashEntry, ({ hash }) => hash);
  checkOrder(images ?? [], `${name}: allowed_docker_image_hashes`);
  return {
    images,
    launchers: list('allowed_launcher_image_hashes', hashEntry, ({ hash }) => hash),
    composeHashes: list(
      PRODUCT_VIEW,
      (value, what) => hexOf(value, what, SHA256_DIGITS),
      (hash) => hash,
    ),
    measurements: list('allowed_os_measurements', measurementSet, (set) => Object.values(set).join()),
  };
};

/**
 * The lists in a file: one JSON object whose keys are views of NEAR's contract and whose values are what these return (near/mpc
 * crates/contract). `name` is the file as the user named it. A key that is not known is an error. Throws {@link AllowedError}.
 */
export const parseAllowed = (bytes: Uint8Array, name: string): AllowedLists => {
  const shown = escapeText(name);
  try {
    const document = objectOf(parseJson(bytes, { name, maxBytes: MAX_ALLOWED_BYTES, maxDepth: MAX_DEPTH }), shown);
    const lists = read(document, shown);
    if (Object.keys(document).length > 0) return lists;
    throw new AllowedError('states-nothing', `${shown} holds none of the contract's lists`, { hint: HINT });
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new AllowedError('unreadable', `the allowed lists cannot be read: ${cause.message}`, { hint: HINT, cause });
  }
};
