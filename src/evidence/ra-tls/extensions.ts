import type { Certificate } from '../../asn1/certificate.ts';
import { TAG, readDer } from '../../asn1/der.ts';
import { ID_BYTES } from '../app-id.ts';
import { type VersionedAttestation, decodeAttestation } from '../attestation.ts';
import { textOf } from '../bytes.ts';
import { EvidenceError } from '../errors.ts';
import { readEventLogBytes } from '../event-log-bytes.ts';
import { MAX_QUOTE_BYTES, MAX_USAGE_BYTES } from '../limits.ts';
import type { LogEvent } from '../log-event.ts';

const ARC = '1.3.6.1.4.1.62397.1';

/** dstack's certificate extensions (ra-tls `oids`). */
export const RA_TLS_OIDS = {
  quote: `${ARC}.1`,
  eventLog: `${ARC}.2`,
  appId: `${ARC}.3`,
  usage: `${ARC}.4`,
  attestation: `${ARC}.8`,
  appInfo: `${ARC}.9`,
} as const;

/** What the extensions of one certificate hold. Undefined: not there. */
export interface RaTlsExtensions {
  /** The TDX quote, padding included; a copy. */
  readonly quote: Uint8Array | undefined;
  readonly eventLog: readonly LogEvent[] | undefined;
  /** 20 bytes. */
  readonly appId: Uint8Array | undefined;
  /** `app:custom`, `app:ca`, `kms:rpc`; others are given as they are. */
  readonly usage: string | undefined;
  /** What KMS versions from 0.5.9 on write in place of quote and event log. */
  readonly attestation: VersionedAttestation | undefined;
  /** Whether there is an app info document (MessagePack), which is not read. */
  readonly hasAppInfo: boolean;
}

const usageOf = (bytes: Uint8Array): string => {
  const text = bytes.length > MAX_USAGE_BYTES ? undefined : textOf(bytes);
  if (text === undefined) {
    throw new EvidenceError('bad-certificate', `the usage extension is not UTF-8 of at most ${MAX_USAGE_BYTES} bytes`);
  }
  return text;
};

const appIdOf = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length !== ID_BYTES) {
    throw new EvidenceError('bad-length', `the app id extension has ${bytes.length} bytes, not ${ID_BYTES}`);
  }
  return bytes;
};

const quoteOf = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length > MAX_QUOTE_BYTES) {
    throw new EvidenceError('too-large', `the quote extension has more than ${MAX_QUOTE_BYTES} bytes`);
  }
  return bytes;
};

/**
 * Reads dstack's extensions of a certificate. The value of each is one DER OCTET STRING that fills it, and is
 * unwrapped exactly once: a quote begins with bytes that read as an empty OCTET STRING. Throws `Asn1Error` `bad-der`
 * where it is not so, {@link EvidenceError} `bad-certificate`, `bad-length`, `too-large`, and what
 * `readEventLogBytes` and `decodeAttestation` throw.
 */
export const readRaTlsExtensions = ({ extensions }: Pick<Certificate, 'extensions'>): RaTlsExtensions => {
  const read = <T>(name: keyof typeof RA_TLS_OIDS, of: (bytes: Uint8Array) => T): T | undefined => {
    const extension = extensions.get(RA_TLS_OIDS[name]);
    if (extension === undefined) return undefined;
    return of(new Uint8Array(readDer(extension.value, TAG.octetString, `the ${name} extension`).content));
  };
  return {
    quote: read('quote', quoteOf),
    eventLog: read('eventLog', readEventLogBytes),
    appId: read('appId', appIdOf),
    usage: read('usage', usageOf),
    attestation: read('attestation', decodeAttestation),
    hasAppInfo: extensions.has(RA_TLS_OIDS.appInfo),
  };
};
