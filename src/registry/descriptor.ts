import { arrayOf, integerOf, type JsonObject, objectOf, optional, stringOf } from '../base/json.ts';
import { type Digest, readDigest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { MAX_ANNOTATIONS, MAX_NAME_LENGTH } from './limits.ts';
import { checkSpelling } from './spelling.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
}

/**
 * What names other bytes (OCI image specification, "Descriptor"). `urls` and `data` are not looked at: bytes come from
 * the registry.
 */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  readonly artifactType: string | undefined;
  readonly platform: Platform | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

const nameOf = (value: unknown, what: string): string => {
  const name = stringOf(value, what);
  if (name.length <= MAX_NAME_LENGTH) return name;
  throw new RegistryError('bad-manifest', `${what} has more than ${MAX_NAME_LENGTH} characters`);
};

/** A list of at most `max`. */
export const listOf = (value: unknown, max: number, what: string): readonly unknown[] => {
  const list = arrayOf(value, what);
  if (list.length <= max) return list;
  throw new RegistryError('too-large', `${what} has ${list.length} items, more than ${max}`);
};

export const annotationsOf = (value: unknown, what: string): Readonly<Record<string, string>> => {
  // Go writes an empty map as null.
  if (value === undefined || value === null) return {};
  const entries = Object.entries(objectOf(value, what));
  if (entries.length > MAX_ANNOTATIONS) {
    throw new RegistryError('too-large', `${what} has ${entries.length} items, more than ${MAX_ANNOTATIONS}`);
  }
  const annotations: Record<string, string> = Object.create(null);
  for (const [name, text] of entries) annotations[name] = stringOf(text, `${what}: ${name}`);
  return annotations;
};

const platformOf = (value: unknown, what: string): Platform => {
  const fields = objectOf(value, what);
  checkSpelling(fields, ['os', 'architecture', 'variant', 'os.version', 'os.features', 'features'], what);
  const { os, architecture, variant } = fields;
  return {
    os: nameOf(os, `${what}.os`),
    architecture: nameOf(architecture, `${what}.architecture`),
    variant: optional(nameOf, variant, `${what}.variant`),
  };
};

const MEMBERS = ['mediaType', 'digest', 'size', 'artifactType', 'platform', 'annotations', 'urls', 'data'];

/**
 * Throws RegistryError `bad-manifest`, `too-large`, and the JsonErrors of a member that is missing or of another type.
 */
export const descriptorOf = (value: unknown, what: string): Descriptor => {
  const fields: JsonObject = objectOf(value, what);
  checkSpelling(fields, MEMBERS, what);
  return {
    mediaType: nameOf(fields.mediaType, `${what}.mediaType`),
    digest: readDigest(stringOf(fields.digest, `${what}.digest`), `${what}.digest`),
    size: integerOf(fields.size, `${what}.size`),
    artifactType: optional(nameOf, fields.artifactType, `${what}.artifactType`),
    platform: optional(platformOf, fields.platform, `${what}.platform`),
    annotations: annotationsOf(fields.annotations, `${what}.annotations`),
  };
};
