import { createHash } from 'node:crypto';
import { readInfoLog } from './log.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { AttestAnswer } from '../../../src/audit/runtime/attest-answer.ts';
import type { Part } from '../../../src/evidence/evidence.ts';
import { attestReportData } from '../../../src/evidence/receipt/attest.ts';
import { type EventState, receiptBytes } from '../../../src/evidence/receipt/receipt.ts';
import {
  type Claim,
  LAUNCHER_EVENT,
  receiptDigest,
  receiptReportData,
  type Statement,
  statementBytes,
} from '../../../src/evidence/receipt/statement.ts';
import { canonicalPin } from '../../../src/pin/canonical.ts';
import { parsePin } from '../../../src/pin/parse.ts';
import type { Pin } from '../../../src/pin/types.ts';
import type { Deployment } from '../../mocks/deployment.ts';
import { DEFAULT_PIN } from '../../mocks/deployment/app-compose.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import type { QuoteChanges } from '../../mocks/intel/quote.ts';
import { changed, deploy, infoOf } from '../checks/support.ts';

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export const pinOf = (text: string): Pin => {
  const parsed = parsePin(Buffer.from(text), {
    source: 'a pin',
    defaults: { entrypointScript: 'tee-launch.sh', submodules: 'no' },
  });
  if (!parsed.ok) throw parsed.errors[0]!;
  return parsed.pin;
};

/** The text of the pin as the mock's compose file holds it. */
export const PIN_TEXT = `${DEFAULT_PIN}\nRECEIPT=required\n`;
export const PIN = pinOf(PIN_TEXT);

export const ENTRY = 'echo the workload ran\n';

/** What an honest launcher claims of the deployment's pin. */
export const CLAIM: Claim = {
  version: 1,
  launcher: { name: 'trusted-workload-launcher', version: '0.1.0' },
  pin: { grammar: 1, sha256: sha256(canonicalPin(PIN)) },
  config_sha256: sha256(PIN_TEXT),
  repository: PIN.repoUrl.text,
  commit: PIN.commitSha,
  tree: '4d'.repeat(20),
  tree_sha256: null,
  entry: { path: 'tee-launch.sh', sha256: sha256(ENTRY) },
  submodules: [],
  dropped: [],
  allowed: [],
};

const TIMES: Statement['times'] = { started: '2026-09-21T14:00:00.000Z', pin_ms: 40, source_ms: 1234 };

/** An event of this claim, as a launcher writes it. */
export const eventOf = (claim: Claim = CLAIM) => ({ event: LAUNCHER_EVENT, payload: receiptDigest(claim) });

type UserEvents = NonNullable<DeploymentOptions['userEvents']>;

/** The deployment after these events; after an honest launch where none are given. */
export const following = (userEvents: UserEvents = [eventOf()], options: DeploymentOptions = {}): Deployment =>
  deploy({ pin: PIN_TEXT, ...options, userEvents });

export const launched = following();
export const booted = following([]);

export interface ReceiptOptions {
  readonly claim?: Claim;
  readonly times?: Statement['times'];
  readonly event?: EventState;
  /** Who quotes; undefined for a receipt without a quote. */
  readonly by?: Deployment | undefined;
  /** In place of what belongs to the statement. */
  readonly reportData?: Uint8Array;
  readonly quote?: QuoteChanges;
  readonly eventLog?: string;
}

/** The bytes of a receipt, honest but for what is given. */
export const receiptFile = (options: ReceiptOptions = {}): Uint8Array => {
  const { claim = CLAIM, times = TIMES, event = 'emitted' } = options;
  const by = 'by' in options ? options.by : launched;
  const bytes = statementBytes({ claim, times });
  if (by === undefined) return receiptBytes({ statementBytes: bytes, event, quote: undefined });
  const { reportData = receiptReportData(bytes), quote, eventLog = by.eventLog('get-quote') } = options;
  return receiptBytes({
    statementBytes: bytes,
    event,
    quote: { quote: new Uint8Array(by.quoteFor(reportData, quote)), eventLog, vmConfig: by.vmConfig },
  });
};

/** One and the same: no two quotes are of the same bytes. */
export const HONEST = receiptFile();

export const receiptPart = (options: ReceiptOptions = {}): Part<Uint8Array> => ({
  origin: 'receipt.json',
  value: receiptFile(options),
});

/** `Info` of a deployment, with a receipt. */
export const withReceipt = (deployment: Deployment = launched, options: ReceiptOptions = {}): AuditEvidence => ({
  ...infoOf(deployment),
  receipt: receiptPart(options),
});

export const NONCE = new Uint8Array(32).fill(0xa1);

export interface AnswerOptions {
  readonly by?: Deployment;
  readonly nonce?: Uint8Array;
  readonly receipt?: Uint8Array;
  readonly reportData?: Uint8Array;
  readonly quote?: QuoteChanges;
}

/** What twl-attest answers, honest but for what is given. */
export const attestPart = ({
  by = launched,
  nonce = NONCE,
  receipt = HONEST,
  reportData = attestReportData(nonce, receipt),
  quote,
}: AnswerOptions = {}): Part<AttestAnswer> => ({
  origin: 'answer of twl-attest',
  value: { quote: new Uint8Array(by.quoteFor(reportData, quote)), eventLog: readInfoLog(by), receipt },
});

export const asked = (value: Uint8Array = NONCE) => ({ nonce: { value, source: '--nonce' } });

export { changed };
