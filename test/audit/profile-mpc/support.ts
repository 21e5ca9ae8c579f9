/** SIMULATED: nodes of NEAR's MPC network, under the contract's template, and what an auditor holds them against. */
import { readAnswer } from '../../../src/audit/collect/answer/read-answer.ts';
import type { Check } from '../../../src/audit/check.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import type { Outcome } from '../../../src/audit/outcome.ts';
import { mpcPolicy } from '../../../src/audit/policy/profiles/mpc.ts';
import type { Policy } from '../../../src/audit/policy/policy.ts';
import type { AllowedLists, MeasurementSet } from '../../../src/audit/profile-mpc/allowed.ts';
import { launcherTemplate } from '../../../src/audit/profile-mpc/template.ts';
import type { Verdict } from '../../../src/audit/result.ts';
import { verify } from '../../../src/audit/verify.ts';
import type { Deployment } from '../../mocks/deployment.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import { deploy, expecting, hexOf, NOW, run, stated } from '../checks/support.ts';

export const IMAGE = '64'.repeat(32);
export const OLDER_IMAGE = '46'.repeat(32);
export const LAUNCHER = '1a'.repeat(32);
export const DAY = 24 * 3600;
export const SOURCE = '--allowed lists.json';

export const imageEvent = (digest = IMAGE) => ({ event: 'mpc-image-digest', payload: Buffer.from(digest, 'hex') });

/** A node under the template, good but for what is given. */
export const node = (options: DeploymentOptions = {}): Deployment =>
  deploy({
    keyProvider: 'local-sgx',
    instanceId: '',
    composeFile: launcherTemplate({ launcher: LAUNCHER, image: IMAGE }),
    userEvents: [imageEvent()],
    ...options,
  });

/** What its `/public_data` comes to; `edit` changes the answer before it is read. */
export const evidenceOf = (deployment: Deployment, edit: (dstack: Tables) => void = () => {}): AuditEvidence => {
  const answer = JSON.parse(JSON.stringify(deployment.publicData()));
  edit(answer.tee_participant_info.Dstack);
  return readAnswer(Buffer.from(JSON.stringify(answer)), 'public_data.json');
};

/** As parsed JSON, to be changed at will. */
// biome-ignore lint/suspicious/noExplicitAny: an answer of any shape
export type Tables = Record<string, any>;

/** The set that a deployment measured. */
export const measuredSet = ({ body, events }: Deployment): MeasurementSet => ({
  mrtd: hexOf(body.mrTd),
  rtmr0: hexOf(body.rtmr0),
  rtmr1: hexOf(body.rtmr1),
  rtmr2: hexOf(body.rtmr2),
  keyProviderEventDigest: events.find(({ event }) => event === 'key-provider')?.digest ?? '',
});

export const good = node();
export const goodEvidence = evidenceOf(good);

/** What the contract accepts of `good`. */
export const LISTS: AllowedLists = {
  images: [
    { hash: IMAGE, expiry: undefined },
    { hash: OLDER_IMAGE, expiry: NOW + 3 * DAY },
  ],
  launchers: [
    { hash: '2b'.repeat(32), expiry: undefined },
    { hash: LAUNCHER, expiry: undefined },
  ],
  composeHashes: undefined,
  measurements: [measuredSet(good)],
};

export const allowing = (changes: Partial<AllowedLists> = {}): Partial<Expectations> => ({
  mpcAllowed: { value: { ...LISTS, ...changes }, source: SOURCE },
});

/** One check by itself. */
export const check = (one: Check, evidence = goodEvidence, expectations: Partial<Expectations> = allowing()): Outcome =>
  run(one, evidence, expectations);

const { rtmr0: _, ...anyShape } = good.osImage;
/** The policy of the profile, and the simulated OS image on a machine of any shape. */
export const PROFILE: Policy = { ...mpcPolicy(), osImages: [stated(anyShape)] };

/** The whole, by the policy of the profile. */
export const judge = (evidence = goodEvidence, changes: Partial<Expectations> = {}): Verdict =>
  verify(
    evidence,
    expecting({
      ...allowing(),
      policy: PROFILE,
      ...changes,
    }),
  );

export const failedOf = ({ checks }: Verdict): string[] =>
  checks.filter(({ state }) => state === 'failed').map(({ id }) => id);
