import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readAnswer } from '../../../src/audit/collect/answer/read-answer.ts';
import { useScratch } from '../../support/use-scratch.ts';

const ARC = '1.3.6.1.4.1.62397.1';
const QUOTE = Buffer.from('0400020081000000aabb', 'hex');

/** A DER OCTET STRING of fewer than 65536 bytes. */
const octets = (content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0x04, 0x82, content.length >> 8, content.length & 0xff]), content]);
const shortOctets = (content: Uint8Array): Buffer =>
  content.length < 128
    ? Buffer.concat([Buffer.from([0x04, content.length]), content])
    : content.length < 256
      ? Buffer.concat([Buffer.from([0x04, 0x81, content.length]), content])
      : octets(content);

/** SCALE vectors of fewer than 16384 bytes. */
const vector = (content: Uint8Array): Buffer => {
  const { length } = content;
  const head = length < 64 ? [length << 2] : [((length << 2) | 1) & 0xff, length >> 6];
  return Buffer.concat([Buffer.from(head), content]);
};

/** A versioned attestation V0 of platform tdx, with one runtime event. */
const attestation = (quote: Uint8Array, config: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, 0]),
    vector(quote),
    Buffer.from([0, 1 << 2]),
    vector(Buffer.from('system-ready')),
    vector(Buffer.alloc(0)),
    Buffer.alloc(64, 7),
    vector(Buffer.from(config)),
  ]);

/** A self-signed certificate with these extensions in OCTET STRINGs, as PEM; undefined where there is no openssl. */
const certificate = (extensions: Record<string, Uint8Array>): string | undefined =>
  certificateOf(Object.fromEntries(Object.entries(extensions).map(([oid, bytes]) => [oid, shortOctets(bytes)])));

const certificateOf = (extensions: Record<string, Uint8Array>): string | undefined => {
  const scratch = useScratch();
  const added = Object.entries(extensions).flatMap(([oid, bytes]) => [
    '-addext',
    `${ARC}.${oid}=DER:${Buffer.from(bytes).toString('hex')}`,
  ]);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', scratch.join('key')];
  const args = ['req', '-x509', ...key, '-subj', '/CN=demo-cert', '-out', scratch.join('cert'), ...added];
  const { error, status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (error !== undefined) return undefined;
  if (status !== 0) throw new Error(stderr);
  return readFileSync(scratch.join('cert'), 'utf8');
};

const read = (app_cert: string) => readAnswer(Buffer.from(JSON.stringify({ app_cert, tcb_info: '' })), 'a.json');
const at = (oid: string): string => `saved answer a.json, app_cert, leaf, extension ${ARC}.${oid}`;
const LOG = [{ imr: 3, event_type: 0x08000001, digest: '', event: 'app-id', event_payload: '00' }];

test('quote and event log of the older extensions', ({ skip }) => {
  const pem = certificate({ 1: QUOTE, 2: Buffer.from(JSON.stringify(LOG)) });
  if (pem === undefined) return skip('no openssl here');
  const found = read(pem);
  expect(found.quote).toEqual({ origin: at('1'), value: new Uint8Array(QUOTE) });
  expect(found.eventLog).toMatchObject({ origin: at('2'), value: [{ name: 'app-id', register: 3 }] });
  expect(found).not.toHaveProperty('vmConfig');
});

test('an event log that does not read hides no quote', ({ skip }) => {
  const pem = certificate({ 1: QUOTE, 2: Buffer.from('{') });
  if (pem === undefined) return skip('no openssl here');
  expect(read(pem)).toMatchObject({
    quote: { value: new Uint8Array(QUOTE) },
    eventLog: { origin: at('2'), error: { code: 'truncated' } },
  });
});

test('all parts of the newer extension', ({ skip }) => {
  const config = JSON.stringify({ vm_config: '{"cpu_count":1}', mr_config: '{"version":3}' });
  const pem = certificate({ 8: attestation(QUOTE, config) });
  if (pem === undefined) return skip('no openssl here');
  const found = read(pem);
  expect(found).toMatchObject({
    kind: 'agent-info',
    quote: { origin: `${at('8')}, quote`, value: new Uint8Array(QUOTE) },
    eventLog: { origin: `${at('8')}, event log`, value: [{ name: 'system-ready', register: 3 }] },
    vmConfig: { origin: `${at('8')}, config`, value: '{"cpu_count":1}' },
    mrConfig: { origin: `${at('8')}, config.mr_config`, value: '{"version":3}' },
  });
});

test('a config that is empty, alone or broken', ({ skip }) => {
  const empty = certificate({ 8: attestation(QUOTE, '') });
  if (empty === undefined) return skip('no openssl here');
  const found = read(empty);
  expect(found).not.toHaveProperty('vmConfig');
  expect(found).not.toHaveProperty('mrConfig');
  const alone = read(certificate({ 8: attestation(QUOTE, '{"cpu_count":1}') })!);
  expect(alone.vmConfig).toHaveProperty('value', '{"cpu_count":1}');
  expect(alone).not.toHaveProperty('mrConfig');
  const broken = read(certificate({ 8: attestation(QUOTE, '{') })!);
  expect(broken.vmConfig).toMatchObject({ origin: `${at('8')}, config`, error: { code: 'truncated' } });
  expect(broken.mrConfig).toMatchObject({ origin: `${at('8')}, config.mr_config`, error: { code: 'truncated' } });
});

test('both generations must hold the same quote', ({ skip }) => {
  const same = certificate({ 1: QUOTE, 8: attestation(QUOTE, '') });
  if (same === undefined) return skip('no openssl here');
  expect(read(same)).toMatchObject({
    quote: { origin: at('1'), value: new Uint8Array(QUOTE) },
    eventLog: { origin: `${at('8')}, event log` },
  });
  const other = Buffer.from(QUOTE);
  other[9] = 0;
  const found = read(certificate({ 1: QUOTE, 8: attestation(other, '') })!);
  expect(found.quote).toMatchObject({
    origin: `${at('1')} and ${at('8')}`,
    error: {
      code: 'contradictory',
      exitCode: 30,
      message: `${at('1')} and ${at('8')} hold different quotes`,
      hint: 'the certificate contradicts itself; ask for it again',
    },
  });
});

test('an older quote that does not read is not replaced by the newer one', ({ skip }) => {
  const pem = certificateOf({ 1: Buffer.from('0c0161', 'hex'), 8: shortOctets(attestation(QUOTE, '')) });
  if (pem === undefined) return skip('no openssl here');
  expect(read(pem)).toMatchObject({
    quote: { origin: at('1'), error: { code: 'bad-der', exitCode: 30 } },
    eventLog: { origin: `${at('8')}, event log` },
  });
});

test('a newer extension that does not read is the quote that cannot be read, unless the older has one', ({ skip }) => {
  const alone = certificate({ 8: Buffer.from([0x81]) });
  if (alone === undefined) return skip('no openssl here');
  expect(read(alone).quote).toMatchObject({
    origin: at('8'),
    error: { code: 'unsupported-attestation', exitCode: 20 },
  });
  expect(read(certificate({ 1: QUOTE, 8: Buffer.from([0x81]) })!).quote).toHaveProperty('origin', at('1'));
});

test('a leaf without any of them says so', ({ skip }) => {
  const pem = certificate({});
  if (pem === undefined) return skip('no openssl here');
  const { quote } = read(pem);
  const origin = 'saved answer a.json, app_cert, leaf';
  expect(quote).toMatchObject({
    origin,
    error: {
      code: 'bad-answer',
      message: `${origin} carries no quote (extensions .1 and .8 of dstack)`,
      hint: 'ask the agent itself for its Info: this certificate is of something else',
    },
  });
});
