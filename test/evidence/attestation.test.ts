import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAttestation, toEventLog } from '../../src/evidence/attestation.ts';
import { MAX_ATTESTATION_BYTES } from '../../src/evidence/limits.ts';
import { ScaleReader } from '../../src/evidence/scale.ts';
import { mrConfigTextOf, vmConfigTextOf } from '../../src/evidence/vm-config.ts';
import { holds } from '../support/property.ts';
import { once, failure, firmware, hex, hexOf, runtime, text, tolerate } from './support.ts';

const compact = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  if (value < 64) return Uint8Array.of(value << 2);
  bytes.writeUInt32LE(value * 4 + (value < 16384 ? 1 : 2));
  return new Uint8Array(value < 16384 ? bytes.subarray(0, 2) : bytes);
};
const vec = (bytes: Uint8Array): Uint8Array => Buffer.concat([compact(bytes.length), bytes]);
const u32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

interface Parts {
  head: Uint8Array;
  quote: Uint8Array;
  events: Uint8Array[];
  runtime: Uint8Array[];
  reportData: Uint8Array;
  config: Uint8Array;
  tail: Uint8Array;
}
const event = (register: number, type: number, digest: Uint8Array, name: Uint8Array, payload: Uint8Array): Uint8Array =>
  Buffer.concat([u32(register), u32(type), vec(digest), vec(name), vec(payload)]);
const DIGEST = new Uint8Array(48).fill(7);
const parts: Parts = {
  head: hex('0000'),
  quote: hex('0400aa'),
  events: [
    event(0, 10, DIGEST, text('acpi-loader'), hex('01')),
    event(3, 0x08000001, hex(''), text('app-id'), hex('02')),
  ],
  runtime: [Buffer.concat([vec(text('app-id')), vec(hex('02'))])],
  reportData: new Uint8Array(64).fill(9),
  config: text('{}'),
  tail: hex(''),
};
const encode = (change: Partial<Parts> = {}): Uint8Array => {
  const all = { ...parts, ...change };
  const list = (items: Uint8Array[]): Uint8Array => Buffer.concat([compact(items.length), ...items]);
  return Buffer.concat([
    all.head,
    vec(all.quote),
    list(all.events),
    list(all.runtime),
    all.reportData,
    vec(all.config),
    all.tail,
  ]);
};

describe('SCALE', () => {
  const length = (bytes: string, max = 1e9): number => new ScaleReader(hex(bytes), 'it').length(max, 'x');

  test.each([
    ['00', 0],
    ['fc', 63],
    ['0101', 64],
    ['fdff', 16383],
    ['02000100', 16384],
    ['feffffff', 2 ** 30 - 1],
    ['02093d00', 1_000_000],
  ])('length %s', (bytes, value) => expect(length(bytes, 2 ** 30)).toBe(value));

  test.each([
    ['0100', 'bad-attestation: it: x has a length that is not written as short as can be'],
    ['fd00', 'bad-attestation: it: x has a length that is not written as short as can be'],
    ['02000000', 'bad-attestation: it: x has a length that is not written as short as can be'],
    ['feff0000', 'bad-attestation: it: x has a length that is not written as short as can be'],
    ['0300000040', 'too-large: it: x is longer than 1000000000'],
    ['feffffff', 'too-large: it: x is longer than 1000000000'],
    ['', 'bad-attestation: it: x is cut off'],
    ['01', 'bad-attestation: it: x is cut off'],
    ['020000', 'bad-attestation: it: x is cut off'],
  ])('length %j is refused', (bytes, message) => expect(failure(() => length(bytes))).toBe(message));

  test('a length is bounded, just so', () => {
    expect(length('08', 2)).toBe(2);
    expect(failure(() => length('0c', 2))).toBe('too-large: it: x is longer than 2');
  });

  test('bytes are copies, numbers little-endian, text is UTF-8, and nothing may be left', () => {
    const source = Buffer.from('0401 04030201 08c3a9 ff'.replaceAll(' ', ''), 'hex');
    const reader = new ScaleReader(source, 'it');
    const bytes = reader.bytes(1, 'x');
    expect(reader.u32('x')).toBe(0x01020304);
    expect(reader.string(2, 'x')).toBe('é');
    expect(failure(() => reader.end())).toBe('bad-attestation: it: 1 bytes follow where nothing may');
    expect(reader.u8('x')).toBe(0xff);
    reader.end();
    source.fill(0);
    expect(hexOf(bytes)).toBe('01');
    expect(failure(() => reader.u8('y'))).toBe('bad-attestation: it: y is cut off');
    expect(failure(() => new ScaleReader(hex('04ff'), 'it').string(1, 's'))).toBe(
      'bad-attestation: it: s is not UTF-8',
    );
    expect(failure(() => new ScaleReader(hex('0401'), 'it').string(0, 's'))).toContain('too-large: it: s');
    expect(failure(() => new ScaleReader(hex('0801'), 'it').bytes(2, 's'))).toBe('bad-attestation: it: s is cut off');
  });
});

describe('decodeAttestation', () => {
  test('reads every part', () =>
    expect(decodeAttestation(encode())).toEqual({
      platform: 'tdx',
      quote: hex('0400aa'),
      events: [
        firmware(0, 7, { eventType: 10, name: 'acpi-loader', payload: hex('01') }),
        runtime('app-id', hex('02')),
      ],
      runtimeEvents: [{ name: 'app-id', payload: hex('02') }],
      reportData: new Uint8Array(64).fill(9),
      config: '{}',
    }));

  test('refuses every cut and every tail', () => {
    const bytes = encode();
    for (let end = 0; end < bytes.length; end++) {
      expect(failure(() => decodeAttestation(bytes.subarray(0, end)))).toContain('bad-attestation: the attestation');
    }
    expect(failure(() => decodeAttestation(encode({ tail: hex('00') })))).toBe(
      'bad-attestation: the attestation: 1 bytes follow where nothing may',
    );
  });

  const hint = "use the agent's quote and event log instead";
  test.each([
    ['80', 20, 'unsupported-attestation: the attestation is of form V1 (MessagePack), which is not supported yet'],
    ['8f', 20, 'unsupported-attestation: the attestation is of form V1 (MessagePack)'],
    ['de', 20, 'unsupported-attestation: the attestation is of form V1 (MessagePack)'],
    ['df', 20, 'unsupported-attestation: the attestation is of form V1 (MessagePack)'],
    ['90', 30, 'bad-attestation: the attestation begins with byte 144, which no known form does'],
    ['7f', 30, 'bad-attestation: the attestation begins with byte 127'],
    ['dd', 30, 'bad-attestation: the attestation begins with byte 221'],
    ['01', 30, 'bad-attestation: the attestation begins with byte 1, which no known form does'],
    ['', 30, 'bad-attestation: the attestation is empty'],
    ['00', 30, 'bad-attestation: the attestation: the platform is cut off'],
    ['0001', 20, 'unsupported-attestation: the attestation is of platform gcp-tdx; only tdx is supported'],
    ['0002', 20, 'unsupported-attestation: the attestation is of platform nitro-enclave'],
    ['0003', 20, 'unsupported-attestation: the attestation is of platform sev-snp'],
    ['0004', 20, 'unsupported-attestation: the attestation is of platform aws-nitro-tpm'],
    ['0005', 30, 'bad-attestation: the attestation is of the unknown platform 5'],
  ])('begins with %s', (head, exit, message) => {
    const run = () => decodeAttestation(head.length < 4 ? hex(head) : encode({ head: hex(head) }));
    expect(failure(run, exit)).toContain(message);
    if (exit === 20) expect(run).toThrow(expect.objectContaining({ hint }));
  });

  test.each<[Partial<Parts>, string]>([
    [{ quote: new Uint8Array(65537) }, 'too-large: the attestation: the quote is longer than 65536'],
    [{ config: new Uint8Array(1048577) }, 'too-large: the attestation: the config is longer than 1048576'],
    [{ config: hex('ff') }, 'bad-attestation: the attestation: the config is not UTF-8'],
    [{ events: [event(4, 0, DIGEST, hex(''), hex(''))] }, 'bad-event-log: event 1 names register 4; there are 0 to 3'],
    [
      { events: [event(0, 0, DIGEST.subarray(1), hex(''), hex(''))] },
      'bad-length: event 1 has a digest of 47 bytes, not 48',
    ],
    [
      { events: [event(0, 0, new Uint8Array(49), hex(''), hex(''))] },
      'too-large: the attestation: the digest of event 1 is longer than 48',
    ],
    [
      { events: [event(0, 0, DIGEST, hex('ff'), hex(''))] },
      'bad-attestation: the attestation: the name of event 1 is not UTF-8',
    ],
    [
      { events: [event(0, 0, DIGEST, new Uint8Array(1025), hex(''))] },
      'too-large: the attestation: the name of event 1',
    ],
    [
      { events: [event(0, 0, DIGEST, hex(''), new Uint8Array(65537))] },
      'too-large: the attestation: the payload of event 1',
    ],
    [
      { runtime: [Buffer.concat([vec(hex('ff')), vec(hex(''))])] },
      'bad-attestation: the attestation: the name of runtime event 1 is not UTF-8',
    ],
    [
      { runtime: [...parts.runtime, Buffer.concat([vec(hex('')), compact(65537)])] },
      'too-large: the attestation: the payload of runtime event 2',
    ],
  ])('refuses %#', (change, message) => expect(failure(() => decodeAttestation(encode(change)))).toContain(message));

  test('refuses huge counts before it believes them', () => {
    const before = Buffer.concat([parts.head, vec(parts.quote)]);
    expect(failure(() => decodeAttestation(Buffer.concat([before, compact(4097)])))).toBe(
      'too-large: the attestation: the event log is longer than 4096',
    );
    expect(failure(() => decodeAttestation(Buffer.concat([before, compact(4096)])))).toContain(
      'the register of event 1 is cut off',
    );
    expect(failure(() => decodeAttestation(Buffer.concat([before, compact(0), compact(4097)])))).toBe(
      'too-large: the attestation: the list of runtime events is longer than 4096',
    );
    expect(failure(() => decodeAttestation(new Uint8Array(MAX_ATTESTATION_BYTES + 1)))).toBe(
      'too-large: the attestation has 10485761 bytes, more than 10485760',
    );
    expect(failure(() => decodeAttestation(new Uint8Array(MAX_ATTESTATION_BYTES)))).toContain(
      'bytes follow where nothing may',
    );
  });

  test('gives copies', () => {
    const bytes = Buffer.from(encode());
    const { quote, events } = decodeAttestation(bytes);
    bytes.fill(0);
    expect([hexOf(quote), hexOf(events[0]?.digest)]).toEqual(['0400aa', '07'.repeat(48)]);
  });

  test('throws nothing but its own errors', () =>
    holds(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, valid) =>
        tolerate(() => decodeAttestation(valid ? Buffer.concat([parts.head, bytes]) : bytes)),
      ),
      2000,
    ));
});

describe('toEventLog', () => {
  const decoded = once(() => decodeAttestation(encode()));
  const acpi = once(() => decoded().events[0]!);

  test('keeps what the event log has of RTMR3 where it says the same', () =>
    expect(toEventLog(decoded())).toEqual([acpi(), runtime('app-id', hex('02'))]));

  test('takes RTMR3 from the runtime events where the log has none of it', () =>
    expect(toEventLog({ ...decoded(), events: [acpi()] })).toEqual([acpi(), runtime('app-id', hex('02'))]));

  test('keeps the digests that the log gives', () => {
    const digested = runtime('app-id', hex('02'), { digest: DIGEST });
    expect(toEventLog({ ...decoded(), events: [digested, acpi()] })).toEqual([acpi(), digested]);
  });

  test.each([
    [[runtime('app-id', hex('03'))]],
    [[runtime('app-ie', hex('02'))]],
    [[runtime('app-id', hex('02'), { eventType: 1 })]],
    [[runtime('app-id', hex('02')), runtime('app-id', hex('02'))]],
  ])('refuses an event log that says otherwise %#', (events) =>
    expect(failure(() => toEventLog({ ...decoded(), events }), 10)).toBe(
      'contradiction: the attestation: its event log and its runtime events tell RTMR3 differently',
    ),
  );

  test('refuses an event log of which one event out of several says otherwise', () => {
    const runtimeEvents = [...decoded().runtimeEvents, { name: 'more', payload: hex('05') }];
    const events = [runtime('app-id', hex('02')), runtime('more', hex('06'))];
    expect(failure(() => toEventLog({ ...decoded(), runtimeEvents, events }), 10)).toContain('contradiction');
  });

  test('refuses an event log that says less', () => {
    const runtimeEvents = [...decoded().runtimeEvents, { name: 'more', payload: hex('') }];
    expect(failure(() => toEventLog({ ...decoded(), runtimeEvents }), 10)).toContain('contradiction');
  });
});

describe('the config of an attestation', () => {
  test('is vm_config itself, or holds it', () => {
    const vm = '{"cpu_count":1}';
    expect(vmConfigTextOf(vm)).toBe(vm);
    expect(vmConfigTextOf(JSON.stringify({ vm_config: vm }))).toBe(vm);
    expect(failure(() => vmConfigTextOf('[]'))).toBe('wrong-type: the config is an array, not an object');
    expect(failure(() => vmConfigTextOf('{"vm_config":{}}'))).toBe(
      'wrong-type: config.vm_config is of type object, not a string',
    );
    expect(failure(() => vmConfigTextOf(' '.repeat(1048577)))).toBe(
      'too-large: the config is larger than 1048576 bytes',
    );
  });

  test('may hold the document of a V3 config id', () => {
    expect(mrConfigTextOf('{"mr_config":"{}"}')).toBe('{}');
    expect([mrConfigTextOf('{}'), mrConfigTextOf('{"mr_config":null}')]).toEqual([undefined, undefined]);
    expect(failure(() => mrConfigTextOf('{"mr_config":1}'))).toBe(
      'wrong-type: config.mr_config is of type number, not a string',
    );
    expect(failure(() => mrConfigTextOf('1'))).toBe('wrong-type: the config is of type number, not an object');
  });
});
