import { execFile } from 'node:child_process';
import { createHash, createSign, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { GPG_MS } from '../../../src/audit/source/limits.ts';
import { readArmor } from '../../../src/audit/source/signature/armor.ts';
import { verifyWithGpg } from '../../../src/audit/source/signature/gpg.ts';
import { openpgpIssuer } from '../../../src/audit/source/signature/openpgp.ts';
import { readSshKey } from '../../../src/audit/source/signature/ssh-key.ts';
import { SshReader, sshString } from '../../../src/audit/source/signature/ssh-wire.ts';
import { readSshSignature } from '../../../src/audit/source/signature/sshsig.ts';
import { findTool } from '../../../src/source/tools.ts';
import { makeScratch } from '../../support/scratch.ts';
import { armor } from './signature-support.ts';

vi.mock('node:child_process', async (original) => ({ ...(await original<object>()), execFile: vi.fn() }));
vi.mock('../../../src/source/tools.ts', () => ({ findTool: vi.fn() }));

const bytes = (...values: readonly (number | Uint8Array)[]): Buffer =>
  Buffer.concat(values.map((value) => (typeof value === 'number' ? Buffer.from([value]) : value)));

describe('armor', () => {
  const lines = (...inside: string[]): string => ['-----BEGIN X-----', ...inside, '-----END X-----', ''].join('\n');

  test.each<[string, string, string]>([
    ['CR LF and spaces at the end', lines('', 'YWJj').replaceAll('\n', ' \r\n'), 'abc'],
    ['several headers', lines('Version: 1', 'Hash: x', '', 'YWJj'), 'abc'],
    ['one pad', lines('', 'YWI='), 'ab'],
    ['two pads', lines('', 'YQ=='), 'a'],
    ['a checksum behind the pads', lines('', 'YQ==', '=AbC+'), 'a'],
    ['more lines', lines('', 'YWJj', 'ZGVm'), 'abcdef'],
    ['empty lines behind it', `${lines('', 'YWJj')}\n \n`, 'abc'],
  ])('%s', (_, text, content) => {
    expect(readArmor(text, 'X')?.toString()).toBe(content);
  });

  test.each<[string, string]>([
    ['three pads', lines('', 'Y===')],
    ['a pad inside', lines('', 'YQ==', 'YWJj')],
    ['a checksum in a line of other characters', lines('', 'YWJj', 'YQ==AbC+')],
    ['nothing', lines('', '')],
    ['no end', lines('', 'YWJj').replace('-----END X-----\n', '')],
    ['a checksum of another length', lines('', 'YWJj', '=abcde')],
    ['a line before it', `\n${lines('', 'YWJj')}`],
    ['a second end only', lines('', 'YWJj').replace('-----END X-----', '-----END Y-----')],
  ])('not with %s', (_, text) => {
    expect(readArmor(text, 'X')).toBeUndefined();
  });
});

describe('the types of SSH', () => {
  test('are read one after the other, and no further than the end', () => {
    const reader = new SshReader(bytes(0, 0, 0, 2, Buffer.from('ab'), 0, 0, 0, 0));
    expect(reader.done).toBe(false);
    expect(reader.text()).toBe('ab');
    expect(reader.string()).toHaveLength(0);
    expect(reader.done).toBe(true);
    expect(() => reader.take(1)).toThrow('it ends too early');
    expect(reader.take(0)).toHaveLength(0);
    expect(new SshReader(bytes(0, 1, 0, 2)).uint32()).toBe(65_538);
    expect(sshString('\u00e9')).toEqual(bytes(0, 0, 0, 1, 0xe9));
  });

  test.each([
    ['7f', '7f'],
    ['0080', '80'],
    ['00', ''],
    ['', ''],
    ['010203', '010203'],
  ])('the number %j is %j', (given, value) => {
    expect(new SshReader(sshString(Buffer.from(given, 'hex'))).integer().toString('hex')).toBe(value);
  });

  test.each(['80', 'ff00'])('the number %s is negative', (given) => {
    expect(() => new SshReader(sshString(Buffer.from(given, 'hex'))).integer()).toThrow('a number in it is negative');
  });
});

/** A number as SSH writes it. */
const mpint = (value: Uint8Array): Buffer => {
  const start = value.findIndex((byte) => byte !== 0);
  const plain = start < 0 ? Buffer.alloc(0) : Buffer.from(value.subarray(start));
  return sshString((plain[0] ?? 0) >= 0x80 ? bytes(0, plain) : plain);
};

const DATA = Buffer.from('what was signed');

describe('an ECDSA key', () => {
  const CURVES = [
    ['ecdsa-sha2-nistp256', 'nistp256', 'P-256', 32, 'sha256'],
    ['ecdsa-sha2-nistp384', 'nistp384', 'P-384', 48, 'sha384'],
    ['ecdsa-sha2-nistp521', 'nistp521', 'P-521', 66, 'sha512'],
  ] as const;

  describe.each(CURVES)('%s', (type, curve, namedCurve, size, hash) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const point = bytes(4, Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url'));
    const blob = (of = point, named: string = curve): Buffer => bytes(sshString(type), sshString(named), sshString(of));
    const signature = (data: Buffer, by = hash): Buffer => {
      const raw = createSign(by).update(data).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' });
      return bytes(mpint(raw.subarray(0, size)), mpint(raw.subarray(size)));
    };
    const key = readSshKey(blob());

    test('verifies its own signatures by the hash of its curve', () => {
      expect(key.type).toBe(type);
      // Some of these numbers are shorter than others.
      for (let at = 0; at < 20; at++) expect(key.verify?.(type, signature(DATA), DATA)).toBe(true);
      expect(key.verify?.(type, signature(DATA), Buffer.from('other'))).toBe(false);
      expect(key.verify?.(type, signature(DATA, hash === 'sha256' ? 'sha512' : 'sha256'), DATA)).toBe(false);
      expect(key.verify?.('ssh-ed25519', signature(DATA), DATA)).toBeUndefined();
      expect(key.verify?.('rsa-sha2-256', signature(DATA), DATA)).toBeUndefined();
    });

    test('refuses signatures of another length', () => {
      const fault = 'the signature has another length';
      const wide = bytes(sshString(bytes(1, Buffer.alloc(size))), sshString(bytes(1)));
      const second = bytes(sshString(bytes(1)), sshString(bytes(1, Buffer.alloc(size))));
      expect(() => key.verify?.(type, wide, DATA)).toThrow(fault);
      expect(() => key.verify?.(type, second, DATA)).toThrow(fault);
      expect(() => key.verify?.(type, bytes(signature(DATA), 0), DATA)).toThrow(fault);
      expect(key.verify?.(type, bytes(mpint(Buffer.alloc(size, 1)), mpint(Buffer.alloc(size, 1))), DATA)).toBe(false);
    });

    test('is an uncompressed point of its curve', () => {
      const fault = 'the point is not an uncompressed one';
      expect(() => readSshKey(blob(point.subarray(0, -1)))).toThrow(fault);
      expect(() => readSshKey(blob(bytes(point, 0)))).toThrow(fault);
      expect(() => readSshKey(blob(bytes(2, point.subarray(1))))).toThrow(fault);
      expect(() => readSshKey(blob(point, 'nistp'))).toThrow('the curve is not that of the key type');
      expect(() => readSshKey(bytes(blob(), 0))).toThrow('bytes follow the key');
    });
  });
});

describe('an RSA key', () => {
  const pair = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
  const blobOf = (publicKey: KeyObject): Buffer => {
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    return bytes(sshString('ssh-rsa'), mpint(Buffer.from(e, 'base64url')), mpint(Buffer.from(n, 'base64url')));
  };

  test('verifies by the two hashes that SSHSIG allows, and not by SHA-1', () => {
    const { privateKey, publicKey } = pair(1024);
    const key = readSshKey(blobOf(publicKey));
    expect(key.type).toBe('ssh-rsa');
    const made = (hash: string) => signBytes(hash, DATA, privateKey);
    expect(key.verify?.('rsa-sha2-256', made('sha256'), DATA)).toBe(true);
    expect(key.verify?.('rsa-sha2-512', made('sha512'), DATA)).toBe(true);
    expect(key.verify?.('rsa-sha2-256', made('sha512'), DATA)).toBe(false);
    expect(key.verify?.('ssh-rsa', made('sha1'), DATA)).toBeUndefined();
    expect(key.verify?.('constructor', made('sha256'), DATA)).toBeUndefined();
    expect(() => readSshKey(bytes(blobOf(publicKey), 0))).toThrow('bytes follow the key');
  });

  const sized = (count: number): Buffer =>
    bytes(sshString('ssh-rsa'), mpint(bytes(1, 0, 1)), mpint(bytes(0x81, Buffer.alloc(count - 1, 1))));
  test.each([
    [127, 'an RSA key of 1016 bits'],
    [2049, 'an RSA key of 16392 bits'],
  ])('of %d bytes is refused', (count, message) => {
    expect(() => readSshKey(sized(count))).toThrow(message);
  });

  test.each([128, 2048])('of %d bytes is read', (count) => {
    expect(readSshKey(sized(count)).verify).toBeDefined();
  });
});

test('an Ed25519 key verifies under its own name', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const key = readSshKey(bytes(sshString('ssh-ed25519'), sshString(raw)));
  const made = signBytes(null, DATA, privateKey);
  expect(key.verify?.('ssh-ed25519', made, DATA)).toBe(true);
  expect(key.verify?.('ssh-ed25519', made, Buffer.from('x'))).toBe(false);
  expect(key.verify?.('sk-ssh-ed25519@openssh.com', made, DATA)).toBeUndefined();
  expect(() => readSshKey(bytes(sshString('ssh-ed25519'), sshString(bytes(raw, 0))))).toThrow('does not have 32 bytes');
  expect(readSshKey(sshString('toString'))).toEqual({ type: 'toString', verify: undefined });
});

describe('an SSH signature', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const blob = bytes(sshString('ssh-ed25519'), sshString(raw));
  const PAYLOAD = Buffer.from('a commit');
  const MAGIC = Buffer.from('SSHSIG');
  interface Parts {
    readonly namespace?: string;
    readonly reserved?: string;
    readonly hash?: string;
    readonly more?: Uint8Array;
  }
  const made = ({ namespace = 'git', reserved = '', hash = 'sha512', more = Buffer.alloc(0) }: Parts = {}): string => {
    const digest = createHash(hash).update(PAYLOAD).digest();
    const head = bytes(sshString(namespace), sshString(reserved), sshString(hash));
    const value = signBytes(null, bytes(MAGIC, head, sshString(digest)), privateKey);
    const signature = bytes(sshString('ssh-ed25519'), sshString(value), more);
    return armor('SSH SIGNATURE', bytes(MAGIC, 0, 0, 0, 1, sshString(blob), head, sshString(signature)));
  };
  const facts = {
    kind: 'ssh',
    keyType: 'ssh-ed25519',
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').slice(0, 43)}`,
  };

  test.each<[Parts, object]>([
    [{}, { ...facts, state: 'good', why: undefined }],
    [{ hash: 'sha256' }, { ...facts, state: 'good', why: undefined }],
    [{ reserved: 'x' }, { ...facts, state: 'good', why: undefined }],
    [{ hash: 'sha384' }, { ...facts, state: 'bad', why: 'it uses a hash that SSHSIG does not allow' }],
    [{ namespace: 'file' }, { ...facts, state: 'bad', why: 'it was made for another purpose than git' }],
    [{ more: bytes(0) }, { kind: 'malformed', why: 'the SSH signature cannot be read: bytes follow it' }],
  ])('%j', (parts, outcome) => {
    expect(readSshSignature(made(parts), PAYLOAD)).toEqual(outcome);
  });
});

describe('the issuer of an OpenPGP signature', () => {
  const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
  const u32 = (value: number): Buffer => {
    const four = Buffer.alloc(4);
    four.writeUInt32BE(value);
    return four;
  };
  const area = (...subpackets: Buffer[]): Buffer => {
    const all = Buffer.concat(subpackets);
    return bytes(u16(all.length), all);
  };
  const ID = Buffer.from('0102030405060708', 'hex');
  const OTHER_ID = Buffer.from('1112131415161718', 'hex');
  const keyId = (id = ID, type = 16): Buffer => bytes(9, type, id);
  const print = (fill: number, length = 20): Buffer => bytes(2 + length, 33, 4, Buffer.alloc(length, fill));
  const v4 = (hashed: Buffer, unhashed: Buffer = area()): Buffer => bytes(4, 0, 22, 8, hashed, unhashed);
  const packet = (body: Buffer): Buffer => bytes(0x89, u16(body.length), body);
  const issuer = (packets: Buffer, label = 'PGP SIGNATURE') => openpgpIssuer(armor(label, packets, '\n'));
  const filler = (length: number): Buffer => bytes(20, Buffer.alloc(length - 1));

  test.each<[string, Buffer, string | undefined]>([
    ['the hashed key id before the unhashed one', v4(area(keyId()), area(keyId(OTHER_ID))), '0102030405060708'],
    ['the hashed fingerprint before the unhashed one', v4(area(print(0xab)), area(print(0xcd))), 'AB'.repeat(20)],
    ['the first of two', v4(area(keyId(), keyId(OTHER_ID))), '0102030405060708'],
    ['the first of two fingerprints', v4(area(print(1), print(2))), '01'.repeat(20)],
    ['a critical one', v4(area(keyId(ID, 0x90))), '0102030405060708'],
    ['in upper case', v4(area(keyId(Buffer.from('abcdef0123456789', 'hex')))), 'ABCDEF0123456789'],
    ['behind one that is its type alone', v4(area(bytes(1, 20), keyId())), '0102030405060708'],
    ['a fingerprint of one byte', v4(area(print(0xab, 1))), 'AB'],
    ['a fingerprint of none', v4(area(print(0, 0))), undefined],
    ['a key id of another length', v4(area(bytes(8, 16, ID.subarray(1)), bytes(10, 16, ID, 0))), undefined],
    ['another type', v4(area(keyId(ID, 17))), undefined],
    ['behind a subpacket of 191 bytes', v4(area(bytes(191, filler(191)), keyId())), '0102030405060708'],
    ['behind one of 192 bytes', v4(area(bytes(192, 0, filler(192)), keyId())), '0102030405060708'],
    ['behind one of 449 bytes', v4(area(bytes(193, 1, filler(449)), keyId())), '0102030405060708'],
    [
      'behind one whose length has four bytes',
      v4(area(bytes(255, u32(300), filler(300)), keyId())),
      '0102030405060708',
    ],
    ['behind an empty one', v4(area(bytes(0), keyId())), undefined],
    ['behind one that ends too late', v4(area(keyId(OTHER_ID), bytes(40, 20))), '1112131415161718'],
    ['cut off in a length of two bytes', v4(area(keyId(), bytes(192))), '0102030405060708'],
    ['cut off in a length of four bytes', v4(area(keyId(), bytes(255, 0, 0, 0))), '0102030405060708'],
    ['without an unhashed area', v4(area(keyId())).subarray(0, -2), undefined],
    ['without either', Buffer.from([4, 0, 22, 8, 0]), undefined],
    ['nothing', Buffer.alloc(0), undefined],
    ['of version 5', bytes(5, v4(area(keyId())).subarray(1)), undefined],
  ])('%s', (_, body, expected) => {
    expect(issuer(packet(body))).toBe(expected);
  });

  test('of version 6, whose areas have lengths of four bytes', () => {
    const wide = (...subpackets: Buffer[]): Buffer => {
      const all = Buffer.concat(subpackets);
      return bytes(u32(all.length), all);
    };
    const v6 = (hashed: Buffer, unhashed = wide()): Buffer => bytes(6, 0, 22, 8, hashed, unhashed);
    const long = bytes(34, 33, 6, Buffer.alloc(32, 0xab));
    expect(issuer(packet(v6(wide(long))))).toBe('AB'.repeat(32));
    expect(issuer(packet(v6(wide(), wide(keyId()))))).toBe('0102030405060708');
    expect(issuer(packet(v6(wide(long)).subarray(0, -1)))).toBeUndefined();
    expect(issuer(packet(Buffer.from([6, 0, 22, 8, 0, 0, 0])))).toBeUndefined();
  });

  const BODY = v4(area(keyId()));
  /** The same, of so many bytes: what follows its areas is the signature. */
  const sized = (length: number): Buffer => bytes(BODY, Buffer.alloc(length - BODY.length));
  test.each<[string, Buffer, string | undefined]>([
    ['a new one of one byte', bytes(0xc2, BODY.length, BODY), '0102030405060708'],
    ['a new one of 191', bytes(0xc2, 191, sized(191)), '0102030405060708'],
    ['a new one of 192', bytes(0xc2, 192, 0, sized(192)), '0102030405060708'],
    ['a new one of 8383', bytes(0xc2, 223, 255, sized(8383)), '0102030405060708'],
    ['a new one of 8383 that is cut off', bytes(0xc2, 223, 255, sized(8382)), undefined],
    ['a new one that is cut off', bytes(0xc2, BODY.length, BODY.subarray(0, -1)), undefined],
    ['a new one without its second byte', bytes(0xc2, 192), undefined],
    ['a new one without its four bytes', bytes(0xc2, 255, 0, 0, 0), undefined],
    ['a partial one', bytes(0xc2, 224, BODY), undefined],
    ['a partial one, read as of two bytes', bytes(0xc2, 224, 0, sized(8384)), undefined],
    ['a partial one, read as of four bytes', bytes(0xc2, 254, u32(BODY.length), BODY), undefined],
    ['an old one of one byte', bytes(0x88, BODY.length, BODY), '0102030405060708'],
    ['an old one of four', bytes(0x8a, u32(BODY.length), BODY), '0102030405060708'],
    ['an old one without a length', bytes(0x8b, BODY), undefined],
    ['an old one without a length, read as of four bytes', bytes(0x8b, u32(BODY.length), BODY), undefined],
    ['an old one of two that is cut off', bytes(0x89, 0), undefined],
    ['an old one of four that is cut off', bytes(0x8a, 0, 0, 0), undefined],
    ['another old tag', bytes(0x8c, BODY.length, BODY), undefined],
    ['another new tag', bytes(0xc3, BODY.length, BODY), undefined],
    ['no tag', bytes(0x08, BODY.length, BODY), undefined],
    ['one with something behind', bytes(0x88, BODY.length, BODY, 1, 2, 3), '0102030405060708'],
  ])('in a packet: %s', (_, packets, expected) => {
    expect(issuer(packets)).toBe(expected);
  });

  test('under either label', () => {
    expect(issuer(packet(BODY), 'PGP MESSAGE')).toBe('0102030405060708');
    expect(issuer(packet(BODY), 'PGP PUBLIC KEY BLOCK')).toBeUndefined();
    expect(openpgpIssuer('')).toBeUndefined();
  });

  test('of version 3', () => {
    const v3 = bytes(3, 5, 0, Buffer.alloc(4), ID);
    expect(issuer(packet(v3))).toBe('0102030405060708');
    expect(issuer(packet(bytes(v3, 0, 0)))).toBe('0102030405060708');
    expect(issuer(packet(bytes(v3.subarray(0, 7), Buffer.from('abcdef0123456789', 'hex'))))).toBe('ABCDEF0123456789');
    expect(issuer(packet(v3.subarray(0, -1)))).toBeUndefined();
  });
});

describe('gpg', () => {
  const scratch = makeScratch();
  type Answer = (error: Error | null, stdout: string) => void;
  /** Each run in the order of them: the program, its arguments and its options. */
  const runs: unknown[][] = [];
  const answer = (...outputs: readonly [Error | null, string][]): void => {
    runs.length = 0;
    vi.mocked(findTool).mockImplementation((name) => `/usr/bin/${name}`);
    vi.mocked(execFile as unknown as (...args: unknown[]) => void).mockImplementation((...args) => {
      const [error, stdout] = outputs[runs.length] ?? [new Error('one run too many'), ''];
      runs.push(args.slice(0, -1));
      (args.at(-1) as Answer)(error, stdout);
    });
  };
  const verify = (folder: string) => verifyWithGpg('signature', Buffer.from('payload'), Buffer.from('keys'), folder);
  const GOOD = '[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG a\n[GNUPG:] VALIDSIG b\n';

  test('has a home of its own, asks nobody for a key, and has its time', async () => {
    answer([null, ''], [null, GOOD]);
    const folder = scratch.join('home');
    expect(await verify(folder)).toEqual({ state: 'good', why: undefined });
    const alone = [
      ...['--homedir', folder, '--no-options', '--batch', '--no-tty', '--no-autostart', '--disable-dirmngr'],
      ...['--no-auto-key-retrieve', '--no-auto-key-locate', '--no-auto-check-trustdb', '--trust-model', 'always'],
      ...['--status-fd', '1'],
    ];
    const options = {
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder, GNUPGHOME: folder, LC_ALL: 'C' },
      cwd: folder,
      timeout: GPG_MS,
      maxBuffer: 262_144,
      killSignal: 'SIGKILL',
    };
    expect(runs).toEqual([
      ['/usr/bin/gpg', [...alone, '--import', `${folder}/keys`], options],
      ['/usr/bin/gpg', [...alone, '--verify', `${folder}/signature`, `${folder}/payload`], options],
    ]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of ['keys', 'signature', 'payload']) {
      expect(statSync(`${folder}/${name}`).mode & 0o777).toBe(0o600);
      expect(readFileSync(`${folder}/${name}`, 'utf8')).toBe(name);
    }
  });

  test('may fail, and its lines are what counts', async () => {
    answer([new Error('2'), GOOD], [new Error('1'), '[GNUPG:] NEWSIG\n[GNUPG:] BADSIG a\n']);
    expect(await verify(scratch.join('bad'))).toEqual({
      state: 'bad',
      why: 'gpg says that it does not fit the commit',
    });
    answer([null, GOOD], [new Error('killed'), '']);
    expect(await verify(scratch.join('killed'))).toEqual({ state: 'not-verified', why: 'gpg could not verify it' });
  });

  test('is not there', async () => {
    answer();
    vi.mocked(findTool).mockReturnValue(undefined);
    expect(await verify(scratch.join('none'))).toEqual({
      state: 'not-verified',
      why: 'there is no gpg on this machine',
    });
    expect(findTool).toHaveBeenLastCalledWith('gpg');
    expect(runs).toEqual([]);
  });
});
