import type { CheckId } from '../../../../src/audit/check-ids.ts';
import type { Collateral, CollateralChanges } from '../../../mocks/intel/collateral.ts';
import type { Certificate, CertificateSpec } from '../../../mocks/x509/certificate.ts';
import { keyPair } from '../../../mocks/x509/keys.ts';
import { intelName } from '../../../mocks/x509/name.ts';
import { collateral, intel, stranger } from '../support/baseline.ts';
import type { Variant } from '../support/variant.ts';
import { again } from './pck-chain.ts';

const { now, pck, pckCa, processorCa, root, tcbSigner } = intel;
const DAY = 24 * 3600;

/** What rests on all of the collateral. */
const BOTH: readonly CheckId[] = ['quote.tcb', 'quote.module'];
const PASSES: Partial<Variant> = { failed: [], exit: 0, findings: [] };

const of = (name: string, changes: CollateralChanges, more: Partial<Variant> = {}): Variant => ({
  name: `collateral: ${name}`,
  evidence: collateral(changes),
  failed: BOTH,
  exit: 10,
  ...more,
});

const ders = (certificates: readonly Certificate[]): readonly Uint8Array[] => certificates.map(({ der }) => der);
const stray = keyPair('of nobody');
const p384 = keyPair('on the wrong curve', 'P-384');

type ChainKey = 'tcbSignerChain' | 'qeSignerChain' | 'pckCrlChain';
const CHAINS: readonly (readonly [ChainKey, keyof Collateral, Certificate, Certificate])[] = [
  ['tcbSignerChain', 'tcb_info_issuer_chain', tcbSigner, stranger.tcbSigner],
  ['qeSignerChain', 'qe_identity_issuer_chain', tcbSigner, stranger.tcbSigner],
  ['pckCrlChain', 'pck_crl_issuer_chain', pckCa, stranger.pckCa],
];

const chains = CHAINS.flatMap(([key, field, first, strange]): readonly Variant[] => {
  const chain = (name: string, certificates: readonly Certificate[], more: Partial<Variant> = {}): Variant =>
    of(`${field} ${name}`, { [key]: ders(certificates) }, more);
  const signer = (change: Partial<CertificateSpec>): readonly Certificate[] => [again(first, change), root];
  const text = (name: string, edit: (pem: string) => unknown, more: Partial<Variant> = {}): Variant =>
    of(`${field} ${name}`, { edit: (good) => ({ ...good, [field]: edit(good[field] ?? '') }) }, { exit: 30, ...more });
  return [
    chain('without signer', [root]),
    chain('without root', [first]),
    chain('exchanged', [root, first]),
    chain('with the signer twice', [first, first, root]),
    chain('with the root twice', [first, root, root]),
    chain("of another maker's", [strange, stranger.root]),
    chain("with another maker's signer", [strange, root]),
    chain("with another maker's root", [first, stranger.root]),
    chain('with the root signed anew', [first, again(root, {})]),
    chain('of a PCK certificate', [pck, root]),
    chain('with a signer expired a second ago', signer({ notAfter: now - 1 }), { exit: 12 }),
    chain('with a signer in its last second', signer({ notAfter: now }), PASSES),
    chain('with a signer valid in a second', signer({ notBefore: now + 1 }), { exit: 12 }),
    chain('with a signer in its first second', signer({ notBefore: now }), PASSES),
    chain('with a signer of another name', signer({ subject: intelName('Intel SGX Something') })),
    chain('with a signer signed by nobody', signer({ signer: stray })),
    chain('with another key', signer({ key: stray })),
    chain('on another curve', signer({ key: p384 }), { exit: 20 }),
    chain(
      'with an unknown critical extension',
      signer({ extensions: [{ oid: '1.2.3.4', critical: true, value: Buffer.from([5, 0]) }] }),
      { exit: 20 },
    ),
    text('that is no PEM', () => 'hello'),
    text('that is empty', () => ''),
    text('with text before it', (pem) => `x\n${pem}`),
    text('cut', (pem) => pem.slice(0, -30)),
    text('that is no string', () => 7),
    text('left out', () => undefined),
    text('that is null', () => null),
  ];
});

type ListKey = 'rootCrl' | 'pckCrl';
const LISTS: readonly (readonly [ListKey, 'root_ca_crl' | 'pck_crl', Certificate])[] = [
  ['rootCrl', 'root_ca_crl', root],
  ['pckCrl', 'pck_crl', pckCa],
];
const CRITICAL = { oid: '2.5.29.28', critical: true, value: Buffer.from([0x30, 0]) };

const lists = LISTS.flatMap(([key, field, issuer]): readonly Variant[] => {
  const list = (name: string, changes: CollateralChanges['rootCrl'], more: Partial<Variant> = {}): Variant =>
    of(`${field} ${name}`, changes === undefined ? {} : { [key]: changes }, more);
  const raw = (name: string, edit: (hex: string) => unknown, exit = 30): Variant =>
    of(`${field} ${name}`, { edit: (good) => ({ ...good, [field]: edit(good[field]) }) }, { exit });
  const revoking = (one: Certificate) => ({ revoked: [{ serial: one.spec.serial }] });
  return [
    list('expiring this second', { nextUpdate: now }, { exit: 12, says: `${field} of the collateral expired` }),
    list('in its last second', { nextUpdate: now + 1 }, PASSES),
    list('of tomorrow', { thisUpdate: now + DAY }, { exit: 12, says: `${field} of the collateral is in force from` }),
    list('of a second from now', { thisUpdate: now + 1 }, { exit: 12 }),
    list('of this second', { thisUpdate: now }, PASSES),
    list('without an end', { nextUpdate: 'absent' }, { exit: 30 }),
    list('signed by nobody', { signer: stray }),
    list('of another issuer', { issuer: processorCa.spec.subject, signer: processorCa.key }),
    list("of another maker's", { signer: stranger[key === 'rootCrl' ? 'root' : 'pckCa'].key }),
    list('with a turned signature', {
      signature: (der) => Buffer.concat([der.subarray(0, 8), Buffer.from([der[8]! ^ 1]), der.subarray(9)]),
    }),
    list('of version 1', { version: 1 }, { exit: 30 }),
    list('that is partial', { extensions: [CRITICAL] }, { exit: 20 }),
    list('with a byte behind it', { edit: (der) => Buffer.concat([der, Buffer.alloc(1)]) }, { exit: 30 }),
    list('cut', { edit: (der) => der.subarray(0, -1) }, { exit: 30 }),
    list('of garbage', Buffer.from('hello'), { exit: 30 }),
    list('of a certificate', issuer.der, { exit: 30 }),
    list('that is empty', Buffer.alloc(0), { exit: 30 }),
    list('that revokes somebody else', { revoked: [{ serial: Buffer.from([1, 2, 3]) }] }, PASSES),
    list(
      'that revokes all',
      { revoked: [pck, pckCa, root, tcbSigner].map((one) => ({ serial: one.spec.serial })) },
      key === 'rootCrl' ? {} : { failed: ['quote.tcb'] },
    ),
    ...(key === 'rootCrl'
      ? [
          list('that revokes the root', revoking(root), { says: 'the root certificate is revoked' }),
          list('that revokes the PCK authority', revoking(pckCa), { says: 'the issuer of pck_crl is revoked' }),
          list('that revokes the other PCK authority', revoking(processorCa), PASSES),
          list('that revokes the signer', revoking(tcbSigner), { says: 'the signer of tcb_info is revoked' }),
        ]
      : [
          list('that revokes the platform', revoking(pck), {
            failed: ['quote.tcb'],
            says: 'the PCK certificate is revoked',
          }),
        ]),
    raw('in odd hex', (hex) => `${hex}0`),
    raw('in no hex', (hex) => `zz${hex}`),
    raw('as an object', () => ({})),
    raw('of other than bytes', () => [256]),
    raw('left out', () => undefined),
  ];
});

/** The whole list of the other authority: genuine, and of somebody else's platforms. */
const foreign: readonly Variant[] = [
  of(
    'pck_crl of the other PCK authority, with its chain',
    { pckCrlChain: ders([processorCa, root]), pckCrl: { issuer: processorCa.spec.subject, signer: processorCa.key } },
    { failed: ['quote.tcb'], says: 'pck_crl is not of the CA' },
  ),
  of('the two lists exchanged', {
    edit: (good) => ({ ...good, pck_crl: good.root_ca_crl, root_ca_crl: good.pck_crl }),
  }),
  of('all of it of another maker', { edit: () => stranger.collateral() }),
  of('all of it a month old', { now: now - 30 * DAY }, { exit: 12 }),
  of('all of it from the day after tomorrow', { now: now + 2 * DAY }, { exit: 12 }),
  of('no object', { edit: () => [] }, { exit: 30 }),
  of('an empty object', { edit: () => ({}) }, { exit: 30 }),
  of('another key beside it', { edit: (good) => ({ ...good, more: 1 }) }, PASSES),
  of('with the NUL bytes of NEAR', { nuls: true }, PASSES),
  of(
    'with a PCK chain that counts for nothing',
    { edit: (good) => ({ ...good, pck_certificate_chain: 'hello' }) },
    PASSES,
  ),
];

/** DCAP collateral: chains and lists. The signed documents have a table of their own. */
export const collaterals: readonly Variant[] = [...chains, ...lists, ...foreign];
