import { describe, expect, test } from 'vitest';
import { readCollateral } from '../../src/tdx/collateral.ts';
import { type TcbEvaluation, evaluateTcb } from '../../src/tdx/evaluate-tcb.ts';
import { intelRootDer } from '../../src/tdx/intel-root.ts';
import { parseQuote } from '../../src/tdx/quote.ts';
import { verifyCollateral } from '../../src/tdx/verify-collateral.ts';
import { verifyDcap } from '../../src/tdx/verify-dcap.ts';
import { verifyQuoteSignature } from '../../src/tdx/verify-quote.ts';
import type { CollateralChanges } from '../mocks/intel/collateral.ts';
import { createIntel } from '../mocks/intel/intel.ts';
import type { QuoteChanges } from '../mocks/intel/quote.ts';
import { moduleStatus, platformStatus, qeStatus } from '../mocks/intel/tcb-changes.ts';
import type { TcbInfo } from '../mocks/intel/tcb-info.ts';
import { NOW, expectTdx, hex, intel, thrownBy, trust } from './support.ts';

const evaluate = (quote: QuoteChanges = {}, collateral: CollateralChanges = {}, maker = intel): TcbEvaluation => {
  const options = { root: maker.root.der, now: NOW };
  const parsed = parseQuote(maker.quote(quote));
  const verified = verifyCollateral(readCollateral(maker.collateral(collateral)), options);
  return evaluateTcb(parsed, verifyQuoteSignature(parsed, options), verified);
};
const refused = (quote: QuoteChanges, collateral: CollateralChanges, code: string, message: string): void =>
  expectTdx(() => evaluate(quote, collateral), code, message, 10);
const svns = (text: string): QuoteChanges => ({ body: { teeTcbSvn: hex(text.padEnd(32, '0')) } });

test('everything at its highest', () => {
  const tcb = evaluate();
  expect(tcb).toMatchObject({
    status: 'UpToDate',
    advisories: [],
    platform: { index: 0, shortfalls: [], level: { status: 'UpToDate' } },
    qe: { isvSvn: 6, highestSvn: 4, level: { isvSvn: 4, status: 'UpToDate' } },
    module: { id: 'TDX_01', isvSvn: 11, highestSvn: 11, level: { isvSvn: 11, status: 'UpToDate' } },
    shortfalls: [],
    evaluationDataNumbers: { tcbInfo: 20, qeIdentity: 19 },
  });
});

describe('platform levels', () => {
  test('each SGX component', () => {
    for (let index = 0; index < 16; index++) {
      const components = [4, 4, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];
      const need = components[index]!;
      if (need === 0) continue;
      const info = (usual: TcbInfo): TcbInfo => ({ ...usual, tcbLevels: intelLevels() });
      const maker = intel.with({ platform: { components: components.with(index, need - 1) } });
      const tcb = evaluate({}, { tcbInfo: { change: info } }, maker);
      expect(tcb).toMatchObject({
        status: 'OutOfDate',
        advisories: ['INTEL-SA-01036', 'INTEL-SA-01099'],
        platform: { index: 1 },
      });
      expect(tcb.shortfalls).toEqual([{ part: 'sgx', index, label: undefined, have: need - 1, need }]);
    }
  });
  test('the components of the certificate count, and not what CPUSVN says', () => {
    const maker = intel.with({
      platform: { cpuSvn: new Uint8Array(16), components: [4, 4, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0] },
    });
    expect(evaluate({}, {}, maker).status).toBe('UpToDate');
  });
  test('the PCE', () => {
    const maker = intel.with({ platform: { pceSvn: 10 } });
    const tcb = evaluate({}, { tcbInfo: { change: (usual) => ({ ...usual, tcbLevels: intelLevels() }) } }, maker);
    expect(tcb.shortfalls).toEqual([{ part: 'pce', index: undefined, label: undefined, have: 10, need: 11 }]);
    expect(tcb.status).toBe('OutOfDate');
  });
  test('the TDX components from the third on, with a versioned module', () => {
    const tcb = evaluate(svns('0b0103'));
    expect(tcb.shortfalls).toEqual([{ part: 'tdx', index: 2, label: undefined, have: 3, need: 4 }]);
    expect(tcb).toMatchObject({ status: 'OutOfDate', platform: { index: 1 } });
    const high = (usual: TcbInfo): TcbInfo => ({
      ...usual,
      tcbLevels: usual.tcbLevels.map((level, index) =>
        index > 0
          ? level
          : {
              ...level,
              tcb: {
                ...level.tcb,
                tdxtcbcomponents: level.tcb.tdxtcbcomponents.with(0, { svn: 255 }).with(1, { svn: 255 }),
              },
            },
      ),
    });
    expect(evaluate({}, { tcbInfo: { change: high } }).status).toBe('UpToDate');
  });
  test('all TDX components, without a versioned module', () => {
    expect(evaluate(svns('050004'))).toMatchObject({
      status: 'UpToDate',
      module: { id: 'tdxModule', isvSvn: 5, level: undefined, highestSvn: undefined },
      shortfalls: [],
    });
    const tcb = evaluate(svns('040004'));
    expect(tcb.shortfalls).toEqual([{ part: 'tdx', index: 0, label: undefined, have: 4, need: 5 }]);
    expect(tcb).toMatchObject({ status: 'OutOfDate', platform: { index: 1 } });
  });
  test('the lowest', () => {
    const tcb = evaluate(svns('0b0100'));
    expect(tcb).toMatchObject({ status: 'OutOfDate', advisories: ['INTEL-SA-00106'], platform: { index: 2 } });
  });
  test('none', () =>
    refused(
      svns('0b0100'),
      { tcbInfo: { change: (usual) => ({ ...usual, tcbLevels: usual.tcbLevels.slice(0, 2) }) } },
      'no-tcb-level',
      'the platform (FMSPC 00a05eed0000) is below every level of tcb_info',
    ));
  test('a highest level that is not UpToDate has nothing short', () => {
    const tcb = evaluate({}, { tcbInfo: { change: platformStatus('SWHardeningNeeded', ['INTEL-SA-00001']) } });
    expect(tcb).toMatchObject({ status: 'SWHardeningNeeded', advisories: ['INTEL-SA-00001'], shortfalls: [] });
  });
});

/** The levels for the unchanged platform, whatever the platform of a test. */
const intelLevels = (): TcbInfo['tcbLevels'] => (JSON.parse(intel.collateral().tcb_info) as TcbInfo).tcbLevels;

describe('the TDX module', () => {
  test('below the highest', () => {
    const tcb = evaluate(svns('0a0104'));
    expect(tcb).toMatchObject({
      status: 'OutOfDate',
      advisories: ['INTEL-SA-01192', 'INTEL-SA-01245'],
      module: { isvSvn: 10, level: { isvSvn: 6 } },
      platform: { index: 0 },
    });
    expect(tcb.shortfalls).toEqual([{ part: 'module', index: undefined, label: 'TDX_01', have: 10, need: 11 }]);
  });
  test('of another version', () => {
    expect(evaluate(svns('050304'))).toMatchObject({ status: 'UpToDate', module: { id: 'TDX_03', highestSvn: 5 } });
    expect(evaluate(svns('060304'))).toMatchObject({
      status: 'UpToDate',
      module: { id: 'TDX_03', isvSvn: 6 },
      shortfalls: [],
    });
  });
  test('below every level', () =>
    refused(svns('050104'), {}, 'no-tcb-level', 'the TDX module TDX_01 has SVN 5, below every level of tcb_info'));
  test('not listed', () => {
    refused(svns('0b0204'), {}, 'wrong-module', 'the TDX module is TDX_02, which tcb_info does not list');
    refused(svns('0bfa04'), {}, 'wrong-module', 'the TDX module is TDX_FA, which tcb_info does not list');
  });
  const identity =
    (change: object) =>
    (usual: TcbInfo): TcbInfo => ({
      ...usual,
      tdxModuleIdentities: usual.tdxModuleIdentities.map((one) => ({ ...one, ...change })),
    });
  test('of another signer than its identity', () => {
    refused(
      {},
      { tcbInfo: { change: identity({ mrsigner: `${'00'.repeat(47)}01` }) } },
      'wrong-module',
      'the TDX module has another signer than TDX_01 of tcb_info',
    );
    const plain = (usual: TcbInfo): TcbInfo => ({
      ...usual,
      tdxModule: { ...usual.tdxModule, mrsigner: 'ff'.repeat(48) },
    });
    refused(
      svns('050004'),
      { tcbInfo: { change: plain } },
      'wrong-module',
      'the TDX module has another signer than tdxModule of tcb_info',
    );
    expect(evaluate({}, { tcbInfo: { change: plain } }).status).toBe('UpToDate');
  });
  test('attributes under the mask', () => {
    refused(
      {},
      { tcbInfo: { change: identity({ attributes: '0000000000000001' }) } },
      'wrong-module',
      'the TDX module has other attributes than TDX_01 of tcb_info',
    );
    const masked = identity({ attributes: '0000000000000001', attributesMask: 'FFFFFFFFFFFFFFFE' });
    expect(evaluate({}, { tcbInfo: { change: masked } }).status).toBe('UpToDate');
  });
  test('not signed by Intel', () =>
    refused(
      { body: { mrSignerSeam: new Uint8Array(48).fill(1) } },
      {},
      'wrong-module',
      `the TDX module is not signed by Intel: MRSIGNERSEAM is ${'01'.repeat(48)}`,
    ));
});

describe('the quoting enclave', () => {
  const wrong = (qeReport: NonNullable<QuoteChanges['qeReport']>, field: string): void =>
    refused({ qeReport }, {}, 'wrong-qe', `the quoting enclave is not the one of qe_identity: its ${field} differs`);
  test("is Intel's", () => {
    wrong({ mrSigner: new Uint8Array(32) }, 'MRSIGNER');
    wrong({ isvProdId: 1 }, 'ISVPRODID');
    wrong({ miscSelect: 1 }, 'MISCSELECT');
    wrong({ miscSelect: 0x80000000 }, 'MISCSELECT');
    wrong({ attributes: hex('1100000000000001 0000000000000000') }, 'ATTRIBUTES');
    wrong({ attributes: hex('1900000000000000 0000000000000000') }, 'ATTRIBUTES');
  });
  test('bits outside of the masks do not matter', () => {
    expect(evaluate({ qeReport: { attributes: hex('1100000000000000 ffffffffffffffff') } }).status).toBe('UpToDate');
    const change = { miscselectMask: '00FFFFFF' };
    expect(evaluate({ qeReport: { miscSelect: 0xff } }, { qeIdentity: { change } }).status).toBe('UpToDate');
    expect(
      evaluate({ qeReport: { miscSelect: 0 } }, { qeIdentity: { change: { ...change, miscselect: 'FF000000' } } })
        .status,
    ).toBe('UpToDate');
  });
  test('levels', () => {
    expect(evaluate({ qeReport: { isvSvn: 4 } }).status).toBe('UpToDate');
    const tcb = evaluate({ qeReport: { isvSvn: 3 } });
    expect(tcb).toMatchObject({
      status: 'OutOfDate',
      advisories: ['INTEL-SA-00837'],
      qe: { isvSvn: 3, level: { isvSvn: 1 }, highestSvn: 4 },
    });
    expect(tcb.shortfalls).toEqual([{ part: 'qe', index: undefined, label: 'TD_QE', have: 3, need: 4 }]);
    expect(evaluate({ qeReport: { isvSvn: 1 } }).status).toBe('OutOfDate');
    refused(
      { qeReport: { isvSvn: 0 } },
      {},
      'no-tcb-level',
      'the quoting enclave has SVN 0, below every level of qe_identity',
    );
  });
});

describe('statuses together', () => {
  test('the worst of the three, and all advisories once, sorted', () => {
    const tcb = evaluate(
      {},
      {
        tcbInfo: {
          change: (usual) =>
            moduleStatus('OutOfDate', ['INTEL-SA-2', 'INTEL-SA-9'])(
              platformStatus('ConfigurationNeeded', ['INTEL-SA-3', 'INTEL-SA-2'])(usual),
            ),
        },
        qeIdentity: { change: qeStatus('SWHardeningNeeded', ['INTEL-SA-1']) },
      },
    );
    expect(tcb.status).toBe('OutOfDateConfigurationNeeded');
    expect(tcb.advisories).toEqual(['INTEL-SA-1', 'INTEL-SA-2', 'INTEL-SA-3', 'INTEL-SA-9']);
  });
  test.each<[string, CollateralChanges]>([
    ['platform', { tcbInfo: { change: platformStatus('Revoked') } }],
    ['module', { tcbInfo: { change: moduleStatus('Revoked') } }],
    ['quoting enclave', { qeIdentity: { change: qeStatus('Revoked') } }],
  ])('Revoked, by the %s, is an answer', (_, changes) => expect(evaluate({}, changes).status).toBe('Revoked'));
});

describe('whose collateral it is', () => {
  test('FMSPC and PCE id', () => {
    refused(
      {},
      { tcbInfo: { change: { fmspc: '00A05EED0001' } } },
      'wrong-platform',
      'tcb_info is for FMSPC 00a05eed0001, the platform has 00a05eed0000',
    );
    refused(
      {},
      { tcbInfo: { change: { pceId: '0001' } } },
      'wrong-platform',
      'tcb_info is for PCE id 0001, the platform has 0000',
    );
    expect(evaluate({}, { tcbInfo: { change: { fmspc: '00a05eed0000' } } }).status).toBe('UpToDate');
  });
  test('the PCK CRL is of the CA that issued the leaf', () => {
    const { processorCa, root } = intel;
    const list = { issuer: processorCa.spec.subject, signer: processorCa.key };
    refused(
      {},
      { pckCrlChain: [processorCa.der, root.der], pckCrl: list },
      'wrong-collateral',
      'pck_crl is not of the CA that issued the PCK certificate',
    );
  });
  test('a CA that was certified anew is the same CA', () => {
    const again = createIntel({ certificates: { platformCa: { serial: hex('42') } } }).platformCa;
    expect(evaluate({}, { pckCrlChain: [again.der, intel.root.der] }).status).toBe('UpToDate');
    expect(
      thrownBy(() =>
        evaluate(
          {},
          { pckCrlChain: [again.der, intel.root.der], rootCrl: { revoked: [{ serial: intel.pckCa.spec.serial }] } },
        ),
      ),
    ).toMatchObject({
      code: 'revoked',
      message: `the CA of the PCK certificate is revoked (serial ${Buffer.from(intel.pckCa.spec.serial).toString('hex')})`,
    });
  });
  test('a CA of the same name with another key is another', () => {
    const other = createIntel({ certificates: { platformCa: { key: intel.processorCa.key } } }).platformCa;
    refused(
      {},
      { pckCrlChain: [other.der, intel.root.der], pckCrl: { signer: other.key } },
      'wrong-collateral',
      'pck_crl is not of the CA that issued the PCK certificate',
    );
  });
  test('a CA of the same key with another name is another', () => {
    const { key } = intel.pckCa;
    const other = createIntel({ certificates: { processorCa: { key } } }).processorCa;
    const list = { issuer: other.spec.subject, signer: key };
    const message = 'pck_crl is not of the CA that issued the PCK certificate';
    refused({}, { pckCrlChain: [other.der, intel.root.der], pckCrl: list }, 'wrong-collateral', message);
  });
  test('revoked: the leaf', () =>
    refused(
      {},
      { pckCrl: { revoked: [{ serial: hex('05') }, { serial: intel.pck.spec.serial }] } },
      'revoked',
      `the PCK certificate is revoked (serial ${Buffer.from(intel.pck.spec.serial).toString('hex')})`,
    ));
  test('the serial of the leaf in the list of the root is another certificate', () =>
    expect(evaluate({}, { rootCrl: { revoked: [{ serial: intel.pck.spec.serial }] } }).status).toBe('UpToDate'));
});

describe('all of it together', () => {
  const run = (quote: QuoteChanges = {}, collateral: CollateralChanges = {}) =>
    verifyDcap(intel.quote(quote), intel.collateral(collateral), trust);
  test('gives every part', () => {
    const result = run({ header: { version: 5 }, td15: true });
    expect(result.quote).toMatchObject({ version: 5, bodyType: 'td15' });
    expect(result.pck.fmspc).toBe('00a05eed0000');
    expect(result.collateral.tcbInfo.fmspc).toBe('00a05eed0000');
    expect(result.tcb.status).toBe('UpToDate');
    expect(result.attributes).toEqual({ pks: false, keyLocker: false, perfmon: false });
  });
  test.each<[string, QuoteChanges, CollateralChanges, string]>([
    ['quote', { header: { version: 3 } }, {}, 'unsupported-version'],
    ['signature', { signature: new Uint8Array(64) }, {}, 'bad-signature'],
    ['collateral', {}, { edit: () => ({}) }, 'bad-collateral'],
    ['dates', {}, { now: NOW - 365 * 86400 }, 'expired'],
    ['platform', {}, { tcbInfo: { change: { fmspc: '000000000000' } } }, 'wrong-platform'],
    ['debug', { body: { tdAttributes: hex('0100001000000000') } }, {}, 'debug'],
  ])('%s', (_, quote, collateral, code) => expect(thrownBy(() => run(quote, collateral))).toMatchObject({ code }));
  test("is not believed under Intel's own root", () =>
    expect(
      thrownBy(() => verifyDcap(intel.quote(), intel.collateral(), { root: intelRootDer(), now: NOW })),
    ).toMatchObject({ code: 'bad-chain', exitCode: 10 }));
});
