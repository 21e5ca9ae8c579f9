import { describe, expect, test } from 'vitest';
import type { LogEvent } from '../../src/evidence/log-event.ts';
import { keyProviderOf } from '../../src/evidence/system-event-payloads.ts';
import { readRuntimeEvents } from '../../src/evidence/system-events.ts';
import { changed, failure, firmware, hex, hexOf, runtime, text, thrownBy } from './support.ts';

const KEY_PROVIDER = '{"name":"kms","id":"3059"}';
const HASH = hex('cc'.repeat(32));
const PAYLOADS: Record<string, Uint8Array> = {
  'app-id': hex('aa'.repeat(20)),
  'compose-hash': HASH,
  'instance-id': hex('bb'.repeat(20)),
  'mr-kms': hex('dd'.repeat(32)),
  'os-image-hash': hex('ee'.repeat(32)),
  'key-provider': text(KEY_PROVIDER),
  'storage-fs': text('zfs'),
  'init-script-hash': hex('11'.repeat(32)),
  'rootfs-hash': hex('22'.repeat(48)),
  'gpu-policy-hash': hex('33'.repeat(32)),
  'gpu-attestation': text('{}'),
};
const log = (names: string): LogEvent[] => names.split(' ').map((name) => runtime(name, PAYLOADS[name]));

const START = 'system-preparing app-id compose-hash';
const MIDDLE = `${START} instance-id boot-mr-done`;
const USUAL = `${MIDDLE} mr-kms os-image-hash key-provider storage-fs system-ready`;

describe('the order of system events', () => {
  test.each([
    ['system-preparing rootfs-hash app-id compose-hash instance-id boot-mr-done key-provider system-ready', ['0.4.0']],
    [
      'system-preparing rootfs-hash app-id compose-hash instance-id boot-mr-done mr-kms key-provider system-ready',
      ['0.4.0'],
    ],
    [`${MIDDLE} key-provider system-ready`, ['0.4.2 to 0.5.11']],
    [`${MIDDLE} mr-kms key-provider system-ready`, ['0.4.2 to 0.5.11']],
    [USUAL, ['0.4.2 to 0.5.11']],
    [`${MIDDLE} key-provider storage-fs system-ready`, ['0.4.2 to 0.5.11', '0.6']],
    [`${MIDDLE} os-image-hash key-provider storage-fs system-ready`, ['0.4.2 to 0.5.11', '0.6']],
    [`${START} init-script-hash instance-id boot-mr-done key-provider storage-fs system-ready`, ['0.6']],
    [
      `${START} init-script-hash init-script-hash gpu-policy-hash gpu-attestation instance-id boot-mr-done os-image-hash key-provider storage-fs system-ready`,
      ['0.6'],
    ],
  ])('%s', (names, rows) => {
    const { system, user } = readRuntimeEvents(log(names));
    expect(system.rows).toEqual(rows);
    expect(user).toEqual([]);
  });

  test('is read past events of other registers', () => {
    const mixed = log(USUAL).flatMap((event, index) => [firmware(0, index), event, firmware(2, index)]);
    expect(readRuntimeEvents(mixed).system).toEqual(readRuntimeEvents(log(USUAL)).system);
  });

  const late = 'comes where dstack 0.4.2 to 0.5.11 has';
  test.each([
    [`${START} boot-mr-done key-provider system-ready`, `event-order: event 4 'boot-mr-done' ${late} 'instance-id'`],
    [
      `app-id system-preparing compose-hash system-ready`,
      `event-order: event 1 'app-id' comes where dstack 0.4.0 has 'system-preparing'`,
    ],
    [
      `system-preparing compose-hash app-id instance-id boot-mr-done key-provider system-ready`,
      "event-order: event 2 'compose-hash' comes where dstack 0.4.0 has 'rootfs-hash'",
    ],
    [
      `${START} boot-mr-done instance-id key-provider system-ready`,
      `event-order: event 4 'boot-mr-done' ${late} 'instance-id'`,
    ],
    [`${MIDDLE} key-provider mr-kms system-ready`, `event-order: event 7 'mr-kms' ${late} 'system-ready'`],
    [
      `${MIDDLE} mr-kms os-image-hash storage-fs key-provider system-ready`,
      `event-order: event 8 'storage-fs' ${late} 'key-provider'`,
    ],
    [`${MIDDLE} system-ready`, `event-order: event 6 'system-ready' ${late} 'key-provider'`],
    ['system-ready', "event-order: event 1 'system-ready' comes where dstack 0.4.0 has 'system-preparing'"],
    [
      `${START} init-script-hash instance-id boot-mr-done key-provider system-ready`,
      "event-order: event 8 'system-ready' comes where dstack 0.6 has 'storage-fs'",
    ],
    [
      `${START} instance-id init-script-hash boot-mr-done key-provider storage-fs system-ready`,
      `event-order: event 5 'init-script-hash' ${late} 'boot-mr-done'`,
    ],
    [
      `${START} gpu-attestation gpu-policy-hash instance-id boot-mr-done key-provider storage-fs system-ready`,
      "event-order: event 5 'gpu-policy-hash' comes where dstack 0.6 has 'instance-id'",
    ],
    [
      `${START} gpu-policy-hash instance-id boot-mr-done key-provider storage-fs system-ready`,
      "event-order: 'gpu-policy-hash' and 'gpu-attestation' come together or not at all",
    ],
    [
      `${START} gpu-attestation instance-id boot-mr-done key-provider storage-fs system-ready`,
      "event-order: 'gpu-policy-hash' and 'gpu-attestation' come together or not at all",
    ],
    [
      `${MIDDLE} app-id key-provider system-ready`,
      "duplicate-event: event 6 'app-id' was already given as event 2: before system-ready each comes once",
    ],
    [
      `${START} compose-hash instance-id boot-mr-done key-provider system-ready`,
      "duplicate-event: event 4 'compose-hash' was already given as event 3: before system-ready each comes once",
    ],
    [
      `${START} launch instance-id boot-mr-done key-provider system-ready`,
      "unknown-event: event 4 'launch' stands before system-ready and is no event of dstack",
    ],
    [`${USUAL.replace('system-preparing', 'System-preparing')}`, "unknown-event: event 1 'System-preparing'"],
    [`ca-cert-hash ${USUAL}`, "event-order: event 1 'ca-cert-hash' comes where dstack 0.4.0 has 'system-preparing'"],
  ])('%s is refused', (names, message) => expect(failure(() => readRuntimeEvents(log(names)), 10)).toContain(message));

  test.each([
    [
      'rootfs-hash app-id compose-hash ca-cert-hash instance-id',
      'rootfs-hash, app-id, compose-hash, ca-cert-hash, instance-id',
    ],
    [MIDDLE, MIDDLE.replaceAll(' ', ', ')],
    ['a\u001b', 'a\\x1b'],
    [new Array(13).fill('x').join(' '), new Array(12).fill('x').join(', ')],
  ])('without system-ready nothing is a system event: %j', (names, shown) =>
    expect(failure(() => readRuntimeEvents(log(names)), 20)).toBe(
      `not-ready: RTMR3 has no event 'system-ready', only: ${shown}`,
    ),
  );

  test('says what to do where nothing is ready', () =>
    expect(() => readRuntimeEvents([])).toThrow(
      expect.objectContaining({
        hint: 'take the evidence after the machine has started; dstack up to 0.3 is not supported',
      }),
    ));

  test('an empty log is not ready', () =>
    expect(failure(() => readRuntimeEvents([firmware(0, 1)]), 20)).toBe(
      "not-ready: RTMR3 has no event 'system-ready', only: nothing",
    ));

  test('a firmware type in RTMR3 is refused, wherever it is', () => {
    for (const at of [0, 9, 10]) {
      const events = changed([...log(USUAL), runtime('mine')], at, { eventType: 0x80000001 });
      expect(failure(() => readRuntimeEvents(events), 10)).toContain(
        'is of type 0x80000001, which nothing extends into RTMR3',
      );
    }
  });

  test('every event dropped, doubled or moved from its place is refused, unless the order is still a known one', () => {
    const events = log(USUAL);
    const isOptional = ['mr-kms', 'os-image-hash', 'storage-fs'];
    for (const [index, event] of events.entries()) {
      const dropped = () => readRuntimeEvents(events.toSpliced(index, 1));
      if (event.name === 'system-ready') expect(failure(dropped, 20)).toContain('not-ready');
      else if (isOptional.includes(event.name)) expect(dropped().system.rows.length).toBeGreaterThan(0);
      else expect(failure(dropped, 10)).toContain('event-order');
      if (event.name === 'system-ready') continue;
      expect(failure(() => readRuntimeEvents(events.toSpliced(index, 0, event)), 10)).toContain('duplicate-event');
      // Behind system-ready it is an application's.
      if (event.name === 'storage-fs') continue;
      const moved = events.toSpliced(index, 1).toSpliced(index + 1, 0, event);
      expect(failure(() => readRuntimeEvents(moved), 10)).toContain('event-order');
    }
  });
});

describe('what system events say', () => {
  test('by name', () => {
    const { system } = readRuntimeEvents(log(USUAL));
    expect(system).toEqual({
      rows: ['0.4.2 to 0.5.11'],
      appId: PAYLOADS['app-id'],
      composeHash: HASH,
      instanceId: PAYLOADS['instance-id'],
      keyProvider: { name: 'kms', id: hex('3059'), raw: text(KEY_PROVIDER) },
      osImageHash: PAYLOADS['os-image-hash'],
      mrKms: PAYLOADS['mr-kms'],
      storageFs: 'zfs',
      initScriptHashes: [],
      rootfsHash: undefined,
      gpuPolicyHash: undefined,
      gpuAttestation: undefined,
    });
  });

  test('where they are optional', () => {
    const names = `${START} init-script-hash init-script-hash gpu-policy-hash gpu-attestation instance-id boot-mr-done key-provider storage-fs system-ready`;
    const events = changed(log(names), 4, { payload: hex('12'.repeat(32)) });
    const { system } = readRuntimeEvents(events);
    expect(system.initScriptHashes.map(hexOf)).toEqual(['11'.repeat(32), '12'.repeat(32)]);
    expect(hexOf(system.gpuPolicyHash)).toBe('33'.repeat(32));
    expect(hexOf(system.gpuAttestation)).toBe('7b7d');
    expect([system.mrKms, system.osImageHash]).toEqual([undefined, undefined]);
    const old = readRuntimeEvents(
      log('system-preparing rootfs-hash app-id compose-hash instance-id boot-mr-done key-provider system-ready'),
    );
    expect(hexOf(old.system.rootfsHash)).toBe('22'.repeat(48));
    expect(old.system.storageFs).toBe(undefined);
  });

  test('an instance id may be empty, a file system ext4', () => {
    const events = changed(changed(log(USUAL), 3, { payload: hex('') }), 8, { payload: text('ext4') });
    const { system } = readRuntimeEvents(events);
    expect(hexOf(system.instanceId)).toBe('');
    expect(system.storageFs).toBe('ext4');
  });

  test.each([
    [0, hex('00'), "event 1 'system-preparing': its payload has 1 bytes, not 0"],
    [1, hex('aa'.repeat(19)), "event 2 'app-id': its payload has 19 bytes, not 20"],
    [1, hex('aa'.repeat(21)), "event 2 'app-id': its payload has 21 bytes, not 20"],
    [2, hex('cc'.repeat(31)), "event 3 'compose-hash': its payload has 31 bytes, not 32"],
    [3, hex('bb'), "event 4 'instance-id': its payload has 1 bytes, not 0 or 20"],
    [4, hex('00'), "event 5 'boot-mr-done': its payload has 1 bytes, not 0"],
    [5, hex(''), "event 6 'mr-kms': its payload has 0 bytes, not 32"],
    [6, hex('ee'), "event 7 'os-image-hash': its payload has 1 bytes, not 32"],
    [7, text('kms'), "event 8 'key-provider': its payload is not the JSON of a key provider"],
    [8, text('btrfs'), "event 9 'storage-fs': its payload is neither zfs nor ext4"],
    [8, hex('ff'), "event 9 'storage-fs': its payload is neither zfs nor ext4"],
    [9, hex('01'), "event 10 'system-ready': its payload has 1 bytes, not 0"],
  ])('payload of event %i in another form is refused (%#)', (index, payload, message) =>
    expect(failure(() => readRuntimeEvents(changed(log(USUAL), index, { payload })), 10)).toContain(
      `bad-payload: ${message}`,
    ),
  );

  test.each(['init-script-hash', 'gpu-policy-hash'])('%s has 32 bytes', (name) => {
    const names = `${START} init-script-hash gpu-policy-hash gpu-attestation instance-id boot-mr-done key-provider storage-fs system-ready`;
    const events = log(names).map((event) => (event.name === name ? { ...event, payload: hex('00') } : event));
    expect(failure(() => readRuntimeEvents(events), 10)).toContain(`'${name}': its payload has 1 bytes, not 32`);
  });
});

describe('a key provider', () => {
  test.each(['kms', 'local-sgx', 'none', 'tpm'])('may be %s', (name) => {
    const raw = text(`{"id":"","name":"${name}"}`);
    expect(keyProviderOf(raw, 'x')).toEqual({ name, id: hex(''), raw });
  });

  const json = 'x: its payload is not the JSON of a key provider: ';
  test.each([
    ['', `${json}it is not the JSON it should be at 1:1`],
    ['[]', `${json}it is an array, not an object`],
    ['{"id":""}', `${json}name is missing`],
    ['{"name":"kms"}', `${json}id is missing`],
    ['{"name":"kms","id":1}', `${json}id is of type number, not a string`],
    ['{"name":"kms","id":"0"}', `${json}id is not hex`],
    [
      '{"name":"kms","name":"tpm","id":""}',
      `${json}it is not the JSON it should be at 1:15: the key 'name' is given twice`,
    ],
    ['{"name":"KMS","id":""}', 'x: its payload names no known key provider'],
    ['{"name":"kms","id":"","more":[[]]}', `${json}it is not the JSON it should be`],
    ['{"name":"kms","id":"","more":1}', 'x: its payload has more than name and id'],
  ])('%s is none', (payload, message) =>
    expect(failure(() => keyProviderOf(text(payload), 'x'), 10)).toContain(`bad-payload: ${message}`),
  );
});

test('a payload that is no key provider keeps its cause', () =>
  expect((thrownBy(() => keyProviderOf(text('x'), 'x')) as Error).cause).toMatchObject({ code: 'syntax' }));

describe('user events', () => {
  test('are all that follow, with a note where they pose as the system', () => {
    const events = [
      ...log(USUAL),
      runtime('mine', hex('01')),
      runtime('compose-hash', hex('02')),
      runtime('system-ready'),
    ];
    const { system, user } = readRuntimeEvents([firmware(0, 0), ...events]);
    const note = (index: number, name: string): string =>
      `event ${index} '${name}' has the name of a system event and comes after system-ready: an application wrote it`;
    expect(user).toEqual([
      { index: 11, name: 'mine', payload: hex('01'), note: undefined },
      { index: 12, name: 'compose-hash', payload: hex('02'), note: note(13, 'compose-hash') },
      { index: 13, name: 'system-ready', payload: hex(''), note: note(14, 'system-ready') },
    ]);
    expect(hexOf(system.composeHash)).toBe(hexOf(HASH));
  });

  test('of the names of dstack 0.3 have a note too', () =>
    expect(readRuntimeEvents([...log(USUAL), runtime('ca-cert-hash')]).user[0]?.note).toContain(
      'an application wrote it',
    ));
});
