/** SIMULATED Sigstore: a timestamp authority (RFC 3161) whose answers are whole and minimal. */
import { Buffer } from 'node:buffer';
import { explicit, integer, octetString, oid, sequence, set, tlv } from '../mocks/der.ts';
import { type Certificate, certificate, serialOf } from '../mocks/x509/certificate.ts';
import { encodeName } from '../mocks/x509/name.ts';
import { type Authority, createAuthority } from './authority.ts';
import { extendedKeyUsage } from './fulcio.ts';
import { keyPair, sha256, signDer } from './keys.ts';

const SHA256 = sequence(oid('2.16.840.1.101.3.4.2.1'));
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const TST_INFO = '1.2.840.113549.1.9.16.1.4';

export interface Tsa {
  readonly authority: Authority;
  readonly leaf: Certificate;
}

export const createTsa = (organization: string, start: number): Tsa => {
  const authority = createAuthority(organization, 'TSA', start);
  const leaf = certificate({
    subject: [
      ['O', organization],
      ['CN', 'SIMULATED TSA'],
    ],
    issuer: authority.issuer.spec.subject,
    key: keyPair(`${organization} TSA leaf`),
    signer: authority.issuer.key,
    serial: serialOf(`${organization} TSA leaf`),
    notBefore: start,
    notAfter: authority.root.spec.notAfter,
    ca: 'absent',
    keyUsage: ['digitalSignature'],
    extensions: [{ ...extendedKeyUsage('1.3.6.1.5.5.7.3.8'), critical: true }],
  });
  return { authority, leaf };
};

/** GeneralizedTime without fractions, of whatever year. */
const generalizedTime = (seconds: number): Buffer => {
  const text = new Date(seconds * 1000).toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  return tlv(0x18, Buffer.from(text, 'latin1'));
};

/** A TimeStampResp that says `data` was there at `seconds` since 1970. */
export const timestamp = ({ leaf }: Tsa, data: Uint8Array, seconds: number): Buffer => {
  const info = sequence(
    integer(1),
    oid('1.3.6.1.4.1.57264.2'),
    sequence(SHA256, octetString(sha256(data))),
    integer(4711),
    generalizedTime(seconds),
  );
  const attributes = [
    sequence(oid('1.2.840.113549.1.9.3'), set(oid(TST_INFO))),
    sequence(oid('1.2.840.113549.1.9.4'), set(octetString(sha256(info)))),
  ];
  const signature = signDer(set(...attributes), leaf.key);
  const signer = sequence(
    integer(1),
    sequence(encodeName(leaf.spec.issuer), integer(leaf.spec.serial)),
    SHA256,
    explicit(0, ...attributes),
    ECDSA_SHA256,
    octetString(signature),
  );
  const signed = sequence(
    integer(3),
    set(SHA256),
    sequence(oid(TST_INFO), explicit(0, octetString(info))),
    set(signer),
  );
  return sequence(sequence(integer(0)), sequence(oid('1.2.840.113549.1.7.2'), explicit(0, signed)));
};
