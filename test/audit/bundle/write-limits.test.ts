import { describe, expect, test } from 'vitest';
import { BundleError } from '../../../src/audit/bundle/errors.ts';
import { MAX_ANNOTATIONS, MAX_ORIGIN, MAX_SAVED_ROOTS } from '../../../src/audit/bundle/limits.ts';
import { Recording } from '../../../src/audit/bundle/recording.ts';
import { bundleFile } from '../../../src/audit/bundle/save.ts';
import { bundleOf, type SaveRequest } from '../../../src/audit/bundle/write.ts';
import { MAX_COLLATERAL_BYTES } from '../../../src/audit/collect/limits.ts';
import { MAX_LOG_BYTES } from '../../../src/audit/collect/runtime/limits.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import { MAX_BUNDLES } from '../../../src/provenance/limits.ts';
import { SourceError } from '../../../src/source/errors.ts';
import { objectId } from '../../../src/source/objects/object-id.ts';
import { appComposeBytes } from '../../mocks/deployment/app-compose.ts';

const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
/** That of the pin in a simulated app-compose. */
const COMMIT = '3b18e512dba79e4c8300dd08aeb37f8e728b8dad';
const AT = '1970-01-01T00:01:40Z';

const request = (evidence: Partial<AuditEvidence> = {}, expected: Partial<Expectations> = {}): SaveRequest => {
  const recording = new Recording(() => 100);
  recording.takeAnswer(utf8('answer'), 'o');
  return {
    recording,
    target: 't',
    startedAt: 200,
    evidence: { target: 't', kind: 'quote-answer', statements: {}, ...evidence },
    expectations: {
      now: { value: 300, source: 'x' },
      root: { der: Uint8Array.of(0xff), source: 'built in', simulated: false },
      policy: EMPTY_POLICY,
      ...expected,
    },
  };
};
/** The bundle of a run, and what was noted of it. */
const written = (given: SaveRequest, commit?: string) => {
  const notes: string[] = [];
  return { bundle: bundleOf(given, commit, (note) => notes.push(note)), notes };
};

describe('what has no place in a bundle', () => {
  test('logs that would be too long have a question mark for what was no UTF-8', () => {
    const of = (value: string) => written(request({ logs: { origin: 'l', value } }));
    const most = `${'x'.repeat(MAX_LOG_BYTES - 3)}\ufffd`;
    expect(of(most)).toMatchObject({ bundle: { logs: { text: most } }, notes: [] });
    const { bundle, notes } = of(`\ufffd${most}`);
    expect(bundle.logs).toEqual({ origin: 'l', at: '1970-01-01T00:03:20Z', text: `?${most.slice(0, -1)}?` });
    expect(notes).toEqual(['bytes of the logs that are no UTF-8 are kept as question marks']);
    // Nobody has to listen.
    expect(bundleOf(request({ logs: { origin: 'l', value: `\ufffd${most}` } }), undefined).logs).toEqual(bundle.logs);
  });

  test('collateral that is longer than is read', () => {
    const of = (length: number) => written(request({ collateral: { origin: 'c', value: 'x'.repeat(length) } }));
    const most = of(MAX_COLLATERAL_BYTES - 2);
    expect([most.bundle.collateral, most.notes]).toEqual([expect.objectContaining({ origin: 'c' }), []]);
    const over = of(MAX_COLLATERAL_BYTES - 1);
    expect(over.bundle).not.toHaveProperty('collateral');
    expect(over.notes).toEqual([
      `the collateral is not in it: it has more than ${MAX_COLLATERAL_BYTES} bytes; check it again with --collateral`,
    ]);
  });

  test('annotations that nobody looks at, where there are many', () => {
    const read = { 'dev.cosignproject.cosign/signature': 's', 'dev.sigstore.cosign/rfc3161timestamp': 't' };
    const others = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, 'v']));
    const of = (annotations: Record<string, string>) => {
      const given = request();
      const layer = { mediaType: 'm', annotations, content: utf8('c') };
      given.recording.takeDocuments([{ kind: 'cosign-layer', origin: 'c', layer }], []);
      return written(given).bundle.provenance?.documents[0];
    };
    const most = { ...others(MAX_ANNOTATIONS - 2), ...read };
    expect(of(most)).toMatchObject({ annotations: most });
    expect(of({ ...others(MAX_ANNOTATIONS - 1), ...read })).toHaveProperty('annotations', read);
  });

  test('a source that broke off; what contradicts is kept, and contradicts again', () => {
    const of = (source: object) => {
      const given = request({ source: { origin: 's', ...source } as never });
      given.recording.source.pack(COMMIT)(utf8('PACK'));
      const { bundle, notes } = written(given, COMMIT);
      return [bundle.source?.packs.length, notes];
    };
    const failing = (error: unknown) => of({ value: { commit: { error } } });
    const note = 'the source is not in it: it did not come whole; check it again with --source';
    expect(failing(new SourceError('connection-cut', 'x'))).toEqual([undefined, [note]]);
    expect(failing(new SourceError('disk-full', 'x'))).toEqual([undefined, [note]]);
    expect(failing(new SourceError('pack-malformed', 'x'))).toEqual([1, []]);
    expect(failing(new TypeError('a mistake'))).toEqual([1, []]);
    expect(of({ value: { commit: { value: {} } } })).toEqual([1, []]);
    expect(of({ error: new SourceError('connection-cut', 'x') })).toEqual([undefined, [note]]);
  });

  test('a HEAD that is longer than the name of any branch', () => {
    const of = (head: string | undefined) => {
      const given = request({ source: { origin: 's', value: {} as never } });
      given.recording.source.pack(COMMIT)(utf8('PACK'));
      given.recording.source.history.refs({ refs: [], head }, undefined);
      return written(given, COMMIT).bundle.source?.refs?.head;
    };
    expect(of('x'.repeat(MAX_ORIGIN))).toBe('x'.repeat(MAX_ORIGIN));
    expect(of('x'.repeat(MAX_ORIGIN + 1))).toBeNull();
    expect(of(undefined)).toBeNull();
  });
});

test('the history of a commit is kept raw, and no more of a ref than was said', () => {
  const given = request({ source: { origin: 's', value: {} as never } });
  given.recording.source.pack(COMMIT)(utf8('PACK'));
  const data = Buffer.from(`tree ${COMMIT}\nparent ${COMMIT}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n\n`);
  const id = objectId('sha1', 'commit', data);
  const refs = [{ name: 'refs/heads/main', id }];
  given.recording.source.history.refs({ refs, head: 'refs/heads/main' }, undefined);
  given.recording.source.history.object({ type: 'commit', id, data });
  expect(written(given, COMMIT).bundle.source?.refs).toStrictEqual({
    origin: 's',
    at: AT,
    head: 'refs/heads/main',
    branches: 1,
    tags: 0,
    list: refs,
    objects: [{ type: 'commit', text: data.toString() }],
  });
});

describe('the file', () => {
  const OPTIONS = {
    ...{ policies: [], repository: undefined, commit: undefined, treeSha256: undefined, appId: undefined },
    ...{ compose: undefined, since: undefined, only: undefined },
  };
  const withRoots = (count: number): SaveRequest =>
    request(
      {},
      {
        sigstoreRoots: Array.from(
          { length: count },
          (_, i) => ({ source: `r${i}`, text: `r${i}`, sha256: `${i}` }) as never,
        ),
      },
    );

  test('as many trusted roots as a bundle holds are in it, each once', () => {
    const given = withRoots(MAX_SAVED_ROOTS);
    const twice = [...given.expectations.sigstoreRoots!, ...given.expectations.sigstoreRoots!];
    const options = { ...OPTIONS, trustedRoots: ['r.jsonl'] };
    for (const sigstoreRoots of [given.expectations.sigstoreRoots!, twice]) {
      const expectations = { ...given.expectations, sigstoreRoots };
      expect(written({ ...given, expectations })).toMatchObject({
        bundle: { roots: { sigstore: { length: MAX_SAVED_ROOTS } } },
        notes: [],
      });
      const { command, notes } = bundleFile('b.json', { ...given, expectations }, options);
      expect([command.match(/--root-sha256/g)?.length, notes]).toEqual([MAX_SAVED_ROOTS, []]);
      expect(command).not.toContain('--trusted-root');
    }
  });

  test('more of them are named again, as they were', () => {
    const over = withRoots(MAX_SAVED_ROOTS + 1);
    expect(written(over).bundle.roots.sigstore).toEqual([]);
    const again = bundleFile('b.json', over, { ...OPTIONS, trustedRoots: ['r.jsonl'] });
    expect(again.notes).toEqual([
      `the trusted roots of Sigstore are not in it: they are more than ${MAX_SAVED_ROOTS}; name them again`,
    ]);
    const command = (more: string): string =>
      `twl verify b.json${more} --saved-sha256 ${again.sha256} --at 1970-01-01T00:05:00Z`;
    expect(again.command).toBe(command(' --trusted-root r.jsonl'));
    expect(bundleFile('b.json', over, OPTIONS).command).toBe(command(''));
  });

  test('what would not read is not written', () => {
    const given = request();
    for (let i = 0; i <= MAX_BUNDLES; i++)
      given.recording.takeDocuments([{ kind: 'bundle', origin: 'b', bytes: utf8('b') }], []);
    expect(() => bundleFile('b.json', given, OPTIONS)).toThrow(
      expect.objectContaining({
        code: 'unsavable',
        exitCode: 20,
        message:
          'what this run saw fits into no file that can be read again: b.json is no evidence bundle: provenance.documents is not as it should be',
        hint: 'save step by step with --only, or keep the files that were named',
        cause: expect.any(BundleError),
      }),
    );
    // A mistake of the program is no evidence that does not fit.
    expect(() => bundleFile(['\u001b'] as never, request(), OPTIONS)).toThrow(TypeError);
  });

  test('holds the source by the commit of the attested pin', () => {
    const sourceIn = (appCompose: object) => {
      const given = request({ appCompose: appCompose as never, source: { origin: 's', value: {} as never } });
      given.recording.source.pack(COMMIT)(utf8('PACK'));
      const { file } = bundleFile('b.json', given, OPTIONS);
      return JSON.parse(Buffer.from(file.bytes).toString()).source;
    };
    const of = (composeFile?: string) =>
      sourceIn({ origin: 'a', value: new Uint8Array(appComposeBytes({ keyProvider: 'kms', composeFile })) });
    expect(of()).toEqual({ origin: 's', at: AT, packs: [{ commit: COMMIT, base64: 'UEFDSw==' }] });
    // A text without a launcher has no pin.
    expect(of(`services: {a: {image: "registry.example/a@sha256:${'a1'.repeat(32)}"}}\n`)).toBeUndefined();
    expect(sourceIn({ origin: 'a', error: new BundleError('malformed', 'x') })).toBeUndefined();
    expect(() => sourceIn({ origin: 'a', error: new TypeError('a mistake') })).toThrow(TypeError);
  });
});
