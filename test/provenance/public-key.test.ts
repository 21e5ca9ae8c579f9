import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ProvenanceErrorCode } from '../../src/provenance/errors.ts';
import { readPublicKey } from '../../src/provenance/public-key.ts';
import { managedPem } from './conformance/bundles.ts';
import { expectError } from './support.ts';

const pemOf = (key: ReturnType<typeof generateKeyPairSync>): string =>
  (key as unknown as { publicKey: { export(options: object): string } }).publicKey.export({
    type: 'spki',
    format: 'pem',
  });
const ED25519 = pemOf(generateKeyPairSync('ed25519') as never);

test.each([
  ['ec', managedPem().toString()],
  ['ed25519', ED25519],
  ['rsa', pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }) as never)],
])('a public key of the kind %s is read', (kind, pem) => {
  expect(readPublicKey(Buffer.from(pem), 'key.pub')).toMatchObject({ type: 'public', asymmetricKeyType: kind });
});

test.each<[string, string, ProvenanceErrorCode, string | RegExp]>([
  ['nothing', '', 'bad-key', 'key\\x07.pub holds no PUBLIC KEY'],
  ['two keys', ED25519 + ED25519, 'bad-key', 'key\\x07.pub has 2 keys, not 1'],
  [
    'a private key',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    'bad-key',
    'key\\x07.pub holds something outside of its blocks',
  ],
  ['no key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', 'bad-key', /^key\\x07\.pub: /],
  ['too much', ' '.repeat(16_385), 'too-large', 'key\\x07.pub has more than 16384 bytes'],
  ['nearly too much', ' '.repeat(16_384), 'bad-key', 'key\\x07.pub holds no PUBLIC KEY'],
  [
    'a key for another use',
    pemOf(generateKeyPairSync('x25519') as never),
    'unsupported-key',
    'key\\x07.pub is a key of the kind x25519, not ec, ed25519, rsa',
  ],
])('it is refused: %s', (_what, text, code, message) => {
  expectError(() => readPublicKey(Buffer.from(text), 'key\u0007.pub'), code, message);
});
