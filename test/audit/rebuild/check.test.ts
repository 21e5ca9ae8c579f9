import { describe, expect, test } from 'vitest';
import { provenanceRebuild, provenCommit } from '../../../src/audit/checks/provenance-rebuild.ts';
import { RebuildError } from '../../../src/audit/collect/rebuild/errors.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import type { Outcome } from '../../../src/audit/outcome.ts';
import type { Rebuilt } from '../../../src/audit/rebuilt.ts';
import { verify } from '../../../src/audit/verify.ts';
import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { bundleOf, expectingBuild, provenance, withBundles } from '../checks/launcher-support.ts';
import { contextOf, expecting, LAUNCHER, run, stated } from '../checks/support.ts';

const COMMIT = claimsOf()[13] ?? '';
const { digest } = LAUNCHER;
const another = (digit: string): string => `sha256:${digit.repeat(64)}`;
const ORIGIN = 'npm run image:verify in /clone';

/** A build with these digests: of the index, of amd64, of arm64. */
const built = (index: string, amd64: string, more: Partial<Rebuilt> = {}): Rebuilt => ({
  commit: COMMIT,
  stage: 'launcher',
  digest: index,
  platforms: [
    { architecture: 'amd64', digest: amd64 },
    { architecture: 'arm64', digest: another('3') },
  ],
  ...more,
});

const withBuild = (value: Rebuilt, evidence: AuditEvidence = withBundles(bundleOf())): AuditEvidence => ({
  ...evidence,
  rebuild: { origin: ORIGIN, value },
});

/** The evidence with the children of its index. */
const withChildren = (value: Rebuilt, ...children: string[]): AuditEvidence => {
  const material = { image: digest, children, bundles: bundleOf() };
  return withBuild(value, { ...withBundles([]), provenance: { origin: 'bundle.json', value: material } });
};

const outcome = (evidence: AuditEvidence, expectations: Partial<Expectations> = expectingBuild()): Outcome =>
  run(provenanceRebuild, evidence, expectations);

const SAID = {
  expected: digest,
  source: 'the measured app-compose',
  origins: [ORIGIN, 'bundle.json'],
  details: [`commit ${COMMIT}, stage launcher, for linux/amd64, linux/arm64`],
};

describe('a build of the same commit', () => {
  test.each<[string, Rebuilt, string, string]>([
    ['the index', built(digest, another('2')), 'it', `${digest}, ${another('2')}, ${another('3')}`],
    [
      'the image of a platform',
      built(another('1'), digest),
      'its image for linux/amd64',
      `${another('1')}, ${digest}, ${another('3')}`,
    ],
    [
      'the image of another platform',
      built(another('1'), another('2'), { platforms: [{ architecture: 'arm64', digest }] }),
      'its image for linux/arm64',
      `${another('1')}, ${digest}`,
    ],
    [
      'the one image, which is no index',
      built(digest, digest, { platforms: [{ architecture: 'amd64', digest }] }),
      'it',
      digest,
    ],
  ])('passes where it is %s', (_, value, what, found) => {
    const details = [
      `commit ${COMMIT}, stage launcher, for ${value.platforms.map((one) => `linux/${one.architecture}`).join(', ')}`,
    ];
    expect(outcome(withBuild(value))).toEqual({
      ...SAID,
      state: 'passed',
      exit: 0,
      summary: `built again on this machine, ${what} has the same digest`,
      found,
      details,
    });
  });

  test('fails where it is none of them', () => {
    expect(outcome(withBuild(built(another('1'), another('2'))))).toEqual({
      ...SAID,
      state: 'failed',
      exit: 10,
      summary: 'built again on this machine, the commit that the provenance names is another image',
      found: `${another('1')}, ${another('2')}, ${another('3')}`,
      hint: 'compare the configs of both: where they are equal, the engines compress differently (docs/image.md)',
    });
  });

  test('of an index that somebody else put together, every image that may run has to be built so', () => {
    const value = built(another('1'), another('2'));
    expect(outcome(withChildren(value, another('2')))).toMatchObject({
      state: 'passed',
      summary: 'built again on this machine, every linux/amd64 image of the index has the same digest',
    });
    expect(outcome(withChildren(value, another('2'), another('4')))).toMatchObject({ state: 'failed', exit: 10 });
    expect(outcome(withChildren(value))).toMatchObject({ state: 'failed', exit: 10 });
    // Its own digest alone is none of an image that may run.
    expect(outcome(withChildren(value, another('1')))).toMatchObject({ state: 'failed', exit: 10 });
  });

  test('says which image of the repository it is', () => {
    expect(outcome(withBuild(built(digest, another('2'), { stage: 'mpc' }))).details).toEqual([
      `commit ${COMMIT}, stage mpc, for linux/amd64, linux/arm64`,
    ]);
  });
});

describe('not checked', () => {
  test('of another commit, whatever its digest', () => {
    const commit = 'c0'.repeat(20);
    expect(outcome(withBuild(built(digest, digest, { commit })))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the build is of another commit than the provenance names',
      expected: COMMIT,
      found: commit,
      source: 'the certificate of the accepted bundle',
      origins: [ORIGIN, 'bundle.json'],
    });
  });

  test('where no bundle is accepted', () => {
    const other = withBundles(bundleOf({ claims: claimsOf({ repository: 'acme/other' }) }));
    for (const evidence of [other, withBundles([])]) {
      expect(outcome(withBuild(built(digest, digest), evidence))).toEqual({
        state: 'not-checked',
        exit: 13,
        summary: 'no bundle that was accepted names a commit',
        origins: [ORIGIN, 'bundle.json'],
      });
    }
  });

  test('where nobody asked', () => {
    expect(outcome(withBundles(bundleOf()))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'it was not built again: that the commit builds to it is the word of whoever signed',
      hint: "give --rebuild with a clone of the launcher's repository",
    });
  });

  test('where it could not be made: with the reason, and the last lines', () => {
    const error = new RebuildError('build-failed', 'it ended with 1\nno\nengine', { hint: 'start one' });
    expect(outcome({ ...withBundles(bundleOf()), rebuild: { origin: ORIGIN, error } })).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'it ended with 1',
      details: ['no', 'engine'],
      hint: 'start one',
      origins: [ORIGIN],
    });
  });
});

describe('the commit to build', () => {
  const commitOf = (commit: string | undefined, expectations = expectingBuild()) => {
    const { commit: _, ...rest } = provenance;
    const claims = { ...claimsOf(), 13: commit };
    const bundles = bundleOf({ claims: claims as Record<number, string> });
    return provenCommit(
      contextOf(withBundles(bundles), {
        ...expectations,
        policy: { ...expectations.policy!, provenance: rest },
      }),
    );
  };

  test('is what the accepted certificate says, expected or not', () => {
    expect(provenCommit(contextOf(withBundles(bundleOf()), expectingBuild()))).toBe(COMMIT);
    expect(commitOf(COMMIT)).toBe(COMMIT);
  });

  test('is none where that is no hash', () => {
    for (const text of ['main', COMMIT.toUpperCase(), `${COMMIT}0`, '--help', undefined]) {
      expect(commitOf(text)).toBeUndefined();
    }
  });
});

describe('within the whole', () => {
  const resultOf = (evidence: AuditEvidence, expectations: Partial<Expectations>) => {
    const verdict = verify(evidence, expecting({ ...expectations, only: 'provenance' }));
    const { id: _, ...check } = verdict.checks.find(({ id }) => id === 'provenance.rebuild')!;
    return [verdict.word, verdict.exit, check.required, check.state, check.blockedBy] as const;
  };
  const policyOf = (changes = {}): Partial<Expectations> => {
    const expectations = expectingBuild();
    return { ...expectations, policy: { ...expectations.policy!, launchers: [stated(LAUNCHER)], ...changes } };
  };
  const good = withBundles(bundleOf());

  test('it is required where somebody asked for it, and a policy may', () => {
    expect(resultOf(good, policyOf())).toEqual(['PASSED', 0, false, 'not-checked', undefined]);
    const demanding = policyOf({ required: [stated('provenance.rebuild')] });
    expect(resultOf(good, demanding)).toEqual(['CONSISTENT', 13, true, 'not-checked', undefined]);
    const value = built(digest, digest);
    expect(resultOf(withBuild(value), policyOf())).toEqual(['PASSED', 0, true, 'passed', undefined]);
    expect(resultOf(withBuild(built(another('1'), another('2'))), policyOf())).toEqual([
      ...['REJECTED', 10, true, 'failed'],
      undefined,
    ]);
    const error = new RebuildError('not-started', 'npm cannot be started');
    expect(resultOf({ ...good, rebuild: { origin: ORIGIN, error } }, policyOf())).toEqual([
      ...['CONSISTENT', 13, true, 'not-checked'],
      undefined,
    ]);
  });

  test('a build that is handed in proves nothing of an image whose provenance did not pass', () => {
    const other = withBundles(bundleOf({ claims: claimsOf({ repository: 'acme/other' }) }));
    expect(resultOf(withBuild(built(digest, digest), other), policyOf())).toEqual([
      ...['REJECTED', 10, true, 'not-checked'],
      'provenance.repository',
    ]);
  });
});
