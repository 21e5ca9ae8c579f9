import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifyDigest } from '../../src/provenance/prehashed.ts';
import { integer, sequence } from '../mocks/der.ts';
import { keyPair } from '../mocks-sigstore/keys.ts';
import { holds } from '../support/property.ts';
import { expectError } from './support.ts';

const digestOf = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

const DATA = Buffer.from('data');
const ORDERS = {
  'P-256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'P-384': 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
} as const;

describe.each(['P-256', 'P-384'] as const)('a signature with %s', (curve) => {
  const { privateKey, spki } = keyPair('prehashed', curve);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const width = curve === 'P-256' ? 32 : 48;
  const signature = sign('sha256', DATA, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const [r, s] = [signature.subarray(0, width), signature.subarray(width)];
  const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const bytesOf = (value: bigint): Buffer => {
    const hex = value.toString(16);
    return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  };
  const check = (one: Uint8Array, two: Uint8Array, data: Uint8Array = DATA): boolean =>
    verifyDigest(digestOf(data), key, sequence(integer(one), integer(two)));

  test('holds over its digest, and over no other', () => {
    expect(check(r, s)).toBe(true);
    expect(check(r, s, Buffer.from('datb'))).toBe(false);
    expect(check(s, r)).toBe(false);
  });

  test('holds in its other form, as ECDSA has it', () => {
    expect(check(r, bytesOf(ORDERS[curve] - numberOf(s)))).toBe(true);
  });

  test('is of numbers from 1 to the order less 1', () => {
    const order = ORDERS[curve];
    for (const number of [0n, order, order + numberOf(s)]) {
      expect(check(r, bytesOf(number))).toBe(false);
      expect(check(bytesOf(number), s)).toBe(false);
    }
    expect(check(bytesOf(order + numberOf(r)), s)).toBe(false);
  });

  test('that would come to the point at infinity is refused', () => {
    // With the base point as the key it is e + r times that point, and r can be chosen.
    const base = createPublicKey({ key: { kty: 'EC', crv: curve, ...BASES[curve] }, format: 'jwk' });
    const e = numberOf(digestOf(DATA));
    const minus = bytesOf(ORDERS[curve] - (e % ORDERS[curve]));
    expect(verifyDigest(digestOf(DATA), base, sequence(integer(minus), integer(1)))).toBe(false);
  });

  test('with the base point as the key is added to itself rightly', () => {
    const one = Buffer.alloc(width);
    one[width - 1] = 1;
    const own = createPublicKey({ key: { kty: 'EC', crv: curve, ...BASES[curve] }, format: 'jwk' });
    // (e + r) / s times the base point; s is chosen so that this is once the base point, whose x is r then.
    const x = numberOf(Buffer.from(BASES[curve].x, 'base64url')) % ORDERS[curve];
    const total = (numberOf(digestOf(DATA)) + x) % ORDERS[curve];
    const made = sequence(integer(bytesOf(x)), integer(bytesOf(total)));
    expect(verify('sha256', DATA, own, made)).toBe(true);
    expect(verifyDigest(digestOf(DATA), own, made)).toBe(true);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one number', sequence(integer(1))],
    ['three numbers', sequence(integer(1), integer(1), integer(1))],
    ['more bytes', Buffer.concat([sequence(integer(r), integer(s)), Buffer.alloc(1)])],
    ['a negative number', sequence(Buffer.from([2, 1, 0xff]), integer(1))],
  ])('that is %s is none', (_what, bytes) => {
    expect(() => verifyDigest(digestOf(DATA), key, bytes)).toThrow(/^the signature/);
  });

  test('holds where node:crypto says so', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(7), fc.nat(200), (data, bit, place) => {
        const made = sign('sha256', data, privateKey);
        expect(verifyDigest(digestOf(data), key, made)).toBe(true);
        const changed = Buffer.from(made);
        // Not the lengths and tags, which are another reader's business.
        const at = changed.length - 1 - (place % (width - 2));
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        expect(verifyDigest(digestOf(data), key, changed)).toBe(verify('sha256', data, key, changed));
      }),
      40,
    );
  });
});

const BASES = {
  'P-256': {
    x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
    y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  },
  'P-384': {
    x: 'qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3',
    y: 'NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f',
  },
} as const;

test.each([
  ['ed25519', () => generateKeyPairSync('ed25519').publicKey],
  ['rsa', () => generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey],
  ['secp521r1', () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' }).publicKey],
])('a key of another kind, %s, is not known', (_kind, make) => {
  const error = expectError(
    () => verifyDigest(digestOf(DATA), make(), sequence(integer(1), integer(1))),
    'unsupported-key',
    'without its bytes, a message is verified with P-256 and P-384 only',
  );
  expect(error).toMatchObject({ exitCode: 20, hint: 'give the message itself' });
});
