import { readAnswer } from '../../../../src/audit/collect/answer/read-answer.ts';
import type { Expectations, TrustRoot } from '../../../../src/audit/expectations.ts';
import { EMPTY_POLICY, type LauncherImage, type Policy } from '../../../../src/audit/policy/policy.ts';
import type { Evidence } from '../../../../src/evidence/evidence.ts';
import { type Deployment, simulate } from '../../../mocks/deployment.ts';
import { LAUNCHER_IMAGE } from '../../../mocks/deployment/app-compose.ts';
import type { DeploymentOptions } from '../../../mocks/deployment/options.ts';
import type { CollateralChanges } from '../../../mocks/intel/collateral.ts';
import { createIntel, type MockIntel } from '../../../mocks/intel/intel.ts';

/** One maker for all variants: its root is what they are held against, unless a variant says otherwise. */
export const intel = createIntel();
/** Another maker with the same names and other keys. */
export const stranger = createIntel({ name: 'Stranger' });

/** A deployment of the one maker; what is not given is good. */
export const make = (options: DeploymentOptions = {}): Deployment => simulate({ intel, ...options });

/** The deployment that every variant is one change away from. */
export const good = make();

export const SOURCE = 'the policy of the test';

export const rootOf = ({ root }: MockIntel): TrustRoot => ({
  der: root.der,
  source: '--mock-root',
  simulated: true,
});

/** The image that every deployment of these tests runs the launcher from. */
const LAUNCHER: LauncherImage = {
  digest: LAUNCHER_IMAGE.slice(LAUNCHER_IMAGE.indexOf('@') + 1),
  program: 'trusted-workload-launcher',
};

/** What an auditor demands who knows this deployment's images and key provider. */
export const policyOf = ({ osImage, keyProvider }: Deployment): Policy => ({
  ...EMPTY_POLICY,
  launchers: [{ value: LAUNCHER, source: SOURCE }],
  osImages: [{ value: osImage, source: SOURCE }],
  keyProviderIds: [{ value: keyProvider.id, source: SOURCE }],
});

/** What makes all of step 1 pass for this deployment. */
export const expecting = (deployment: Deployment): Expectations => ({
  now: { value: intel.now, source: '--at' },
  root: rootOf(deployment.intel),
  appId: { value: deployment.appId, source: '--app-id' },
  policy: policyOf(deployment),
  only: 'attestation',
});

export const policy = policyOf(good);
export const expectations = expecting(good);

const goodCollateral = intel.collateral();

/** `evidence` with collateral beside it, unless it came with some. */
export const withCollateral = (evidence: Evidence, changes?: CollateralChanges): Evidence => ({
  ...evidence,
  ...(evidence.collateral !== undefined && changes === undefined
    ? {}
    : {
        collateral: {
          origin: 'a file',
          value: changes === undefined ? goodCollateral : intel.collateral(changes),
        },
      }),
});

/** An answer as it goes over the wire, read. */
export const readJson = (answer: unknown): Evidence => readAnswer(Buffer.from(JSON.stringify(answer)), 'answer.json');

/** What `Info` of this deployment says, with good collateral. */
export const infoOf = (deployment: Deployment): Evidence => withCollateral(readJson(deployment.info()));

/** What `Info` says of a deployment with these options. */
export const info =
  (options: DeploymentOptions = {}): (() => Evidence) =>
  () =>
    infoOf(make(options));

const goodEvidence = infoOf(good);

const goodInfo = good.info();

/** The good answer of the good deployment, but for keys of it and of its `tcb_info`: quote and certificates stay as they are. */
export const answered =
  (changes: object, tcbInfo: object = {}): (() => Evidence) =>
  () =>
    withCollateral(
      readJson({
        ...goodInfo,
        tcb_info: JSON.stringify({ ...JSON.parse(goodInfo.tcb_info), ...tcbInfo }),
        ...changes,
      }),
    );

/** The good evidence with these parts in place of its own; undefined takes one away. */
export const parts =
  (changes: { readonly [Name in keyof Evidence]?: Evidence[Name] | undefined }): (() => Evidence) =>
  () => {
    const whole: Record<string, unknown> = { ...goodEvidence, ...changes };
    for (const [name, value] of Object.entries(whole)) if (value === undefined) delete whole[name];
    return whole as unknown as Evidence;
  };

/** The good evidence with other collateral. */
export const collateral =
  (changes: CollateralChanges): (() => Evidence) =>
  () =>
    withCollateral(goodEvidence, changes);

/** The bytes with one bit turned. */
export const flip = (bytes: Uint8Array, offset: number, bit = 0): Buffer => {
  const copy = Buffer.from(bytes);
  copy[offset] = (copy[offset] ?? 0) ^ (1 << bit);
  return copy;
};
