import { stringify } from 'smol-toml';
import type { ImageDigest } from '../digest.ts';
import { MpcError } from '../errors.ts';
import { APPROVED_HASHES, DSTACK_SOCKET } from '../paths.ts';
import type { Platform } from '../settings.ts';
import type { TomlTable } from './toml-values.ts';

/** Names what the launcher injects. */
const TEE = 'tee';
/** The node would write its key shares to Google's secret manager (near/mpc #2827). */
const GCP = 'gcp';

/**
 * Holds the operator's table against what it may not have. Before anything is done: near/mpc looks after the event is in the
 * register, where only a reboot helps. Throws MpcError `reserved-key`, `restricted-key`.
 */
export const checkNodeConfig = (node: TomlTable, platform: Platform): void => {
  if (Object.hasOwn(node, TEE)) {
    throw new MpcError('reserved-key', `mpc_node_config.${TEE} is the launcher's to write`, {
      hint: `remove '${TEE}' from [mpc_node_config]`,
    });
  }
  if (platform === 'TEE' && Object.hasOwn(node, GCP)) {
    throw new MpcError('restricted-key', `mpc_node_config.${GCP} is not allowed with PLATFORM=TEE`, {
      hint: 'it would carry key shares out of the TEE: remove it',
    });
  }
};

const authorityOf = (platform: Platform): TomlTable =>
  platform === 'TEE' ? { type: 'dstack', dstack_endpoint: DSTACK_SOCKET } : { type: 'local' };

/**
 * The node's config: the operator's table with `[tee]` (near/mpc config.rs). Checks it first.
 * Throws as {@link checkNodeConfig}.
 */
export const injectTee = (node: TomlTable, platform: Platform, digest: ImageDigest): TomlTable => {
  checkNodeConfig(node, platform);
  const tee = {
    image_hash: digest,
    latest_allowed_hash_file_path: APPROVED_HASHES,
    authority: authorityOf(platform),
  };
  return { ...node, [TEE]: tee };
};

/** The table as TOML; 2 stays an integer and 2.0 a float. */
export const toToml = (table: TomlTable): string => `${stringify(table, { numbersAsFloat: true }).trimEnd()}\n`;
