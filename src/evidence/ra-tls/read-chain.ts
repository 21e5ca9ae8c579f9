import { splitPem } from '../../asn1/pem.ts';
import { type Certificate, parseCertificate } from '../../asn1/certificate.ts';
import { EvidenceError } from '../errors.ts';
import { MAX_CERTIFICATE_BYTES, MAX_CHAIN_CERTIFICATES } from '../limits.ts';
import { RA_TLS_OIDS } from './extensions.ts';

/**
 * The certificates of a chain as DER, leaf first: from PEM text with nothing around its blocks, or from DER as it is.
 * Copies. Throws `Asn1Error` `bad-pem` and {@link EvidenceError} `bad-certificate`, `too-large`.
 */
export const readRaTlsChain = (source: string | readonly Uint8Array[]): readonly Uint8Array[] => {
  const chain = typeof source === 'string' ? splitPem(source, 'CERTIFICATE', 'the RA-TLS chain') : source;
  if (chain.length === 0) throw new EvidenceError('bad-certificate', 'the RA-TLS chain has no certificate');
  if (chain.length > MAX_CHAIN_CERTIFICATES) {
    throw new EvidenceError('too-large', `the RA-TLS chain has more than ${MAX_CHAIN_CERTIFICATES} certificates`);
  }
  if (chain.some(({ length }) => length > MAX_CERTIFICATE_BYTES)) {
    throw new EvidenceError(
      'too-large',
      `the RA-TLS chain has a certificate of more than ${MAX_CERTIFICATE_BYTES} bytes`,
    );
  }
  return chain.map((der) => new Uint8Array(der));
};

/** One certificate of such a chain, decoded, with dstack's extensions understood. Throws `Asn1Error`. */
export const parseRaTlsCertificate = (der: Uint8Array, what: string): Certificate =>
  parseCertificate(der, what, { understood: Object.values(RA_TLS_OIDS) });
