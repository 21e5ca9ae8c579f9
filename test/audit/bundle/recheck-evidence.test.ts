import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openBundle } from '../../../src/audit/bundle/open.ts';
import { type Bundle, readBundle } from '../../../src/audit/bundle/read.ts';
import { restoreEvidence, restoreProvenance } from '../../../src/audit/bundle/restore.ts';
import { sha256Hex } from '../../../src/audit/bundle/sha256.ts';
import { JsonError } from '../../../src/base/json.ts';
import { useScratch } from '../../support/use-scratch.ts';

const AT = '2026-01-02T03:04:05Z';
const LATER = '2026-01-02T03:04:06Z';
const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const part = (text: string, origin: string, at = AT) => ({ origin, at, text });
const EVENT = { imr: 3, event_type: 0x08000001, digest: '', event: 'system-ready', event_payload: '' };
const ATTEST = JSON.stringify({
  schema: 'twl-attest/v1',
  nonce: 'a1'.repeat(32),
  report_data: '00'.repeat(64),
  quote: '0102',
  event_log: JSON.stringify([EVENT]),
  vm_config: '',
  receipt: 'of the answer',
});
const NONCE = '0a'.repeat(32);

const file = (more: object = {}): string =>
  JSON.stringify({
    schema: 'twl-evidence-bundle/v1',
    note: 'n',
    target: 't',
    collected_at: AT,
    judged_at: AT,
    answer: part(JSON.stringify({ quote: '0102', event_log: '[]', vm_config: '' }), 'answer of x'),
    roots: { tdx: { origin: 'o', sha256: sha256Hex(utf8('root')), text: 'root' }, sigstore: [] },
    ...more,
  });
const bundleWith = (more: object = {}): Bundle => readBundle(utf8(file(more)), 'b.json');
const restored = (more: object = {}) => restoreEvidence(bundleWith(more));
const attest = part(ATTEST, 'twl-attest of y', LATER);
const ATTEST_ORIGIN = `bundle b.json: twl-attest of y, ${LATER}`;

describe('the file', () => {
  const OTHER = {
    code: 'other-file',
    exitCode: 10,
    hint: 'it was changed, or it is not the one that was saved: take it from where that is kept',
  };

  test('is vouched for by whoever names its hash', () => {
    const path = useScratch().join('b.json');
    writeFileSync(path, file());
    const sha256 = sha256Hex(utf8(file()));
    const bundle = readBundle(utf8(file()), path);
    expect(openBundle(path, undefined)).toEqual({ bundle, isVouchedFor: false });
    expect(openBundle(path, sha256)).toEqual({ bundle, isVouchedFor: true });
    expect(() => openBundle(path, 'a1'.repeat(32))).toThrow(
      expect.objectContaining({
        ...OTHER,
        message: `the file has the SHA-256 ${sha256}, and --saved-sha256 names another one`,
      }),
    );
    expect(() => openBundle(path, '')).toThrow(expect.objectContaining(OTHER));
    expect(() => openBundle(`${path}.gone`, undefined)).toThrow(expect.objectContaining({ code: 'file-unreadable' }));
  });
});

describe('evidence', () => {
  test('is the answer alone where nothing else was saved', () => {
    const evidence = restored();
    expect(evidence).toMatchObject({
      target: 'b.json',
      kind: 'quote-answer',
      quote: { origin: expect.stringContaining(`bundle b.json: answer of x, ${AT}`), value: Uint8Array.of(1, 2) },
    });
    for (const name of ['collateral', 'attest', 'receipt', 'logs', 'asked']) expect(evidence).not.toHaveProperty(name);
  });

  test('is each part as it was saved, with where it is from and when', () => {
    const evidence = restored({
      attest,
      nonce: NONCE,
      collateral: part('{"tcb_info":"x"}', 'collateral of z'),
      receipt: part('of a file', 'receipt r'),
      logs: { origin: 'logs l', at: AT, base64: Buffer.from([0x61, 0xff, 0x62]).toString('base64') },
    });
    expect(evidence).toMatchObject({
      attest: { origin: ATTEST_ORIGIN, value: { quote: Uint8Array.of(1, 2), receipt: utf8('of the answer') } },
      collateral: { origin: `bundle b.json: collateral of z, ${AT}`, value: { tcb_info: 'x' } },
      // That of a file is the one that was asked for.
      receipt: { origin: `bundle b.json: receipt r, ${AT}`, value: utf8('of a file') },
      logs: { origin: `bundle b.json: logs l, ${AT}`, value: 'a\ufffdb' },
      asked: { value: new Uint8Array(32).fill(10), source: `which the bundle says was asked at ${LATER}` },
    });
  });

  test('has the receipt of the answer of twl-attest where no other was saved', () => {
    expect(restored({ attest }).receipt).toEqual({
      origin: `${ATTEST_ORIGIN}, receipt`,
      value: utf8('of the answer'),
    });
    const { attest: broken, receipt } = restored({ attest: part('{', 'y') });
    expect(broken).toEqual({ origin: `bundle b.json: y, ${AT}`, error: expect.any(JsonError) });
    expect(receipt).toEqual(broken);
    const own = restored({ attest: part('{', 'y'), receipt: part('of a file', 'r') });
    expect(own.receipt).toMatchObject({ value: utf8('of a file') });
  });

  test('has no question without an answer, nor one that nobody asked', () => {
    expect(restored({ nonce: NONCE })).not.toHaveProperty('asked');
    expect(restored({ attest })).not.toHaveProperty('asked');
  });

  test('says what does not read by its origin', () => {
    const origin = `bundle b.json: c, ${AT}`;
    for (const text of ['{', '{"a":1,"a":2}']) {
      const { collateral } = restored({ collateral: part(text, 'c') });
      expect(collateral).toEqual({ origin, error: expect.any(JsonError) });
      expect(collateral).toHaveProperty('error.message', expect.stringContaining(origin));
    }
    const { attest: odd } = restored({ attest: part('{"x":1}', 'c') });
    expect(odd).toHaveProperty('error.message', expect.stringContaining(origin));
    expect(() => restored({ answer: part('', 'c') })).toThrow(expect.objectContaining({ code: 'unrecognised' }));
  });
});

test('documents and images go to the steps that read them', () => {
  const saved = {
    provenance: {
      documents: [
        { kind: 'bundle', ...part('b', 'file b') },
        { kind: 'cosign-layer', ...part('c', 'layer c'), media_type: 'm', annotations: { k: 'v' } },
      ],
    },
    images: [{ digest: `sha256:${'b2'.repeat(32)}`, media_type: 'm', text: 'i' }],
  };
  expect(restoreProvenance(bundleWith(saved))).toEqual({
    origin: 'bundle b.json',
    documents: [
      { kind: 'bundle', origin: 'bundle b.json: file b', bytes: utf8('b') },
      {
        kind: 'cosign-layer',
        origin: 'bundle b.json: layer c',
        layer: { mediaType: 'm', annotations: { k: 'v' }, content: utf8('c') },
      },
    ],
    image: [{ digest: `sha256:${'b2'.repeat(32)}`, mediaType: 'm', bytes: utf8('i') }],
  });
  expect(restoreProvenance(bundleWith())).toEqual({ origin: 'bundle b.json', documents: [], image: [] });
});
