import type { Check } from './check.ts';
import { appId } from './checks/app-id.ts';
import { certReportData } from './checks/cert-report-data.ts';
import { composeConfigId } from './checks/compose-config-id.ts';
import { composeChecks } from './checks/compose.ts';
import { composeHash } from './checks/compose-hash.ts';
import { eventlogLater } from './checks/eventlog-later.ts';
import { eventlogOrder } from './checks/eventlog-order.ts';
import { eventlogReplay } from './checks/eventlog-replay.ts';
import { freshness } from './checks/freshness.ts';
import { kmsIdentity } from './checks/kms-identity.ts';
import { osAcpi } from './checks/os-acpi.ts';
import { osDevelopment } from './checks/os-development.ts';
import { osImage } from './checks/os-image.ts';
import { provenanceChecks } from './checks/provenance.ts';
import { provenanceRebuild } from './checks/provenance-rebuild.ts';
import { quoteDebug } from './checks/quote-debug.ts';
import { quoteModule } from './checks/quote-module.ts';
import { quoteParse } from './checks/quote-parse.ts';
import { quoteSignature } from './checks/quote-signature.ts';
import { quoteTcb } from './checks/quote-tcb.ts';
import { runtimeLogs, runtimeReceipt } from './checks/runtime.ts';
import { sourceChecks } from './checks/source.ts';
import { mpcChecks } from './profile-mpc/checks.ts';

/**
 * Every check there is, in the order they run and are reported: what one needs comes before it. The run, both reports, `twl explain`,
 * the policy's names and docs/checks.md are all driven by this list.
 */
export const CHECKS: readonly Check[] = [
  quoteParse,
  quoteSignature,
  quoteTcb,
  quoteModule,
  quoteDebug,
  eventlogReplay,
  eventlogOrder,
  eventlogLater,
  composeHash,
  composeConfigId,
  ...composeChecks,
  appId,
  osImage,
  osAcpi,
  osDevelopment,
  kmsIdentity,
  certReportData,
  freshness,
  ...mpcChecks,
  ...provenanceChecks,
  provenanceRebuild,
  ...sourceChecks,
  runtimeReceipt,
  runtimeLogs,
];
