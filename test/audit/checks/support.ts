import type { Check } from '../../../src/audit/check.ts';
import { readAnswer } from '../../../src/audit/collect/answer/read-answer.ts';
import { Context } from '../../../src/audit/context.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import { type Outcome, thrown } from '../../../src/audit/outcome.ts';
import { EMPTY_POLICY, type Exception, type LauncherImage, type Policy } from '../../../src/audit/policy/policy.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Evidence, Part } from '../../../src/evidence/evidence.ts';
import { EvidenceError } from '../../../src/evidence/errors.ts';
import { type Deployment, simulate } from '../../mocks/deployment.ts';
import { LAUNCHER_IMAGE } from '../../mocks/deployment/app-compose.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import type { CollateralChanges } from '../../mocks/intel/collateral.ts';
import { createIntel } from '../../mocks/intel/intel.ts';

export const intel = createIntel();
export const NOW = intel.now;

export const deploy = (options: DeploymentOptions = {}): Deployment => simulate({ intel, ...options });

/** The deployment that the tests change one thing of. */
export const good = deploy();

/** The image that the deployment's launcher runs from. */
export const LAUNCHER: LauncherImage = {
  digest: LAUNCHER_IMAGE.slice(LAUNCHER_IMAGE.indexOf('@') + 1),
  program: 'trusted-workload-launcher',
};

/** Where the parts of an agent's `Info` say that they are from. */
export const ORIGIN = {
  quote: 'saved answer info.json, app_cert, leaf, extension 1.3.6.1.4.1.62397.1.1',
  certificates: 'saved answer info.json, app_cert',
  eventLog: 'saved answer info.json, tcb_info.event_log',
  appCompose: 'saved answer info.json, tcb_info.app_compose',
  vmConfig: 'saved answer info.json, vm_config',
  collateral: 'collateral.json',
} as const;

export const readInfo = (deployment: Deployment): Evidence =>
  readAnswer(Buffer.from(JSON.stringify(deployment.info())), 'info.json');

export const collateralPart = (changes?: CollateralChanges): Part<unknown> => ({
  origin: ORIGIN.collateral,
  value: intel.collateral(changes),
});

/** An agent's `Info` of this deployment, with good collateral. */
export const infoOf = (deployment: Deployment): Evidence => ({
  ...readInfo(deployment),
  collateral: collateralPart(),
});

export const goodInfo = infoOf(good);

/** Evidence with these parts in place of its own; undefined takes one away. */
export const changed = (
  parts: { readonly [Name in keyof AuditEvidence]?: AuditEvidence[Name] | undefined },
  evidence: AuditEvidence = goodInfo,
): AuditEvidence =>
  Object.fromEntries(
    Object.entries({ ...evidence, ...parts }).filter(([, part]) => part !== undefined),
  ) as unknown as AuditEvidence;

/** A part that was there and could not be read. */
export const broken = (origin = 'a broken part'): { readonly origin: string; readonly error: EvidenceError } => ({
  origin,
  error: new EvidenceError('bad-hex', `${origin} is no hex`),
});
export const BROKEN = { state: 'failed', exit: 30, summary: 'a broken part is no hex', details: [] } as const;

export const expecting = (changes: Partial<Expectations> = {}): Expectations => ({
  now: { value: NOW, source: '--at' },
  root: { der: intel.root.der, source: '--mock-root', simulated: true },
  policy: EMPTY_POLICY,
  ...changes,
});

/** A policy with these demands and exceptions and no others. */
export const policy = (changes: Partial<Policy>): { readonly policy: Policy } => ({
  policy: { ...EMPTY_POLICY, ...changes },
});

export const accepted = <T>(value: T, until = NOW + 1, source = 'org.toml line 3'): Exception<T> => ({
  value,
  until,
  source,
  reason: 'a test',
});

export const stated = <T>(value: T, source = 'org.toml line 1') => ({ value, source });

export const contextOf = (evidence: AuditEvidence, expectations: Partial<Expectations> = {}): Context =>
  new Context(evidence, expecting(expectations));

/** What a check comes to by itself, whatever it needs. */
export const run = (
  check: Check,
  evidence: AuditEvidence = goodInfo,
  expectations: Partial<Expectations> = {},
): Outcome => {
  try {
    return check.run(contextOf(evidence, expectations));
  } catch (error) {
    return thrown(error);
  }
};

export const hexOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
