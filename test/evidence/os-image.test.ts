import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogEvent } from '../../src/evidence/log-event.ts';
import { acpiDigestsOf } from '../../src/evidence/os-image/acpi-digests.ts';
import { readChecksumFile } from '../../src/evidence/os-image/checksum-file.ts';
import { Leb128Reader } from '../../src/evidence/os-image/leb128.ts';
import { readMeasurement } from '../../src/evidence/os-image/measurement.ts';
import { isSinglePass, leavesKernelHeader } from '../../src/evidence/os-image/qemu-version.ts';
import { tdHob } from '../../src/evidence/os-image/td-hob.ts';
import { type Cbor, cbor } from '../mocks/deployment/cbor.ts';
import { holds } from '../support/property.ts';
import { failure, firmware, hex, hexOf, runtime, text, thrownBy, tolerate } from './support.ts';

const GIB = 2 ** 30;

describe('readChecksumFile', () => {
  const [A, B] = ['ab'.repeat(32), '01'.repeat(32)];

  test('reads names and hashes', () => {
    const entries = readChecksumFile(text(`${A}  measurement.tdx.cbor\n${B}  a-b_c+1.img\n`));
    expect([...entries].map(([name, hash]) => [name, hexOf(hash)])).toEqual([
      ['measurement.tdx.cbor', A],
      ['a-b_c+1.img', B],
    ]);
  });

  const no = (line: number, shown: string): string =>
    `bad-measurement: line ${line} of the checksum file is no checksum: '${shown}'`;
  test.each([
    [`${A} a\n`, no(1, `${A} a`)],
    [`${A} *a\n`, no(1, `${A} *a`)],
    [`${A}  a/b\n`, no(1, `${A}  a/b`)],
    [`${A}  a b\n`, no(1, `${A}  a b`)],
    [`${A}  \n`, no(1, `${A}  `)],
    [`${A}  a\r\n`, no(1, `${A}  a\\r`)],
    [`\\${A}  a\n`, no(1, `\\${A}  a`)],
    [`${A.toUpperCase()}  a\n`, no(1, `${A.toUpperCase()}  a`)],
    [`${A.slice(1)}  a\n`, no(1, `${A.slice(1)}  a`)],
    [`0${A}  a\n`, no(1, `0${A}  a`)],
    [`${A}  a\n\n`, no(2, '')],
    [`\n`, no(1, '')],
    [`# x\n${A}  a\n`, no(1, '# x')],
    [`${A}  ${'n'.repeat(256)}\n`, no(1, `${A}  ${'n'.repeat(256)}`)],
    [`${A}  a\n${B}  a\n`, "bad-measurement: the checksum file has 'a' twice"],
    ['', 'bad-measurement: the checksum file is not text whose last line is ended'],
    [`${A}  a`, 'bad-measurement: the checksum file is not text whose last line is ended'],
  ])('refuses %j', (file, message) => expect(failure(() => readChecksumFile(text(file)))).toBe(message));

  test('refuses bytes that are no text, and too many', () => {
    expect(failure(() => readChecksumFile(hex('ff0a')))).toContain('is not text');
    expect(failure(() => readChecksumFile(new Uint8Array(65537)))).toBe(
      'too-large: the checksum file is larger than 65536 bytes',
    );
    expect(failure(() => readChecksumFile(new Uint8Array(65536)))).toContain('bad-measurement');
    expect(readChecksumFile(text(`${A}  ${'n'.repeat(255)}\n`)).size).toBe(1);
  });
});

describe('LEB128', () => {
  const next = (bytes: string): number => new Leb128Reader(hex(bytes), 'it').next();

  test.each([
    ['00', 0],
    ['7f', 127],
    ['8001', 128],
    ['ff01', 255],
    ['8010', 2048],
    ['ffffffffffffff0f', 2 ** 53 - 1],
  ])('%s', (bytes, value) => expect(next(bytes)).toBe(value));

  test.each([
    ['', 'bad-measurement: it is cut off'],
    ['80', 'bad-measurement: it is cut off'],
    ['8000', 'bad-measurement: it holds a number that is not written as short as can be'],
    ['ff8000', 'bad-measurement: it holds a number that is not written as short as can be'],
    ['8080808080808010', 'bad-measurement: it holds a number beyond 2^53 - 1'],
    ['ffffffffffffffffff01', 'bad-measurement: it holds a number beyond 2^53 - 1'],
  ])('%j is refused', (bytes, message) => expect(failure(() => next(bytes))).toBe(message));

  test('nothing may be left', () => {
    const reader = new Leb128Reader(hex('0102'), 'it');
    reader.next();
    expect(failure(() => reader.end())).toBe('bad-measurement: it has bytes behind its end');
    expect(reader.next()).toBe(2);
    reader.end();
  });
});

const D = (byte: number): Uint8Array => new Uint8Array(48).fill(byte);
const image = { cmdline_sha384: D(1), kernel_authenticode: D(2), initrd_sha384: D(3) };
const mrtd = { single_pass: D(4), two_pass: D(5) };
const tdvf = { ovmf: 'pre202505', mrtd, td_hob: hex('0102') };
const good = { version: 3, image, tdvf };

describe('readMeasurement', () => {
  const read = (value: Cbor) => readMeasurement(cbor(value));

  test('reads every part', () =>
    expect(read(good)).toEqual({
      cmdlineSha384: D(1),
      kernelAuthenticode: D(2),
      initrdSha384: D(3),
      ovmf: 'pre202505',
      mrtd: { singlePass: D(4), twoPass: D(5) },
      tdHob: hex('0102'),
    }));

  const name = 'bad-measurement: the image measurement: ';
  test.each<[Cbor, string]>([
    ['x', `${name}it is no map`],
    [{ version: 3, image }, `${name}it has no 'tdvf'`],
    [{ version: 3, tdvf }, `${name}it has no 'image'`],
    [{ image, tdvf }, `${name}it has no 'version'`],
    [{ ...good, version: '3' }, `${name}'version' is no number`],
    [{ ...good, more: 1 }, `${name}it has the unknown key 'more'`],
    [{ ...good, image: 'x' }, `${name}'image' is no map`],
    [{ ...good, image: { ...image, more: 1 } }, `${name}'image' has the unknown key 'more'`],
    [{ ...good, image: { ...image, cmdline_sha384: 'x' } }, `${name}'cmdline_sha384' is no byte string`],
    [
      { ...good, image: { ...image, cmdline_sha384: D(1).subarray(1) } },
      `${name}'cmdline_sha384' has 47 bytes, not 48`,
    ],
    [
      { ...good, image: { ...image, kernel_authenticode: new Uint8Array(49) } },
      `${name}'kernel_authenticode' has 49 bytes, not 48`,
    ],
    [{ ...good, image: { ...image, initrd_sha384: 1 } }, `${name}'initrd_sha384' is no byte string`],
    [{ ...good, tdvf: 1 }, `${name}'tdvf' is no map`],
    [{ ...good, tdvf: { ...tdvf, ovmf: 1 } }, `${name}'ovmf' is no text`],
    [{ ...good, tdvf: { ...tdvf, td_hob: 1 } }, `${name}'td_hob' is no byte string`],
    [{ ...good, tdvf: { ...tdvf, mrtd: 1 } }, `${name}'mrtd' is no map`],
    [{ ...good, tdvf: { ...tdvf, mrtd: { two_pass: D(5) } } }, `${name}'mrtd' has no 'single_pass'`],
    [{ ...good, tdvf: { ...tdvf, mrtd: { ...mrtd, two_pass: hex('00') } } }, `${name}'two_pass' has 1 bytes, not 48`],
    [
      { ...good, tdvf: { ...tdvf, mrtd: { ...mrtd, single_pass: hex('00') } } },
      `${name}'single_pass' has 1 bytes, not 48`,
    ],
  ])('refuses %#', (value, message) => expect(failure(() => read(value))).toBe(message));

  test('refuses another version', () =>
    expect(failure(() => read({ version: 4 }), 20)).toBe(
      'unsupported-image: the image measurement is of version 4; 3 is supported',
    ));

  const notCbor = `${name}not the CBOR it should be: `;
  test.each([
    ['', 'empty'],
    ['ff', 'break'],
    ['a1', 'truncated'],
    ['bf6161 01ff', 'indefinite map'],
    ['5f4101ff', 'indefinite bytes'],
    ['1800', 'number not in its shortest form'],
    ['f7', 'undefined'],
    ['f97e00', 'NaN'],
    ['f97c00', 'Infinity'],
    ['a2 6161 01 6161 02', 'a key twice'],
    ['00 00', 'two items'],
    ['c000', 'a tag'],
  ])('refuses %s: %s', (bytes) => expect(failure(() => readMeasurement(hex(bytes)))).toContain(notCbor));

  test('refuses keys that are no text, nesting and size', () => {
    expect(failure(() => readMeasurement(hex('a10102')))).toContain("it has the unknown key '1'");
    expect(failure(() => readMeasurement(new Uint8Array(4096).fill(0x81)))).toContain('bad-measurement: ');
    expect(failure(() => readMeasurement(new Uint8Array(4097)))).toBe(
      'too-large: the image measurement is larger than 4096 bytes',
    );
    expect((thrownBy(() => readMeasurement(hex('ff'))) as Error).cause).toBeInstanceOf(Error);
  });

  test('throws nothing but its own errors', () => {
    const whole = cbor(good);
    holds(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) =>
        tolerate(() => readMeasurement(whole.map((value, index) => (index === at ? byte : value)))),
      ),
      1000,
    );
    holds(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => tolerate(() => readMeasurement(bytes))),
      1000,
    );
  });
});

describe('the TD HOB', () => {
  const WITNESS = hex('8010 09 04 0006 0902 0b02 1010');
  const ranges = (bytes: Uint8Array) => {
    const view = Buffer.from(bytes);
    return Array.from({ length: (bytes.length - 56) / 48 }, (_, index) => {
      const at = 56 + index * 48;
      return [view.readUInt32LE(at + 24), Number(view.readBigUInt64LE(at + 32)), Number(view.readBigUInt64LE(at + 40))];
    });
  };
  const LOW = [
    [7, 0, 0x800000],
    [0, 0x800000, 0x6000],
    [7, 0x806000, 0x3000],
    [0, 0x809000, 0x2000],
    [0, 0x80b000, 0x2000],
    [7, 0x80d000, 0x3000],
    [0, 0x810000, 0x10000],
  ];
  const sha384 = (bytes: Uint8Array): string => createHash('sha384').update(bytes).digest('hex').slice(0, 20);

  // These are the first events of RTMR0 in captures of dstack 0.5.9, 0.6.0 and 0.5.8, by size of memory.
  test.each([
    [2 * GIB, '0b8772e5b0b41b83e604'],
    [16 * GIB, 'cd2312a0d87ef3c4a928'],
    [64 * GIB, '8ae1e425351df7992c44'],
  ])('of %i bytes is what real machines measured', (memory, digest) =>
    expect(sha384(tdHob(WITNESS, memory))).toBe(digest),
  );

  test('is laid out so', () => {
    const bytes = tdHob(WITNESS, 2 * GIB);
    expect(hexOf(bytes.subarray(0, 56))).toBe(
      `0100380000000000 0900000000000000${'00'.repeat(32)} c091800000000000`.replaceAll(' ', ''),
    );
    expect(hexOf(bytes.subarray(56, 104))).toBe(
      `0300300000000000${'00'.repeat(16)} 07000000 07000000 0000000000000000 0000800000000000`.replaceAll(' ', ''),
    );
    expect(ranges(bytes)).toEqual([...LOW, [7, 0x820000, 2 * GIB - 0x820000]]);
  });

  test('goes on behind the hole where memory is large', () => {
    const last = [7, 0x820000, 2 * GIB - 0x820000];
    expect(ranges(tdHob(WITNESS, 0xb0000000))).toEqual([...LOW, last, [7, 4 * GIB, 0x30000000]]);
    expect(ranges(tdHob(WITNESS, 2 ** 46))).toEqual([...LOW, last, [7, 4 * GIB, 2 ** 46 - 2 * GIB]]);
  });

  test('may accept from address 0, to the last byte, or nothing', () => {
    expect(ranges(tdHob(hex('00 00 01 00 01'), 2 * GIB))).toEqual([
      [0, 0, 0x1000],
      [7, 0x1000, 2 * GIB - 0x1000],
    ]);
    expect(ranges(tdHob(hex('00 00 01 00 808020'), 2 * GIB))).toEqual([[0, 0, 2 * GIB]]);
    expect(ranges(tdHob(hex('00 00 00'), 2 * GIB))).toEqual([[7, 0, 2 * GIB]]);
    expect(Buffer.from(tdHob(hex('00 808040 00'), 2 * GIB)).readBigUInt64LE(48)).toBe(BigInt(4 * GIB + 56 + 48 + 8));
  });

  const refused = 'bad-measurement: the TD HOB witness ';
  const range = `${refused}holds a range that is empty, out of order or beyond 2 GiB`;
  test.each([
    ['', `${refused}is cut off`],
    ['8010 09 04 0006 0902 0b02', `${refused}is cut off`],
    ['8010 09 01 0006 00', `${refused}has bytes behind its end`],
    ['8010 09 41', `${refused}has 65 ranges, more than 64`],
    ['8010 09 40', `${refused}is cut off`],
    ['8010 09 01 0000', range],
    ['8010 09 02 0902 0006', range],
    ['8010 09 02 0006 0506', range],
    ['00 00 01 00 818020', range],
    ['00 818040 00', `${refused}puts the list beyond 4 GiB`],
    ['ffffffffffffff0f 00 00', `${refused}puts the list beyond 4 GiB`],
  ])('refuses witness %j', (witness, message) => expect(failure(() => tdHob(hex(witness), 2 * GIB))).toBe(message));

  test('refuses a machine with all memory below 2 GiB accepted', () =>
    expect(failure(() => tdHob(hex('00 00 01 00 808020'), 4 * GIB))).toBe(`${refused}accepts all memory below 2 GiB`));

  test.each([0, GIB, 2 * GIB - 1, 2 * GIB + 1, 0xb0000000 - 1, 2 ** 46 + 1])('refuses memory of %i bytes', (memory) => {
    expect(failure(() => tdHob(WITNESS, memory), 20)).toBe(
      `unsupported-image: memory of ${memory} bytes is not supported`,
    );
    expect(() => tdHob(WITNESS, memory)).toThrow(
      expect.objectContaining({ hint: 'it is 2 GiB or at least 2.75 GiB where the image can be recomputed' }),
    );
  });
});

describe('the version of QEMU', () => {
  test.each([
    ['8.2.2', undefined, false],
    ['9.0.0', undefined, true],
    ['10.1', undefined, true],
    ['8.99.99', undefined, false],
    ['8.2.2', true, true],
    ['9.2.1', false, false],
    ['9.2.1+tdx', undefined, true],
    ['8.2.2 (Debian 1:8.2.2+ds-0)', undefined, false],
  ])('%s (stated %s) adds pages in a single pass: %s', (version, stated, single) =>
    expect(isSinglePass(version, stated)).toBe(single),
  );

  test.each([
    ['8.2.2', false],
    ['9.9.0', false],
    ['10.1.9', false],
    ['10.2.0', true],
    ['10.10', true],
    ['11.0', true],
  ])('%s leaves the kernel header: %s', (version, leaves) => expect(leavesKernelHeader(version)).toBe(leaves));

  test.each(['', '9', 'v9.0', '9.', '.9', '9.0.0.0', '99999.0', '9.0\n', '9.0-é', ' 9.0', '9.0.0x'])(
    '%j is none',
    (version) => {
      expect(failure(() => isSinglePass(version, true))).toMatch(
        /^bad-vm-config: vm_config.qemu_version '.*' is no version of QEMU$/,
      );
      expect(failure(() => leavesKernelHeader(version))).toContain('bad-vm-config: ');
    },
  );
});

describe('acpiDigestsOf', () => {
  const DATA = text('ACPI DATA');
  const acpi = (name: string, seed: number, change: Partial<LogEvent> = {}): LogEvent =>
    firmware(0, seed, { eventType: 10, name, payload: DATA, ...change });
  const named = [acpi('acpi-loader', 1), acpi('acpi-rsdp', 2), acpi('acpi-tables', 3)];
  const digests = { loader: D(1), rsdp: D(2), tables: D(3) };
  const around = [
    runtime('acpi-loader'),
    firmware(0, 9),
    firmware(0, 8, { eventType: 10, payload: text('BootMenu') }),
    firmware(1, 7, { eventType: 10, name: 'acpi-rsdp' }),
  ];

  test.each([
    ['by name', named],
    ['by name, payloads stripped', named.map((event) => ({ ...event, payload: hex('') }))],
    ['by an old name', [1, 2, 3].map((seed) => acpi('ACPI DATA', seed))],
    ['by payload', [1, 2, 3].map((seed) => acpi('', seed))],
  ])('finds them %s', (_, events) => expect(acpiDigestsOf([...around, ...events, ...around])).toEqual(digests));

  const three = (count: number): string =>
    `bad-event-log: the log has ${count} ACPI events, not three with a digest each`;
  const order = 'bad-event-log: the ACPI events of the log are not acpi-loader, acpi-rsdp, acpi-tables, in this order';
  test.each<[LogEvent[], string]>([
    [[], three(0)],
    [named.slice(1), three(2)],
    [[...named, acpi('acpi-tables', 4)], three(4)],
    [named.with(0, acpi('acpi-loader', 1, { digest: undefined })), three(3)],
    [named.with(1, acpi('acpi-rsdp', 1, { digest: undefined })), three(3)],
    [named.with(2, acpi('acpi-tables', 1, { digest: undefined })), three(3)],
    [named.with(0, acpi('acpi-loader', 1, { eventType: 11 })), three(2)],
    [named.with(0, acpi('acpi-loader', 1, { register: 1 })), three(2)],
    [named.with(0, acpi('', 1, { payload: text('ACPI DATA ') })), three(2)],
    [named.with(0, acpi('x', 1)), three(2)],
    [named.toReversed(), order],
    [named.with(2, acpi('', 3)), order],
    [named.with(1, acpi('acpi-loader', 3)), order],
  ])('refuses %#', (events, message) => expect(failure(() => acpiDigestsOf(events))).toBe(message));
});
