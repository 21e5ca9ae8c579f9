import { describe, expect, test } from 'vitest';
import type { CheckId } from '../../../src/audit/check-ids.ts';
import { provenanceChecks } from '../../../src/audit/checks/provenance.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import type { LookedImage } from '../../../src/audit/looked-image.ts';
import type { Outcome } from '../../../src/audit/outcome.ts';
import { EMPTY_POLICY, type ProvenancePolicy } from '../../../src/audit/policy/policy.ts';
import { PROVENANCE_CHECK_IDS } from '../../../src/provenance/result.ts';
import { claimsOf, type Build } from '../../mocks-sigstore/claims.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { composeOf } from '../derived/support.ts';
import { bundleOf, DIGEST, expectingBuild, provenance, rootOf, sourcesOf, withBundles } from './launcher-support.ts';
import { BROKEN, broken, changed, contextOf, deploy, infoOf, LAUNCHER, run, stated } from './support.ts';

const byId = new Map(provenanceChecks.map((check) => [check.id, check]));
const outcome = (
  id: CheckId,
  evidence: AuditEvidence,
  expectations: Partial<Expectations> = expectingBuild(),
): Outcome => run(byId.get(id)!, evidence, expectations);
const outcomes = (evidence: AuditEvidence, expectations?: Partial<Expectations>): Record<string, Outcome> =>
  Object.fromEntries(provenanceChecks.map(({ id }) => [id, outcome(id, evidence, expectations)]));
/** The checks that failed. */
const failures = (evidence: AuditEvidence, expectations?: Partial<Expectations>): string[] =>
  Object.entries(outcomes(evidence, expectations)).flatMap(([id, { state }]) => (state === 'failed' ? [id] : []));

const good = withBundles(bundleOf());
/** Which instance was believed, and how old what is known of it is. */
const ROOT = expect.stringMatching(
  /^trusted root of public-good, root\.json: SHA-256 [0-9a-f]{64}, newest member \d+ days old$/,
);

test('there is one check for each question about a build, in the order of the report', () => {
  expect(provenanceChecks.map(({ id }) => id)).toEqual(PROVENANCE_CHECK_IDS);
  for (const { step, needs } of provenanceChecks) {
    expect(step).toBe('provenance');
    expect(needs).toEqual(['compose.launcher']);
  }
});

describe('a good build', () => {
  test('passes every check', () => {
    for (const [id, { state, exit }] of Object.entries(outcomes(good)))
      expect([id, state, exit]).toEqual([id, 'passed', 0]);
  });

  test.each<[CheckId, string | undefined]>([
    ['provenance.bundle', undefined],
    ['provenance.subject', 'built in'],
    ['provenance.issuer', 'built in'],
    ['provenance.repository', 'org.toml line 20'],
    ['provenance.commit', 'org.toml line 21'],
    ['provenance.workflow', 'org.toml line 22'],
    ['provenance.ref', 'built in'],
    ['provenance.runner', 'built in'],
    ['provenance.trigger', 'built in'],
    ['provenance.predicate', undefined],
    ['provenance.agreement', undefined],
  ])('%s says from where its expectation is', (id, source) => {
    const { expected, source: found, origins, details } = outcome(id, good);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toBe(source ?? found);
    expect(origins).toEqual(['bundle.json']);
    expect(details).toEqual(id === 'provenance.bundle' ? [ROOT] : []);
  });

  test('says no more than there is to say', () => {
    expect(outcome('provenance.agreement', good)).toStrictEqual({
      state: 'passed',
      exit: 0,
      summary: expect.any(String),
      origins: ['bundle.json'],
      details: [],
    });
    expect(outcome('provenance.commit', good)).toStrictEqual({
      state: 'passed',
      exit: 0,
      summary: expect.any(String),
      expected: expect.any(String),
      found: claimsOf()[13],
      source: 'org.toml line 21',
      origins: ['bundle.json'],
      details: [],
    });
  });

  test('what a policy states has its place there', () => {
    const triggers = [stated('push', 'org.toml line 31'), stated('workflow_dispatch', 'org.toml line 32')];
    expect(outcome('provenance.trigger', good, expectingBuild({ triggers }))).toMatchObject({
      state: 'passed',
      expected: expect.stringContaining('push'),
      source: 'org.toml line 31, org.toml line 32',
    });
  });

  test.each<[CheckId, ProvenancePolicy]>([
    ['provenance.ref', { refs: [stated('refs/heads/main', 'org.toml line 40')] }],
    ['provenance.runner', { runners: [stated('github-hosted', 'org.toml line 40')] }],
    ['provenance.repository', { repositoryId: stated('1', 'org.toml line 40') }],
    ['provenance.repository', { ownerId: stated('1', 'org.toml line 40') }],
    ['provenance.workflow', { workflowRepository: stated('https://github.com/acme/ci', 'org.toml line 40') }],
    ['provenance.workflow', { workflowRefs: [stated('refs/tags/v1', 'org.toml line 40')] }],
    ['provenance.workflow', { workflowCommit: stated('ab'.repeat(20), 'org.toml line 40') }],
    ['provenance.predicate', { predicateTypes: [stated('https://slsa.dev/provenance/v1', 'org.toml line 40')] }],
    ['provenance.bundle', { instances: [stated('github', 'org.toml line 40')] }],
  ])('%s names the line of the policy', (id, states) => {
    const { expected, source } = outcome(id, good, expectingBuild(states));
    expect([typeof expected, source?.split(', ').at(-1)]).toEqual(['string', 'org.toml line 40']);
  });

  test('of a bundle with its root the reservation is not spoken of', () => {
    for (const { id } of provenanceChecks) expect(outcome(id, good)).not.toHaveProperty('lacksRoot');
    const stranger = new Sigstore({ name: 'other', uri: 'https://fulcio.sigstore.dev' });
    const evidence = withBundles(sourcesOf(stranger.bundle({ digest: DIGEST })));
    expect(outcome('provenance.bundle', evidence)).toHaveProperty('lacksRoot', true);
  });
});

describe('each claim that is another fails its own check', () => {
  test.each<[CheckId, Build]>([
    ['provenance.repository', { repository: 'acme/other' }],
    ['provenance.commit', { commit: '0'.repeat(39).concat('1') }],
    ['provenance.workflow', { workflow: '.github/workflows/other.yml' }],
    ['provenance.ref', { ref: 'refs/pull/1/merge' }],
    ['provenance.runner', { runner: 'self-hosted' }],
    ['provenance.trigger', { trigger: 'pull_request_target' }],
  ])('%s', (id, build) => {
    const evidence = withBundles(bundleOf({ claims: claimsOf(build) }));
    expect(failures(evidence)).toContain(id);
    expect(outcome(id, evidence)).toMatchObject({ state: 'failed', exit: 10, origins: ['bundle.json'] });
  });

  test('another subject, issuer, predicate and story', () => {
    const subject = withBundles(bundleOf({ digest: 'ab'.repeat(32) }));
    expect(failures(subject)).toEqual(['provenance.subject']);
    const issuer = withBundles(
      bundleOf({ claims: { ...claimsOf(), 8: 'https://token.actions.githubusercontent.com.evil.example' } }),
    );
    expect(failures(issuer)).toContain('provenance.issuer');
    const said = withBundles(bundleOf({ said: claimsOf({ commit: 'ab'.repeat(20) }) }));
    expect(failures(said)).toEqual(['provenance.agreement']);
  });

  test('another instance', () => {
    const other = new Sigstore({ name: 'other', uri: 'https://fulcio.sigstore.dev' });
    const evidence = withBundles(sourcesOf(other.bundle({ digest: DIGEST })));
    expect(failures(evidence)).toEqual(['provenance.bundle']);
    expect(outcome('provenance.subject', evidence).state).toBe('not-checked');
    expect(failures(evidence, { ...expectingBuild(), sigstoreRoots: [rootOf(other)] })).toEqual([]);
  });
});

describe('several bundles', () => {
  const other = bundleOf({ claims: claimsOf({ repository: 'acme/other' }) }, 'other.json');

  test('one that passes everything is enough, and the others are listed with what speaks against them', () => {
    const evidence = withBundles([...other, ...bundleOf()]);
    expect(failures(evidence)).toEqual([]);
    expect(outcome('provenance.bundle', evidence)).toMatchObject({
      origins: ['bundle.json'],
      details: [ROOT, expect.stringMatching(/^other\.json: rejected; provenance\.repository: /)],
    });
    expect(outcome('provenance.subject', evidence).details).toEqual([]);
  });

  test('what is no provenance is ignored, and said to be', () => {
    const sbom = bundleOf(
      { statement: (one) => ({ ...one, predicateType: 'https://spdx.dev/Document' }) },
      'sbom.json',
    );
    const evidence = withBundles([...sbom, ...bundleOf()]);
    expect(failures(evidence)).toEqual([]);
    expect(outcome('provenance.bundle', evidence).details).toEqual([
      ROOT,
      expect.stringMatching(/^sbom\.json: ignored/),
    ]);
    expect(outcome('provenance.bundle', withBundles(sbom))).toMatchObject({ state: 'not-checked', exit: 13 });
  });
});

describe('nothing to look at', () => {
  test.each(provenanceChecks.map((check) => [check.id, check] as const))('%s', (_id, check) => {
    expect(run(check, changed({ provenance: undefined }), expectingBuild())).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'no provenance of the image was given, and none was looked for',
      hint: 'give --bundle with the file of `gh attestation download`, or leave --offline out',
    });
    expect(run(check, changed({ provenance: broken() }), expectingBuild())).toEqual(BROKEN);
  });

  test('no bundle at all, and no root', () => {
    expect(outcome('provenance.bundle', withBundles([]))).toMatchObject({
      state: 'not-checked',
      summary: 'no bundle was given or found',
      origins: ['bundle.json'],
    });
    const without = { ...expectingBuild(), sigstoreRoots: [] };
    expect(outcome('provenance.bundle', good, without)).toMatchObject({ summary: 'no trusted root was given' });
    const { sigstoreRoots: _, ...none } = expectingBuild();
    expect(outcome('provenance.bundle', good, none)).toMatchObject({ summary: 'no trusted root was given' });
  });

  test('nobody said what to expect: nothing passes that takes an expectation', () => {
    const expectations = { ...expectingBuild(), policy: EMPTY_POLICY };
    const found = outcomes(good, expectations);
    for (const id of ['provenance.repository', 'provenance.workflow', 'provenance.commit']) {
      expect([id, found[id]?.state]).toEqual([id, 'not-checked']);
    }
    expect(found['provenance.subject']?.state).toBe('passed');
  });
});

describe('the image that it is about', () => {
  test('is the one that the measured app-compose names, and no other that somebody looked up', () => {
    const image = `sha256:${'ab'.repeat(32)}`;
    const evidence = withBundles(bundleOf({ digest: 'ab'.repeat(32) }), image);
    for (const { id } of provenanceChecks) {
      expect(outcome(id, evidence)).toEqual({
        state: 'failed',
        exit: 10,
        summary: 'the provenance that was given is about another image than the app-compose names',
        expected: LAUNCHER.digest,
        source: 'the measured app-compose',
        found: image,
        origins: ['bundle.json'],
      });
    }
  });

  describe('of a derived image', () => {
    const base = `sha256:${'ba'.repeat(32)}`;
    const digest = `sha256:${'d1'.repeat(32)}`;
    const pin = `REPO_URL=https://git.example/a.git\nCOMMIT_SHA=${'c0'.repeat(20)}\nWORK_DIR=/srv/a\n`;
    const looked: LookedImage = {
      digest,
      contents: {
        origin: 'x',
        value: {
          grammars: [],
          titles: [],
          entryPoints: [{ program: 'trusted-workload-launcher' }],
          notes: [],
          failures: [],
          derived: {
            base,
            baseName: 'registry.example/launcher',
            source: 'its labels',
            added: 1,
            findings: [],
            pins: [{ origin: 'LAUNCHER_CONFIG', bytes: Buffer.from(pin) }],
          },
        },
      },
    };
    const about = (image: string): AuditEvidence =>
      changed(
        {
          images: { origin: 'a registry', value: [looked] },
          provenance: { origin: 'bundle.json', value: { image, bundles: bundleOf({ digest: base.slice(7) }) } },
        },
        infoOf(deploy({ composeFile: composeOf(`registry.example/a@${digest}`) })),
      );

    test('it is the launcher image below, which is said', () => {
      const found = outcomes(about(base));
      expect(failures(about(base))).toEqual([]);
      expect(found['provenance.subject']).toMatchObject({
        state: 'passed',
        details: [`the subject is ${base}, which the image ${digest} of the app-compose is made from`],
      });
      expect(found['provenance.predicate']?.details).toEqual([]);
    });

    test('and not the one that holds the pin', () => {
      expect(outcome('provenance.subject', about(digest))).toMatchObject({
        state: 'failed',
        expected: base,
        source: 'the layers of the image that the measured app-compose names',
        found: digest,
      });
    });
  });

  test('is none where no service is the launcher', () => {
    const evidence = {
      ...infoOf(deploy({ composeFile: 'services: { web: { image: nginx } }' })),
      ...(good.provenance === undefined ? {} : { provenance: good.provenance }),
    };
    expect(outcome('provenance.subject', evidence)).toStrictEqual({
      state: 'failed',
      exit: 10,
      summary: 'the provenance that was given is about another image than the app-compose names',
      found: LAUNCHER.digest,
      origins: ['bundle.json'],
    });
  });

  test('an index counts by its children', () => {
    const image = LAUNCHER.digest;
    const child = `sha256:${'cd'.repeat(32)}`;
    const bundles = bundleOf({ digest: 'cd'.repeat(32) });
    const evidence = changed({ provenance: { origin: 'x', value: { image, children: [child], bundles } } });
    expect(failures(evidence)).toEqual([]);
    const two = changed({
      provenance: { origin: 'x', value: { image, children: [child, `sha256:${'ef'.repeat(32)}`], bundles } },
    });
    expect(failures(two)).toEqual(['provenance.subject']);
  });
});

describe('when a commit is demanded', () => {
  const isExpected = (policy: ProvenancePolicy | undefined): boolean | undefined =>
    byId
      .get('provenance.commit')
      ?.isExpected?.(
        contextOf(good, { policy: { ...EMPTY_POLICY, ...(policy === undefined ? {} : { provenance: policy }) } }),
      );

  test('only where a policy states one', () => {
    expect(isExpected(undefined)).toBe(false);
    expect(isExpected({})).toBe(false);
    expect(isExpected({ repository: provenance.repository! })).toBe(false);
    expect(isExpected({ commit: provenance.commit! })).toBe(true);
  });
});
