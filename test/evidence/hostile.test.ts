import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAppCompose } from '../../src/evidence/app-compose.ts';
import { readMrConfigDocument } from '../../src/evidence/mr-config-document.ts';
import { readChecksumFile } from '../../src/evidence/os-image/checksum-file.ts';
import { tdHob } from '../../src/evidence/os-image/td-hob.ts';
import { readRaTlsExtensions, RA_TLS_OIDS } from '../../src/evidence/ra-tls/extensions.ts';
import { verifyRaTlsChain } from '../../src/evidence/ra-tls/verify-chain.ts';
import { readEventLogBytes } from '../../src/evidence/event-log-bytes.ts';
import { readEventLog } from '../../src/evidence/read-event-log.ts';
import { replayAgainst } from '../../src/evidence/replay-against.ts';
import { readRuntimeEvents } from '../../src/evidence/system-events.ts';
import { readVmConfig } from '../../src/evidence/vm-config.ts';
import { simulate } from '../mocks/deployment.ts';
import { doubleEvent, dropEvent, insertAfter, insertBefore, swapEvents } from '../mocks/deployment/edit-events.ts';
import { runtimeEvent } from '../mocks/deployment/event.ts';
import { holds } from '../support/property.ts';
import { failure, text, tolerate } from './support.ts';

type Options = NonNullable<Parameters<typeof simulate>[0]>;
const read = (options: Options = {}, form: 'none' | 'get-quote' | 'attest' = 'none') => {
  const deployment = simulate(options);
  const { rtmr0, rtmr1, rtmr2, rtmr3 } = deployment.body;
  const log = readEventLog(JSON.parse(deployment.eventLog(form)));
  return { log, states: replayAgainst(log, [rtmr0!, rtmr1!, rtmr2!, rtmr3!]).map(({ state }) => state) };
};

describe('a deployment', () => {
  test.each<[string, Options]>([
    ['of 0.5', {}],
    ['of 0.6', { line: 'next', initScripts: ['a', 'b'] }],
    ['with events of version 2', { line: 'next', eventLogVersion: 2 }],
    ['with user events', { userEvents: [{ event: 'mine', payload: 'x' }] }],
  ])('%s replays whole and stripped', (_, options) => {
    expect(read(options).states).toEqual(['matches', 'matches', 'matches', 'matches']);
    expect(read(options, 'get-quote').states).toEqual(['matches', 'matches', 'matches', 'matches']);
    expect(read(options, 'attest').states[3]).toBe('matches');
    expect(readRuntimeEvents(read(options).log).system.rows.length).toBeGreaterThan(0);
  });

  // The guest itself extended these, so the log replays: only the order tells.
  const extra = runtimeEvent('compose-hash', new Uint8Array(32));
  test.each<[string, Options, number, string]>([
    ['drops compose-hash', { editEvents: dropEvent('compose-hash') }, 10, 'event-order'],
    ['drops boot-mr-done', { editEvents: dropEvent('boot-mr-done') }, 10, 'event-order'],
    ['drops system-ready', { editEvents: dropEvent('system-ready') }, 20, 'not-ready'],
    ['doubles app-id', { editEvents: doubleEvent('app-id') }, 10, 'duplicate-event'],
    ['adds a compose-hash early', { editEvents: insertBefore('app-id', extra) }, 10, 'duplicate-event'],
    ['adds a compose-hash late', { editEvents: insertBefore('system-ready', extra) }, 10, 'duplicate-event'],
    [
      'adds an event of its own',
      { editEvents: insertBefore('system-ready', runtimeEvent('mine')) },
      10,
      'unknown-event',
    ],
    ['exchanges app-id and compose-hash', { editEvents: swapEvents('app-id', 'compose-hash') }, 10, 'event-order'],
    [
      'exchanges instance-id and boot-mr-done',
      { editEvents: swapEvents('instance-id', 'boot-mr-done') },
      10,
      'event-order',
    ],
  ])('that %s is told by the order', (_, options, exit, code) => {
    const { log, states } = read(options);
    expect(states).toEqual(['matches', 'matches', 'matches', 'matches']);
    expect(failure(() => readRuntimeEvents(log), exit)).toContain(`${code}: `);
  });

  test('may add what it likes behind system-ready, as an application', () => {
    const { log, states } = read({ editEvents: insertAfter('system-ready', extra) });
    expect(states[3]).toBe('matches');
    expect(readRuntimeEvents(log).user[0]?.note).toContain('an application wrote it');
  });

  test.each<[string, NonNullable<Options['editEvents']>]>([
    ['dropped', dropEvent('mr-kms')],
    ['doubled', doubleEvent('mr-kms')],
    ['added', insertBefore('mr-kms', extra)],
    ['exchanged', swapEvents('mr-kms', 'os-image-hash')],
  ])('does not replay where a host has %s an event', (_, editEvents) =>
    expect(read({ editEvents, refold: false }).states).toEqual(['matches', 'matches', 'matches', 'differs']),
  );
});

describe('no bytes make a reader throw anything but its own errors', () => {
  const junk = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map(text),
    fc.constantFrom('[{}]', '[[]]', '{"a":1}', 'ELGZv1').map(text),
  );
  const words = fc.dictionary(
    fc.constantFrom(
      'imr',
      'event_type',
      'digest',
      'event',
      'event_payload',
      'version',
      'preimage',
      'name',
      'runner',
      'manifest_version',
      'compose_hash',
      'key_provider',
      'memory_size',
      'tdx_measurement',
    ),
    fc.oneof(fc.nat(4), fc.string({ maxLength: 4 }), fc.constantFrom('', 'ab', '2'), fc.jsonValue({ maxDepth: 1 })),
  );
  const readers: Record<string, (bytes: Uint8Array) => unknown> = {
    'event log': readEventLogBytes,
    'app-compose': readAppCompose,
    vm_config: (bytes) => readVmConfig(Buffer.from(bytes).toString()),
    'mr_config document': (bytes) => readMrConfigDocument(Buffer.from(bytes).toString()),
    'checksum file': readChecksumFile,
    'TD HOB': (bytes) => tdHob(bytes, 2 ** 31),
    'RA-TLS chain': (bytes) => verifyRaTlsChain([bytes, bytes], 0),
    'RA-TLS extension': (bytes) =>
      Object.values(RA_TLS_OIDS).map((oid) =>
        tolerate(() => readRaTlsExtensions({ extensions: new Map([[oid, { critical: false, value: bytes }]]) })),
      ),
  };

  test.each(Object.keys(readers))('%s', (name) => {
    const reader = readers[name]!;
    holds(fc.property(junk, (bytes) => tolerate(() => reader(bytes))));
    holds(fc.property(words, (object) => tolerate(() => reader(text(JSON.stringify(object))))));
    holds(fc.property(words, (object) => tolerate(() => reader(text(JSON.stringify([object]))))));
  });

  test('the order and the replay of any events', () => {
    const names = [
      'system-preparing',
      'app-id',
      'compose-hash',
      'instance-id',
      'boot-mr-done',
      'key-provider',
      'system-ready',
      'a:b',
      '',
    ];
    const event = fc.record({
      register: fc.constantFrom<0 | 3>(0, 3),
      eventType: fc.constantFrom(0x08000001, 0x08000001, 4),
      digest: fc.constantFrom(undefined, undefined, new Uint8Array(48)),
      name: fc.constantFrom(...names),
      payload: fc.constantFrom(new Uint8Array(0), new Uint8Array(20), new Uint8Array(32)),
      version: fc.constantFrom<1 | 2>(1, 2),
      preimage: fc.constantFrom(undefined, undefined, new Uint8Array(1)),
    });
    const zero = new Uint8Array(48);
    holds(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        expect(replayAgainst(events, [zero, zero, zero, zero])).toHaveLength(4);
        tolerate(() => readRuntimeEvents(events));
      }),
      1000,
    );
  });
});
