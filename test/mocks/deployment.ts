/**
 * SIMULATED hardware: one dstack deployment, from its app-compose to its quote, all parts of one piece. Each part can be changed
 * alone (deployment/options.ts), and the whole comes out in every form that a collector reads.
 */
import { Buffer } from 'node:buffer';
import { type AttestationOptions, attestationBytes } from './deployment/attestation.ts';
import { createAuthorities, createLeaf, leafKey, ratlsReportData } from './deployment/certificates.ts';
import { type Strip, strip } from './deployment/event.ts';
import { type InfoAnswer, infoAnswer, type QuoteAnswer, quoteAnswerOf, shownAppCompose } from './deployment/info.ts';
import { createMachine, type Machine } from './deployment/machine.ts';
import type { DeploymentOptions } from './deployment/options.ts';
import { type PhalaOptions, phalaText } from './deployment/phala.ts';
import { DEFAULT_NEAR_KEYS, type NearKeys, nearReportData, publicDataOf } from './deployment/public-data.ts';
import type { Collateral, CollateralChanges } from './intel/collateral.ts';
import type { QuoteChanges } from './intel/quote.ts';
import { pemChain } from './pem.ts';
import type { Certificate } from './x509/certificate.ts';

export interface QuoteAnswerOptions {
  /** 64 bytes that are quoted. */
  readonly reportData?: Uint8Array;
  readonly strip?: Strip;
}

export interface Deployment extends Machine {
  /** The RA-TLS chain, leaf first. */
  readonly certificates: readonly Certificate[];
  readonly certificatePem: string;
  readonly reportData: Buffer;
  /** Over `reportData`, which is the hash of the leaf's key. */
  readonly quote: Buffer;
  readonly nearKeys: NearKeys;
  /** Another quote of the same machine; `changes` are the last word. */
  quoteFor(reportData: Uint8Array, changes?: QuoteChanges): Buffer;
  collateral(changes?: CollateralChanges): Collateral;
  /** The log as JSON text. */
  eventLog(form?: Strip): string;

  /** `Info` of the guest agent. */
  info(): InfoAnswer;
  /** `GetQuote` of the guest agent, and beside it the app-compose text. */
  quoteAnswer(options?: QuoteAnswerOptions): QuoteAnswer & { readonly app_compose: string };
  /** `Attest` of the guest agent: V0 in SCALE, hex. */
  attestation(options?: AttestationOptions & { readonly reportData?: Uint8Array }): { readonly attestation: string };
  /** The text that `phala cvms attestation --json` prints. */
  phala(options?: PhalaOptions): string;
  /** NEAR's `/public_data`, with its own quote over the node's keys. */
  publicData(): object;
}

export const simulate = (options: DeploymentOptions = {}): Deployment => {
  const machine = createMachine(options);
  const { intel } = machine;
  const changes = options.certificates ?? {};
  const nearKeys = options.nearKeys ?? DEFAULT_NEAR_KEYS;

  const quoteFor = (reportData: Uint8Array, more: QuoteChanges = {}): Buffer =>
    intel.quote({
      ...options.quote,
      ...more,
      body: { reportData, ...machine.body, ...options.quote?.body, ...more.body },
    });
  const logText = (form: Strip = 'none'): string => JSON.stringify(strip(machine.events, form));

  const reportData = Buffer.from(options.reportData ?? ratlsReportData(leafKey(changes)));
  const quote = quoteFor(reportData);
  const appId = Buffer.from(machine.appId, 'hex');
  const authorities = createAuthorities(machine.keyProvider.name, appId, intel.now, changes);
  const leaf = createLeaf(
    authorities,
    {
      appId,
      quote,
      eventLog: Buffer.from(logText(), 'utf8'),
      attestation: attestationBytes(machine, quote, reportData, machine.events),
    },
    intel.now,
    changes,
  );
  const { root, appCa } = authorities;
  const certificates = appCa === root ? [leaf, root] : [leaf, appCa, root];
  const certificatePem = pemChain(certificates.map(({ der }) => der));

  return {
    ...machine,
    certificates,
    certificatePem,
    reportData,
    quote,
    nearKeys,
    quoteFor,
    collateral: (more) => intel.collateral(more),
    eventLog: logText,
    info: () => infoAnswer(machine, certificatePem),
    quoteAnswer: ({ reportData: asked = reportData, strip: form } = {}) => ({
      ...quoteAnswerOf(machine, asked === reportData ? quote : quoteFor(asked), asked, form),
      app_compose: shownAppCompose(machine),
    }),
    attestation: ({ reportData: asked = reportData, ...more } = {}) => {
      const bytes = attestationBytes(
        machine,
        asked === reportData ? quote : quoteFor(asked),
        asked,
        machine.events,
        more,
      );
      return { attestation: bytes.toString('hex') };
    },
    phala: (more) => phalaText(machine, certificates, quote, more),
    publicData: () =>
      publicDataOf(
        machine,
        quoteFor(nearReportData(nearKeys)),
        nearKeys,
        intel.collateral({ withPckChain: true, nuls: true }),
      ),
  };
};
