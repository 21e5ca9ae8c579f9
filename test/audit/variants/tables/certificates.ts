import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { dstackExtension, ratlsReportData } from '../../../mocks/deployment/certificates.ts';
import type { CertificateChanges } from '../../../mocks/deployment/certificates.ts';
import type { DeploymentOptions } from '../../../mocks/deployment/options.ts';
import { pemChain } from '../../../mocks/pem.ts';
import type { Certificate, CertificateSpec } from '../../../mocks/x509/certificate.ts';
import { keyPair } from '../../../mocks/x509/keys.ts';
import { answered, expecting, flip, good, info, infoOf, intel, make } from '../support/baseline.ts';
import type { Variant } from '../support/variant.ts';
import { again } from './pck-chain.ts';

const { now } = intel;
const CERTIFICATE: readonly CheckId[] = ['cert.report-data'];
const PASSES: Partial<Variant> = { failed: [], exit: 0, findings: [] };
const stray = keyPair('of nobody');
const p384 = keyPair('on the wrong curve', 'P-384');

/** Certificates that the deployment's own authorities made otherwise. */
const made = (
  name: string,
  certificates: CertificateChanges,
  more: Partial<Variant> = {},
  options: DeploymentOptions = {},
): Variant => ({
  name: `RA-TLS: ${name}`,
  evidence: info({ certificates, ...options }),
  failed: CERTIFICATE,
  exit: 10,
  ...more,
});

const [leaf, appCa, root] = good.certificates as readonly [Certificate, Certificate, Certificate];

/** The good certificates in another chain. */
const chained = (name: string, certificates: readonly Certificate[], more: Partial<Variant> = {}): Variant => ({
  name: `RA-TLS chain: ${name}`,
  evidence: answered({ app_cert: pemChain(certificates.map(({ der }) => der)) }),
  failed: CERTIFICATE,
  exit: 10,
  ...more,
});

const NO_QUOTE: Partial<Variant> = { failed: ['quote.parse'], exit: 30 };

const shapes: readonly Variant[] = [
  chained('without root', [leaf, appCa]),
  chained('without App CA', [leaf, root]),
  chained('leaf alone', [leaf], { exit: 20 }),
  chained('without leaf', [appCa, root], NO_QUOTE),
  chained('exchanged', [leaf, root, appCa]),
  chained('backwards', [root, appCa, leaf], NO_QUOTE),
  chained('leaf twice', [leaf, leaf, appCa, root], { exit: 20 }),
  chained('leaf in place of the App CA', [leaf, leaf, root]),
  chained('root twice', [leaf, appCa, root, root], { exit: 20 }),
  chained('with the root of Intel’s simulation', [leaf, appCa, intel.root]),
  chained('App CA signed by nobody', [leaf, again(appCa, { signer: stray }), root]),
  chained('leaf signed by nobody', [again(leaf, { signer: stray }), appCa, root]),
  chained('another key in the leaf', [again(leaf, { key: stray }), appCa, root], { says: 'not made for the key' }),
  chained('another root of the same name', [leaf, appCa, again(root, { key: stray, signer: stray })]),
  chained('the same key in a root signed anew', [leaf, appCa, again(root, {})], { ...PASSES, same: true }),
  chained('root signed by another', [leaf, appCa, again(root, { signer: stray })]),
  chained(
    'all of it of another KMS',
    (() => {
      const other = again(root, { key: stray, signer: stray });
      return [leaf, again(appCa, { signer: stray }), other];
    })(),
    { says: 'another key than that of the measured KMS' },
  ),
];

const dates = (['root', 'appCa', 'leaf'] as const).flatMap((which): readonly Variant[] => [
  made(`${which} expired a second ago`, { [which]: { notAfter: now - 1 } }, { exit: 12 }),
  made(`${which} in its last second`, { [which]: { notAfter: now } }, PASSES),
  made(`${which} valid in a second`, { [which]: { notBefore: now + 1 } }, { exit: 12 }),
  made(`${which} in its first second`, { [which]: { notBefore: now } }, PASSES),
]);

const authorities = (['root', 'appCa'] as const).flatMap((which): readonly Variant[] => {
  const of = (name: string, change: Partial<CertificateSpec>, more: Partial<Variant> = {}): Variant =>
    made(`${which} ${name}`, { [which]: change }, more);
  return [
    of('without basic constraints', { ca: 'absent' }),
    of('that is no CA and bounds a path', { ca: false }, { exit: 30 }),
    of('without key usage', { keyUsage: 'absent' }),
    of('that may not sign certificates', { keyUsage: ['digitalSignature', 'cRLSign'] }),
    of('of version 1', { version: 1 }, { exit: 30 }),
    of(
      'with an unknown critical extension',
      { extensions: [{ oid: '1.2.3.4', critical: true, value: Buffer.from([5, 0]) }] },
      { exit: 20 },
    ),
  ];
});

const appId = Buffer.from(good.appId, 'hex');
const other = Buffer.alloc(20, 0x5a);
const ofApp = (id: Uint8Array, usage: string) => [
  dstackExtension(3, id),
  dstackExtension(4, Buffer.from(usage, 'latin1')),
];

const content: readonly Variant[] = [
  made('root that allows no intermediate', { root: { pathLength: 0 } }),
  made('App CA of another app', { appCa: { extensions: ofApp(other, 'app:ca') } }),
  made('App CA of no app', { appCa: { extensions: [dstackExtension(4, Buffer.from('app:ca'))] } }),
  made('App CA of another usage', { appCa: { extensions: ofApp(appId, 'kms:rpc') } }),
  made('App CA of no usage', { appCa: { extensions: [dstackExtension(3, appId)] } }),
  made(
    'App CA with an app id that is too short',
    { appCa: { extensions: ofApp(other.subarray(1), 'app:ca') } },
    { exit: 30 },
  ),
  made(
    'chain of another app',
    {
      appCa: { extensions: ofApp(other, 'app:ca') },
      editLeafExtensions: (list) => [dstackExtension(3, other), ...list.slice(1)],
    },
    { says: 'the chain is for app' },
  ),
  made('leaf of another app', { editLeafExtensions: (list) => [dstackExtension(3, other), ...list.slice(1)] }),
  made('leaf of no app', { editLeafExtensions: (list) => list.slice(1) }, PASSES),
  made('leaf that is a CA', { leaf: { ca: true, keyUsage: ['keyCertSign'] } }),
  made('leaf on another curve, which the quote binds', { leaf: { key: p384 } }, PASSES),
  made('App CA on another curve', { appCa: { key: p384 } }, { exit: 20 }),
  made(
    'another key in the leaf, and the quote for the first',
    { leaf: { key: stray } },
    { says: 'not made for the key' },
    { reportData: ratlsReportData(keyPair('dstack RA-TLS leaf')) },
  ),
  made('another key in the leaf, which the quote binds', { leaf: { key: stray } }, PASSES),
  made('report data of zeros', {}, {}, { reportData: Buffer.alloc(64) }),
  made(
    'report data of the right hash without its tag',
    {},
    {},
    { reportData: Buffer.concat([appId, Buffer.alloc(44)]) },
  ),
  made(
    'another KMS, measured and expected',
    { root: { key: stray } },
    { ...PASSES, expected: expecting(make({ certificates: { root: { key: stray } } })) },
  ),
  made('another KMS, measured and not expected', { root: { key: stray } }, { failed: ['kms.identity'] }),
  made(
    'another KMS than the measured one',
    { root: { key: stray } },
    { says: 'another key than that of the measured KMS' },
    { keyProviderId: good.keyProvider.id },
  ),
  made('log compressed', { form: 'quote-gzip' }, PASSES),
  made('evidence as one attestation', { form: 'attestation' }, PASSES),
  made('no evidence in the leaf', { form: 'none' }, NO_QUOTE),
  made(
    'empty quote in the leaf',
    { editLeafExtensions: (list) => list.with(2, dstackExtension(1, Buffer.alloc(0))) },
    NO_QUOTE,
  ),
  made(
    'another quote in the leaf',
    { editLeafExtensions: (list) => list.with(2, dstackExtension(1, flip(good.quote, 640))) },
    { failed: ['quote.signature'] },
  ),
  made(
    'a quote that is not wrapped',
    { editLeafExtensions: (list) => list.with(2, { oid: '1.3.6.1.4.1.62397.1.1', value: good.quote }) },
    { failed: ['quote.parse', 'cert.report-data'].slice(0, 1) as CheckId[], exit: 30 },
  ),
  made('the quote twice', { editLeafExtensions: (list) => [...list, list[2]!] }, NO_QUOTE),
  // The log in tcb_info counts; what the leaf carries is read all the same.
  made(
    'a log of garbage in the leaf',
    { editLeafExtensions: (list) => list.with(3, dstackExtension(2, Buffer.from('hello'))) },
    { exit: 30 },
  ),
];

const text = (name: string, app_cert: unknown, more: Partial<Variant>): Variant => ({
  name: `RA-TLS text: ${name}`,
  evidence: answered({ app_cert }),
  failed: ['quote.parse'],
  exit: 30,
  ...more,
});
const good3 = good.certificatePem;
const MISSING: Partial<Variant> = { failed: [], notChecked: ['quote.parse'], exit: 13 };

const texts: readonly Variant[] = [
  text('empty', '', MISSING),
  text('null', null, MISSING),
  text('a number', 7, {}),
  text('hello', 'hello', {}),
  text('with text before it', `x\n${good3}`, {}),
  text('with text behind it', `${good3}x`, {}),
  text('with another label', good3.replaceAll('CERTIFICATE', 'X509 CRL'), {}),
  text('cut', good3.slice(0, -40), {}),
  text('seven certificates', good3 + good3 + good3, {}),
];

const carried: Variant = {
  name: 'RA-TLS: the certificate carries another quote than the evidence',
  evidence: () => {
    const whole = infoOf(make());
    return {
      ...whole,
      quote: { origin: 'elsewhere', value: good.quoteFor(good.reportData, { trailing: Buffer.alloc(7) }) },
    };
  },
  failed: CERTIFICATE,
  exit: 10,
  says: 'another quote',
};

/** The certificate of the guest agent, its authorities, and the key that the quote is for. */
export const certificates: readonly Variant[] = [...shapes, ...dates, ...authorities, ...content, ...texts, carried];
