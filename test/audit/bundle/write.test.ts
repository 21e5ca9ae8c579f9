import { describe, expect, test } from 'vitest';
import { BundleError } from '../../../src/audit/bundle/errors.ts';
import { MAX_ORIGIN, MAX_SAVED_BYTES } from '../../../src/audit/bundle/limits.ts';
import { readBundle } from '../../../src/audit/bundle/read.ts';
import { Recording } from '../../../src/audit/bundle/recording.ts';
import { bundleSchema } from '../../../src/audit/bundle/schema.ts';
import { sha256Hex } from '../../../src/audit/bundle/sha256.ts';
import { bundleFile } from '../../../src/audit/bundle/save.ts';
import { bundleBytes, bundleOf, type SaveRequest } from '../../../src/audit/bundle/write.ts';
import { sigstoreRoots } from '../../../src/audit/collect/sigstore-roots.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { AttestAnswer } from '../../../src/audit/runtime/attest-answer.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import { PUBLIC_GOOD_SHA256 } from '../../../src/provenance/public-good.ts';
import { useScratch } from '../../support/use-scratch.ts';

const COMMIT = 'a1'.repeat(20);
const AT = '1970-01-01T00:01:40Z';
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const part = <T>(value: T, origin = 'o') => ({ origin, value });
const broken = { origin: 'o', error: new BundleError('malformed', 'x') };
const BARE: AuditEvidence = { target: 't', kind: 'quote-answer', statements: {} };
const root = (sha256: string, text = 'r') => ({ source: 'root.json', sha256, text }) as never;

const recorded = (): Recording => {
  const recording = new Recording(() => 100);
  recording.takeAnswer(bytes('answer'), 'answer of https://a.example/?token=1');
  return recording;
};
const request = (more: Partial<SaveRequest> = {}, expected: Partial<Expectations> = {}): SaveRequest => ({
  recording: recorded(),
  target: 'https://a.example/?token=1',
  startedAt: 200,
  evidence: BARE,
  expectations: {
    now: { value: 300, source: 'x' },
    root: { der: Uint8Array.of(0xff), source: 'built in', simulated: false },
    policy: EMPTY_POLICY,
    ...expected,
  },
  ...more,
});

describe('what is written', () => {
  test('the least', () => {
    const bundle = bundleOf(request(), undefined);
    expect(Object.keys(bundle)[0]).toBe('schema');
    expect(bundle).toEqual({
      schema: 'twl-evidence-bundle/v1',
      note: expect.stringMatching(/^Evidence as it was collected, and no verdict: /),
      target: 'https://a.example/',
      collected_at: '1970-01-01T00:03:20Z',
      judged_at: '1970-01-01T00:05:00Z',
      answer: { origin: 'answer of https://a.example/', at: AT, text: 'answer' },
      roots: { tdx: { origin: 'built in', sha256: sha256Hex(Uint8Array.of(0xff)), base64: '/w==' }, sigstore: [] },
    });
    expect(() => bundleOf(request({ recording: new Recording(() => 0) }), undefined)).toThrow('no answer to save');
  });

  test('all of it, in the form that is read', () => {
    const recording = recorded();
    recording.takeAttest(bytes('attest'), 'twl-attest');
    recording.takeDocuments(
      [
        { kind: 'bundle', origin: 'b', bytes: bytes('b') },
        { kind: 'cosign-layer', origin: 'c', layer: { mediaType: 'm', annotations: { k: 'v' }, content: bytes('c') } },
      ],
      [
        { digest: `sha256:${'b2'.repeat(32)}`, mediaType: 'm', bytes: bytes('i') },
        { digest: `sha256:${'c3'.repeat(32)}`, mediaType: null, bytes: bytes('config') },
      ],
    );
    recording.source.pack(COMMIT)(bytes('PACK'));
    const refs = [
      { name: 'refs/heads/main', id: COMMIT },
      { name: 'refs/tags/v1', id: COMMIT, peeled: COMMIT },
    ];
    recording.source.history.refs({ refs, head: undefined }, undefined);
    const evidence: AuditEvidence = {
      ...BARE,
      collateral: part({ tcb_info: 'x' }, 'file c'),
      receipt: part(bytes('receipt'), 'receipt r'),
      logs: part('logs', 'logs l'),
      source: part({} as never, 'https://git.example/a?x'),
    };
    const expected = {
      nonce: { value: new Uint8Array(32).fill(1), source: '' },
      sigstoreRoots: [root('s'.repeat(64))],
    };
    const bundle = bundleOf(request({ recording, evidence }, expected), COMMIT);
    expect(bundle).toMatchObject({
      collateral: { origin: 'file c', at: '1970-01-01T00:03:20Z', text: '{"tcb_info":"x"}' },
      receipt: { origin: 'receipt r', at: '1970-01-01T00:03:20Z', text: 'receipt' },
      attest: { origin: 'twl-attest', at: AT, text: 'attest' },
      nonce: '01'.repeat(32),
      logs: { origin: 'logs l', at: '1970-01-01T00:03:20Z', text: 'logs' },
      roots: { sigstore: [{ origin: 'root.json', sha256: sha256Hex(bytes('r')), text: 'r' }] },
      provenance: {
        documents: [
          { kind: 'bundle', origin: 'b', at: AT, text: 'b' },
          { kind: 'cosign-layer', origin: 'c', at: AT, media_type: 'm', annotations: { k: 'v' }, text: 'c' },
        ],
      },
      images: [
        { digest: `sha256:${'b2'.repeat(32)}`, media_type: 'm', text: 'i' },
        { digest: `sha256:${'c3'.repeat(32)}`, media_type: null, text: 'config' },
      ],
      source: {
        origin: 'https://git.example/a',
        at: AT,
        packs: [{ commit: COMMIT, base64: 'UEFDSw==' }],
        refs: { origin: 'https://git.example/a', at: AT, head: null, branches: 1, tags: 1, list: refs, objects: [] },
      },
    });
    expect(bundle.source?.refs?.list).toStrictEqual(refs);
    expect(bundleSchema.safeParse(bundle).success).toBe(true);
    expect(readBundle(bundleBytes(bundle), 'b').source?.packs.get(COMMIT)).toEqual(bytes('PACK'));
  });

  test('the receipt of an answer is in that; a nonce is kept with an answer only', () => {
    const receipt = part(bytes('receipt'), 'x');
    const attest = part({ receipt: receipt.value } as AttestAnswer);
    const nonce = { value: new Uint8Array(32), source: '' };
    const without = bundleOf(request({ evidence: { ...BARE, receipt } }, { nonce }), undefined);
    expect(without.receipt).toMatchObject({ text: 'receipt' });
    expect(without.nonce).toBeUndefined();
    const recording = recorded();
    recording.takeAttest(bytes('attest'), 'x');
    const within = bundleOf(request({ recording, evidence: { ...BARE, receipt, attest } }, {}), undefined);
    expect([within.receipt, within.nonce]).toEqual([undefined, undefined]);
    // Where the answer itself was not kept, its receipt is.
    const alone = bundleOf(request({ evidence: { ...BARE, receipt, attest } }), undefined);
    expect([alone.receipt, alone.attest]).toMatchObject([{ text: 'receipt' }, undefined]);
    expect(bundleOf(request({ recording }), undefined)).toMatchObject({ attest: { text: 'attest' } });
    // What it is called decides nothing: a file of the same bytes is a part of its own.
    const own = part(bytes('receipt'), 'receipt x, receipt');
    const beside = bundleOf(request({ recording, evidence: { ...BARE, receipt: own, attest } }), undefined);
    expect(beside.receipt).toMatchObject({ origin: 'receipt x, receipt', text: 'receipt' });
    const failed = bundleOf(request({ recording, evidence: { ...BARE, receipt: own, attest: broken } }), undefined);
    expect(failed.receipt).toMatchObject({ text: 'receipt' });
  });

  test('what could not be had is not kept, nor a source without a commit, packs or facts', () => {
    const evidence = { ...BARE, collateral: broken, receipt: broken, logs: broken, source: part({} as never) };
    const { collateral, receipt, logs, source } = bundleOf(request({ evidence }), COMMIT);
    expect([collateral, receipt, logs, source]).toEqual([undefined, undefined, undefined, undefined]);
    const recording = recorded();
    recording.source.pack(COMMIT)(bytes('PACK'));
    expect(bundleOf(request({ recording, evidence }), undefined).source).toBeUndefined();
    expect(bundleOf(request({ recording }), COMMIT).source).toBeUndefined();
    expect(bundleOf(request({ recording, evidence }), COMMIT).source).toMatchObject({ at: AT });
    expect(bundleOf(request({ recording, evidence }), COMMIT).source?.refs).toBeUndefined();
  });

  test('words have a bound', () => {
    expect(bundleOf(request({ target: 'x'.repeat(MAX_ORIGIN + 5) }), undefined).target).toHaveLength(MAX_ORIGIN);
  });

  test('one line, and no more bytes than are read', () => {
    const bundle = bundleOf(request(), undefined);
    const written = Buffer.from(bundleBytes(bundle)).toString('utf8');
    expect(written).toBe(`${JSON.stringify(bundle)}\n`);
    const room = MAX_SAVED_BYTES - written.length;
    const filled = (size: number) => ({ ...bundle, answer: { origin: '', at: AT, text: 'x'.repeat(size) } });
    const spare = 'answer of https://a.example/'.length + 'answer'.length;
    expect(bundleBytes(filled(room + spare))).toHaveLength(MAX_SAVED_BYTES);
    expect(() => bundleBytes(filled(room + spare + 1))).toThrow(
      expect.objectContaining({
        code: 'too-large',
        exitCode: 30,
        message: `the bundle would have more than ${MAX_SAVED_BYTES} bytes`,
        hint: 'leave logs out, or save step by step with --only',
      }),
    );
  });
});

describe('a file', () => {
  const OPTIONS = {
    ...{ policies: [], repository: undefined, commit: undefined, treeSha256: undefined, appId: undefined },
    ...{ compose: undefined, since: undefined, only: undefined },
  };
  const save = (given: SaveRequest) => bundleFile(useScratch().join('saved.json'), given, OPTIONS);

  test('names the roots that do not count by themselves, and the app id of an address', () => {
    const [known] = sigstoreRoots([]);
    expect(known?.sha256).toBe(PUBLIC_GOOD_SHA256);
    const expected: Partial<Expectations> = {
      root: { der: Uint8Array.of(1), source: 'x', simulated: true },
      sigstoreRoots: [known!, root(sha256Hex(bytes('r')))],
      appId: { value: 'ab'.repeat(20), source: 'the address of the target' },
    };
    const { command, sha256 } = save(request({}, expected));
    expect(command.replace(/ \S+saved.json/, '')).toBe(
      `twl verify --app-id ${'ab'.repeat(20)} --root-sha256 ${sha256Hex(Uint8Array.of(1))} --root-sha256 ${sha256Hex(bytes('r'))} --saved-sha256 ${sha256} --at 1970-01-01T00:05:00Z`,
    );
    expect(save(request()).command).not.toContain('--root-sha256');
  });

  test('says what is not in it', () => {
    expect(save(request()).notes).toEqual([]);
    const recording = recorded();
    recording.tooLarge = true;
    recording.areImagesTooLarge = true;
    const { notes } = save(request({ recording }));
    expect(notes).toEqual([
      'the source is not in it: its packs have more than 67108864 bytes; check it again with --source',
      'what was read of images is not in it: it is too large',
    ]);
  });

  test('of an app-compose that cannot be read has no source, and is written', () => {
    const recording = recorded();
    recording.source.pack(COMMIT)(bytes('PACK'));
    const evidence = { ...BARE, appCompose: broken, source: part({} as never) };
    expect(save(request({ recording, evidence })).file.bytes.length).toBeGreaterThan(0);
  });
});
