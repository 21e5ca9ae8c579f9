import { field } from '../../../mocks/intel/field.ts';
import type { QuoteChanges } from '../../../mocks/intel/quote.ts';
import type { TdBody } from '../../../mocks/intel/td-report.ts';
import { keyPair } from '../../../mocks/x509/keys.ts';
import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { expecting, flip, good, info, infoOf, make } from '../support/baseline.ts';
import type { Variant } from '../support/variant.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const filled = (size: number): Buffer => Buffer.alloc(size, 0x5a);
const teeTcbSvn = (start: string): Buffer =>
  field('teeTcbSvn', Buffer.concat([hex(start), Buffer.alloc(13)]), 16) as Buffer;
const attributes = (bit: number): Buffer => flip(hex('0000001000000000'), bit >> 3, bit & 7);

/** A genuine quote over another body: what hardware would sign if the machine were so. */
const body = (
  name: string,
  change: Partial<TdBody>,
  failed: readonly CheckId[],
  more: Partial<Variant> = {},
): Variant => ({ name: `signed anew: ${name}`, evidence: info({ body: change }), failed, exit: 10, ...more });

const NO_IMAGE: readonly CheckId[] = ['os.acpi', 'os.development'];
const LEVELS: readonly CheckId[] = ['quote.tcb', 'quote.module'];
const PASSES = { exit: 0, findings: [] };

const bodies: readonly Variant[] = [
  body('microcode below the level', { teeTcbSvn: teeTcbSvn('0b0103') }, ['quote.tcb'], { says: 'OutOfDate' }),
  body('module SVN of an older level', { teeTcbSvn: teeTcbSvn('060104') }, ['quote.tcb'], { says: 'OutOfDate' }),
  body('module SVN below every level', { teeTcbSvn: teeTcbSvn('050104') }, LEVELS, { says: 'below every level' }),
  body('module version that Intel does not list', { teeTcbSvn: teeTcbSvn('0b0504') }, LEVELS, { says: 'TDX_05' }),
  body('module from before versions, of an old SVN', { teeTcbSvn: teeTcbSvn('040004') }, ['quote.tcb'], {
    says: 'OutOfDate',
  }),
  body('module from before versions, of the newest SVN', { teeTcbSvn: teeTcbSvn('050004') }, [], PASSES),
  body('another module that Intel lists', { teeTcbSvn: teeTcbSvn('050304') }, [], PASSES),
  body('every SVN zero', { teeTcbSvn: Buffer.alloc(16) }, ['quote.tcb'], { says: 'OutOfDate' }),
  body('module not signed by Intel', { mrSignerSeam: filled(48) }, LEVELS, { says: 'MRSIGNERSEAM' }),
  body('SEAM attributes', { seamAttributes: hex('0000000000000001') }, LEVELS, { says: 'attributes' }),
  body('MRTD', { mrTd: filled(48) }, ['os.image'], { notChecked: NO_IMAGE }),
  body('RTMR0', { rtmr0: filled(48) }, ['eventlog.replay', 'os.image'], { notChecked: NO_IMAGE, says: 'RTMR0' }),
  body('RTMR1', { rtmr1: filled(48) }, ['eventlog.replay', 'os.image'], { notChecked: NO_IMAGE, says: 'RTMR1' }),
  body('RTMR2', { rtmr2: filled(48) }, ['eventlog.replay', 'os.image'], { notChecked: NO_IMAGE, says: 'RTMR2' }),
  body('RTMR3', { rtmr3: filled(48) }, ['eventlog.replay'], { says: 'RTMR3' }),
  body('RTMR3 zero', { rtmr3: Buffer.alloc(48) }, ['eventlog.replay'], { says: 'RTMR3' }),
  body('MRCONFIGID of no known form', { mrConfigId: filled(48) }, ['compose.config-id']),
  body('MRCONFIGID of another app-compose', { mrConfigId: Buffer.concat([hex('01'), filled(32), Buffer.alloc(15)]) }, [
    'compose.config-id',
  ]),
  body('MRCONFIGID of another app-compose, untagged', { mrConfigId: Buffer.concat([filled(32), Buffer.alloc(16)]) }, [
    'compose.config-id',
  ]),
  body('MRCONFIGID V2 of something else', { mrConfigId: Buffer.concat([hex('02'), filled(32), Buffer.alloc(15)]) }, [
    'compose.config-id',
  ]),
  body(
    'MRCONFIGID V3 without its document',
    { mrConfigId: Buffer.concat([hex('03'), filled(32), Buffer.alloc(15)]) },
    [],
    {
      exit: 0,
      notChecked: ['compose.config-id'],
    },
  ),
  body('MRCONFIGID zero', { mrConfigId: Buffer.alloc(48) }, [], { exit: 0, notBound: ['compose.config-id'] }),
  body('report data', { reportData: filled(64) }, ['cert.report-data']),
  body('report data zero', { reportData: Buffer.alloc(64) }, ['cert.report-data']),
  // Of these nothing is expected, and Intel's collateral says nothing: a genuine quote may hold them.
  body('MRSEAM', { mrSeam: filled(48) }, [], PASSES),
  body('XFAM', { xfam: hex('ff00000000000000') }, [], PASSES),
  body('MROWNER', { mrOwner: filled(48) }, [], PASSES),
  body('MROWNERCONFIG', { mrOwnerConfig: filled(48) }, [], PASSES),
];

/** SEPT_VE_DISABLE is the one that has to be set; three others weaken nothing. */
const HARMLESS = [30, 31, 63];
const bits = Array.from({ length: 64 }, (_, bit) =>
  HARMLESS.includes(bit)
    ? body(`TD attributes, bit ${bit}`, { tdAttributes: attributes(bit) }, [], PASSES)
    : body(`TD attributes, bit ${bit}`, { tdAttributes: attributes(bit) }, ['quote.debug']),
);

/** Changes of how the quote is signed. */
const quote = (
  name: string,
  change: QuoteChanges,
  failed: readonly CheckId[],
  more: Partial<Variant> = {},
): Variant => ({
  name,
  evidence: info({ quote: change }),
  failed,
  exit: 10,
  ...more,
});

const SIGNED: readonly CheckId[] = ['quote.signature'];
const PARSED: readonly CheckId[] = ['quote.parse'];
const TCB: readonly CheckId[] = ['quote.tcb'];
const other = keyPair('another attestation key');
const cut = (length: number) => (bytes: Buffer) => bytes.subarray(0, length);

const signing: readonly Variant[] = [
  quote('another attestation key than the report binds', { attestationPublicKey: other.point }, [], {
    exit: 10,
    failed: SIGNED,
    says: 'signed by its attestation key',
  }),
  quote('QE report that binds nothing', { qeReport: { reportData: Buffer.alloc(64) } }, SIGNED, {
    says: 'another attestation key',
  }),
  quote('QE report signed by another key', { pckKey: other }, SIGNED, { says: 'QE report is not signed' }),
  quote('signature of zeros', { signature: Buffer.alloc(64) }, SIGNED),
  quote('signature of ones', { signature: Buffer.alloc(64, 0xff) }, SIGNED),
  quote('QE report signature of zeros', { qeReportSignature: Buffer.alloc(64) }, SIGNED),
  quote('attestation key that is no point', { attestationPublicKey: Buffer.alloc(64, 1) }, SIGNED, {
    says: 'not a point',
  }),
  quote('attestation key of zeros', { attestationPublicKey: Buffer.alloc(64) }, SIGNED),
  quote(
    'quoting enclave in debug mode',
    { qeReport: { attributes: hex('1700000000000000e700000000000000') } },
    SIGNED,
    { says: 'debug' },
  ),
  quote('quoting enclave of another signer', { qeReport: { mrSigner: filled(32) } }, TCB, { says: 'MRSIGNER' }),
  quote('another product of the same signer', { qeReport: { isvProdId: 1 } }, TCB, { says: 'ISVPRODID' }),
  quote('quoting enclave with other MISCSELECT', { qeReport: { miscSelect: 1 } }, TCB, { says: 'MISCSELECT' }),
  quote(
    'quoting enclave with other attributes',
    { qeReport: { attributes: hex('3100000000000000e700000000000000') } },
    TCB,
    { says: 'ATTRIBUTES' },
  ),
  quote('quoting enclave of an old SVN', { qeReport: { isvSvn: 1 } }, TCB, { says: 'OutOfDate' }),
  quote('quoting enclave below every level', { qeReport: { isvSvn: 0 } }, TCB, { says: 'below every level' }),
  // The authentication data is anything that the quoting enclave bound.
  quote('other QE authentication data, bound', { qeAuthData: Buffer.alloc(7) }, [], PASSES),
  quote('no QE authentication data, bound', { qeAuthData: Buffer.alloc(0) }, [], PASSES),
  quote('another MRENCLAVE of the same signer', { qeReport: { mrEnclave: filled(32) } }, [], PASSES),
  quote('another attestation key, bound', { attestationKey: other }, [], PASSES),
];

const shape: readonly Variant[] = [
  ...[0, 1, 47, 48, 100, 631, 632, 635, 636, 700, 766, 1154, 1258, 3000].map((length) =>
    quote(`cut to ${length} bytes`, { edit: cut(length) }, PARSED, { exit: 30 }),
  ),
  quote('authentication data one byte short', { authLength: good.quote.readUInt32LE(632) - 1 }, PARSED, { exit: 30 }),
  quote('authentication data one byte long', { authLength: good.quote.readUInt32LE(632) + 1 }, PARSED, { exit: 30 }),
  quote('certification data one byte short', { certificationLength: good.quote.readUInt32LE(766) - 1 }, PARSED, {
    exit: 30,
  }),
  quote('certification data one byte long', { certificationLength: good.quote.readUInt32LE(766) + 1 }, PARSED, {
    exit: 30,
  }),
  quote('PCK chain one byte short', { innerLength: good.quote.readUInt32LE(1254) - 1 }, PARSED, { exit: 30 }),
  quote('PCK chain one byte long', { innerLength: good.quote.readUInt32LE(1254) + 1 }, PARSED, { exit: 30 }),
  quote('PCK chain directly in the quote', { certificationType: 5 }, PARSED, { exit: 20 }),
  ...[1, 2, 3, 4, 6, 7].map((innerType) =>
    quote(`certification data of type ${innerType}`, { innerType }, PARSED, { exit: 20 }),
  ),
  quote('padding that is not zero', { trailing: Buffer.concat([Buffer.alloc(69), hex('01')]) }, PARSED, { exit: 30 }),
  quote('padding beyond the limit', { trailing: Buffer.alloc(16 * 1024 + 1) }, PARSED, { exit: 30 }),
  quote('padding up to the limit', { trailing: Buffer.alloc(16 * 1024) }, [], PASSES),
  quote('no padding', { trailing: Buffer.alloc(0) }, [], PASSES),
  quote('version 3', { header: { version: 3 } }, PARSED, { exit: 20 }),
  quote('version 6', { header: { version: 6 } }, PARSED, { exit: 20 }),
  quote('SGX quote', { header: { teeType: 0 } }, PARSED, { exit: 20 }),
  quote('ECDSA on P-384', { header: { attestationKeyType: 3 } }, PARSED, { exit: 20 }),
  quote('another vendor', { header: { qeVendorId: filled(16) } }, PARSED),
  quote('other header fields', { header: { userData: filled(20), qeSvn: 7, pceSvn: 9 } }, [], PASSES),
];

/** Quotes of version 5 say what their body is; a TD 1.5 body has two more fields. */
const version5 = (
  name: string,
  change: QuoteChanges,
  failed: readonly CheckId[],
  more: Partial<Variant> = {},
): Variant => quote(`version 5: ${name}`, { header: { version: 5 }, ...change }, failed, more);

const fives: readonly Variant[] = [
  version5('TD 1.0', {}, [], PASSES),
  version5('TD 1.5', { td15: true }, [], PASSES),
  version5('a service TD', { td15: true, body: { mrServiceTd: filled(48) } }, LEVELS, { says: 'service TD' }),
  version5('other SVNs now', { td15: true, body: { teeTcbSvn2: filled(16) } }, [], PASSES),
  version5('body of an unknown type', { bodyType: 1 }, PARSED, { exit: 20 }),
  version5('TD 1.0 said to be 1.5', { bodyType: 3 }, PARSED, { exit: 30 }),
  version5('TD 1.5 said to be 1.0', { td15: true, bodyType: 2 }, PARSED, { exit: 30 }),
  version5('TD 1.5 said to be 1.0 in size, too', { td15: true, bodyType: 2, bodySize: 584 }, PARSED, { exit: 30 }),
  version5('a size that is not its type’s', { bodySize: 583 }, PARSED, { exit: 30 }),
  version5('service TD turned after signing', { td15: true, edit: (bytes) => flip(bytes, 54 + 600, 0) }, [
    'quote.signature',
    'quote.module',
  ]),
  version5('newer SVNs turned after signing', { td15: true, edit: (bytes) => flip(bytes, 54 + 584, 0) }, SIGNED),
  version5('type of the body turned', { edit: (bytes) => flip(bytes, 48, 0) }, PARSED, { exit: 30 }),
  version5('size of the body turned', { edit: (bytes) => flip(bytes, 50, 0) }, PARSED, { exit: 30 }),
  version5(
    'signed without type and size',
    { editSigned: (bytes) => Buffer.concat([bytes.subarray(0, 48), bytes.subarray(54)]) },
    PARSED,
    { exit: 20 },
  ),
];

/** With a policy that leaves RTMR0 open, other virtual hardware shows in os.acpi alone. */
const openRtmr0: Variant = {
  name: 'other ACPI tables, where the policy states no RTMR0',
  evidence: () => infoOf(make({ osImage: { digests: { acpiTables: filled(48) } } })),
  expected: (() => {
    const { policy } = expecting(good);
    const { rtmr0: _, ...image } = good.osImage;
    return { policy: { ...policy, osImages: [{ value: image, source: 'a test' }] } };
  })(),
  notChecked: ['os.acpi'],
  exit: 0,
  findings: [],
};

/** Quotes that the one maker signed over something else, or in another way. */
export const quoteSigned: readonly Variant[] = [...bodies, ...bits, ...signing, ...shape, ...fives, openRtmr0];
