/** SIMULATED hardware: what dstack extends into RTMR3 while it boots, in the order of each line of releases. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type LogVersion, type MockEvent, runtimeEvent } from './event.ts';
import type { KeyProvider } from './key-provider.ts';

/** The published releases 0.5.4 to 0.5.11, or the line after them. */
export type Line = '0.5' | 'next';

export interface BootFacts {
  readonly line: Line;
  readonly version: LogVersion;
  /** Hex. */
  readonly appId: string;
  readonly composeHash: string;
  readonly instanceId: string;
  readonly osImageHash: string;
  readonly keyProvider: KeyProvider;
  readonly initScripts: readonly string[];
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

export const bootEvents = (facts: BootFacts): readonly MockEvent[] => {
  const event = (name: string, payload: Uint8Array | string = ''): MockEvent =>
    runtimeEvent(name, payload, facts.version);
  const kms = facts.keyProvider.name === 'kms';
  const next = facts.line === 'next';
  return [
    event('system-preparing'),
    event('app-id', hex(facts.appId)),
    event('compose-hash', hex(facts.composeHash)),
    ...(next
      ? facts.initScripts.map((script) => event('init-script-hash', createHash('sha256').update(script).digest()))
      : []),
    event('instance-id', hex(facts.instanceId)),
    event('boot-mr-done'),
    ...(kms && !next ? [event('mr-kms', Buffer.alloc(32, 'SIMULATED mr-kms '))] : []),
    ...(kms ? [event('os-image-hash', hex(facts.osImageHash))] : []),
    event('key-provider', JSON.stringify({ name: facts.keyProvider.name, id: facts.keyProvider.id })),
    event('storage-fs', 'zfs'),
    event('system-ready'),
  ];
};
