import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deviceId, mrAggregated, mrSystem } from '../../src/evidence/aggregates.ts';
import { appIdKind, defaultAppId, instanceIdOf } from '../../src/evidence/app-id.ts';
import { isZero, u32le, u64le } from '../../src/evidence/bytes.ts';
import {
  appDataReportData,
  certificateReportData,
  nearReportData,
  paddedReportData,
} from '../../src/evidence/report-data.ts';
import { failure, hex, hexOf, text } from './support.ts';

const hash = (algorithm: string, ...parts: Uint8Array[]): string =>
  createHash(algorithm).update(Buffer.concat(parts)).digest('hex');
const compose = hex('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff');

describe('app id and instance id', () => {
  test('the default app id is the head of the compose hash, a copy', () => {
    const bytes = Buffer.from(compose);
    const id = defaultAppId(bytes);
    bytes.fill(0);
    expect(hexOf(id)).toBe('00112233445566778899aabbccddeeff00112233');
  });

  test('an app id is the default one or an explicit one', () => {
    expect(appIdKind(compose.slice(0, 20), compose)).toBe('default');
    expect(appIdKind(compose.slice(1, 21), compose)).toBe('explicit');
    expect(failure(() => appIdKind(compose.slice(0, 19), compose))).toBe('bad-length: the app id has 19 bytes, not 20');
  });

  test('the instance id follows from seed and app id', () => {
    const [seed, appId] = [hex('11'.repeat(20)), hex('22'.repeat(20))];
    expect(hexOf(instanceIdOf(seed, appId))).toBe(hash('sha256', seed, appId).slice(0, 40));
    expect(failure(() => instanceIdOf(hex('11'), appId))).toBe(
      'bad-length: the seed of the instance id has 1 bytes, not 20',
    );
    expect(failure(() => instanceIdOf(seed, hex('')))).toBe('bad-length: the app id has 0 bytes, not 20');
  });
});

describe('report data', () => {
  test('of a caller is padded with zero bytes', () => {
    expect(hexOf(paddedReportData(hex('1234')))).toBe(`1234${'00'.repeat(62)}`);
    expect(hexOf(paddedReportData(hex('ab'.repeat(64))))).toBe('ab'.repeat(64));
    expect(failure(() => paddedReportData(new Uint8Array(65)))).toBe(
      'bad-length: report data has 65 bytes, more than 64',
    );
  });

  test('of a certificate is a hash of its key, that of app data of its payload', () => {
    expect(hexOf(certificateReportData(hex('30')))).toBe(hash('sha512', text('ratls-cert:0')));
    expect(hexOf(appDataReportData(hex('30')))).toBe(hash('sha512', text('app-data:0')));
  });

  test('of a NEAR node is SHA3-384 of its keys behind the version', () => {
    const [p2p, account] = [hex('11'.repeat(32)), hex('22'.repeat(32))];
    expect(hexOf(nearReportData({ p2p, account }))).toBe(`0001${hash('sha3-384', p2p, account)}${'00'.repeat(14)}`);
    expect(failure(() => nearReportData({ p2p: hex('11'), account }))).toBe(
      'bad-length: the p2p key has 1 bytes, not 32',
    );
    expect(failure(() => nearReportData({ p2p, account: new Uint8Array(33) }))).toBe(
      'bad-length: the account key has 33 bytes, not 32',
    );
  });
});

describe('aggregates', () => {
  const of = (byte: number): Uint8Array => new Uint8Array(48).fill(byte);
  const values = {
    mrtd: of(1),
    rtmr0: of(2),
    rtmr1: of(3),
    rtmr2: of(4),
    rtmr3: of(5),
    mrConfigId: of(0),
    mrOwner: of(0),
    mrOwnerConfig: of(0),
  };

  test('mr_system covers the key provider, or 32 zero bytes', () => {
    const head = [of(1), of(2), of(3), of(4)];
    expect(hexOf(mrSystem(values, undefined))).toBe(hash('sha256', ...head, new Uint8Array(32)));
    expect(hexOf(mrSystem(values, text('{}')))).toBe(hash('sha256', ...head, hex(hash('sha256', text('{}')))));
  });

  test('mr_aggregated covers the three ids where any is set', () => {
    const head = [of(1), of(2), of(3), of(4), of(5)];
    expect(hexOf(mrAggregated(values))).toBe(hash('sha256', ...head));
    expect(hexOf(mrAggregated({ ...values, mrConfigId: of(6) }))).toBe(hash('sha256', ...head, of(6), of(0), of(0)));
    expect(hexOf(mrAggregated({ ...values, mrOwner: of(7) }))).toBe(hash('sha256', ...head, of(0), of(7), of(0)));
    expect(hexOf(mrAggregated({ ...values, mrOwnerConfig: of(8) }))).toBe(hash('sha256', ...head, of(0), of(0), of(8)));
  });

  test('device_id is the hash of the PPID', () => {
    expect(hexOf(deviceId(hex('01')))).toBe(hash('sha256', hex('01')));
    expect(hexOf(deviceId(hex('')))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

test('numbers are little-endian, zero is zero', () => {
  expect(hexOf(u32le(0x01020304))).toBe('04030201');
  expect(hexOf(u64le(0x0102030405060708n))).toBe('0807060504030201');
  expect([isZero(hex('')), isZero(hex('0000')), isZero(hex('0001'))]).toEqual([true, true, false]);
});
