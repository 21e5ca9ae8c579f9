import type { CheckId } from '../../../../src/audit/check-ids.ts';
import type { DocumentChanges } from '../../../mocks/intel/collateral.ts';
import type { QeIdentity } from '../../../mocks/intel/qe-identity.ts';
import { isoTime, type TcbInfo } from '../../../mocks/intel/tcb-info.ts';
import { keyPair } from '../../../mocks/x509/keys.ts';
import { collateral, intel } from '../support/baseline.ts';
import type { Variant } from '../support/variant.ts';

const { now } = intel;
const BOTH: readonly CheckId[] = ['quote.tcb', 'quote.module'];
const TCB: Partial<Variant> = { failed: ['quote.tcb'] };
const MALFORMED: Partial<Variant> = { exit: 30 };
const STALE: Partial<Variant> = { exit: 12 };
const PASSES: Partial<Variant> = { failed: [], exit: 0, findings: [] };
const stray = keyPair('of nobody');

/** Either document, by the name that collateral gives it. */
type Change = DocumentChanges<TcbInfo> & DocumentChanges<QeIdentity>;

const DOCUMENTS = [
  ['tcbInfo', 'tcb_info'],
  ['qeIdentity', 'qe_identity'],
] as const;

const both = DOCUMENTS.flatMap(([key, field]): readonly Variant[] => {
  const of = (name: string, change: Change, more: Partial<Variant> = {}): Variant => ({
    name: `${field}: ${name}`,
    evidence: collateral({ [key]: change }),
    failed: BOTH,
    exit: 10,
    ...more,
  });
  const after = (name: string, edit: (text: string) => unknown, more: Partial<Variant> = {}): Variant => ({
    name: `${field}: ${name}`,
    evidence: collateral({ edit: (good) => ({ ...good, [field]: edit(good[field]) }) }),
    failed: BOTH,
    exit: 10,
    ...more,
  });
  const signature = (name: string, value: unknown, exit = 30): Variant => ({
    name: `${field}_signature ${name}`,
    evidence: collateral({ edit: (good) => ({ ...good, [`${field}_signature`]: value }) }),
    failed: BOTH,
    exit,
  });
  return [
    of('signed by nobody', { signer: stray }, { says: 'does not verify' }),
    of('signed by the PCK authority', { signer: intel.pckCa.key }),
    of('signed by the root', { signer: intel.root.key }),
    after('a space added after signing', (text) => `${text} `),
    after('a status changed after signing', (text) => text.replace('OutOfDate', 'UpToDate')),
    after('a date changed after signing', (text) => text.replace('"nextUpdate":"20', '"nextUpdate":"21')),
    after('written again with other spaces', (text) => JSON.stringify(JSON.parse(text), null, 1)),
    after('in place of its text the object', (text) => JSON.parse(text), MALFORMED),
    after('left out', () => undefined, MALFORMED),
    signature('of zeros', '00'.repeat(64), 10),
    signature('one byte short', '00'.repeat(63)),
    signature('one byte long', '00'.repeat(65)),
    signature('that is no hex', 'zz'.repeat(64)),
    signature('left out', undefined),
    of(
      'over by this second',
      { change: { nextUpdate: isoTime(now) } },
      { ...STALE, says: `${field} of the collateral expired` },
    ),
    of('over in a second', { change: { nextUpdate: isoTime(now + 1) } }, PASSES),
    of('issued in a second', { change: { issueDate: isoTime(now + 1) } }, STALE),
    of('issued this second', { change: { issueDate: isoTime(now) } }, PASSES),
    of('over before it was issued', { change: { issueDate: isoTime(now + 9), nextUpdate: isoTime(now - 9) } }, STALE),
    of('a date that is none', { change: { nextUpdate: '2027-02-30T00:00:00Z' } }, MALFORMED),
    of('a date in local time', { change: { nextUpdate: '2027-02-03T00:00:00' } }, MALFORMED),
    of('of another kind', { change: { id: 'SGX' } }),
    of('of an unknown version', { change: { version: 9 } }),
    of('a version that is text', { change: { version: '3' } as object }, MALFORMED),
    of('no JSON', { text: 'hello' }, MALFORMED),
    of('an array', { text: '[]' }, MALFORMED),
    of('an empty object', { text: '{}' }, MALFORMED),
    of('a key twice', { text: '{"id":"TDX","id":"TD_QE"}' }, MALFORMED),
    of('no levels', { change: { tcbLevels: [] } }, MALFORMED),
    of('levels left out', { change: { tcbLevels: undefined } as object }, MALFORMED),
    of(
      'levels in another order',
      {
        change: (document: TcbInfo & QeIdentity) => ({ ...document, tcbLevels: document.tcbLevels.toReversed() }),
      } as Change,
      MALFORMED,
    ),
    of(
      'a level without status',
      {
        change: (document: TcbInfo & QeIdentity) => ({
          ...document,
          tcbLevels: document.tcbLevels.map((level) => ({ ...level, tcbStatus: undefined })),
        }),
      } as Change,
      MALFORMED,
    ),
    of(
      'a status that nobody knows',
      {
        change: (document: TcbInfo & QeIdentity) => ({
          ...document,
          tcbLevels: document.tcbLevels.map((level) => ({ ...level, tcbStatus: 'Fine' })),
        }),
      } as Change,
      MALFORMED,
    ),
    of('a newer evaluation', { change: { tcbEvaluationDataNumber: 99 } }, PASSES),
  ];
});

const info = (
  name: string,
  change: Partial<TcbInfo> | ((info: TcbInfo) => object),
  more: Partial<Variant> = {},
): Variant => ({
  name: `tcb_info: ${name}`,
  evidence: collateral({ tcbInfo: { change } }),
  failed: BOTH,
  exit: 10,
  ...more,
});
const identity = (name: string, change: Partial<QeIdentity>, more: Partial<Variant> = {}): Variant => ({
  name: `qe_identity: ${name}`,
  evidence: collateral({ qeIdentity: { change } }),
  failed: ['quote.tcb'],
  exit: 10,
  ...more,
});

const modules = (change: (one: TcbInfo['tdxModuleIdentities'][number]) => object) => (document: TcbInfo) => ({
  ...document,
  tdxModuleIdentities: document.tdxModuleIdentities.map((one) => (one.id === 'TDX_01' ? change(one) : one)),
});
const firstLevel = (change: (level: TcbInfo['tcbLevels'][number]) => object) => (document: TcbInfo) => ({
  ...document,
  tcbLevels: [change(document.tcbLevels[0]!)],
});

const infos: readonly Variant[] = [
  info('of another FMSPC', { fmspc: '00A05EED0001' }, { ...TCB, says: 'FMSPC' }),
  info('of another PCE id', { pceId: '0001' }, { ...TCB, says: 'PCE id' }),
  info('FMSPC too short', { fmspc: '00A05E' }, MALFORMED),
  info('of another TCB type', { tcbType: 1 }, MALFORMED),
  info(
    'that asks for a newer component',
    firstLevel((level) => ({
      ...level,
      tcb: { ...level.tcb, sgxtcbcomponents: level.tcb.sgxtcbcomponents.map(() => ({ svn: 255 })) },
    })),
    { ...TCB, says: 'below every level' },
  ),
  info(
    'that asks for a newer PCE',
    firstLevel((level) => ({ ...level, tcb: { ...level.tcb, pcesvn: 12 } })),
    { ...TCB, says: 'below every level' },
  ),
  info(
    'that asks for newer microcode',
    firstLevel((level) => ({
      ...level,
      tcb: { ...level.tcb, tdxtcbcomponents: level.tcb.tdxtcbcomponents.map(() => ({ svn: 9 })) },
    })),
    { ...TCB, says: 'below every level' },
  ),
  info(
    'with 15 components',
    firstLevel((level) => ({ ...level, tcb: { ...level.tcb, sgxtcbcomponents: level.tcb.sgxtcbcomponents.slice(1) } })),
    MALFORMED,
  ),
  info(
    'an SVN of 256',
    firstLevel((level) => ({
      ...level,
      tcb: { ...level.tcb, sgxtcbcomponents: level.tcb.sgxtcbcomponents.map(() => ({ svn: 256 })) },
    })),
    MALFORMED,
  ),
  info('that does not list the module', (document) => ({ ...document, tdxModuleIdentities: [] }), { says: 'TDX_01' }),
  info('without module identities', (document) => ({ ...document, tdxModuleIdentities: undefined }), {
    says: 'TDX_01',
  }),
  info(
    'with a module of another name',
    modules((one) => ({ ...one, id: 'TDX_1' })),
    MALFORMED,
  ),
  info(
    'with one module twice',
    modules((one) => ({ ...one, id: 'TDX_03' })),
    MALFORMED,
  ),
  info(
    'with a module of another signer',
    modules((one) => ({ ...one, mrsigner: '11'.repeat(48) })),
    { says: 'another signer' },
  ),
  info(
    'with a module of other attributes',
    modules((one) => ({ ...one, attributes: '11'.repeat(8) })),
    { says: 'other attributes' },
  ),
  info(
    'with a module of other attributes, none of which count',
    modules((one) => ({ ...one, attributes: '11'.repeat(8), attributesMask: '00'.repeat(8) })),
    PASSES,
  ),
  info(
    'with a module whose levels are higher',
    modules((one) => ({ ...one, tcbLevels: [{ ...one.tcbLevels[0], tcb: { isvsvn: 12 } }] })),
    { says: 'below every level' },
  ),
  info('without the old module', (document) => ({ ...document, tdxModule: undefined }), MALFORMED),
];

const identities: readonly Variant[] = [
  identity('of another signer', { mrsigner: '45'.repeat(32) }, { says: 'MRSIGNER' }),
  identity('of another product', { isvprodid: 1 }, { says: 'ISVPRODID' }),
  identity('with other MISCSELECT', { miscselect: '00000001' }, { says: 'MISCSELECT' }),
  identity(
    'with other MISCSELECT, which does not count',
    { miscselect: '00000001', miscselectMask: '00000000' },
    PASSES,
  ),
  identity('with other attributes', { attributes: '31000000000000000000000000000000' }, { says: 'ATTRIBUTES' }),
  identity('with a mask over all attributes', { attributesMask: 'FF'.repeat(16) }, { says: 'ATTRIBUTES' }),
  identity(
    'whose levels are higher',
    { tcbLevels: [{ tcb: { isvsvn: 7 }, tcbDate: '2025-05-14T00:00:00Z', tcbStatus: 'UpToDate' }] },
    { says: 'below every level' },
  ),
  identity('with a short signer', { mrsigner: '44' }, { ...MALFORMED, failed: BOTH }),
];

/** TCB info and QE identity: signature, dates, kind, and what they say of the platform. */
export const collateralDocuments: readonly Variant[] = [...both, ...infos, ...identities];
