import { mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_SIGNATURE_BYTES } from '../../../src/audit/source/limits.ts';
import { readArmor } from '../../../src/audit/source/signature/armor.ts';
import { splitSignature } from '../../../src/audit/source/signature/commit-signature.ts';
import type { SignatureFacts, X509Material } from '../../../src/audit/source/signature/facts.ts';
import { readGpgStatus } from '../../../src/audit/source/signature/gpg.ts';
import { openpgpIssuer } from '../../../src/audit/source/signature/openpgp.ts';
import { readSignature } from '../../../src/audit/source/signature/read.ts';
import { sshString } from '../../../src/audit/source/signature/ssh-wire.ts';
import { verifyGitsign } from '../../../src/audit/source/signature/verify-gitsign.ts';
import { makeScratch } from '../../support/scratch.ts';
import { armor, COMMIT, runTool, signed, type SshSigner, sshSigner } from './signature-support.ts';

const scratch = makeScratch();
let folders = 0;

const read = (content: Buffer, keys?: Uint8Array, format: 'sha1' | 'sha256' = 'sha1'): Promise<SignatureFacts> =>
  readSignature({ content, format, keys, folder: scratch.join(`gpg-${folders++}`) });

describe('the commit taken apart', () => {
  const other = signed(COMMIT, 'other\nlines\n', 'gpgsig-sha256');

  test('its own signature, the payload without either', () => {
    const both = signed(other, 'a\n b\n\nc\n');
    expect(splitSignature(both, 'sha1')).toEqual({ payload: COMMIT, signature: 'a\n b\n\nc\n', fault: undefined });
    expect(splitSignature(both, 'sha256')).toEqual({ payload: COMMIT, signature: 'other\nlines\n', fault: undefined });
  });

  test('none', () => {
    expect(splitSignature(COMMIT, 'sha1')).toEqual({ payload: COMMIT, signature: undefined, fault: undefined });
    expect(splitSignature(other, 'sha1')).toEqual({ payload: COMMIT, signature: undefined, fault: undefined });
    const encoding = Buffer.from(COMMIT.toString().replace('\n\n', '\nmergetag object x\n gpgsig y\n\n'));
    expect(splitSignature(encoding, 'sha1')).toEqual({ payload: encoding, signature: undefined, fault: undefined });
    expect(splitSignature(Buffer.from('tree x'), 'sha1').signature).toBeUndefined();
  });

  test('two, and one too large', () => {
    expect(splitSignature(signed(signed(COMMIT, 'a'), 'b'), 'sha1').fault).toBe(
      'the commit has more than one signature',
    );
    const largest = `a\n${'x'.repeat(MAX_SIGNATURE_BYTES - 3)}\n`;
    expect(splitSignature(signed(COMMIT, largest), 'sha1')).toEqual({
      payload: COMMIT,
      signature: largest,
      fault: undefined,
    });
    // What goes beyond is not kept.
    expect(splitSignature(signed(COMMIT, `b${largest}`), 'sha1')).toEqual({
      payload: COMMIT,
      signature: 'ba\n',
      fault: `the signature has more than ${MAX_SIGNATURE_BYTES} bytes`,
    });
  });

  test('a header that the commit ends with', () => {
    expect(splitSignature(Buffer.from('tree x\ngpgsig abc'), 'sha1')).toEqual({
      payload: Buffer.from('tree x\n'),
      signature: 'abc\n',
      fault: undefined,
    });
    expect(splitSignature(Buffer.from(' gpgsig x\n\n'), 'sha1')).toEqual({
      payload: Buffer.from(' gpgsig x\n\n'),
      signature: undefined,
      fault: undefined,
    });
  });
});

test('armor', () => {
  expect(readArmor(armor('X', Buffer.from('abc')), 'X')?.toString()).toBe('abc');
  expect(readArmor(armor('X', Buffer.from('abc'), 'Version: 1\n\n'), 'X')?.toString()).toBe('abc');
  expect(readArmor('-----BEGIN X-----\nYWJj\n=abcd\n-----END X-----\n', 'X')?.toString()).toBe('abc');
  for (const bad of [
    armor('Y', Buffer.from('abc')),
    `x\n${armor('X', Buffer.from('abc'))}`,
    `${armor('X', Buffer.from('abc'))}x\n`,
    '-----BEGIN X-----\nYWJj\n',
    '-----BEGIN X-----\n-----END X-----\n',
    '-----BEGIN X-----\nYWJ\n-----END X-----\n',
    '-----BEGIN X-----\nYW*j\n-----END X-----\n',
  ]) {
    expect(readArmor(bad, 'X')).toBeUndefined();
  }
});

test('kinds that need no tool', async () => {
  expect(await read(COMMIT)).toEqual({ kind: 'none' });
  expect(await read(signed(COMMIT, 'hello'))).toEqual({
    kind: 'malformed',
    why: 'the signature is of no kind that git writes',
  });
  expect(await read(signed(signed(COMMIT, 'a'), 'b'))).toEqual({
    kind: 'malformed',
    why: 'the commit has more than one signature',
  });
});

describe('SSH', () => {
  const signers = new Map<string, SshSigner | undefined>();
  const KINDS = [
    ['ed25519', '256', 'ssh-ed25519'],
    ['ecdsa', '256', 'ecdsa-sha2-nistp256'],
    ['ecdsa', '384', 'ecdsa-sha2-nistp384'],
    ['ecdsa', '521', 'ecdsa-sha2-nistp521'],
    ['rsa', '2048', 'ssh-rsa'],
  ] as const;

  beforeAll(() => {
    for (const [type, bits, name] of KINDS) signers.set(name, sshSigner(scratch, type, bits));
  });

  test.each(KINDS)('%s %s', async (_type, _bits, keyType) => {
    const signer = signers.get(keyType);
    if (signer === undefined) return console.info('skipped: there is no ssh-keygen');
    const { fingerprint } = signer;
    const signature = signer.sign(COMMIT);
    const facts = { kind: 'ssh', keyType, fingerprint };
    expect(await read(signed(COMMIT, signature))).toEqual({ ...facts, state: 'good', why: undefined });
    expect(await read(signed(COMMIT, signature, 'gpgsig-sha256'), undefined, 'sha256')).toMatchObject({
      state: 'good',
    });
    const changed = Buffer.from(COMMIT.toString().replace('in a message', 'in a massage'));
    expect(await read(signed(changed, signature))).toEqual({
      ...facts,
      state: 'bad',
      why: 'it does not fit the commit',
    });
    expect(await read(signed(COMMIT, signer.sign(COMMIT, 'file')))).toEqual({
      ...facts,
      state: 'bad',
      why: 'it was made for another purpose than git',
    });
  });

  const sshsig = (parts: {
    key?: Buffer;
    hash?: string;
    name?: string;
    version?: number;
    extra?: string;
    magic?: string;
  }): string => {
    const version = Buffer.alloc(4);
    version.writeUInt32BE(parts.version ?? 1);
    const key = parts.key ?? Buffer.concat([sshString('ssh-ed25519'), sshString(Buffer.alloc(32, 1))]);
    const value = Buffer.concat([sshString(parts.name ?? 'ssh-ed25519'), sshString(Buffer.alloc(64))]);
    return armor(
      'SSH SIGNATURE',
      Buffer.concat([
        Buffer.from(parts.magic ?? 'SSHSIG'),
        version,
        sshString(key),
        sshString('git'),
        sshString(''),
        sshString(parts.hash ?? 'sha512'),
        sshString(value),
        Buffer.from(parts.extra ?? ''),
      ]),
    );
  };

  test.each([
    ['another hash', { hash: 'sha1' }, { state: 'bad', why: 'it uses a hash that SSHSIG does not allow' }],
    [
      "an algorithm that is not the key's",
      { name: 'rsa-sha2-256' },
      { state: 'bad', why: 'its algorithm is not one of the key' },
    ],
    ['no signature of the key', {}, { state: 'bad', why: 'it does not fit the commit' }],
    [
      'a security key',
      { key: Buffer.concat([sshString('sk-ssh-ed25519@openssh.com'), sshString('x')]) },
      { state: 'not-verified', keyType: 'sk-ssh-ed25519@openssh.com', why: 'keys of this type are not verified here' },
    ],
    [
      'another version',
      { version: 2 },
      { kind: 'malformed', why: 'the SSH signature cannot be read: it is of version 2' },
    ],
    [
      'bytes after it',
      { extra: 'xxx' },
      { kind: 'malformed', why: 'the SSH signature cannot be read: bytes follow it' },
    ],
    [
      'no magic',
      { magic: 'SSHSIX' },
      { kind: 'malformed', why: 'the SSH signature cannot be read: it does not begin with SSHSIG' },
    ],
    [
      'a short key',
      { key: Buffer.concat([sshString('ssh-ed25519'), sshString('x')]) },
      { kind: 'malformed', why: 'the SSH signature cannot be read: the Ed25519 key does not have 32 bytes' },
    ],
    [
      'bytes after the key',
      { key: Buffer.concat([sshString('ssh-ed25519'), sshString(Buffer.alloc(32, 1)), sshString('')]) },
      { kind: 'malformed', why: 'the SSH signature cannot be read: bytes follow the key' },
    ],
    [
      'a key that ends early',
      { key: Buffer.from([0, 0, 0, 9]) },
      { kind: 'malformed', why: 'the SSH signature cannot be read: it ends too early' },
    ],
    [
      'another curve',
      { key: Buffer.concat([sshString('ecdsa-sha2-nistp256'), sshString('nistp384'), sshString(Buffer.alloc(65, 4))]) },
      { kind: 'malformed', why: 'the SSH signature cannot be read: the curve is not that of the key type' },
    ],
    [
      'a small RSA key',
      { key: Buffer.concat([sshString('ssh-rsa'), sshString(Buffer.from([3])), sshString(Buffer.alloc(64, 1))]) },
      { kind: 'malformed', why: 'the SSH signature cannot be read: an RSA key of 512 bits' },
    ],
    [
      'a negative number',
      { key: Buffer.concat([sshString('ssh-rsa'), sshString(Buffer.from([0x83])), sshString(Buffer.alloc(256, 1))]) },
      { kind: 'malformed', why: 'the SSH signature cannot be read: a number in it is negative' },
    ],
  ])('%s', async (_name, parts, expected) => {
    expect(await read(signed(COMMIT, sshsig(parts)))).toMatchObject(expected);
  });

  test('broken armor', async () => {
    expect(await read(signed(COMMIT, '-----BEGIN SSH SIGNATURE-----\n*\n-----END SSH SIGNATURE-----\n'))).toEqual({
      kind: 'malformed',
      why: 'the SSH signature cannot be read: its armor is broken',
    });
  });
});

describe('X.509', () => {
  test('what the certificate says is shown', async () => {
    const subject = ['-subj', '/CN=sigstore', '-addext', 'subjectAltName=email:dev@example.com'];
    const flags = ['-addext', 'basicConstraints=critical,CA:FALSE', '-nodes', '-days', '2'];
    const key = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', 'k.pem', '-out', 'c.pem'];
    if (runTool('openssl', ['req', ...key, ...subject, ...flags], scratch.path) === undefined) {
      return console.info('skipped: there is no openssl');
    }
    const sign = ['cms', '-sign', '-binary', '-signer', 'c.pem', '-inkey', 'k.pem', '-outform', 'DER'];
    const cms = runTool('openssl', sign, scratch.path, COMMIT)!;
    expect(await read(signed(COMMIT, armor('SIGNED MESSAGE', cms)))).toEqual({
      kind: 'x509',
      identity: 'email:dev@example.com',
      issuer: 'CN=sigstore',
      material: expect.objectContaining({ fits: true, logEntry: undefined }),
      why: undefined,
    });
    // The key of another tool's signature is found to be the certificate's, and what Sigstore would add is not there.
    const { material } = (await read(signed(COMMIT, armor('SIGNED MESSAGE', cms)))) as { material: X509Material };
    expect(verifyGitsign(material, [])).toEqual({
      state: 'not-verified',
      why: 'not verifiable offline: it carries no entry of a transparency log',
    });
    const without = runTool('openssl', [...sign, '-nocerts'], scratch.path, COMMIT)!;
    expect(await read(signed(COMMIT, armor('SIGNED MESSAGE', without)))).toEqual({
      kind: 'x509',
      identity: undefined,
      issuer: undefined,
      material: undefined,
      why: 'the certificate of its signer did not come along',
    });
  });

  test('what cannot be read', async () => {
    expect(await read(signed(COMMIT, armor('SIGNED MESSAGE', Buffer.from('hello'))))).toEqual({
      kind: 'x509',
      identity: undefined,
      issuer: undefined,
      material: undefined,
      why: 'it cannot be read: the CMS signature: the outermost element is cut off',
    });
    expect(await read(signed(COMMIT, '-----BEGIN SIGNED MESSAGE-----\n*\n'))).toEqual({
      kind: 'malformed',
      why: 'the X.509 signature cannot be read: its armor is broken',
    });
  });
});

describe('OpenPGP', () => {
  const home = scratch.join('home');
  let key: Buffer | undefined;
  let fingerprint = '';
  const GPG = ['--homedir', home, '--batch', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', ''];

  beforeAll(() => {
    mkdirSync(home, { mode: 0o700 });
    if (runTool('gpg', ['--version'], home) === undefined) return;
    runTool('gpg', [...GPG, '--quick-gen-key', 'dev@example.com', 'ed25519', 'sign', '1d'], home);
    key = runTool('gpg', [...GPG, '--export', 'dev@example.com'], home);
    const listed = runTool('gpg', [...GPG, '--with-colons', '--list-keys'], home)?.toString() ?? '';
    fingerprint = /^fpr:+([0-9A-F]+):/m.exec(listed)?.[1] ?? '';
  }, 60_000);

  afterAll(() => {
    if (key !== undefined) runTool('gpgconf', ['--homedir', home, '--kill', 'all'], home);
  });

  const sign = (payload: Buffer): string =>
    runTool('gpg', [...GPG, '--armor', '--detach-sign', '-o', '-'], home, payload)?.toString() ?? '';

  test('with the key, without it, and over another commit', async () => {
    if (key === undefined) return console.info('skipped: there is no gpg');
    const signature = sign(COMMIT);
    const facts = { kind: 'openpgp', issuer: fingerprint };
    expect(await read(signed(COMMIT, signature), key)).toEqual({ ...facts, state: 'good', why: undefined });
    expect(await read(signed(COMMIT, signature))).toEqual({
      ...facts,
      state: 'not-verified',
      why: 'no key was given for it',
    });
    expect(await read(signed(COMMIT, signature), Buffer.from('no key'))).toEqual({
      ...facts,
      state: 'not-verified',
      why: 'the key is not among those that were given',
    });
    const changed = Buffer.from(COMMIT.toString().replace('in a message', 'in a massage'));
    expect(await read(signed(changed, signature), key)).toEqual({
      ...facts,
      state: 'bad',
      why: 'gpg says that it does not fit the commit',
    });
  });

  const line = (...words: string[]): string => words.map((word) => `[GNUPG:] ${word}\n`).join('');
  test.each([
    [line('NEWSIG', 'GOODSIG a', 'VALIDSIG b'), 'good', undefined],
    [line('NEWSIG', 'GOODSIG a'), 'not-verified', 'gpg could not verify it'],
    [line('NEWSIG', 'VALIDSIG a'), 'not-verified', 'gpg could not verify it'],
    [
      line('NEWSIG', 'GOODSIG a', 'VALIDSIG b', 'NEWSIG', 'GOODSIG a', 'VALIDSIG b'),
      'not-verified',
      'gpg could not verify it',
    ],
    [line('NEWSIG', 'GOODSIG a', 'VALIDSIG b', 'BADSIG c'), 'bad', 'gpg says that it does not fit the commit'],
    [line('NEWSIG', 'REVKEYSIG a', 'VALIDSIG b'), 'not-verified', 'gpg says that the key was revoked'],
    [line('NEWSIG', 'EXPKEYSIG a', 'VALIDSIG b'), 'not-verified', 'gpg says that the key has expired'],
    [line('NEWSIG', 'EXPSIG a', 'VALIDSIG b'), 'not-verified', 'gpg says that the signature has expired'],
    [line('NEWSIG', 'ERRSIG a', 'NO_PUBKEY b'), 'not-verified', 'the key is not among those that were given'],
    ['GOODSIG a\nVALIDSIG b\nNEWSIG\n', 'not-verified', 'gpg could not verify it'],
    // What stands in the place of a word of another line.
    [`${line('NEWSIG', 'GOODSIG a')}gpg says VALIDSIG b\n`, 'not-verified', 'gpg could not verify it'],
    ['', 'not-verified', 'gpg could not verify it'],
  ])('gpg says %j', (output, state, why) => {
    expect(readGpgStatus(output)).toEqual({ state, why });
  });

  describe('the issuer', () => {
    const area = (...subpackets: Buffer[]): Buffer => {
      const bytes = Buffer.concat(subpackets);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      return Buffer.concat([length, bytes]);
    };
    const keyId = Buffer.from([9, 16, 1, 2, 3, 4, 5, 6, 7, 8]);
    const print = Buffer.concat([Buffer.from([22, 33, 4]), Buffer.alloc(20, 0xab)]);
    const v4 = (hashed: Buffer, unhashed: Buffer): Buffer =>
      Buffer.concat([Buffer.from([4, 0, 22, 8]), hashed, unhashed]);
    const old = (body: Buffer): Buffer => Buffer.concat([Buffer.from([0x88, body.length]), body]);
    const issuer = (packet: Buffer): string | undefined => openpgpIssuer(armor('PGP SIGNATURE', packet, '\n'));

    test('fingerprint before key id, hashed before unhashed', () => {
      expect(issuer(old(v4(area(keyId, print), area())))).toBe('AB'.repeat(20));
      expect(issuer(old(v4(area(), area(keyId))))).toBe('0102030405060708');
      expect(issuer(old(v4(area(keyId), area(print))))).toBe('AB'.repeat(20));
      expect(issuer(old(v4(area(), area())))).toBeUndefined();
    });

    test('headers of every length', () => {
      const body = v4(area(keyId), area());
      const size = Buffer.alloc(4);
      size.writeUInt32BE(body.length);
      for (const head of [
        [0xc2, body.length],
        [0xc2, 255, ...size],
        [0x89, ...size.subarray(2)],
        [0x8a, ...size],
      ]) {
        expect(issuer(Buffer.concat([Buffer.from(head), body]))).toBe('0102030405060708');
      }
      const padded = v4(area(keyId), area(Buffer.concat([Buffer.from([255, 0, 0, 0, 200, 20]), Buffer.alloc(199)])));
      const rest = padded.length - 192;
      expect(issuer(Buffer.concat([Buffer.from([0xc2, 192 + (rest >> 8), rest & 255]), padded]))).toBe(
        '0102030405060708',
      );
    });

    test('version 3', () => {
      const body = Buffer.concat([Buffer.from([3, 5, 0, 0, 0, 0, 0]), keyId.subarray(2), Buffer.alloc(2)]);
      expect(issuer(old(body))).toBe('0102030405060708');
      expect(issuer(old(body.subarray(0, 14)))).toBeUndefined();
    });

    test.each([
      ['no packet', Buffer.from([0x08, 1, 4])],
      ['another packet', Buffer.from([0x98, 1, 4])],
      ['a short one', Buffer.from([0x88, 9, 4])],
      ['no length', Buffer.from([0x88])],
      ['another version', Buffer.from([0x88, 6, 5, 0, 0, 0, 0, 0])],
      ['an area that is longer than all', Buffer.from([0x88, 8, 4, 0, 22, 8, 0, 9, 0, 0])],
      ['a partial length', Buffer.from([0xc2, 230, 4, 0])],
    ])('%s', (_name, packet) => {
      expect(issuer(packet)).toBeUndefined();
    });
  });
});

test('nothing of the auditor is in the home of gpg', () => {
  const text = readFileSync(new URL('../../../src/audit/source/signature/gpg.ts', import.meta.url), 'utf8');
  for (const option of ['--no-options', '--disable-dirmngr', '--no-auto-key-retrieve', '--no-autostart']) {
    expect(text).toContain(option);
  }
});
