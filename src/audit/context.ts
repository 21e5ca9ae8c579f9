import { type AppCompose, composeHash, readAppCompose } from '../evidence/app-compose.ts';
import { type EvidenceKind, partValue } from '../evidence/evidence.ts';
import { readEventLogBytes } from '../evidence/event-log-bytes.ts';
import type { LogEvent } from '../evidence/log-event.ts';
import { type RegisterComparison, replayAgainst } from '../evidence/replay-against.ts';
import { type Receipt, readReceipt } from '../evidence/receipt/receipt.ts';
import { type SplitLog, splitLog } from '../evidence/split-log.ts';
import { type RuntimeEvents, readRuntimeEvents } from '../evidence/system-events.ts';
import { type VmConfig, readVmConfig } from '../evidence/vm-config.ts';
import { readCollateral } from '../tdx/collateral.ts';
import { type TcbEvaluation, evaluateTcb } from '../tdx/evaluate-tcb.ts';
import { type Quote, parseQuote } from '../tdx/quote.ts';
import { type VerifiedCollateral, verifyCollateral } from '../tdx/verify-collateral.ts';
import { type Pck, verifyQuoteSignature } from '../tdx/verify-quote.ts';
import { checkProvenance } from '../provenance/check-provenance.ts';
import type { ProvenanceResult } from '../provenance/result.ts';
import { type AttestedCompose, readAttestedCompose } from './attested-compose.ts';
import type { AuditEvidence } from './evidence.ts';
import type { Expectations } from './expectations.ts';
import { type ImageMatch, matchImage } from './match-image.ts';
import { provenanceExpectations } from './policy/provenance.ts';
import { judgeSource, type SourceFindings } from './source/judge-source.ts';

/** Kinds of answers that hold a log of now beside the quote of an older certificate. In all others quote and log are of one moment. */
const QUOTED_BY_CERTIFICATE: ReadonlySet<EvidenceKind> = new Set(['agent-info', 'phala-attestation']);

/** Computes once; what was thrown is thrown again. */
const once = <T>(compute: () => T): (() => T) => {
  let done: { readonly value: T } | { readonly error: unknown } | undefined;
  return () => {
    if (done === undefined) {
      try {
        done = { value: compute() };
      } catch (error) {
        done = { error };
      }
    }
    if ('error' in done) throw done.error;
    return done.value;
  };
};

/** Asked for a part that the evidence does not have: checks look first, so this is a mistake in the program. */
const present = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new Error(`the evidence has no ${name}`);
  return value;
};

/** Evidence and expectations, with what several checks need computed once. Each function throws what its reader throws. */
export class Context {
  readonly evidence: AuditEvidence;
  readonly expectations: Expectations;

  constructor(evidence: AuditEvidence, expectations: Expectations) {
    this.evidence = evidence;
    this.expectations = expectations;
  }

  readonly quote: () => Quote = once(() => parseQuote(partValue(present(this.evidence.quote, 'quote'))));

  /** The quote's signature holds, to the root that was expected. */
  readonly pck: () => Pck = once(() => verifyQuoteSignature(this.quote(), this.#trust()));

  readonly collateral: () => VerifiedCollateral = once(() =>
    verifyCollateral(readCollateral(partValue(present(this.evidence.collateral, 'collateral'))), this.#trust()),
  );

  readonly tcb: () => TcbEvaluation = once(() => evaluateTcb(this.quote(), this.pck(), this.collateral()));

  /** The log, and what of it the quote cannot cover: of answers whose quote is that of a certificate, which is older than they are. */
  readonly splitLog: () => SplitLog = once(() => {
    const events = partValue(present(this.evidence.eventLog, 'event log'));
    const rtmr3 = QUOTED_BY_CERTIFICATE.has(this.evidence.kind) ? this.#rtmr3() : undefined;
    return rtmr3 === undefined ? { quoted: events, later: [] } : splitLog(events, rtmr3);
  });

  /** The log as far as the quote may cover it. */
  readonly log: () => readonly LogEvent[] = once(() => this.splitLog().quoted);

  readonly registers: () => readonly RegisterComparison[] = once(() =>
    replayAgainst(this.log(), this.quote().body.rtmrs),
  );

  /** Worth as much as the replay of RTMR3. */
  readonly events: () => RuntimeEvents = once(() => readRuntimeEvents(this.log()));

  readonly composeBytes: () => Uint8Array = once(() => partValue(present(this.evidence.appCompose, 'app-compose')));

  readonly composeHash: () => Uint8Array = once(() => composeHash(this.composeBytes()));

  readonly appCompose: () => AppCompose = once(() => readAppCompose(this.composeBytes()));

  /** The compose text as the engine would run it, held against the policy. */
  readonly compose: () => AttestedCompose = once(() =>
    readAttestedCompose(this.composeBytes(), this.expectations.policy, this.evidence.images),
  );

  readonly provenance: () => ProvenanceResult = once(() => {
    const { image, children, bundles } = partValue(present(this.evidence.provenance, 'provenance'));
    return checkProvenance({
      bundles,
      subjectDigests: { image, ...(children === undefined ? {} : { children }) },
      expectations: provenanceExpectations(this.expectations.policy.provenance),
      roots: this.expectations.sigstoreRoots ?? [],
      now: this.expectations.now.value,
    });
  });

  readonly source: () => SourceFindings = once(() =>
    judgeSource(partValue(present(this.evidence.source, 'source')), {
      pin: present(this.compose().review.pin, 'pin'),
      treeSha256: this.expectations.treeSha256,
      sigstoreRoots: this.expectations.sigstoreRoots,
    }),
  );

  readonly receipt: () => Receipt = once(() => readReceipt(partValue(present(this.evidence.receipt, 'receipt'))));

  /** The receipt's own quote and log in place of the evidence's. Both must be there. */
  readonly receiptQuote: () => Context = once(() => {
    const { quote, eventLog } = present(this.receipt().quote, 'quote in its receipt');
    return this.#with(this.evidence.receipt?.origin, quote, readEventLogBytes(new TextEncoder().encode(eventLog)));
  });

  /** The quote and log of twl-attest's answer in place of the evidence's. */
  readonly attested: () => Context = once(() => {
    const { quote, eventLog } = partValue(present(this.evidence.attest, 'answer of twl-attest'));
    return this.#with(this.evidence.attest?.origin, quote, eventLog);
  });

  readonly vmConfig: () => VmConfig | undefined = once(() =>
    this.evidence.vmConfig === undefined ? undefined : readVmConfig(partValue(this.evidence.vmConfig)),
  );

  readonly image: () => ImageMatch = once(() =>
    matchImage({
      body: this.quote().body,
      vmConfig: this.vmConfig(),
      log: this.evidence.eventLog === undefined ? undefined : this.log(),
      policyImages: this.expectations.policy.osImages,
    }),
  );

  #with(origin = '', quote: Uint8Array, eventLog: readonly LogEvent[]): Context {
    const parts = {
      quote: { origin: `${origin}, quote`, value: quote },
      eventLog: { origin: `${origin}, event_log`, value: eventLog },
    };
    return new Context({ ...this.evidence, kind: 'quote-answer', ...parts }, this.expectations);
  }

  /** Undefined where the quote is not there or cannot be read, which is for its own checks to say. */
  #rtmr3(): Uint8Array | undefined {
    try {
      return this.quote().body.rtmrs[3];
    } catch {
      return undefined;
    }
  }

  #trust(): { root: Uint8Array; now: number } {
    return { root: this.expectations.root.der, now: this.expectations.now.value };
  }
}
