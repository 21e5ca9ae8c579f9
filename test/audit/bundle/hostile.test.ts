import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BundleError } from '../../../src/audit/bundle/errors.ts';
import {
  MAX_ANNOTATIONS,
  MAX_HISTORY_BYTES,
  MAX_HISTORY_OBJECTS,
  MAX_ORIGIN,
  MAX_PACKS,
  MAX_SAVED_BYTES,
  MAX_SAVED_REFS,
  MAX_SAVED_ROOTS,
} from '../../../src/audit/bundle/limits.ts';
import { readBundle } from '../../../src/audit/bundle/read.ts';
import { sha256Hex } from '../../../src/audit/bundle/sha256.ts';
import { MAX_COLLATERAL_BYTES } from '../../../src/audit/collect/limits.ts';
import { holds } from '../../support/property.ts';

const ID = 'a1'.repeat(20);
const AT = '2026-01-02T03:04:05Z';
const part = (text = 'x') => ({ origin: 'o', at: AT, text });
const root = (text = 'root') => ({ origin: 'o', sha256: sha256Hex(Buffer.from(text)), text });

/** The least that a bundle holds. */
const least = () => ({
  schema: 'twl-evidence-bundle/v1',
  note: 'n',
  target: 't',
  collected_at: AT,
  judged_at: AT,
  answer: part('answer'),
  roots: { tdx: root(), sigstore: [] as object[] },
});

/** All that one can hold. */
const full = () => ({
  ...least(),
  collateral: part('{}'),
  receipt: part('receipt'),
  attest: part('attest'),
  nonce: '0a'.repeat(32),
  logs: part('logs'),
  roots: { tdx: { origin: 'o', sha256: sha256Hex(Buffer.of(0xff)), base64: '/w==' }, sigstore: [root('s')] },
  provenance: {
    documents: [
      { kind: 'bundle', ...part('b') },
      { kind: 'cosign-layer', ...part('c'), media_type: 'm', annotations: { k: 'v' } },
    ],
  },
  images: [
    { digest: `sha256:${'b2'.repeat(32)}`, media_type: 'index', text: 'i' },
    { digest: `sha256:${'c3'.repeat(32)}`, media_type: null, base64: 'AA==' },
  ],
  source: {
    origin: 'url',
    at: AT,
    packs: [{ commit: ID, base64: 'UEFDSw==' }],
    refs: {
      origin: 'url',
      at: AT,
      head: 'refs/heads/main' as string | null,
      branches: 2,
      tags: 1,
      list: [
        { name: 'refs/heads/main', id: ID },
        { name: 'refs/tags/v1', id: ID, peeled: ID },
      ] as object[],
      objects: [
        { type: 'commit', text: 'c' },
        { type: 'tag', base64: 'AA==' },
      ] as object[],
    },
  },
});

const read = (value: unknown) => readBundle(Buffer.from(JSON.stringify(value)), 'b.json');
const failure = (run: () => unknown): BundleError => {
  try {
    run();
  } catch (error) {
    if (error instanceof BundleError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

describe('a good one', () => {
  test('the least', () => {
    const text = JSON.stringify(least());
    expect(readBundle(Buffer.from(text), 'b.json')).toEqual({
      path: 'b.json',
      sha256: sha256Hex(Buffer.from(text)),
      target: 't',
      collectedAt: AT,
      judgedAt: 1767323045,
      answer: { origin: 'o', at: AT, bytes: bytes('answer') },
      collateral: undefined,
      receipt: undefined,
      attest: undefined,
      nonce: undefined,
      logs: undefined,
      roots: { tdx: { origin: 'o', sha256: sha256Hex(bytes('root')), bytes: bytes('root') }, sigstore: [] },
      documents: [],
      images: [],
      source: undefined,
    });
  });

  test('all of it', () => {
    expect(read(full())).toMatchObject({
      collateral: { origin: 'o', at: AT, bytes: bytes('{}') },
      receipt: { bytes: bytes('receipt') },
      attest: { bytes: bytes('attest') },
      nonce: new Uint8Array(32).fill(10),
      logs: { bytes: bytes('logs') },
      roots: {
        tdx: { sha256: sha256Hex(Buffer.of(0xff)), bytes: Uint8Array.of(0xff) },
        sigstore: [{ origin: 'o', bytes: bytes('s') }],
      },
      documents: [
        { kind: 'bundle', origin: 'o', bytes: bytes('b') },
        {
          kind: 'cosign-layer',
          origin: 'o',
          layer: { mediaType: 'm', annotations: { k: 'v' }, content: bytes('c') },
        },
      ],
      images: [
        { digest: `sha256:${'b2'.repeat(32)}`, mediaType: 'index', bytes: bytes('i') },
        { digest: `sha256:${'c3'.repeat(32)}`, mediaType: null, bytes: Uint8Array.of(0) },
      ],
      source: {
        origin: 'url',
        at: AT,
        packs: new Map([[ID, bytes('PACK')]]),
        refs: {
          origin: 'url',
          at: AT,
          list: {
            refs: [
              { name: 'refs/heads/main', id: ID },
              { name: 'refs/tags/v1', id: ID, peeled: ID },
            ],
            head: 'refs/heads/main',
          },
          branches: 2,
          tags: 1,
          objects: [
            { type: 'commit', data: bytes('c') },
            { type: 'tag', data: Uint8Array.of(0) },
          ],
        },
      },
    });
  });

  test('the most annotations; and no word of what a tag leads to where none was said', () => {
    const given = full();
    const annotations = Object.fromEntries(Array.from({ length: MAX_ANNOTATIONS }, (_, i) => [`${i}`, '']));
    given.provenance.documents[1] = { ...given.provenance.documents[1]!, annotations } as never;
    const found = read(given);
    expect(found.documents[1]).toMatchObject({ layer: { annotations } });
    expect(found.source?.refs?.list.refs).toStrictEqual(given.source.refs.list);
  });

  test('without a branch of HEAD, and without refs', () => {
    const given = full();
    given.source.refs.head = null;
    expect(read(given).source?.refs?.list.head).toBeUndefined();
    const { refs: _, ...source } = given.source;
    expect(read({ ...given, source }).source?.refs).toBeUndefined();
  });
});

// biome-ignore lint/suspicious/noExplicitAny: a test reaches into it anywhere
type Changing = (bundle: any) => void;
const changed = (change: Changing): unknown => {
  const value = full();
  change(value);
  return value;
};

const base64 = { origin: 'o', at: AT, base64: '!' };
const TWO_BYTES = { type: 'commit', text: 'xx' };

describe('what is refused', () => {
  test.each<[string, Changing, string]>([
    ['a key that nobody knows', (b) => (b.x = 1), "the whole of it has a key 'x' that is not known"],
    ['one in a part', (b) => (b.logs.verdict = 'VERIFIED'), "logs has a key 'verdict' that is not known"],
    ['text and base64 at once', (b) => (b.answer.base64 = ''), 'answer is not as it should be'],
    ['neither', (b) => delete b.answer.text, 'answer is not as it should be'],
    ['no answer', (b) => delete b.answer, 'answer is not as it should be'],
    ['another time', (b) => (b.judged_at = '2026-01-02'), 'judged_at is not as it should be'],
    ['no such time', (b) => (b.judged_at = '2026-13-02T03:04:05Z'), 'judged_at is no time: 2026-13-02T03:04:05Z'],
    ['a nonce of 31 bytes', (b) => (b.nonce = 'a1'.repeat(31)), 'nonce is not as it should be'],
    ['a nonce in upper case', (b) => (b.nonce = 'A1'.repeat(32)), 'nonce is not as it should be'],
    ['a number for words', (b) => (b.target = 7), 'target is not as it should be'],
    ['words without end', (b) => (b.note = 'x'.repeat(MAX_ORIGIN + 1)), 'note is not as it should be'],
    ['a hash that is none', (b) => (b.roots.tdx.sha256 = 'x'), 'roots.tdx.sha256 is not as it should be'],
    [
      'many roots',
      (b) => (b.roots.sigstore = Array(MAX_SAVED_ROOTS + 1).fill(root())),
      'roots.sigstore is not as it should be',
    ],
    [
      'a document of no kind',
      (b) => (b.provenance.documents[0].kind = 'x'),
      'provenance.documents.0 is not as it should be',
    ],
    ['a digest that is none', (b) => (b.images[0].digest = 'sha256:x'), 'images.0.digest is not as it should be'],
    [
      'many annotations',
      (b) =>
        (b.provenance.documents[1].annotations = Object.fromEntries(
          Array.from({ length: 65 }, (_, i) => [`${i}`, '']),
        )),
      'provenance.documents.1.annotations is not as it should be',
    ],
    ['a short id', (b) => (b.source.packs[0].commit = 'a1'), 'source.packs.0.commit is not as it should be'],
    [
      'many packs',
      (b) => (b.source.packs = Array(MAX_PACKS + 1).fill(b.source.packs[0])),
      'source.packs is not as it should be',
    ],
    [
      'a ref of a pull request',
      (b) => (b.source.refs.list[0].name = 'refs/pull/1/head'),
      'source.refs.list.0.name is not as it should be',
    ],
    [
      'a ref with a line feed',
      (b) => (b.source.refs.list[0].name = 'refs/heads/a\nb'),
      'source.refs.list.0.name is not as it should be',
    ],
    [
      'many refs',
      (b) => (b.source.refs.list = Array(MAX_SAVED_REFS + 1).fill(b.source.refs.list[0])),
      'source.refs.list is not as it should be',
    ],
    [
      'a tree among the history',
      (b) => (b.source.refs.objects[0].type = 'tree'),
      'source.refs.objects.0 is not as it should be',
    ],
    [
      'much history',
      (b) => (b.source.refs.objects = Array(MAX_HISTORY_OBJECTS + 1).fill(b.source.refs.objects[0])),
      'source.refs.objects is not as it should be',
    ],
    ['a negative count', (b) => (b.source.refs.branches = -1), 'source.refs.branches is not as it should be'],
    ['half a count', (b) => (b.source.refs.tags = 0.5), 'source.refs.tags is not as it should be'],
    ['a version that is none', (b) => (b.schema = 'x'), 'schema is not as it should be'],
  ])('%s', (_name, change, why) => {
    expect(failure(() => read(changed(change)))).toMatchObject({
      code: 'malformed',
      exitCode: 30,
      message: `b.json is no evidence bundle: ${why}`,
      hint: 'save it again with twl verify TARGET --save FILE; docs/bundle.md has its form',
    });
  });

  test.each<[string, Changing, string, string]>([
    [
      'base64 that is none',
      (b) => (b.source.packs[0].base64 = '!!'),
      'malformed',
      'b.json, source, the pack of a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1 is not base64',
    ],
    ['with a line end', (b) => (b.roots.tdx.base64 = '/w==\n'), 'malformed', 'b.json, roots.tdx is not base64'],
    ['without padding', (b) => (b.roots.tdx.base64 = '/w'), 'malformed', 'b.json, roots.tdx is not base64'],
    ['with bits left', (b) => (b.roots.tdx.base64 = '/x=='), 'malformed', 'b.json, roots.tdx is not base64'],
    ['of the URL alphabet', (b) => (b.roots.tdx.base64 = '_w=='), 'malformed', 'b.json, roots.tdx is not base64'],
    [
      'two packs of a commit',
      (b) => b.source.packs.push(b.source.packs[0]),
      'malformed',
      `b.json, source is no evidence bundle: it holds two packs of ${ID}`,
    ],
    [
      'a root that hashes to another name',
      (b) => (b.roots.sigstore[0].text = 't'),
      'contradictory',
      `b.json, roots.sigstore.0 hashes to ${sha256Hex(Buffer.from('t'))} and not to the ${sha256Hex(Buffer.from('s'))} beside it`,
    ],
    [
      'collateral past its bound',
      (b) => (b.collateral.text = 'x'.repeat(MAX_COLLATERAL_BYTES + 1)),
      'too-large',
      `b.json, collateral has more than ${MAX_COLLATERAL_BYTES} bytes`,
    ],
    [
      'a large part in base64',
      (b) => (b.collateral = { origin: 'o', at: AT, base64: 'A'.repeat(Math.ceil(MAX_COLLATERAL_BYTES / 3) * 4 + 4) }),
      'too-large',
      `b.json, collateral has more than ${MAX_COLLATERAL_BYTES} bytes`,
    ],
    [
      'characters of several bytes',
      (b) => (b.collateral.text = 'é'.repeat(MAX_COLLATERAL_BYTES / 2 + 1)),
      'too-large',
      `b.json, collateral has more than ${MAX_COLLATERAL_BYTES} bytes`,
    ],
    ['an answer that is none', (b) => (b.answer = base64), 'malformed', 'b.json, answer is not base64'],
    [
      'a document that is none',
      (b) => (b.provenance.documents[0] = { kind: 'bundle', ...base64 }),
      'malformed',
      'b.json, provenance.documents.0 is not base64',
    ],
    ['an image that is none', (b) => (b.images[1].base64 = '!'), 'malformed', 'b.json, images.1 is not base64'],
    [
      'history that is none',
      (b) => (b.source.refs.objects[1].base64 = '!'),
      'malformed',
      'b.json, source, refs, objects is not base64',
    ],
    [
      'objects that are too large together',
      (b) => (b.source.refs.objects = [{ type: 'commit', text: 'x'.repeat(MAX_HISTORY_BYTES - 1) }, TWO_BYTES]),
      'too-large',
      'b.json, source, refs, objects has more than 1 bytes',
    ],
  ])('%s', (_name, change, code, message) => {
    expect(failure(() => read(changed(change)))).toMatchObject({ code, message });
  });

  test.each<[string, string | Uint8Array, string]>([
    [
      'a key given twice',
      JSON.stringify(least()).replace('"note"', '"note":"first","note"'),
      "the key 'note' is given twice",
    ],
    [
      'the version given twice',
      JSON.stringify(least()).replace('{', '{"schema":"twl-evidence-bundle/v1",'),
      "the key 'schema' is given twice",
    ],
    [
      'nested without end',
      `{"schema":"twl-evidence-bundle/v1","note":${'['.repeat(100_000)}`,
      'more than 6 levels of nesting',
    ],
    ['cut short', JSON.stringify(full()).slice(0, -5), 'the text ends'],
    ['two of them', `${JSON.stringify(least())}${JSON.stringify(least())}`, 'more than one JSON value'],
    ['no UTF-8', Buffer.from([0x7b, 0xff]), 'is not UTF-8'],
    ['packed', gzipSync(JSON.stringify(least())), 'is not UTF-8'],
    ['an array', '[]', 'the whole of it is not as it should be'],
    ['nothing', 'null', 'the whole of it is not as it should be'],
    ['a text', '"schema"', 'the whole of it is not as it should be'],
    ['a number', '7', 'the whole of it is not as it should be'],
    ['half a surrogate pair', JSON.stringify(least()).replace('"n"', String.raw`"\ud800"`), 'half a surrogate pair'],
  ])('%s', (_name, text, why) => {
    const error = failure(() => readBundle(Buffer.from(text as string), 'b.json'));
    expect(error).toMatchObject({ code: 'malformed', exitCode: 30 });
    expect(error.message).toMatch(/^b\.json is no evidence bundle: /);
    expect(error.message).toContain(why);
  });

  test('a file past its bound is not even parsed', () => {
    const error = failure(() => readBundle(Buffer.alloc(MAX_SAVED_BYTES + 1, '['), 'b.json'));
    expect(error).toMatchObject({
      code: 'malformed',
      message: expect.stringContaining(`is larger than ${MAX_SAVED_BYTES} bytes`),
    });
  });

  test.each(['twl-evidence-bundle/v2', 'twl-evidence-bundle/v1 ', 'twl-evidence-bundle/'])('the form %j', (schema) => {
    expect(failure(() => read({ ...least(), schema }))).toMatchObject({
      code: 'unsupported-version',
      exitCode: 20,
      message: `b.json is of the form ${schema}, and this program reads twl-evidence-bundle/v1`,
      hint: 'use the version of the program that saved it, or a newer one',
    });
  });

  test('of a form whose name is long the beginning is shown', () => {
    const schema = `twl-evidence-bundle/${'v'.repeat(300)}`;
    expect(failure(() => read({ ...least(), schema })).message).toBe(
      `b.json is of the form ${schema.slice(0, 200)}, and this program reads twl-evidence-bundle/v1`,
    );
  });

  test('a root beside the hash of another one says what became of it', () => {
    const given = full();
    given.roots.tdx.sha256 = 'a1'.repeat(32);
    expect(failure(() => read(given))).toMatchObject({
      code: 'contradictory',
      exitCode: 10,
      hint: 'the bundle was changed or damaged: take it from where it was saved',
    });
  });

  test('a mistake of the program is no bundle that is malformed', () => {
    expect(() => readBundle(undefined as never, 'b.json')).toThrow(TypeError);
  });

  test('names and keys are shown with their escapes', () => {
    const odd = { ...least(), '\u001b[2J': 1 };
    const error = failure(() => readBundle(Buffer.from(JSON.stringify(odd)), 'b\u001b.json'));
    expect(error.message).toBe(
      String.raw`b\x1b.json is no evidence bundle: the whole of it has a key '\x1b[2J' that is not known`,
    );
    expect(failure(() => read({ ...least(), ['y'.repeat(300)]: 1 })).message).toBe(
      `b.json is no evidence bundle: the whole of it has a key '${'y'.repeat(200)}' that is not known`,
    );
  });
});

test('whatever is changed of one, it is read or refused, and nothing else happens', () => {
  const text = JSON.stringify(full());
  holds(
    fc.property(fc.integer({ min: 0, max: text.length - 1 }), fc.string({ maxLength: 3 }), (at, piece) => {
      try {
        readBundle(Buffer.from(text.slice(0, at) + piece + text.slice(at + 1)), 'b.json');
      } catch (error) {
        expect(error).toBeInstanceOf(BundleError);
      }
    }),
  );
});
