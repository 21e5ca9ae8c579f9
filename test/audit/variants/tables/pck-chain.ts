import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { octetString } from '../../../mocks/der.ts';
import { createIntel } from '../../../mocks/intel/intel.ts';
import { SGX_EXTENSION_OID, sgxExtension } from '../../../mocks/intel/sgx-extension.ts';
import { type Certificate, type CertificateSpec, certificate } from '../../../mocks/x509/certificate.ts';
import { keyPair } from '../../../mocks/x509/keys.ts';
import { intelName } from '../../../mocks/x509/name.ts';
import { expectations, info, infoOf, intel, make, rootOf, stranger } from '../support/baseline.ts';
import type { Variant } from '../support/variant.ts';

const { now, pck, pckCa, processorCa, root, tcbSigner } = intel;
const YEAR = 365 * 24 * 3600;

/** The certificate anew with parts changed, signed by the same key unless that is changed, too. */
export const again = (one: Certificate, change: Partial<CertificateSpec>): Certificate =>
  certificate({ ...one.spec, ...change });

const SIGNED: readonly CheckId[] = ['quote.signature'];

const chain = (name: string, certificates: readonly Certificate[], more: Partial<Variant> = {}): Variant => ({
  name: `PCK chain: ${name}`,
  evidence: info({ quote: { chain: certificates.map(({ der }) => der) } }),
  failed: SIGNED,
  exit: 10,
  ...more,
});

const PASSES: Partial<Variant> = { failed: [], exit: 0, findings: [] };

const shapes: readonly Variant[] = [
  chain('empty', [], { exit: 30 }),
  chain('without leaf', [pckCa, root]),
  chain('without intermediate', [pck, root]),
  chain('without root', [pck, pckCa]),
  chain('leaf alone', [pck]),
  chain('root alone', [root]),
  chain('leaf and intermediate exchanged', [pckCa, pck, root]),
  chain('intermediate and root exchanged', [pck, root, pckCa]),
  chain('root first', [root, pckCa, pck]),
  chain('leaf twice', [pck, pck, pckCa, root]),
  chain('intermediate twice', [pck, pckCa, pckCa, root]),
  chain('root twice', [pck, pckCa, root, root]),
  chain('the other PCK authority', [pck, processorCa, root]),
  chain('leaf from the signer of TCB info', [tcbSigner, pckCa, root]),
  chain("all of another maker's", [stranger.pck, stranger.pckCa, stranger.root]),
  chain("leaf of another maker's", [stranger.pck, pckCa, root]),
  chain("intermediate of another maker's", [pck, stranger.pckCa, root]),
  chain("root of another maker's", [pck, pckCa, stranger.root]),
  chain("another maker's below the right root", [stranger.pck, stranger.pckCa, root]),
  // The same key and name, signed anew: not the bytes that were expected.
  chain('root signed anew', [pck, pckCa, again(root, {})]),
  chain('intermediate signed anew', [pck, again(pckCa, {}), root], PASSES),
  chain('leaf signed anew', [again(pck, {}), pckCa, root], PASSES),
];

const dates = (name: string, at: (change: Partial<CertificateSpec>) => readonly Certificate[]): readonly Variant[] => [
  chain(`${name} expired a second ago`, at({ notAfter: now - 1 }), { exit: 12, says: 'was valid until' }),
  chain(`${name} in its last second`, at({ notAfter: now }), PASSES),
  chain(`${name} valid in a second`, at({ notBefore: now + 1 }), { exit: 12, says: 'is valid from' }),
  chain(`${name} in its first second`, at({ notBefore: now }), PASSES),
];

const leaf = (change: Partial<CertificateSpec>): readonly Certificate[] => [again(pck, change), pckCa, root];
const middleOf = (spec: CertificateSpec): readonly Certificate[] => {
  const ca = certificate(spec);
  return [again(pck, { issuer: ca.spec.subject, signer: ca.key }), ca, root];
};
const middle = (change: Partial<CertificateSpec>): readonly Certificate[] => middleOf({ ...pckCa.spec, ...change });
const { pathLength: _, ...unbounded } = pckCa.spec;

const p384 = keyPair('on the wrong curve', 'P-384');
const stray = keyPair('of nobody');
const sgx = (edit: (items: readonly Buffer[]) => readonly Uint8Array[]) => ({
  extensions: [sgxExtension(intel.platform, edit)],
});
const ALGORITHM = (value: string): Buffer => Buffer.from(value, 'hex');
/** ecdsa-with-SHA384, and sha256WithRSAEncryption. */
const SHA384 = ALGORITHM('300a06082a8648ce3d040303');
const RSA = ALGORITHM('300d06092a864886f70d01010b0500');

/** What may be wrong with a certificate of either place. */
const common = (name: string, at: typeof leaf): readonly Variant[] => [
  chain(`${name} signed by nobody`, at({ signer: stray })),
  chain(`${name} with a signature that is no DER`, at({ signature: () => Buffer.from([1, 2, 3]) })),
  chain(
    `${name} with a turned signature`,
    at({ signature: (der) => Buffer.concat([der.subarray(0, 8), Buffer.from([der[8]! ^ 1]), der.subarray(9)]) }),
  ),
  chain(`${name} with another issuer`, at({ issuer: intelName('Intel SGX Another CA') })),
  chain(
    `${name} with an unknown critical extension`,
    at({
      extensions: [
        ...(name === 'leaf' ? [sgxExtension(intel.platform)] : []),
        { oid: '1.2.3.4', critical: true, value: Buffer.from([5, 0]) },
      ],
    }),
    { exit: 20 },
  ),
  chain(`${name} of version 1`, at({ version: 1 }), { exit: 30 }),
  chain(`${name} with a byte behind it`, at({ edit: (der) => Buffer.concat([der, Buffer.alloc(1)]) }), { exit: 30 }),
  chain(`${name} cut`, at({ edit: (der) => der.subarray(0, -1) }), { exit: 30 }),
  chain(`${name} with ECDSA and SHA-384`, at({ algorithm: SHA384 }), { exit: 20 }),
  chain(`${name} with RSA`, at({ algorithm: RSA }), { exit: 20 }),
  chain(`${name} with one algorithm inside and another outside`, at({ outerAlgorithm: SHA384 }), { exit: 30 }),
];

const leaves: readonly Variant[] = [
  ...common('leaf', leaf),
  chain('leaf of another name', leaf({ subject: intelName('Intel SGX PCK Certificat') })),
  chain('leaf on another curve', leaf({ key: p384 }), { exit: 20 }),
  chain('leaf with the key of another', leaf({ key: stray })),
  chain('leaf without the SGX extension', leaf({ extensions: [] }), { exit: 30 }),
  chain(
    'leaf with the SGX extension twice',
    leaf({ extensions: [sgxExtension(intel.platform), sgxExtension(intel.platform)] }),
    { exit: 30 },
  ),
  chain(
    'leaf with an SGX extension of garbage',
    leaf({ extensions: [{ oid: SGX_EXTENSION_OID, value: octetString(Buffer.alloc(3)) }] }),
    { exit: 30 },
  ),
  chain('leaf without PPID', leaf(sgx((items) => items.slice(1))), { exit: 30 }),
  chain('leaf without TCB', leaf(sgx((items) => items.toSpliced(1, 1))), { exit: 30 }),
  chain('leaf without PCE id', leaf(sgx((items) => items.toSpliced(2, 1))), { exit: 30 }),
  chain('leaf without FMSPC', leaf(sgx((items) => items.toSpliced(3, 1))), { exit: 30 }),
  chain('leaf with FMSPC twice', leaf(sgx((items) => [...items, items[3]!])), { exit: 30 }),
];

const middles: readonly Variant[] = [
  ...common('intermediate', middle),
  chain('intermediate of another name', middle({ subject: intelName('Intel SGX PCK Some CA') })),
  chain('intermediate that is no CA', middleOf({ ...unbounded, ca: false })),
  chain('intermediate that is no CA and bounds a path', middle({ ca: false }), { exit: 30 }),
  chain('intermediate without basic constraints', middle({ ca: 'absent' })),
  chain('intermediate without key usage', middle({ keyUsage: 'absent' })),
  chain('intermediate that may sign lists only', middle({ keyUsage: ['cRLSign'] })),
  chain('intermediate on another curve', middle({ key: p384 }), { exit: 20 }),
  chain('intermediate with the key of another', [pck, again(pckCa, { key: stray }), root]),
  // The list of revoked PCK certificates is of another key then.
  chain('intermediate with another key that signed the leaf', middle({ key: stray }), {
    failed: ['quote.tcb'],
    says: 'pck_crl is not of the CA',
  }),
];

/** Platforms that Intel's collateral is not for. */
const platforms: readonly Variant[] = [
  chain('another FMSPC', leaf({ extensions: [sgxExtension({ ...intel.platform, fmspc: Buffer.alloc(6, 1) })] }), {
    failed: ['quote.tcb'],
    says: 'FMSPC',
  }),
  chain('another PCE id', leaf({ extensions: [sgxExtension({ ...intel.platform, pceId: Buffer.alloc(2, 1) })] }), {
    failed: ['quote.tcb'],
    says: 'PCE id',
  }),
  chain('an old PCE', leaf({ extensions: [sgxExtension({ ...intel.platform, pceSvn: 10 })] }), {
    failed: ['quote.tcb'],
    says: 'OutOfDate',
  }),
  chain('another PPID', leaf({ extensions: [sgxExtension({ ...intel.platform, ppid: Buffer.alloc(16, 1) })] }), PASSES),
  ...intel.platform.components.flatMap((svn, index) =>
    svn === 0
      ? []
      : [
          chain(
            `component ${index + 1} below its level`,
            leaf({
              extensions: [
                sgxExtension({ ...intel.platform, components: intel.platform.components.with(index, svn - 1) }),
              ],
            }),
            {
              failed: ['quote.tcb'],
              says: 'OutOfDate',
            },
          ),
        ],
  ),
];

const pem = (name: string, edit: (text: string) => string, more: Partial<Variant> = {}): Variant => ({
  name: `PCK chain: ${name}`,
  evidence: info({
    quote: { chainBytes: Buffer.from(edit([pck, pckCa, root].map((one) => one.pem).join('')), 'latin1') },
  }),
  failed: SIGNED,
  exit: 30,
  ...more,
});

const texts: readonly Variant[] = [
  pem('no PEM', () => 'hello'),
  pem('text before it', (text) => `hello\n${text}`),
  pem('text behind it', (text) => `${text}hello\n`),
  pem('a NUL inside', (text) => text.replace('\n', '\0\n')),
  pem('bytes beyond ASCII', (text) => text.replace('MII', 'M\u00efI')),
  pem('the last block cut', (text) => text.slice(0, -20)),
  pem('a key in place of the leaf', (text) => text.replaceAll('CERTIFICATE', 'PRIVATE KEY')),
  pem('without its NUL', (text) => text, PASSES),
];

/** A whole maker whose root has run out, or is not yet valid: expected, and still not believed. */
const roots = [
  ['expired', { notAfter: now - 1 }],
  ['not yet valid', { notBefore: now + 1 }],
].map(([name, change]): Variant => {
  const maker = createIntel({ certificates: { root: change as Partial<CertificateSpec> } });
  return {
    name: `the expected root is ${name}`,
    evidence: () => ({
      ...infoOf(make({ intel: maker })),
      collateral: { origin: 'a file', value: maker.collateral() },
    }),
    expected: { root: rootOf(maker) },
    failed: ['quote.signature', 'quote.module'],
    exit: 12,
  };
});

const atOtherTimes: readonly Variant[] = [
  {
    name: 'judged ten years later',
    evidence: info(),
    expected: { now: { value: now + 10 * YEAR, source: '--at' } },
    failed: ['quote.signature', 'quote.module'],
    exit: 12,
  },
  {
    name: 'judged ten years earlier',
    evidence: info(),
    expected: { now: { value: now - 10 * YEAR, source: '--at' } },
    failed: ['quote.signature', 'quote.module'],
    exit: 12,
  },
];

const elsewhere: readonly Variant[] = [
  {
    name: 'another root is expected',
    evidence: info(),
    expected: { root: rootOf(stranger) },
    failed: ['quote.signature', 'quote.module'],
    exit: 10,
    says: 'not the expected root',
  },
  {
    name: "a platform of another maker's, with its collateral",
    evidence: () => ({
      ...infoOf(make({ intel: stranger })),
      collateral: { origin: 'a file', value: stranger.collateral() },
    }),
    expected: { root: expectations.root },
    failed: ['quote.signature', 'quote.module'],
    exit: 10,
  },
];

/** The certificates inside of the quote, link by link. */
export const pckChain: readonly Variant[] = [
  ...shapes,
  ...dates('leaf', leaf),
  ...dates('intermediate', middle),
  ...leaves,
  ...middles,
  ...platforms,
  ...texts,
  ...roots,
  ...atOtherTimes,
  ...elsewhere,
];
