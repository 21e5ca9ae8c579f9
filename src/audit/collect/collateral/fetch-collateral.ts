import { MAX_CRL_BYTES } from '../../../asn1/crl.ts';
import { objectOf, parseJson, stringOf } from '../../../base/json.ts';
import { MAX_SIGNED_JSON_BYTES, readCollateral } from '../../../tdx/collateral.ts';
import { CollectError } from '../errors.ts';
import type { HttpReply } from '../http-once.ts';
import { httpGet } from '../http-get.ts';
import { HTTP_LIMITS, type HttpLimits } from '../limits.ts';
import type { Platform } from './platform.ts';
import { rawMember } from './raw-member.ts';

/** Collateral services: one of dstack's makers, the default of dstack; and Intel's own. */
export const PHALA_PCCS = 'https://pccs.phala.network';
export const INTEL_PCS = 'https://api.trustedservices.intel.com';
/** Where Intel publishes the CRL of its root, in DER: its own service does not have it. */
const INTEL_ROOT_CRL = 'https://certificates.trustedservices.intel.com/IntelSGXRootCA.der';

export interface FetchOptions {
  /** Whether the user named the service: then it may be on a private network. */
  readonly named: boolean;
  readonly ca?: string;
  readonly limits?: Partial<HttpLimits>;
}

/** Intel's JSON answer: a signed object, as it stands in the text, and the signature over it. */
const signedJson = ({ body, url }: HttpReply, member: string): { text: string; signature: string } => {
  const what = `the answer of ${url.href}`;
  const answer = objectOf(parseJson(body, { name: what, maxBytes: 2 * MAX_SIGNED_JSON_BYTES }), what);
  return {
    text: rawMember(Buffer.from(body).toString('utf8'), member),
    signature: stringOf(answer.signature, `${what}, signature`),
  };
};

/** A chain in a header: PEM, percent-encoded. The names changed with the versions of the service. */
const issuerChain = ({ headers, url }: HttpReply, ...names: readonly string[]): string => {
  const header = names.map((name) => headers[name.toLowerCase()]).find((value) => value !== undefined);
  const bad = (why: string): CollectError =>
    new CollectError('bad-answer', `the header ${names[0]} of ${url.href} ${why}`, { hint: 'try another service' });
  if (typeof header !== 'string') throw bad('is missing');
  try {
    const chain = decodeURIComponent(header);
    if (chain.includes('-----BEGIN CERTIFICATE-----')) return chain;
  } catch {
    // Said below.
  }
  throw bad('is no certificate chain');
};

/** A CRL as hex, whether it came as hex text or as DER, which starts with the tag of a SEQUENCE. */
const crlHex = ({ body, url }: HttpReply): string => {
  if (body[0] === 0x30 && body[1] !== undefined && body[1] >= 0x80) return Buffer.from(body).toString('hex');
  const text = Buffer.from(body).toString('latin1').trim().toLowerCase();
  if (/^30(?:[0-9a-f]{2})+$/.test(text)) return text;
  throw new CollectError('bad-answer', `the answer of ${url.href} is no CRL, neither in DER nor in hex`, {
    hint: 'try another service',
  });
};

/** Where a service has what (Intel SGX and TDX Provisioning Certification Service API, version 4); `base` may have a path. */
export const collateralUrls = (base: URL, { fmspc, ca }: Platform) => {
  const at = (path: string): URL => new URL(base.pathname.replace(/\/+$/, '') + path, base);
  return {
    tcb: at(`/tdx/certification/v4/tcb?fmspc=${fmspc}`),
    qeIdentity: at('/tdx/certification/v4/qe/identity'),
    pckCrl: at(`/sgx/certification/v4/pckcrl?ca=${ca}&encoding=der`),
    rootCrl: base.origin === INTEL_PCS ? new URL(INTEL_ROOT_CRL) : at('/sgx/certification/v4/rootcacrl'),
  };
};

/**
 * The collateral of a platform from a service, `base` being `https://host[/prefix]`, in the form that `readCollateral` takes.
 * Nothing in it is believed yet. Throws CollectError, JsonError and TdxError.
 */
export const fetchCollateral = async (base: URL, platform: Platform, options: FetchOptions): Promise<unknown> => {
  const deadline = performance.now() + (options.limits?.totalMs ?? HTTP_LIMITS.totalMs);
  const get = (url: URL, maxBytes: number): Promise<HttpReply> =>
    // Only the service itself was named by the user.
    httpGet(url, { ...options, named: options.named && url.origin === base.origin, maxBytes, deadline });
  const urls = collateralUrls(base, platform);
  const tcb = await get(urls.tcb, 2 * MAX_SIGNED_JSON_BYTES);
  const qe = await get(urls.qeIdentity, 2 * MAX_SIGNED_JSON_BYTES);
  // In hex, a CRL takes two bytes for one.
  const pckCrl = await get(urls.pckCrl, 2 * MAX_CRL_BYTES);
  const rootCrl = await get(urls.rootCrl, 2 * MAX_CRL_BYTES);
  const tcbInfo = signedJson(tcb, 'tcbInfo');
  const qeIdentity = signedJson(qe, 'enclaveIdentity');
  const collateral = {
    pck_crl_issuer_chain: issuerChain(pckCrl, 'SGX-PCK-CRL-Issuer-Chain'),
    root_ca_crl: crlHex(rootCrl),
    pck_crl: crlHex(pckCrl),
    tcb_info_issuer_chain: issuerChain(tcb, 'TCB-Info-Issuer-Chain', 'SGX-TCB-Info-Issuer-Chain'),
    tcb_info: tcbInfo.text,
    tcb_info_signature: tcbInfo.signature,
    qe_identity_issuer_chain: issuerChain(qe, 'SGX-Enclave-Identity-Issuer-Chain'),
    qe_identity: qeIdentity.text,
    qe_identity_signature: qeIdentity.signature,
  };
  // What does not read is not worth keeping.
  readCollateral(collateral);
  return collateral;
};
