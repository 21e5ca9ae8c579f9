import { describe, expect, test } from 'vitest';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import { materialOf } from '../../../src/audit/report/material.ts';
import type { Material } from '../../../src/audit/result.ts';
import type { EntryFacts } from '../../../src/audit/source/entry.ts';
import type { SourceFacts } from '../../../src/audit/source/facts.ts';
import { EvidenceError } from '../../../src/evidence/errors.ts';
import { readBundles } from '../../../src/provenance/read-bundles.ts';
import { readTrustedRoots } from '../../../src/provenance/trusted-root.ts';
import { SourceError } from '../../../src/source/errors.ts';
import { composeFile, DEFAULT_PIN, LAUNCHER_IMAGE } from '../../mocks/deployment/app-compose.ts';
import { IMAGE, Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { broken, contextOf, deploy, goodInfo, infoOf, policy, stated } from '../checks/support.ts';
import { script, sourceFacts, withSource } from './source-samples.ts';

type Start = EntryFacts['start'];

const of = (evidence: AuditEvidence, expectations: Partial<Expectations> = {}): Material =>
  materialOf(contextOf(evidence, expectations));

const PIN = [
  'REPO_URL=https://github.com/example/workload.git',
  'COMMIT_SHA=3b18e512dba79e4c8300dd08aeb37f8e728b8dad',
  'WORK_DIR=/srv/workload/checkout',
  'ENTRYPOINT_SCRIPT=tee-launch.sh',
  'SUBMODULES=no',
  'RECEIPT=auto',
];
const ATTESTED: Material = { launcher: { service: 'workload', image: LAUNCHER_IMAGE }, pin: PIN };

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the app-compose', () => {
  test('shows its launcher, and the pin with its defaults written out', () => {
    expect(of(goodInfo)).toStrictEqual(ATTESTED);
  });

  test('that is not there, or cannot be read, shows nothing, whatever came of it', () => {
    const { appCompose: _, ...without } = withSource(sourceFacts(script(utf8('a'))));
    expect(of(without)).toStrictEqual({});
    expect(of({ ...without, appCompose: broken() })).toStrictEqual({});
    expect(of(infoOf(deploy({ appCompose: 'no JSON' })))).toStrictEqual({});
  });

  test('names the image with its tag', () => {
    const image = LAUNCHER_IMAGE.replace('@', ':1.2@');
    expect(of(infoOf(deploy({ image }))).launcher).toStrictEqual({ service: 'workload', image });
  });

  test('with two launchers has neither', () => {
    const text = composeFile();
    const [, service = ''] = /services:\n([\s\S]*)volumes:\n {2}checkout/.exec(text) ?? [];
    const two = text.replace('services:\n', `services:\n${service.replace('workload:', 'second:')}`);
    expect(of(infoOf(deploy({ composeFile: two })))).toStrictEqual({});
  });

  test('with a pin that cannot be read shows the launcher alone', () => {
    expect(of(infoOf(deploy({ pin: 'REPO_URL=x' })))).toStrictEqual({ launcher: ATTESTED.launcher });
  });

  test.each([
    [['RUN_CMD=make run'], { run: 'make run' }],
    [['INSTALL_CMD=make', 'RUN_CMD=make run'], { install: 'make', run: 'make run' }],
  ])('with commands shows them: %j', (lines, commands) => {
    expect(of(infoOf(deploy({ pin: [DEFAULT_PIN, ...lines].join('\n') }))).commands).toStrictEqual(commands);
  });
});

describe('the entry script', () => {
  const shown = (start: Start) => of(withSource(sourceFacts(start))).entryScript;
  const path = 'tee-launch.sh';

  test.each<[string, Start, Material['entryScript']]>([
    ['is a text', script(utf8('#!/bin/bash\n')), { path, size: 12, text: '#!/bin/bash\n' }],
    ['may be empty', script(utf8('')), { path, size: 0, text: '' }],
    ['keeps its mark of byte order', script(utf8('\ufeffa')), { path, size: 4, text: '\ufeffa' }],
    ['may be too large', script(undefined, 300_000), { path, size: 300_000, note: 'it is too large to be shown' }],
    ['may be no text', script(Uint8Array.of(0xff)), { path, size: 1, note: 'it is not UTF-8, and not shown' }],
    ['may not be there', script(undefined), undefined],
    ['may be none', { mode: 'command', runCmd: 'a', installCmd: undefined }, undefined],
  ])('%s', (_, start, expected) => {
    expect(shown(start)).toStrictEqual(expected);
  });

  test('is not shown of a source that could not be had', () => {
    const error = new SourceError('timed-out', 'x');
    expect(of(withSource(sourceFacts(script(utf8('a')), { commit: { error } })))).toStrictEqual(ATTESTED);
    expect(of({ ...goodInfo, source: broken() })).toStrictEqual(ATTESTED);
  });
});

describe('what changed', () => {
  const since = (value: NonNullable<SourceFacts['since']>) =>
    of(withSource(sourceFacts(script(utf8('a')), { since: value }))).since;
  const commit = '1a'.repeat(20);
  const list = [{ path: 'a', before: undefined, after: { kind: 'file', id: '2b', size: 3 } }] as const;
  const paths = { added: 1, removed: 2, changed: 3, list };

  test('is shown as it was found', () => {
    const entry = [{ sign: '+', line: 1, text: 'a' }] as const;
    const counts = { commit, added: 1, removed: 2, changed: 3, paths: list };
    expect(since({ value: { commit, paths, entry } })).toStrictEqual({ ...counts, lines: entry });
    expect(since({ value: { commit, paths, entry: undefined } })).toStrictEqual(counts);
  });

  test('may not be known: it was asked for, and no check says why', () => {
    expect(since({ error: new SourceError('not-a-commit', 'no hash', { hint: 'check COMMIT_SHA' }) })).toStrictEqual({
      note: 'no hash',
      hint: 'check --since',
    });
    expect(since({ error: new EvidenceError('bad-hex', 'no hash') })).toStrictEqual({ note: 'no hash' });
    expect(since({ error: new TypeError('inside') })).toStrictEqual({
      note: 'the check itself broke (TypeError: inside)',
      hint: expect.stringContaining('report this'),
    });
  });
});

describe('the build', () => {
  const sigstore = new Sigstore({ uri: 'https://fulcio.sigstore.dev' });
  const image = `registry.example/launcher@sha256:${IMAGE}`;
  const now = { value: Date.UTC(2026, 5, 1) / 1000, source: '--at' };
  const evidence = (bundle: unknown): AuditEvidence => ({
    ...infoOf(deploy({ image })),
    provenance: {
      origin: 'files',
      value: {
        image: `sha256:${IMAGE}`,
        bundles: readBundles(Buffer.from(JSON.stringify(bundle)), 'bundle.json'),
      },
    },
  });
  const build = (given: AuditEvidence, repository = 'https://github.com/acme/launcher') =>
    of(given, {
      now,
      sigstoreRoots: readTrustedRoots(sigstore.root(), 'root.json'),
      ...policy({ provenance: { repository: stated(repository) } }),
    }).build;

  test('is what the certificate says, under names with underscores', () => {
    const shown = build(evidence(sigstore.bundle()));
    expect(shown).toMatchObject({
      origin: expect.stringContaining('bundle.json'),
      accepted: true,
      simulated: true,
      facts: {
        repository: 'https://github.com/acme/launcher',
        repository_id: expect.stringMatching(/^[0-9]+$/),
        runner: 'github-hosted',
        signed_at: expect.stringMatching(/^2026-/),
      },
    });
    for (const name of Object.keys(shown?.facts ?? {})) expect(name).toMatch(/^[a-z_]+$/);
  });

  test('of a bundle that was not accepted is shown as such', () => {
    expect(build(evidence(sigstore.bundle()), 'https://github.com/acme/other')).toMatchObject({
      accepted: false,
      facts: { repository: 'https://github.com/acme/launcher' },
    });
  });

  test('is not shown where no certificate verifies, or there is no bundle', () => {
    expect(build(evidence(new Sigstore({ name: 'other' }).bundle()))).toBeUndefined();
    expect(build({ ...evidence(sigstore.bundle()), provenance: broken() })).toBeUndefined();
    expect(build(infoOf(deploy({ image })))).toBeUndefined();
  });
});
