import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BundleError } from '../../../src/audit/bundle/errors.ts';
import { MAX_ANNOTATIONS, MAX_ORIGIN, MAX_SAVED_ROOTS } from '../../../src/audit/bundle/limits.ts';
import { readBundle } from '../../../src/audit/bundle/read.ts';
import { Recording } from '../../../src/audit/bundle/recording.ts';
import { bundleFile } from '../../../src/audit/bundle/save.ts';
import { type SaveRequest, bundleBytes, bundleOf } from '../../../src/audit/bundle/write.ts';
import { MAX_COLLATERAL_BYTES } from '../../../src/audit/collect/limits.ts';
import { MAX_LOG_BYTES } from '../../../src/audit/collect/runtime/limits.ts';
import { MAX_BUNDLES } from '../../../src/provenance/limits.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import { call, lastLine } from '../../cli/support/called.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { type Story, startStory } from '../steps/support/story.ts';
import { commandIn, jsonOf, saveStory } from './support.ts';

const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const COMMIT = 'a1'.repeat(20);

const recorded = (): Recording => {
  const recording = new Recording(() => 100);
  recording.takeAnswer(utf8('answer'), 'o');
  return recording;
};
const request = (more: Partial<SaveRequest> = {}): SaveRequest => ({
  recording: recorded(),
  target: 't',
  startedAt: 200,
  evidence: { target: 't', kind: 'quote-answer', statements: {} },
  expectations: {
    now: { value: 300, source: 'x' },
    root: { der: Uint8Array.of(0xff), source: 'built in', simulated: false },
    policy: EMPTY_POLICY,
  },
  ...more,
});
const withEvidence = (more: object): SaveRequest => request({ evidence: { ...request().evidence, ...more } });
/** The bundle of a run, after it was read again, and what was noted. */
const again = (given: SaveRequest, commit?: string) => {
  const notes: string[] = [];
  const bundle = readBundle(bundleBytes(bundleOf(given, commit, (note) => notes.push(note))), 'b.json');
  return { bundle, notes };
};

describe('what would be no part of a bundle', () => {
  test('logs that grew when they were read keep their lines', () => {
    const line = '[trusted-workload-launcher] HEAD verified: x\n';
    const fill = '\ufffd'.repeat(MAX_LOG_BYTES - line.length);
    const { bundle, notes } = again(withEvidence({ logs: { origin: 'l', value: `${line}${fill}` } }));
    expect(notes).toEqual(['bytes of the logs that are no UTF-8 are kept as question marks']);
    expect(bundle.logs?.bytes).toHaveLength(MAX_LOG_BYTES);
    expect(Buffer.from(bundle.logs?.bytes ?? []).toString('utf8', 0, line.length + 1)).toBe(`${line}?`);
    const small = again(withEvidence({ logs: { origin: 'l', value: 'a\ufffd' } }));
    expect([small.notes, Buffer.from(small.bundle.logs?.bytes ?? []).toString()]).toEqual([[], 'a\ufffd']);
    const most = again(withEvidence({ logs: { origin: 'l', value: 'x'.repeat(MAX_LOG_BYTES) } }));
    expect(most.notes).toEqual([]);
  });

  test('collateral that is longer than is read is left out', () => {
    const of = (length: number) => withEvidence({ collateral: { origin: 'c', value: 'x'.repeat(length) } });
    const { bundle, notes } = again(of(MAX_COLLATERAL_BYTES - 1));
    expect(bundle.collateral).toBeUndefined();
    expect(notes).toEqual([
      `the collateral is not in it: it has more than ${MAX_COLLATERAL_BYTES} bytes; check it again with --collateral`,
    ]);
    expect(again(of(MAX_COLLATERAL_BYTES - 2)).bundle.collateral?.bytes).toHaveLength(MAX_COLLATERAL_BYTES);
  });

  test('of more annotations than are kept those stay that are looked at', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, 'v']));
    const read = { 'dev.cosignproject.cosign/signature': 's', 'dev.sigstore.cosign/rfc3161timestamp': 't' };
    const of = (annotations: Record<string, string>) => {
      const { recording } = request();
      const layer = { mediaType: `m${'m'.repeat(MAX_ORIGIN)}`, annotations, content: utf8('c') };
      recording.takeDocuments([{ kind: 'cosign-layer', origin: 'c', layer }], []);
      const [document] = again(request({ recording })).bundle.documents;
      return document?.kind === 'cosign-layer' ? document.layer.annotations : undefined;
    };
    expect(of({ ...many(MAX_ANNOTATIONS), ...read })).toEqual(read);
    expect(of(many(MAX_ANNOTATIONS))).toEqual(many(MAX_ANNOTATIONS));
  });

  test('roots that are named twice are kept once; too many are named again', () => {
    const roots = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ source: `r${i}`, text: `r${i}`, sha256: `${i}` }) as never);
    const of = (sigstoreRoots: readonly never[]) =>
      request({ expectations: { ...request().expectations, sigstoreRoots } });
    const most = roots(MAX_SAVED_ROOTS);
    expect(again(of([...most, ...most])).bundle.roots.sigstore).toHaveLength(MAX_SAVED_ROOTS);
    const over = of(roots(MAX_SAVED_ROOTS + 1));
    expect(again(over).bundle.roots.sigstore).toEqual([]);
    const options = {
      ...{ policies: [], repository: undefined, commit: undefined, treeSha256: undefined, appId: undefined },
      ...{ compose: undefined, since: undefined, only: undefined, trustedRoots: ['r.jsonl'] },
    };
    const { command, notes } = bundleFile('b.json', over, options);
    expect(command).toContain('--trusted-root r.jsonl --saved-sha256');
    expect(command).not.toContain('--root-sha256');
    expect(notes).toEqual([
      `the trusted roots of Sigstore are not in it: they are more than ${MAX_SAVED_ROOTS}; name them again`,
    ]);
    const few = bundleFile('b.json', of(most), options);
    expect(few.command).not.toContain('--trusted-root');
    expect(few.command.match(/--root-sha256/g)).toHaveLength(MAX_SAVED_ROOTS);
  });

  test('odd names of branches are those of git; a HEAD that is too long is none', () => {
    const of = (head: string) => {
      const { recording } = request();
      recording.source.pack(COMMIT)(utf8('PACK'));
      const refs = ['x\u0085y', 'x\u00a0y', 'x\u3000y'].map((name) => ({ name: `refs/heads/${name}`, id: COMMIT }));
      recording.source.history.refs({ refs, head }, undefined);
      const source = { origin: 's', value: {} as never };
      return again(request({ recording, evidence: { ...request().evidence, source } }), COMMIT).bundle.source?.refs;
    };
    expect(of('refs/heads/x\u3000y')?.list).toMatchObject({ head: 'refs/heads/x\u3000y', refs: { length: 3 } });
    expect(of('x'.repeat(MAX_ORIGIN))?.list.head).toHaveLength(MAX_ORIGIN);
    expect(of('x'.repeat(MAX_ORIGIN + 1))?.list.head).toBeUndefined();
  });

  test('a character is not cut in two', () => {
    expect(again(request({ target: `${'x'.repeat(MAX_ORIGIN - 1)}\u{1f600}` })).bundle.target.at(-1)).toBe('\ufffd');
  });

  test('what still does not read is not written', () => {
    const { recording } = request();
    for (let i = 0; i <= MAX_BUNDLES; i++)
      recording.takeDocuments([{ kind: 'bundle', origin: 'b', bytes: utf8('b') }], []);
    const options = {
      ...{ policies: [], repository: undefined, commit: undefined, treeSha256: undefined, appId: undefined },
      ...{ compose: undefined, since: undefined, only: undefined },
    };
    expect(() => bundleFile('b.json', request({ recording }), options)).toThrow(
      expect.objectContaining({
        code: 'unsavable',
        exitCode: 20,
        message: expect.stringMatching(
          /^what this run saw fits into no file that can be read again: .*provenance\.documents/,
        ),
        hint: 'save step by step with --only, or keep the files that were named',
        cause: expect.any(BundleError),
      }),
    );
  });
});

describe('a run that saw odd things is checked again by the command that was printed', () => {
  let story: Story;
  beforeAll(async () => {
    story = await startStory();
  });
  afterAll(() => story?.close());

  test('logs, branches, roots', async () => {
    const kept = await saveStory(story);
    const path = kept.scratch.join('odd.json');
    const roots = Array.from({ length: MAX_SAVED_ROOTS }, (_, i) => [
      '--trusted-root',
      kept.write(`r${i}.json`, new Sigstore({ name: `r${i}`, uri: `https://r${i}.example` }).root()),
    ]).flat();
    const collecting = [...kept.collecting, ...roots];
    const logs = Buffer.concat([
      readFileSync(collecting[collecting.indexOf('--logs') + 1] ?? ''),
      Buffer.alloc(MAX_LOG_BYTES / 2, 0xff),
    ]);
    collecting[collecting.indexOf('--logs') + 1] = kept.write('odd.log', new Uint8Array(logs));
    const names = ['x\u0085y', 'x\u00a0y', 'x\u3000y'].map((name) => `refs/heads/${name}`);
    for (const name of names) await story.repository.git('update-ref', name, story.commit);
    const saved = await call(['verify', ...collecting, ...kept.expected, '--save', path]);
    for (const name of names) await story.repository.git('update-ref', '-d', name);
    expect([saved.exit, saved.stderr]).toEqual([0, expect.stringContaining('twl: note: the trusted roots')]);
    expect(saved.stderr).toContain('twl: note: bytes of the logs');
    const found = await call(commandIn(saved));
    expect([found.exit, lastLine(found)]).toEqual([0, expect.stringContaining('VERIFIED')]);
    expect(jsonOf(path).source.refs.list.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(names),
    );
  });
});
