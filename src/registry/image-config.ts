import { arrayOf, type JsonObject, objectOf, optional, parseJson, stringOf } from '../base/json.ts';
import { CONTAINER_MEMBERS, IMAGE_MEMBERS } from './config-members.ts';
import { listOf } from './descriptor.ts';
import { type Digest, readDigest } from './digest.ts';
import { guarded, RegistryError } from './errors.ts';
import { MAX_CONFIG_BYTES, MAX_DEPTH, MAX_LAYERS } from './limits.ts';
import { checkSpelling } from './spelling.ts';

/** The config of an image (OCI image specification, "Image Configuration"). */
export interface ImageConfig {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
  /** The digest of each layer's tar, from the lowest up. */
  readonly diffIds: readonly Digest[];
  /** How a container of the image is run: `Entrypoint`, `Env`, `User`, …, as it stands there. */
  readonly config: JsonObject;
  /** `Labels` of the same, name to value. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Go writes an empty map as null. */
const labelsOf = (value: unknown, what: string): Readonly<Record<string, string>> => {
  const labels: Record<string, string> = Object.create(null);
  if (value === undefined || value === null) return labels;
  for (const [name, text] of Object.entries(objectOf(value, what))) labels[name] = stringOf(text, `${what}: ${name}`);
  return labels;
};

const read = (bytes: Uint8Array, what: string): ImageConfig => {
  const parsed = parseJson(bytes, { name: what, maxBytes: MAX_CONFIG_BYTES, maxDepth: MAX_DEPTH });
  const fields = objectOf(parsed, what);
  checkSpelling(fields, IMAGE_MEMBERS, what);
  const rootfs = objectOf(fields.rootfs, `${what}: rootfs`);
  checkSpelling(rootfs, ['type', 'diff_ids'], `${what}: rootfs`);
  const { type, diff_ids: ids } = rootfs;
  if (type !== 'layers') throw new RegistryError('bad-manifest', `${what}: rootfs.type is not 'layers'`);
  const config =
    fields.config === undefined || fields.config === null ? {} : objectOf(fields.config, `${what}: config`);
  checkSpelling(config, CONTAINER_MEMBERS, `${what}: config`);
  const diffIds = listOf(arrayOf(ids, `${what}: rootfs.diff_ids`), MAX_LAYERS, `${what}: rootfs.diff_ids`);
  return {
    os: stringOf(fields.os, `${what}: os`),
    architecture: stringOf(fields.architecture, `${what}: architecture`),
    variant: optional(stringOf, fields.variant, `${what}: variant`),
    diffIds: diffIds.map((id, index) => {
      const place = `${what}: rootfs.diff_ids[${index}]`;
      return readDigest(stringOf(id, place), place);
    }),
    config,
    labels: labelsOf(config.Labels, `${what}: config.Labels`),
  };
};

/** Reads the config of an image. `what` names it, escaped. Throws RegistryError `bad-manifest`. */
export const readImageConfig = (bytes: Uint8Array, what: string): ImageConfig =>
  guarded('bad-manifest', () => read(bytes, what));
