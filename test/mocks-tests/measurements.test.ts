import { decode } from 'cborg';
import { describe, expect, test } from 'vitest';
import { cbor } from '../mocks/deployment/cbor.ts';
import {
  changeEvent,
  doubleEvent,
  dropEvent,
  edits,
  insertAfter,
  insertBefore,
  swapEvents,
} from '../mocks/deployment/edit-events.ts';
import { fold, type MockEvent, runtimeEvent, sha384, strip } from '../mocks/deployment/event.ts';
import { firmwareEvents } from '../mocks/deployment/firmware-events.ts';
import { keccak256 } from '../mocks/deployment/keccak.ts';
import { createImage } from '../mocks/deployment/os-image.ts';
import { compact } from '../mocks/deployment/scale.ts';
import { TD_HOB_WITNESS, tdHob } from '../mocks/deployment/td-hob.ts';
import { fixture, fixtureJson, hasFixtures } from './fixtures.ts';
import { readAttestation } from './scale-reader.ts';

test.each([
  ['', 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
  ['abc', '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
])('Keccak-256 of %j', (text, hex) => {
  expect(keccak256(Buffer.from(text)).toString('hex')).toBe(hex);
});

test('Keccak-256 of more than one block', () => {
  // Known answers of Ethereum's implementations: 135, 136 and 200 bytes of "a" differ in their padding.
  const hashes = [135, 136, 137, 200].map((length) => keccak256(Buffer.alloc(length, 'a')).toString('hex'));
  expect(new Set(hashes).size).toBe(4);
  expect(hashes[1]).toBe('a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e');
});

test.each([[0], [23], [24], [255], [256], [65535], ['text'], [new Uint8Array(48)], [{ a: 1, b: { c: 'd' } }]])(
  'CBOR of %j reads back',
  (value) => {
    expect(decode(cbor(value))).toEqual(value);
  },
);

test.each([
  [0, '00'],
  [63, 'fc'],
  [64, '0101'],
  [16383, 'fdff'],
  [16384, '02000100'],
])('SCALE length %i', (value, hex) => {
  expect(compact(value).toString('hex')).toBe(hex);
});

describe('events', () => {
  test('the digest of version 1 has the type in four bytes, little end first', () => {
    const event = runtimeEvent('compose-hash', Buffer.from('ab', 'hex'));
    const text = Buffer.concat([
      Buffer.from('01000008', 'hex'),
      Buffer.from(':compose-hash:'),
      Buffer.from('ab', 'hex'),
    ]);
    expect(event).toEqual({
      imr: 3,
      event_type: 134217729,
      digest: sha384(text).toString('hex'),
      event: 'compose-hash',
      event_payload: 'ab',
    });
  });

  test('the digest of version 2 is that of its preimage', () => {
    const event = runtimeEvent('x', 'é', 2);
    const preimage = Buffer.from(event.preimage ?? '', 'hex');
    expect(preimage.toString('utf8')).toBe('{"name":"x","payload":"c3a9","type":134217729}');
    expect([event.version, event.digest]).toEqual([2, sha384(preimage).toString('hex')]);
  });

  test('a register is folded from its own events, stripped digests being what they were', () => {
    const [a, b] = [runtimeEvent('a'), runtimeEvent('b', 'x', 2)];
    const folded = sha384(sha384(Buffer.alloc(48), Buffer.from(a.digest, 'hex')), Buffer.from(b.digest, 'hex'));
    expect(fold([a, { ...a, imr: 2 }, b], 3)).toEqual(folded);
    expect(fold(strip([a, b], 'get-quote'), 3)).toEqual(folded);
    expect(fold([], 3)).toEqual(Buffer.alloc(48));
  });

  const log = [
    { imr: 0, event_type: 4, digest: 'aa', event: '', event_payload: '00' },
    { imr: 0, event_type: 10, digest: 'bb', event: 'acpi-rsdp', event_payload: '01' },
    runtimeEvent('a', 'x'),
  ];
  test('what is stripped', () => {
    expect(strip(log, 'none')).toEqual(log);
    const [first, acpi, runtime] = log;
    expect(strip(log, 'get-quote')).toEqual([{ ...first, event_payload: '' }, acpi, { ...runtime, digest: '' }]);
    expect(strip(log, 'attest')).toEqual([acpi, { ...runtime, digest: '' }]);
  });

  const names = (events: readonly MockEvent[]): string => events.map(({ event }) => event).join('');
  const abc = [runtimeEvent('a'), runtimeEvent('b'), runtimeEvent('c'), runtimeEvent('b', 'late')];
  test.each([
    ['dropped', dropEvent('b'), 'acb'],
    ['doubled', doubleEvent('b'), 'abbcb'],
    ['with one before', insertBefore('b', runtimeEvent('x')), 'axbcb'],
    ['with one after', insertAfter('b', runtimeEvent('x')), 'abxcb'],
    ['changed', changeEvent('b', { event: 'z' }), 'azcb'],
    ['swapped', swapEvents('a', 'c'), 'cbab'],
    ['edited twice', edits(dropEvent('b'), dropEvent('b')), 'ac'],
  ])('events %s', (_, edit, expected) => {
    expect(names(edit(abc))).toBe(expected);
  });
  test('an edit of an event that is not there is a mistake of the test', () => {
    expect(() => dropEvent('q')(abc)).toThrow('no event q');
    expect(changeEvent('a', { event_payload: 'ff' })(abc)[0]).toEqual({ ...abc[0], event_payload: 'ff' });
  });
});

describe('an image', () => {
  const GIB = 2 ** 30;
  test('the TD HOB is split where the machine has much memory', () => {
    expect(tdHob(2 * GIB).length).toBe(56 + 48 * 8);
    expect(tdHob(0xb0000000 - 4096).length).toBe(56 + 48 * 8);
    const large = tdHob(0xb0000000);
    expect(large.length).toBe(56 + 48 * 9);
    const last = large.subarray(-48);
    expect([last.readBigUInt64LE(32), last.readBigUInt64LE(40)]).toEqual([0x100000000n, 0x30000000n]);
  });

  test('the log has 13, 5 and 2 events, and the reference is their fold', () => {
    const { events, reference, hash, vmConfig, mrtd } = createImage();
    expect([0, 1, 2].map((imr) => events.filter((one) => one.imr === imr).length)).toEqual([13, 5, 2]);
    expect(reference).toEqual({
      name: 'dstack-0.5.8-SIMULATED',
      hash,
      mrtd: mrtd.toString('hex'),
      rtmr0: fold(events, 0).toString('hex'),
      rtmr1: fold(events, 1).toString('hex'),
      rtmr2: fold(events, 2).toString('hex'),
      development: false,
    });
    expect(JSON.parse(vmConfig)).toMatchObject({ os_image_hash: hash, image: 'dstack-0.5.8-SIMULATED' });
    expect(JSON.parse(vmConfig)).not.toHaveProperty('tdx_measurement');
  });

  test('a development image differs in RTMR2 alone; memory in RTMR0 alone; QEMU 9 in MRTD alone', () => {
    const registers = (options: Parameters<typeof createImage>[0]): string[] => {
      const { mrtd, rtmr0, rtmr1, rtmr2 } = createImage(options).reference;
      return [mrtd, rtmr0 ?? '', rtmr1, rtmr2];
    };
    const usual = registers({});
    const changed = (options: Parameters<typeof createImage>[0]): number[] =>
      registers(options).flatMap((value, index) => (value === usual[index] ? [] : [index]));
    expect(changed({ development: true })).toEqual([3]);
    expect(changed({ memorySize: 4 * GIB })).toEqual([1]);
    expect(changed({ qemuVersion: '9.1.0' })).toEqual([0]);
    expect(createImage({ development: true }).reference).toMatchObject({ development: true });
  });

  test('lite: vm_config carries the measurement, whose hashes close', () => {
    const { vmConfig, hash, events, mrtd } = createImage({ lite: true });
    const { tdx_measurement: lite } = JSON.parse(vmConfig);
    const checksums = Buffer.from(lite.checksum_file, 'base64').toString('utf8');
    const measurement = Buffer.from(lite.measurement, 'base64');
    expect(checksums).toMatch(/^[0-9a-f]{64} {2}measurement\.tdx\.cbor\n$/);
    expect(createImage().hash).not.toBe(hash);
    expect(decode(measurement)).toMatchObject({
      version: 3,
      tdvf: { ovmf: 'pre202505', mrtd: { two_pass: new Uint8Array(mrtd) } },
    });
    const acpi = events.map(({ event }) => event).filter((name) => name !== '');
    expect(acpi).toEqual(['acpi-loader', 'acpi-rsdp', 'acpi-tables']);
  });
});

describe.skipIf(!hasFixtures)('held against real machines', () => {
  test('the constant events of the firmware have the digests that a real log has', () => {
    const info = fixtureJson('phala-dev-0.5.9/real_attestation_info.json');
    const real: MockEvent[] = JSON.parse(info.tcb_info).event_log.slice(0, 20);
    const ours = createImage({ memorySize: 2 ** 31 }).events;
    expect(ours.map(({ imr, event_type }) => [imr, event_type])).toEqual(
      real.map(({ imr, event_type }) => [imr, event_type]),
    );
    const same = ours.flatMap(({ digest }, index) => (digest === real[index]?.digest ? [index] : []));
    // All but ACPI, kernel, command line and initrd: the machine of the capture has 2 GiB too.
    expect(same).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 18, 19]);
  });

  test('a real lite image measures what the mock would measure of it', () => {
    const { attestation } = fixtureJson('dstack-lite/tdx-lite-attestation.json');
    const { quote, events, config } = readAttestation(Buffer.from(attestation, 'hex'));
    const { tdx_measurement: lite, memory_size: memory } = JSON.parse(config);
    const measured = decode(Buffer.from(lite.measurement, 'base64'));
    const acpi = events.slice(0, 3).map(({ digest }) => Buffer.from(digest, 'hex'));
    const ours = firmwareEvents(
      {
        tdHob: sha384(tdHob(memory)),
        kernel: measured.image.kernel_authenticode,
        cmdline: measured.image.cmdline_sha384,
        initrd: measured.image.initrd_sha384,
        acpiLoader: acpi[0]!,
        acpiRsdp: acpi[1]!,
        acpiTables: acpi[2]!,
      },
      true,
    );
    expect(Buffer.from(measured.tdvf.td_hob)).toEqual(TD_HOB_WITNESS);
    expect([0, 1, 2].map((imr) => fold(ours, imr))).toEqual([376, 424, 472].map((at) => quote.subarray(at, at + 48)));
    const mrtd = quote.subarray(184, 232).toString('hex');
    expect(Buffer.from(measured.tdvf.mrtd.two_pass).toString('hex')).toBe(mrtd);
    const again = cbor({
      version: measured.version,
      image: {
        cmdline_sha384: measured.image.cmdline_sha384,
        kernel_authenticode: measured.image.kernel_authenticode,
        initrd_sha384: measured.image.initrd_sha384,
      },
      tdvf: {
        ovmf: measured.tdvf.ovmf,
        mrtd: { single_pass: measured.tdvf.mrtd.single_pass, two_pass: measured.tdvf.mrtd.two_pass },
        td_hob: measured.tdvf.td_hob,
      },
    });
    expect(again.toString('base64')).toBe(lite.measurement);
  });

  test('runtime events of a real log have the digests that the mock gives them', () => {
    const info = fixtureJson('phala-dev-0.5.9/real_attestation_info.json');
    const real: MockEvent[] = JSON.parse(info.tcb_info).event_log.slice(20);
    expect(real.map((one) => runtimeEvent(one.event, Buffer.from(one.event_payload, 'hex')))).toEqual(real);
  });

  test('the SCALE reader of these tests reads a capture to its end', () => {
    expect(readAttestation(fixture('dstack-simulator/attestation.bin'))).toMatchObject({ head: [0, 0], rest: 0 });
  });
});
