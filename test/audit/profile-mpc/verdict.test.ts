import { describe, expect, test } from 'vitest';
import type { CheckId } from '../../../src/audit/check-ids.ts';
import { mpcPolicy } from '../../../src/audit/policy/profiles/mpc.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import { MPC_CHECK_IDS } from '../../../src/audit/profile-mpc/check-ids.ts';
import { launcherTemplate } from '../../../src/audit/profile-mpc/template.ts';
import { textHash } from '../../../src/audit/profile-mpc/launcher-text.ts';
import type { Verdict } from '../../../src/audit/result.ts';
import { composeFile } from '../../mocks/deployment/app-compose.ts';
import { broken, changed, LAUNCHER as PINNED, policy, stated } from '../checks/support.ts';
import { allowing, evidenceOf, failedOf, goodEvidence, IMAGE, imageEvent, judge, node, PROFILE } from './support.ts';

const ATTESTATION = { only: 'attestation' } as const;
const resultOf = ({ checks }: Verdict, id: CheckId) => checks.find((one) => one.id === id);
const decisive = ({ checks }: Verdict): string[] =>
  checks.filter(({ required, state }) => required && state !== 'passed').map(({ id }) => id);

describe("a node under NEAR's own template", () => {
  test('PASSED for its attestation: all that the contract checks, and the two stricter checks', () => {
    const verdict = judge(goodEvidence, ATTESTATION);
    expect([verdict.word, verdict.exit, decisive(verdict), verdict.missing]).toEqual(['PASSED', 0, [], []]);
    for (const id of [...MPC_CHECK_IDS, 'compose.config-id'] as const) {
      expect(resultOf(verdict, id), id).toMatchObject({ state: 'passed', required: true });
    }
    expect(resultOf(verdict, 'compose.launcher')).toMatchObject({ state: 'not-checked', required: false });
  });

  test('never VERIFIED: it names no commit, whatever is expected', () => {
    const expected = { repository: stated('https://github.com/example/x.git'), commit: stated('c0'.repeat(20)) };
    const verdict = judge(goodEvidence, expected);
    expect([verdict.word, verdict.exit, failedOf(verdict)]).toEqual(['CONSISTENT', 13, []]);
    expect(verdict.findings.map(({ id }) => id)).toContain('mpc.no-pin');
    for (const step of ['provenance', 'source', 'runtime'] as const) {
      expect(judge(goodEvidence, { ...expected, only: step })).toMatchObject({ word: 'CONSISTENT', exit: 13 });
    }
  });

  test('the checks stand in the order of the contract, behind those that always are', () => {
    const ids = judge(goodEvidence, ATTESTATION).checks.map(({ id }) => id);
    expect(ids.slice(ids.indexOf('freshness') + 1)).toEqual(MPC_CHECK_IDS);
  });

  test('without lists nothing is concluded from what they would have decided', () => {
    const verdict = judge(goodEvidence, { ...ATTESTATION, mpcAllowed: undefined as never });
    expect([verdict.word, failedOf(verdict)]).toEqual(['CONSISTENT', []]);
    expect(decisive(verdict)).toEqual(
      expect.arrayContaining(['compose.launcher', 'mpc.image', 'mpc.launcher', 'mpc.measurements']),
    );
  });

  test.each<[string, Parameters<typeof node>[0], readonly string[]]>([
    ['another image', { userEvents: [imageEvent('ee'.repeat(32))] }, ['mpc.image']],
    [
      'another launcher',
      { composeFile: launcherTemplate({ launcher: 'ee'.repeat(32), image: IMAGE }) },
      ['mpc.launcher'],
    ],
    ['a gateway', { appComposeKeys: { gateway_enabled: true } }, ['mpc.app-compose']],
    ['another key provider', { keyProviderId: 'ee'.repeat(32) }, ['mpc.measurements']],
    ['an event behind', { userEvents: [imageEvent(), { event: 'x', payload: '' }] }, ['mpc.events']],
    ['another shape of machine', { osImage: { digests: { acpiTables: Buffer.alloc(48, 7) } } }, ['mpc.measurements']],
  ])('%s alone is what is reported', (_, options, failed) => {
    const verdict = judge(evidenceOf(node(options)), ATTESTATION);
    expect([verdict.word, failedOf(verdict)]).toEqual(['REJECTED', failed]);
  });
});

describe('what is dispensed with, and when', () => {
  const OF_A_PIN = [
    'compose.launcher',
    'compose.pin',
    'compose.pin-bound',
    'compose.override',
    'compose.sharing',
    'compose.services',
    'compose.child-env',
  ] as const;
  const required = (verdict: Verdict): (boolean | undefined)[] =>
    [...OF_A_PIN, 'compose.persistence' as const].map((id) => resultOf(verdict, id)?.required);
  const none = Array.from({ length: 8 }, () => false);
  const all = none.map(() => true);

  test('all that is about a pin where the text has none and is the expected one', () => {
    expect(required(judge())).toEqual(none);
  });

  test.each([
    ['the text is another', () => judge(goodEvidence, allowing({ composeHashes: ['ee'.repeat(32)] }))],
    ['nobody stated the texts', () => judge(goodEvidence, allowing({ launchers: undefined }))],
    ['nobody stated a list', () => judge(goodEvidence, { mpcAllowed: undefined as never })],
    ['no policy asks for mpc.launcher', () => judge(goodEvidence, policy({ required: [stated('mpc.image')] }))],
    ['there is no app-compose', () => judge(changed({ appCompose: undefined }, goodEvidence))],
    ['the app-compose cannot be read', () => judge(changed({ appCompose: broken() }, goodEvidence))],
  ])('nothing where %s', (_, judged) => {
    expect(required(judged())).toEqual(all);
  });

  test('nothing that a policy demands itself', () => {
    const demanded = [...mpcPolicy().required, stated('compose.pin' as const)];
    const verdict = judge(goodEvidence, policy({ required: demanded }));
    expect(required(verdict)).toEqual([false, true, false, false, false, false, false, false]);
  });

  test('of a text that gives a pin nothing but compose.persistence, which docker in its hands cannot pass', () => {
    const text = composeFile().replace(
      '    volumes:',
      '    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock',
    );
    const evidence = evidenceOf(node({ composeFile: text }));
    const launchers = [stated(PINNED)];
    const expected = { ...allowing({ composeHashes: [textHash(text)] }), policy: { ...PROFILE, launchers } };
    const verdict = judge(evidence, expected);
    expect(required(verdict)).toEqual(all.with(-1, false));
    expect(resultOf(verdict, 'compose.persistence')).toMatchObject({ state: 'not-bound' });
    expect(judge(evidence, { ...expected, ...ATTESTATION })).toMatchObject({ word: 'PASSED' });
    expect(judge(evidence, { ...expected, ...ATTESTATION, ...allowing({ composeHashes: [] }) }).exit).toBe(10);
    const ours = { policy: { ...PROFILE, launchers, required: [stated('mpc.image' as const)] } };
    expect(judge(evidence, { ...expected, ...ATTESTATION, ...ours })).toMatchObject({ exit: 11 });
  });

  test('of a template whose image a policy calls a launcher nothing about a pin', () => {
    const verdict = judge(goodEvidence, policy({ ...mpcPolicy(), launchers: [stated(PINNED)] }));
    expect(required(verdict)).toEqual(all.with(-1, false));
  });

  test('a check that fails rejects, dispensed with or not', () => {
    const text = composeFile().replace('LAUNCHER_CONFIG: |', 'LAUNCHER_CONFIG: |\n        NO_SUCH_KEY=1');
    const verdict = judge(evidenceOf(node({ composeFile: text })), allowing({ composeHashes: [textHash(text)] }));
    expect([verdict.word, failedOf(verdict)]).toEqual(['REJECTED', ['compose.pin']]);
  });
});

describe('without the profile', () => {
  test('none of its checks is made, and none is shown', () => {
    const verdict = judge(goodEvidence, { policy: EMPTY_POLICY });
    expect(verdict.checks.filter(({ id }) => id.startsWith('mpc.'))).toEqual([]);
    expect(verdict.findings.filter(({ id }) => id.startsWith('mpc.'))).toEqual([]);
    expect(Object.keys(verdict.timings).filter((id) => id.startsWith('mpc.'))).toEqual([]);
  });

  test('a policy may ask for some of them', () => {
    const verdict = judge(goodEvidence, policy({ required: [stated('mpc.tcb')] }));
    expect(verdict.checks.filter(({ id }) => id.startsWith('mpc.')).map(({ id }) => id)).toEqual(['mpc.tcb']);
  });
});
