import * as z from 'zod/mini';
import type { DigestKind, ImageDigest } from '../digest.ts';
import { MpcError } from '../errors.ts';
import { MAX_PAUSE_SECS, MAX_REQUEST_PAUSE_SECS, MAX_REQUEST_SECS, MAX_RETRIES, MAX_TAGS } from '../limits.ts';
import { digest, type PortMapping, portMappings, readFields, text, whole } from './fields.ts';
import { checkImageName, checkImageReference } from './image-reference.ts';
import type { TomlTable } from './toml-values.ts';

/** How often something is tried again, and after which pauses. */
export interface RetryRule {
  /** Tries after the first. */
  readonly retries: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Where the image is. With `tags`, the digest is that of a config, and one of the tags leads to its manifest. */
export type ImageSource =
  | { readonly kind: 'manifest'; readonly reference: string }
  | {
      readonly kind: 'config';
      readonly registry: string;
      readonly name: string;
      readonly tags: readonly string[];
      readonly requestMs: number;
      readonly requests: RetryRule;
    };

/** `[launcher_config]`. */
export interface LauncherConfig {
  readonly image: ImageSource;
  readonly pull: RetryRule;
  readonly override: ImageDigest | undefined;
  readonly ports: readonly PortMapping[];
  /** Keys that nobody reads, for a warning. */
  readonly unknownKeys: readonly string[];
}

const COMMON = {
  pull_max_retries: z._default(whole(0, MAX_RETRIES), 5),
  pull_retry_interval_secs: z._default(whole(1, MAX_PAUSE_SECS), 2),
  pull_max_delay_secs: z._default(whole(1, MAX_PAUSE_SECS), 60),
  mpc_hash_override: z.optional(digest),
  port_mappings: portMappings,
};

const BY_MANIFEST = z.object({ image_reference: text, ...COMMON });

/** All required, as in the generation that had them (near/mpc #2621). */
const BY_CONFIG = z.object({
  image_tags: z
    .array(text, 'is not an array')
    .check(z.minLength(1, 'is empty'), z.maxLength(MAX_TAGS, `has more than ${MAX_TAGS} elements`)),
  image_name: text,
  registry: text,
  rpc_request_timeout_secs: whole(1, MAX_REQUEST_SECS),
  rpc_request_interval_secs: whole(1, MAX_PAUSE_SECS),
  rpc_max_attempts: whole(0, MAX_RETRIES),
  ...COMMON,
});

const readByManifest = (table: TomlTable) => {
  const fields = readFields(BY_MANIFEST, table);
  checkImageReference(fields.image_reference);
  return { fields, image: { kind: 'manifest', reference: fields.image_reference } as const };
};

const readByConfig = (table: TomlTable) => {
  const fields = readFields(BY_CONFIG, table);
  checkImageName(fields.image_name);
  const image = {
    kind: 'config',
    registry: fields.registry,
    name: fields.image_name,
    tags: fields.image_tags,
    requestMs: fields.rpc_request_timeout_secs * 1000,
    requests: {
      retries: fields.rpc_max_attempts,
      firstMs: Math.min(fields.rpc_request_interval_secs, MAX_REQUEST_PAUSE_SECS) * 1000,
      longestMs: MAX_REQUEST_PAUSE_SECS * 1000,
    },
  } as const;
  return { fields, image };
};

/** A config of the other generation says so by its keys, which a missing key alone would not tell. */
const explainGeneration = (error: unknown, table: TomlTable, kind: DigestKind): never => {
  const isOther = kind === 'manifest' ? 'image_tags' in table : 'image_reference' in table;
  if (!(error instanceof MpcError) || error.code !== 'key-missing' || !isOther) throw error;
  const [key, wanted] = kind === 'manifest' ? ['image_tags', 'config'] : ['image_reference', 'manifest'];
  throw new MpcError('key-missing', `${error.message}, and ${key} is of a config for IMAGE_DIGEST_KIND=${wanted}`, {
    hint: 'the compose file of the launcher, which is measured, says which of the two it is',
    cause: error,
  });
};

/**
 * Reads `[launcher_config]` for what the approved digests are of. Throws MpcError `key-missing`, `value-invalid`,
 * `out-of-bounds`, `port-mapping-invalid`, `override-malformed`, `image-reference-invalid`.
 */
export const readLauncherConfig = (table: TomlTable, kind: DigestKind): LauncherConfig => {
  try {
    const { fields, image } = kind === 'manifest' ? readByManifest(table) : readByConfig(table);
    const known = kind === 'manifest' ? BY_MANIFEST.shape : BY_CONFIG.shape;
    return {
      image,
      pull: {
        retries: fields.pull_max_retries,
        // A first pause beyond the longest is lowered, as near/mpc does.
        firstMs: Math.min(fields.pull_retry_interval_secs, fields.pull_max_delay_secs) * 1000,
        longestMs: fields.pull_max_delay_secs * 1000,
      },
      override: fields.mpc_hash_override,
      ports: fields.port_mappings,
      unknownKeys: Object.keys(table).filter((key) => !Object.hasOwn(known, key)),
    };
  } catch (error) {
    return explainGeneration(error, table, kind);
  }
};
