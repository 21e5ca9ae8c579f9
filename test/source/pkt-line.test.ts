import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePacket, type PacketKind, packetText, PktLineReader } from '../../src/source/transport/pkt-line.ts';
import { holds } from '../support/property.ts';
import { pktLine } from '../support/pkt-line.ts';
import { codeOf, cutAt, cuts, onlySourceErrors } from './support.ts';

type Packet = [PacketKind, string];

const readAll = (pieces: Iterable<Buffer>): { packets: Packet[]; atBoundary: boolean } => {
  const packets: Packet[] = [];
  const reader = new PktLineReader((kind, payload) => packets.push([kind, payload.toString('latin1')]));
  for (const piece of pieces) reader.push(piece);
  return { packets, atBoundary: reader.atBoundary };
};

const packet = (): fc.Arbitrary<{ bytes: Buffer; expected: Packet }> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((payload) => ({
      bytes: pktLine(payload),
      expected: ['data', Buffer.from(payload).toString('latin1')] as Packet,
    })),
    fc
      .constantFrom<[string, PacketKind]>(['0000', 'flush'], ['0001', 'delimiter'], ['0002', 'response-end'])
      .map(([digits, kind]) => ({ bytes: Buffer.from(digits), expected: [kind, ''] as Packet })),
  );

test('what was written is read, however it is cut', () =>
  holds(
    fc.property(fc.array(packet(), { maxLength: 12 }), cuts(), (written, places) => {
      const bytes = Buffer.concat(written.map((one) => one.bytes));
      const { packets, atBoundary } = readAll(cutAt(bytes, places));
      expect(packets).toEqual(written.map(({ expected }) => expected));
      expect(atBoundary).toBe(true);
    }),
  ));

test('arbitrary bytes give packets or a SourceError, the same for every cut', () =>
  holds(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: fc.constantFrom(...'0123456789abcdefg') })),
      cuts(),
      (input, places) => {
        const bytes = Buffer.from(input as Uint8Array);
        const whole = onlySourceErrors(() => readAll([bytes]));
        expect(onlySourceErrors(() => readAll(cutAt(bytes, places)))).toEqual(whole);
      },
    ),
  ));

test('a packet of the largest size, and one byte more', () => {
  expect(readAll([pktLine(Buffer.alloc(65_516))]).packets[0]?.[1]).toHaveLength(65_516);
  expect(codeOf(() => readAll([Buffer.from('fff1')]))).toBe('protocol-malformed');
});

test.each(['0003', '000g', '-001', '0x10', '    ', '+004', '1e10'.slice(0, 4).replace('1e10', 'G000')])(
  '%j is no length',
  (digits) => {
    expect(codeOf(() => readAll([Buffer.from(digits)]))).toBe('protocol-malformed');
  },
);

test('upper-case digits, an empty packet, a rest', () => {
  expect(readAll([Buffer.from('000Aabcdef0004')]).packets).toEqual([
    ['data', 'abcdef'],
    ['data', ''],
  ]);
  expect(readAll([Buffer.from('000')]).atBoundary).toBe(false);
  expect(readAll([Buffer.from('0009abc')])).toEqual({ packets: [], atBoundary: false });
});

test('one line feed at the end is not part of the text', () => {
  expect(packetText(Buffer.from('a\n'))).toBe('a');
  expect(packetText(Buffer.from('a\n\n'))).toBe('a\n');
  expect(encodePacket('ü')).toBe('0006ü');
});
