/** SIMULATED hardware: who gives the application its keys, as the key-provider event names it. */
import type { Buffer } from 'node:buffer';

export const KEY_PROVIDERS = ['none', 'kms', 'local-sgx', 'tpm'] as const;
export type KeyProviderName = (typeof KEY_PROVIDERS)[number];

export interface KeyProvider {
  readonly name: KeyProviderName;
  /** Hex: of a KMS its root CA key (DER SPKI), of a local one its MRENCLAVE, else empty. */
  readonly id: string;
}

/** How app-compose and `mr_config_id` name it, and its number in the V2 form. */
export const COMPOSE_NAMES = { none: 'none', kms: 'kms', 'local-sgx': 'local', tpm: 'tpm' } as const;
export const CONFIG_NUMBERS = { none: 0, 'local-sgx': 1, kms: 2, tpm: 3 } as const;

export const keyProviderId = (name: KeyProviderName, kmsRootSpki: Buffer): string => {
  if (name === 'kms') return kmsRootSpki.toString('hex');
  return name === 'local-sgx' ? '4d'.repeat(32) : '';
};
