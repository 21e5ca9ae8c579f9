import type { Certificate } from '../../../asn1/certificate.ts';
import { escapeText } from '../../../base/escape.ts';
import type { VersionedAttestation } from '../../../evidence/attestation.ts';
import { sameBytes } from '../../../evidence/bytes.ts';
import type { Evidence, Part } from '../../../evidence/evidence.ts';
import type { LogEvent } from '../../../evidence/log-event.ts';
import { RA_TLS_OIDS, type RaTlsExtensions, readRaTlsExtensions } from '../../../evidence/ra-tls/extensions.ts';
import { parseRaTlsCertificate } from '../../../evidence/ra-tls/read-chain.ts';
import { CollectError } from '../errors.ts';
import { attestationParts } from './attestation.ts';
import { partOf } from './parts.ts';

type LeafParts = Pick<Evidence, 'quote' | 'eventLog' | 'vmConfig' | 'mrConfig'>;

/** One extension alone, so that another that cannot be read does not hide it; undefined where it is not there. */
const extensionPart = <Name extends 'quote' | 'eventLog' | 'attestation'>(
  { extensions }: Certificate,
  name: Name,
  origin: string,
): Part<NonNullable<RaTlsExtensions[Name]>> | undefined => {
  const oid = RA_TLS_OIDS[name];
  const extension = extensions.get(oid);
  if (extension === undefined) return undefined;
  // It is there, so it is read or refused.
  const read = () => readRaTlsExtensions({ extensions: new Map([[oid, extension]]) })[name];
  return partOf(`${origin}, extension ${oid}`, () => read() as NonNullable<RaTlsExtensions[Name]>);
};

/** The parts of the two generations of extensions together; which of two quotes counts would be our guess. */
const combined = (
  quote: Part<Uint8Array> | undefined,
  eventLog: Part<readonly LogEvent[]> | undefined,
  attestation: Part<VersionedAttestation> | undefined,
): LeafParts => {
  const old = { ...(quote === undefined ? {} : { quote }), ...(eventLog === undefined ? {} : { eventLog }) };
  if (attestation === undefined) return old;
  if ('error' in attestation) return { quote: attestation, ...old };
  const parts = { ...attestationParts(attestation.value, attestation.origin), ...old };
  if (quote === undefined || 'error' in quote || sameBytes(quote.value, attestation.value.quote)) return parts;
  const origin = `${quote.origin} and ${attestation.origin}`;
  const error = new CollectError('contradictory', `${escapeText(origin)} hold different quotes`, {
    hint: 'the certificate contradicts itself; ask for it again',
  });
  return { ...parts, quote: { origin, error } };
};

/** Quote, event log and config of an RA-TLS leaf in DER: extensions .1 and .2, or their successor .8 (dstack ra-tls). */
export const readLeaf = (der: Uint8Array, origin: string): LeafParts => {
  const leaf = partOf(origin, () => parseRaTlsCertificate(der, 'the RA-TLS leaf'));
  if ('error' in leaf) return { quote: leaf };
  const parts = combined(
    extensionPart(leaf.value, 'quote', origin),
    extensionPart(leaf.value, 'eventLog', origin),
    extensionPart(leaf.value, 'attestation', origin),
  );
  if (parts.quote !== undefined) return parts;
  const error = new CollectError(
    'bad-answer',
    `${escapeText(origin)} carries no quote (extensions .1 and .8 of dstack)`,
    {
      hint: 'ask the agent itself for its Info: this certificate is of something else',
    },
  );
  return { ...parts, quote: { origin, error } };
};
