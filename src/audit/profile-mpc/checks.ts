import type { Check } from '../check.ts';
import { mpcAppCompose } from './app-compose.ts';
import { mpcComposeHash } from './compose-hash.ts';
import { mpcEvents } from './events.ts';
import { mpcImage } from './image.ts';
import { mpcLauncher } from './launcher.ts';
import { mpcMeasurements } from './measurements.ts';
import { mpcReplay } from './replay.ts';
import { mpcReportData } from './report-data.ts';
import { mpcTcb } from './tcb.ts';

/** What NEAR's contract checks of a node's attestation (near/mpc crates/mpc-attestation), in its order, and mpc.events behind. */
export const mpcChecks: readonly Check[] = [
  mpcImage,
  mpcLauncher,
  mpcTcb,
  mpcReportData,
  mpcReplay,
  mpcAppCompose,
  mpcComposeHash,
  mpcMeasurements,
  mpcEvents,
];
