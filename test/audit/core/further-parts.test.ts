import { describe, expect, test } from 'vitest';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import { factsOf } from '../../../src/audit/facts.ts';
import { findingsOf } from '../../../src/audit/findings.ts';
import { missingFor } from '../../../src/audit/missing.ts';
import type { CheckResult, CheckState } from '../../../src/audit/result.ts';
import type { CommitFacts, SourceFacts } from '../../../src/audit/source/facts.ts';
import { verify } from '../../../src/audit/verify.ts';
import { LAUNCHER_EVENT } from '../../../src/evidence/receipt/statement.ts';
import { SourceError } from '../../../src/source/errors.ts';
import { intelRootDer } from '../../../src/tdx/intel-root.ts';
import { composeFile, DEFAULT_PIN, LAUNCHER_IMAGE } from '../../mocks/deployment/app-compose.ts';
import { bundleOf, expectingBuild, rootOf, sigstore, withBundles } from '../checks/launcher-support.ts';
import {
  accepted,
  broken,
  changed,
  contextOf,
  deploy,
  expecting,
  goodInfo,
  hexOf,
  infoOf,
  LAUNCHER,
  policy,
  stated,
} from '../checks/support.ts';
import { attestPart, launched, withReceipt } from '../runtime/support.ts';

// What is had beside the evidence itself: the source, the build, the receipt, the answer of twl-attest.

const TREE = 'ab'.repeat(32);
const COMMIT_FACTS: CommitFacts = {
  tree: 'c'.repeat(40),
  parents: [],
  treeSha256: { value: TREE },
  files: 1,
  bytes: 12,
  submodules: [],
  entry: { folder: undefined, start: { mode: 'command', runCmd: 'a', installCmd: undefined } },
  findings: [{ id: 'source.lfs', text: 'a pointer', path: 'a', line: 1 }],
};
const SOURCE: SourceFacts = {
  address: { url: 'https://github.com/example/workload.git', named: false },
  commit: { value: COMMIT_FACTS },
  reachability: undefined,
  signature: undefined,
  since: undefined,
};
const withSource = (changes: Partial<SourceFacts> = {}, evidence: AuditEvidence = goodInfo): AuditEvidence =>
  changed({ source: { origin: 'the repository', value: { ...SOURCE, ...changes } } }, evidence);
const facts = (evidence: AuditEvidence) => factsOf(contextOf(evidence));
const composing = (text: string) => infoOf(deploy({ composeFile: text }));
const AWAY = new SourceError('timed-out', 'no answer');

describe('the tree by SHA-256, as a fact', () => {
  test('is what the source shows, where the pin leaves it open', () => {
    expect(facts(goodInfo)).not.toHaveProperty('tree_sha256');
    expect(facts(withSource())).toMatchObject({ tree_sha256: TREE });
    const pinned = infoOf(deploy({ pin: `${DEFAULT_PIN}\nTREE_SHA256=${'cd'.repeat(32)}` }));
    expect(facts(pinned)).toMatchObject({ tree_sha256: 'cd'.repeat(32) });
    expect(facts(withSource({}, pinned))).toMatchObject({ tree_sha256: 'cd'.repeat(32) });
  });

  test.each<[string, AuditEvidence]>([
    ['the commit was not had', withSource({ commit: { error: AWAY } })],
    ['it could not be computed', withSource({ commit: { value: { ...COMMIT_FACTS, treeSha256: { error: AWAY } } } })],
    ['the source could not be had', changed({ source: broken() })],
    ['there is no app-compose', changed({ appCompose: undefined }, withSource())],
    ['there is no pin', withSource({}, composing('services: { web: { image: nginx } }'))],
  ])('is none where %s', (_, evidence) => {
    expect(facts(evidence)).not.toHaveProperty('tree_sha256');
  });
});

describe('the images of a compose file, as facts', () => {
  const beside = (...images: string[]) =>
    composing(
      composeFile().replace(
        '\nvolumes:\n  checkout',
        `\n${images.map((image, at) => `  n${at}:\n    image: ${image}\n`).join('')}volumes:\n  checkout`,
      ),
    );
  const a = `sha256:${'aa'.repeat(32)}`;
  const b = `sha256:${'bb'.repeat(32)}`;

  test('neighbours are named by their digests, each once', () => {
    expect(facts(beside(`x/a@${a}`, `x/b:1@${b}`, `y/a@${a}`))).toMatchObject({ neighbour_digests: `${a} ${b}` });
    expect(facts(beside('x/a:1'))).not.toHaveProperty('neighbour_digests');
    expect(facts(goodInfo)).not.toHaveProperty('neighbour_digests');
  });

  test('what runs the image of the launcher is no neighbour', () => {
    const shown = facts(beside(LAUNCHER_IMAGE, `x/a@${a}`));
    expect(shown.neighbour_digests?.split(' ')).toContain(a);
    const context = contextOf(beside(LAUNCHER_IMAGE, `x/a@${a}`), policy({ launchers: [stated(LAUNCHER)] }));
    expect(factsOf(context)).toMatchObject({ neighbour_digests: a });
  });

  test('the launcher is named with its tag', () => {
    const tagged = LAUNCHER_IMAGE.replace('@', ':1.2@');
    expect(facts(infoOf(deploy({ image: tagged })))).toMatchObject({
      launcher_image: 'registry.example/trusted-workload-launcher:1.2',
      launcher_digest: LAUNCHER.digest,
    });
  });

  test.each(['trusted-workload-launcher', 'git-launcher'])(
    '%s: which name is called is open where the defaults tell',
    (name) => {
      const image = LAUNCHER_IMAGE.replace('trusted-workload-launcher', name);
      const isOpen = (pin: string) => contextOf(infoOf(deploy({ image, pin }))).compose().isProgramOpen;
      expect(isOpen(DEFAULT_PIN)).toBe(true);
      expect(isOpen(`${DEFAULT_PIN}\nENTRYPOINT_SCRIPT=a.sh\nSUBMODULES=no`)).toBe(false);
    },
  );

  test('a file without a launcher has neither it nor a pin', () => {
    const shown = facts(composing(`services: { web: { image: "nginx@${a}" } }`));
    expect(shown).toMatchObject({ app_name: 'SIMULATED workload', neighbour_digests: a });
    for (const name of ['launcher_image', 'launcher_digest', 'repository', 'commit']) {
      expect(shown).not.toHaveProperty(name);
    }
  });

  test('an app-compose without a compose file has none', () => {
    const keys = { runner: 'bash', docker_compose_file: undefined, bash_script: 'true' };
    const shown = facts(infoOf(deploy({ appComposeKeys: keys })));
    expect(shown).toMatchObject({ app_name: 'SIMULATED workload' });
    expect(shown).not.toHaveProperty('neighbour_digests');
  });
});

describe('findings of the source', () => {
  const LFS = { id: 'source.lfs', text: 'a pointer', path: 'a', line: 1 };
  const found = (evidence: AuditEvidence, ...args: Parameters<typeof expecting>) =>
    findingsOf(contextOf(evidence, ...args));

  test('are told, and may be accepted', () => {
    expect(found(withSource())).toEqual([LFS]);
    expect(found(withSource(), policy({ findings: [accepted('source.lfs')] }))).toEqual([
      { ...LFS, accepted: { reason: 'a test', source: 'org.toml line 3' } },
    ]);
  });

  test.each<[string, AuditEvidence]>([
    ['without an app-compose', changed({ appCompose: undefined }, withSource())],
    ['of a source that could not be had', changed({ source: broken() })],
    ['without a pin', withSource({}, composing('services: { web: { image: nginx } }'))],
  ])('are none %s', (_, evidence) => {
    expect(found(evidence)).toEqual([]);
  });

  test('an event of the name of the launcher is told apart from those of applications', () => {
    const at = deploy().events.length;
    const says = (name: string) =>
      found(infoOf(deploy({ userEvents: [{ event: name, payload: Buffer.alloc(32) }] }))).map(({ text }) => text);
    const claim = (name: string) =>
      `event ${at + 1} '${name}' is a claim of whatever held the agent's socket after system-ready`;
    expect(says('x')).toEqual([claim('x')]);
    expect(says(LAUNCHER_EVENT)).toEqual([
      `${claim(LAUNCHER_EVENT)}; runtime.receipt says whether it is the launcher's`,
    ]);
  });
});

describe('the context', () => {
  test.each([
    ['provenance', 'provenance'],
    ['source', 'source'],
    ['receipt', 'receipt'],
    ['receiptQuote', 'receipt'],
    ['attested', 'answer of twl-attest'],
  ] as const)('%s without it is a mistake of the program', (read, name) => {
    expect(() => contextOf(goodInfo)[read]()).toThrow(new Error(`the evidence has no ${name}`));
  });

  test('what the source is without a pin, and a receipt without a quote, too', () => {
    const without = contextOf(withSource({}, composing('services: { web: { image: nginx } }')));
    expect(() => without.source()).toThrow(new Error('the evidence has no pin'));
    const quoteless = contextOf(withReceipt(launched, { by: undefined }));
    expect(() => quoteless.receiptQuote()).toThrow(new Error('the evidence has no quote in its receipt'));
  });

  test('holds the source against the pin and what was expected', () => {
    const context = contextOf(withSource(), { treeSha256: stated('cd'.repeat(32), '--tree-sha256') });
    expect(context.source()).toBe(context.source());
    expect(context.source().outcomes['source.tree-sha256']).toMatchObject({ state: 'failed', source: '--tree-sha256' });
  });

  test('holds bundles against the roots, the image and its children, at the time that was given', () => {
    const evidence = withBundles(bundleOf());
    const status = (...args: Parameters<typeof contextOf>) => contextOf(...args).provenance().chosen?.status;
    expect(status(evidence, expectingBuild())).toBe('accepted');
    expect(status(evidence, { ...expectingBuild(), sigstoreRoots: [] })).not.toBe('accepted');
    const bundles = bundleOf();
    const index = (...children: string[]) =>
      changed({ provenance: { origin: 'x', value: { image: `sha256:${'12'.repeat(32)}`, children, bundles } } });
    expect(status(index(LAUNCHER.digest), expectingBuild())).toBe('accepted');
    expect(status(index(), expectingBuild())).not.toBe('accepted');
    const { sigstoreRoots: _, ...rootless } = expectingBuild();
    expect(status(evidence, rootless)).not.toBe('accepted');
    expect(status(withBundles(bundleOf(), `sha256:${'12'.repeat(32)}`), expectingBuild())).not.toBe('accepted');
  });

  test("puts the receipt's own quote and log in place of the evidence's, and keeps the rest", () => {
    const evidence = withReceipt();
    const other = contextOf(evidence).receiptQuote();
    expect(other.evidence.quote).toMatchObject({ origin: 'receipt.json, quote' });
    expect(other.evidence.eventLog).toMatchObject({ origin: 'receipt.json, event_log' });
    expect(other.evidence.collateral).toBe(evidence.collateral);
    expect(other.quote().body.reportData).not.toEqual(contextOf(evidence).quote().body.reportData);
    expect(hexOf(other.events().system.appId)).toBe(launched.appId);
  });

  test("puts those of twl-attest's answer there", () => {
    const attest = attestPart();
    const other = contextOf(changed({ attest }, infoOf(launched))).attested();
    expect(other.evidence.quote).toMatchObject({ origin: 'answer of twl-attest, quote' });
    expect(other.evidence.eventLog).toMatchObject({ origin: 'answer of twl-attest, event_log' });
    expect(hexOf(other.quote().body.mrTd)).toBe(hexOf(launched.body.mrTd));
    expect(() => contextOf(changed({ attest: broken() })).attested()).toThrow('a broken part is no hex');
  });
});

describe('the verdict', () => {
  const intel = { der: intelRootDer(), source: 'built in', simulated: false };
  const real = { ...rootOf(sigstore), simulated: false };

  test.each([
    ['nothing', { root: intel }, false],
    ['no root of Sigstore', { root: intel, sigstoreRoots: [] }, false],
    ['a real root of Sigstore', { root: intel, sigstoreRoots: [real] }, false],
    ['one simulated root of several', { root: intel, sigstoreRoots: [real, { ...real, simulated: true }] }, true],
    ['a root that is said to be simulated', { root: { ...intel, simulated: true } }, true],
    ["a root that is not Intel's", { root: { ...expecting().root, simulated: false } }, true],
  ] as const)('with %s: simulated', (_, expectations, simulated) => {
    const evidence: AuditEvidence = { target: 'x', kind: 'quote-answer', statements: {} };
    expect(verify(evidence, expecting(expectations)).simulated).toBe(simulated);
  });

  test('wants the same of several checks in one sentence', () => {
    const result = (id: CheckResult['id'], state: CheckState): CheckResult => ({
      id,
      step: 'attestation',
      required: true,
      state,
      exit: 10,
      summary: 'a summary',
      origins: [],
      details: [],
    });
    const lines = (state: CheckState) =>
      missingFor(
        [result('quote.parse', state), result('quote.tcb', state)],
        contextOf(goodInfo, { only: 'attestation' }),
      );
    expect(lines('failed')).toEqual(['quote.parse, quote.tcb have to hold: a summary']);
    expect(lines('not-checked')).toEqual(['quote.parse, quote.tcb have to be checked: a summary']);
    expect(lines('not-bound')).toEqual(['quote.parse, quote.tcb have to be bound: a summary']);
  });
});
