/**
 * What the package exports: the judgement as a function, and what is needed to call it. Stable as the check ids are; all other files are the
 * programs' own.
 *
 *     const evidence = { ...readAnswer(bytes, 'info.json'), collateral: { origin: 'collateral.json', value: JSON.parse(text) } };
 *     const verdict = verify(evidence, {
 *       now: { value: Date.now() / 1000, source: 'the clock' },
 *       root: { der: intelRootDer(), source: 'built in', simulated: false },
 *       policy: parsePolicy(policyBytes, 'policy.toml'),
 *       repository: { value: 'https://…', source: 'our ledger' },
 *     });
 */
export { CHECK_IDS, type CheckId } from './check-ids.ts';
export { collectTarget, type CollectedTarget, type CollectOptions } from './collect/collect-target.ts';
export { readAnswer } from './collect/answer/read-answer.ts';
export { followEvidence, type FollowOptions } from './collect/follow-evidence.ts';
export type { AuditEvidence } from './evidence.ts';
export type { Expectations, Expected, TrustRoot } from './expectations.ts';
export { parsePolicy } from './policy/parse.ts';
export { EMPTY_POLICY, type Policy } from './policy/policy.ts';
export type { RebuildStage, Rebuilt } from './rebuilt.ts';
export { renderJson } from './report/json.ts';
export { renderText, type TextOptions } from './report/text.ts';
export type { CheckResult, CheckState, Finding, Verdict, VerdictWord } from './result.ts';
export { STEPS, type Step } from './steps.ts';
export { verify } from './verify.ts';
export type { Evidence, EvidenceKind, Part } from '../evidence/evidence.ts';
export type { TrustedRoot } from '../provenance/trusted-root.ts';
export { intelRootDer } from '../tdx/intel-root.ts';
