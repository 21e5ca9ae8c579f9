import { describe, expect, test } from 'vitest';
import { TrustError } from '../../../src/audit/trust/errors.ts';
import { keptPublicGoodRoot } from '../../../src/audit/trust/kept-root.ts';
import { proveRecord, readRecord, type TrustRecord, writeRecord } from '../../../src/audit/trust/record.ts';
import { PUBLIC_GOOD_RECORD } from '../../../src/audit/trust/trust-cache.ts';
import { sha256 } from '../../../src/provenance/sha256.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { anchorAt, NOW, useCache } from './support.ts';
import { type Json, PAST, repository, type RepositoryOptions, TRUSTED, tufRoot } from './tuf-repository.ts';

const anchor = anchorAt('https://tuf.example');

const recordOf = (options: RepositoryOptions = {}, change: Partial<TrustRecord> = {}): TrustRecord => {
  const files = repository(options);
  const version = (role: 'snapshot' | 'targets'): number => options.versions?.[role] ?? 1;
  return {
    roots: options.roots ?? [],
    timestamp: files.get('/timestamp.json')!,
    snapshot: files.get(`/${version('snapshot')}.snapshot.json`)!,
    targets: files.get(`/${version('targets')}.targets.json`)!,
    trustedRoot: options.trustedRoot ?? TRUSTED,
    mirror: 'https://tuf.example/',
    fetched: NOW,
    ...change,
  };
};

/** A JSON text as one line, as a file of several roots has each. */
const oneLine = (bytes: Uint8Array): Buffer => Buffer.from(JSON.stringify(JSON.parse(Buffer.from(bytes).toString())));

const plain = (record: TrustRecord) =>
  JSON.parse(
    JSON.stringify(record, (_key, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('base64') : value,
    ),
  );

test('a record is written and read', () => {
  const record = recordOf({ roots: [tufRoot({ version: 2 })] });
  const bytes = writeRecord(record);
  expect(plain(readRecord(bytes, 'record'))).toEqual(plain(record));
  expect(JSON.parse(Buffer.from(bytes).toString()).format).toBe('trusted-workload-launcher/trust/v1');
});

const good = JSON.parse(Buffer.from(writeRecord(recordOf())).toString());

test.each<[string, unknown, string | RegExp]>([
  ['no JSON', 'x', /^record/],
  ['no object', '[]', /^record is (?:of type )?an? ?array/],
  ['another format', { ...good, format: 'v2' }, 'record is not of the format trusted-workload-launcher/trust/v1'],
  ['no format', { ...good, format: undefined }, 'record is not of the format trusted-workload-launcher/trust/v1'],
  ['no roots', { ...good, roots: undefined }, 'record: roots is missing'],
  ['too many roots', { ...good, roots: Array(65).fill('AAAA') }, 'record has 65 roots, more than 64'],
  ['a root that is no base64', { ...good, roots: ['AAAA', 'A'] }, 'record: roots[1] is not base64'],
  ['no timestamp', { ...good, timestamp: undefined }, 'record: timestamp is missing'],
  ['no snapshot', { ...good, snapshot: 5 }, 'record: snapshot is of type number, not a string'],
  ['targets that are no base64', { ...good, targets: '!' }, 'record: targets is not base64'],
  ['no trusted root', { ...good, trustedRoot: undefined }, 'record: trustedRoot is missing'],
  ['no mirror', { ...good, mirror: undefined }, 'record: mirror is missing'],
  ['no time', { ...good, fetched: '5' }, 'record: fetched is no number of seconds'],
  ['a time before 1970', { ...good, fetched: -1 }, 'record: fetched is no number of seconds'],
  ['a part of a second', { ...good, fetched: 0.5 }, 'record: fetched is no number of seconds'],
  ['a time past all', { ...good, fetched: 253_402_300_800 }, 'record: fetched is no number of seconds'],
  ['more depth', { ...good, roots: [['AAAA']] }, /^record/],
])('a record is refused with %s', (_what, value, message) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  let thrown: unknown;
  try {
    readRecord(Buffer.from(text), 'record');
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(TrustError);
  const error = thrown as TrustError;
  expect({ code: error.code, exitCode: error.exitCode }).toEqual({ code: 'malformed', exitCode: 30 });
  if (typeof message === 'string') expect(error.message).toBe(message);
  else expect(error.message).toMatch(message);
});

test('the ends of what is allowed are allowed', () => {
  for (const change of [{ roots: Array(64).fill('AAAA') }, { fetched: 0 }, { fetched: 253_402_300_799 }]) {
    expect(readRecord(Buffer.from(JSON.stringify({ ...good, ...change })), 'record')).toBeDefined();
  }
});

describe('a record proves itself', () => {
  const prove = (record: TrustRecord) => proveRecord(record, anchor, 'the record');

  test('from the anchor to the trusted root', () => {
    expect(prove(recordOf({ versions: { targets: 7 } }))).toMatchObject({
      root: { sha256: sha256(TRUSTED), source: 'the record' },
      tufRoot: 1,
      targets: 7,
    });
    const second = tufRoot({ version: 2, keys: { targets: ['new'] } });
    expect(prove(recordOf({ roots: [second], signers: { targets: 'new' } }))).toMatchObject({ tufRoot: 2 });
  });

  test('whatever time has gone by', () => {
    const record = recordOf({
      expires: { targets: PAST, snapshot: PAST, timestamp: PAST },
      roots: [tufRoot({ version: 2, expires: PAST })],
    });
    expect(prove(record)).toMatchObject({ tufRoot: 2 });
  });

  test('and the two hashes of it both count', () => {
    const both = (sum: string) => () => ({ sha256: sha256(TRUSTED), sha512: sum });
    expect(() => prove(recordOf({ hashes: both('00'.repeat(64)) }))).toThrow(
      'trusted_root.json is not the one that the TUF targets name',
    );
  });

  const later = new Sigstore({ name: 'later', uri: 'https://fulcio.sigstore.dev' }).root();
  test.each<[string, TrustRecord, string, number, string | RegExp]>([
    [
      'another trusted root',
      recordOf({}, { trustedRoot: later }),
      'not-trusted',
      10,
      'trusted_root.json is not the one that the TUF targets name',
    ],
    [
      'a trusted root that goes on',
      recordOf({}, { trustedRoot: Buffer.concat([TRUSTED, Buffer.from('\n')]) }),
      'not-trusted',
      10,
      'trusted_root.json is not the one that the TUF targets name',
    ],
    [
      'targets of somebody',
      recordOf({ signers: { targets: 'somebody' } }),
      'not-trusted',
      10,
      'the TUF targets: targets was signed by 0/1 keys',
    ],
    [
      'a root of somebody',
      recordOf({ roots: [tufRoot({ version: 2, keys: { root: ['somebody'] } })] }),
      'not-trusted',
      10,
      'version 2 of the TUF root: root was signed by 0/1 keys',
    ],
    [
      'a root that does not sign itself',
      recordOf({ roots: [tufRoot({ version: 2, keys: { root: ['somebody'] }, signers: ['root'] })] }),
      'not-trusted',
      10,
      'version 2 of the TUF root: root was signed by 0/1 keys',
    ],
    [
      'a root left out',
      recordOf({ roots: [tufRoot({ version: 3 })] }),
      'not-trusted',
      10,
      'version 2 of the TUF root says that it is version 3',
    ],
    [
      'targets in the place of a root',
      recordOf({ roots: [repository().get('/1.targets.json')!] }),
      'malformed',
      30,
      /^version 2 of the TUF root: /,
    ],
    ['a root in the place of targets', recordOf({}, { targets: tufRoot() }), 'malformed', 30, /^the TUF targets: /],
    ['targets that are no JSON', recordOf({}, { targets: Buffer.from('x') }), 'malformed', 30, /^the TUF targets/],
    [
      'targets that say a thing twice',
      recordOf({}, { targets: Buffer.from('{"signed": {}, "signatures": [], "signatures": []}') }),
      'malformed',
      30,
      /^the TUF targets.*twice/,
    ],
    [
      'a description without a hash that counts',
      recordOf({ hashes: () => ({ md5: '00'.repeat(16) }) }),
      'malformed',
      30,
      'the TUF targets name trusted_root.json by no known hash',
    ],
    [
      'a description of another length',
      recordOf({
        targets: ({ targets }) => ({
          targets: Object.fromEntries(
            Object.entries(targets as Json).map(([name, one]) => [name, { ...(one as Json), length: 1 }]),
          ),
        }),
      }),
      'not-trusted',
      10,
      'trusted_root.json is not the one that the TUF targets name',
    ],
    [
      'two trusted roots in one file',
      recordOf({ trustedRoot: Buffer.concat([oneLine(TRUSTED), Buffer.from('\n'), oneLine(TRUSTED)]) }),
      'malformed',
      30,
      'trusted_root.json holds 2 trusted roots, not 1',
    ],
    [
      'targets of nothing',
      recordOf({ targets: () => ({ targets: {} }) }),
      'no-root',
      40,
      'the TUF targets name no trusted_root.json',
    ],
  ])('and is refused with %s', (_what, record, code, exitCode, message) => {
    let thrown: unknown;
    try {
      prove(record);
    } catch (error) {
      thrown = error;
    }
    const error = thrown as TrustError;
    expect({ code: error.code, exitCode: error.exitCode }).toEqual({ code, exitCode });
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  test('what lies behind an error goes along', () => {
    const causes = [
      recordOf({ signers: { targets: 'somebody' } }),
      recordOf({}, { targets: Buffer.from('x') }),
      recordOf({}, { targets: tufRoot() }),
    ].map((record) => {
      try {
        prove(record);
        return undefined;
      } catch (error) {
        return (error as TrustError).cause;
      }
    });
    expect(causes).toEqual([expect.any(Error), expect.any(Error), expect.any(Error)]);
    expect(() => prove(recordOf({ targets: () => ({ targets: {} }) }))).toThrow(
      expect.objectContaining({ hint: 'see whether this is the repository of a Sigstore instance' }),
    );
  });

  test('to an anchor that signs itself alone', () => {
    const odd = { ...anchor, root: tufRoot({ signers: ['somebody'] }) };
    expect(() => proveRecord(recordOf(), odd, 'x')).toThrow('the first TUF root: root was signed by 0/1 keys');
  });

  test('of whichever instance, where none is asked for', () => {
    const other = new Sigstore({ name: 'x' }).root();
    const record = recordOf({ trustedRoot: other });
    expect(proveRecord(record, { ...anchor, instance: undefined }, 'x').root.instance).toBe('other');
    expect(() => prove(record)).toThrow('trusted_root.json is of the instance other, not public-good');
  });
});

describe('what is kept of the public instance', () => {
  const kept = (options: RepositoryOptions, change: Partial<TrustRecord> = {}) => {
    const cache = useCache();
    cache.write(PUBLIC_GOOD_RECORD, writeRecord(recordOf(options, change)));
    return keptPublicGoodRoot(cache, anchor);
  };

  test('is used where it is newer than what is built in', () => {
    expect(kept({ versions: { targets: 15 } })).toMatchObject({
      root: {
        sha256: sha256(TRUSTED),
        source: 'brought by `twl trust refresh` at 2026-06-01T00:00:00Z from https://tuf.example/',
      },
      remark: undefined,
    });
  });

  test('is not where it is not', () => {
    const none = { root: undefined, remark: undefined };
    expect(kept({ versions: { targets: 14 } })).toEqual(none);
    expect(keptPublicGoodRoot(useCache(), anchor)).toEqual(none);
    expect(keptPublicGoodRoot(undefined)).toEqual(none);
  });

  test('is not where it does not prove itself, which is said', () => {
    expect(kept({ versions: { targets: 15 }, signers: { targets: 'somebody' } })).toEqual({
      root: undefined,
      remark: 'the TUF targets: targets was signed by 0/1 keys',
    });
    const cache = useCache();
    cache.write(PUBLIC_GOOD_RECORD, writeRecord(recordOf({ versions: { targets: 15 } })));
    // The real anchor knows nothing of these keys.
    expect(keptPublicGoodRoot(cache)).toMatchObject({
      root: undefined,
      remark: expect.stringMatching(/was signed by 0\/3 keys$/),
    });
  });
});
