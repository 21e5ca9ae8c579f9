/** SIMULATED hardware: the forms of `mr_config_id` that dstack's hosts set (dstack-types, mr_config). */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { keccak256 } from './keccak.ts';
import { COMPOSE_NAMES, CONFIG_NUMBERS, type KeyProvider } from './key-provider.ts';

/** `untagged` is the form of 0.5.1. */
export type ConfigIdForm = 'v1' | 'v2' | 'v3' | 'zero' | 'untagged';

export interface ConfigFacts {
  /** Hex. */
  readonly composeHash: string;
  readonly appId: string;
  readonly keyProvider: KeyProvider;
}

const SIZE = 48;
const padded = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat([...parts, Buffer.alloc(SIZE)], SIZE);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** What a V3 id is the hash of: RFC 8785 JSON, so its keys are sorted. */
export const configDocument = ({ composeHash, appId, keyProvider }: ConfigFacts): string =>
  JSON.stringify({
    app_id: appId,
    compose_hash: composeHash,
    key_provider: COMPOSE_NAMES[keyProvider.name],
    ...(keyProvider.id === '' ? {} : { key_provider_id: keyProvider.id }),
    version: 3,
  });

export const mrConfigId = (form: ConfigIdForm, facts: ConfigFacts, document = configDocument(facts)): Buffer => {
  const compose = hex(facts.composeHash);
  switch (form) {
    case 'zero':
      return Buffer.alloc(SIZE);
    case 'untagged':
      return padded(compose);
    case 'v1':
      return padded(Buffer.from([1]), compose);
    case 'v2': {
      const kind = Buffer.from([CONFIG_NUMBERS[facts.keyProvider.name]]);
      const preimage = Buffer.concat([compose, hex(facts.appId), kind, hex(facts.keyProvider.id)]);
      return padded(Buffer.from([2]), keccak256(preimage));
    }
    case 'v3': {
      const hash = createHash('sha256').update('dstack-mr-config-v3:\0').update(document).digest();
      return padded(Buffer.from([3]), hash);
    }
  }
};
