import { QuoteVerifier } from '@phala/dcap-qvl';
import { describe, expect, test } from 'vitest';
import type { CollateralChanges } from '../mocks/intel/collateral.ts';
import { createIntel, type IntelOptions, SIMULATED_NOW } from '../mocks/intel/intel.ts';
import type { QuoteChanges } from '../mocks/intel/quote.ts';
import { platformStatus, qeStatus } from '../mocks/intel/tcb-changes.ts';
import { keyPair } from '../mocks/x509/keys.ts';

interface Case {
  intel?: IntelOptions;
  quote?: QuoteChanges;
  collateral?: CollateralChanges;
  root?: string;
  now?: number;
}

const judge = (one: Case): { status: string; advisories: string[] } => {
  const intel = createIntel(one.intel);
  const root = createIntel(one.root === undefined ? one.intel : { name: one.root }).root;
  const verifier = QuoteVerifier.newWithRootCa(root.der);
  const collateral = intel.collateral(one.collateral) as Parameters<typeof verifier.verify>[1];
  const result = verifier.verify(intel.quote(one.quote), collateral, one.now ?? intel.now);
  return { status: result.status as string, advisories: result.advisory_ids as string[] };
};

const V5 = { header: { version: 5 } };

const GOOD: [string, Case][] = [
  ['version 4', {}],
  ['version 5 with a TD 1.0 body', { quote: V5 }],
  ['version 5 with a TD 1.5 body', { quote: { ...V5, td15: true } }],
  ['a machine of the Processor CA', { intel: { platform: { ca: 'processor' } } }],
  ['a machine with SVNs above 127', { intel: { platform: { components: Array(16).fill(255) } } }],
  ['another maker, trusted', { intel: { name: 'Other' } }],
  ['another time', { intel: { now: 1_900_000_000 } }],
  ['the chain in the collateral too', { collateral: { withPckChain: true } }],
  ['no bytes after the signed part', { quote: { trailing: Buffer.alloc(0) } }],
  ['other auth data of the quoting enclave', { quote: { qeAuthData: Buffer.alloc(32, 7) } }],
  ['NULs after PEM', { collateral: { nuls: true } }],
  ['another attestation key', { quote: { attestationKey: keyPair('another') } }],
  ['other report data', { quote: { body: { reportData: Buffer.alloc(64, 9) } } }],
];

test.each(GOOD)('the oracle accepts as UpToDate: %s', (_, one) => {
  expect(judge(one)).toEqual({ status: 'UpToDate', advisories: [] });
});

test.each([
  ['OutOfDate', 'OutOfDate', { tcbInfo: { change: platformStatus('OutOfDate', ['INTEL-SA-1']) } }, ['INTEL-SA-1']],
  ['SWHardeningNeeded', 'SWHardeningNeeded', { tcbInfo: { change: platformStatus('SWHardeningNeeded') } }, []],
  ['a QE out of date', 'OutOfDate', { qeIdentity: { change: qeStatus('OutOfDate', ['INTEL-SA-2']) } }, ['INTEL-SA-2']],
] as [string, string, CollateralChanges, string[]][])(
  'the oracle sees the status: %s',
  (_, status, collateral, advisories) => {
    expect(judge({ collateral })).toEqual({ status, advisories });
  },
);

test('a machine that is one step behind reaches the second level', () => {
  const behind = { body: { teeTcbSvn: Buffer.from('04000300000000000000000000000000', 'hex') } };
  expect(judge({ quote: behind })).toEqual({ status: 'OutOfDate', advisories: ['INTEL-SA-01036', 'INTEL-SA-01099'] });
});

const flipAt =
  (offset: number) =>
  (bytes: Buffer): Buffer => {
    bytes[offset]! ^= 1;
    return bytes;
  };

const BAD: [string, Case, RegExp][] = [
  ['a root that is not trusted', { root: 'Other' }, /chain|issuer|root|trust|certificate/i],
  ['a flipped bit in the body', { quote: { edit: flipAt(200) } }, /signature/i],
  ['a flipped bit of the signature', { quote: { edit: flipAt(640) } }, /signature/i],
  ['a flipped bit of the attestation key', { quote: { edit: flipAt(710) } }, /./],
  ['a flipped bit of the QE report', { quote: { edit: flipAt(800) } }, /signature/i],
  ['a signature of zeros', { quote: { signature: Buffer.alloc(64) } }, /signature/i],
  ['a QE report signed by another key', { quote: { pckKey: keyPair('stranger') } }, /qe_report/],
  ['a QE report that binds another key', { quote: { qeReport: { reportData: Buffer.alloc(64) } } }, /hash mismatch/],
  ['another MRSIGNER of the QE', { quote: { qeReport: { mrSigner: Buffer.alloc(32) } } }, /MRSIGNER/],
  ['another product of the QE', { quote: { qeReport: { isvProdId: 1 } } }, /ISVPRODID/],
  ['an SVN below all QE levels', { quote: { qeReport: { isvSvn: 0 } } }, /./],
  ['a debug TD', { quote: { body: { tdAttributes: Buffer.from('0100001000000000', 'hex') } } }, /debug|attr/i],
  ['version 3', { quote: { header: { version: 3 } } }, /./],
  ['an SGX quote', { quote: { header: { teeType: 0 } } }, /./],
  ['another key type', { quote: { header: { attestationKeyType: 3 } } }, /key type/],
  ['an auth length beyond the end', { quote: { authLength: 0xffffff } }, /decode/],
  ['a chain of the leaf alone', { quote: { chain: [createIntel().pck.der] } }, /too short/],
  ['no chain', { quote: { chainBytes: Buffer.alloc(0) } }, /./],
  ['another FMSPC', { collateral: { tcbInfo: { change: { fmspc: '00A05EED0001' } } } }, /Fmspc/],
  ['TCB info of another signer', { collateral: { tcbInfo: { signer: keyPair('stranger') } } }, /tcb_info/],
  ['a flipped signature of TCB info', { collateral: { tcbInfo: { signature: '11'.repeat(64) } } }, /tcb_info/],
  ['TCB info for SGX', { collateral: { tcbInfo: { change: { id: 'SGX' } } } }, /TCB info/],
  ['a QE identity of another signer', { collateral: { qeIdentity: { signer: keyPair('stranger') } } }, /qe_identity/],
  ['a QE identity that is not TD_QE', { collateral: { qeIdentity: { change: { id: 'QE' } } } }, /QE Identity/],
  ['a level that is revoked', { collateral: { tcbInfo: { change: platformStatus('Revoked') } } }, /Revoked/],
  ['expired collateral', { now: SIMULATED_NOW + 31 * 24 * 3600 }, /expired/],
  ['collateral of the future', { now: SIMULATED_NOW - 2 * 24 * 3600 }, /future/],
  ['an expired leaf', { intel: { certificates: { pck: { notAfter: SIMULATED_NOW - 1 } } } }, /./],
  ['a revoked leaf', { collateral: { pckCrl: { revoked: [{ serial: createIntel().pck.spec.serial }] } } }, /revoked/i],
  [
    'a revoked authority',
    { collateral: { rootCrl: { revoked: [{ serial: createIntel().pckCa.spec.serial }] } } },
    /revoked/i,
  ],
];

test.each(BAD)('the oracle refuses: %s', (_, one, message) => {
  expect(() => judge(one)).toThrow(message);
});

describe('the layout of a quote', () => {
  const intel = createIntel();

  test('every field of header and body lies where Intel says', () => {
    const bytes = intel.quote({
      header: { qeSvn: 0x1234, pceSvn: 0x5678, userData: Buffer.alloc(20, 1) },
      body: {
        mrSeam: Buffer.alloc(48, 2),
        mrSignerSeam: Buffer.alloc(48, 3),
        seamAttributes: Buffer.alloc(8, 4),
        xfam: Buffer.alloc(8, 5),
        mrTd: Buffer.alloc(48, 6),
        mrConfigId: Buffer.alloc(48, 7),
        mrOwner: Buffer.alloc(48, 8),
        mrOwnerConfig: Buffer.alloc(48, 9),
        rtmr0: Buffer.alloc(48, 10),
        rtmr1: Buffer.alloc(48, 11),
        rtmr2: Buffer.alloc(48, 12),
        rtmr3: Buffer.alloc(48, 13),
        reportData: Buffer.alloc(64, 14),
      },
    });
    expect(bytes.subarray(0, 28).toString('hex')).toBe('040002008100000034127856939a7233f79c4ca9940a0db3957f0607');
    const offsets = [28, 64, 112, 160, 176, 184, 232, 280, 328, 376, 424, 472, 520, 568];
    expect(offsets.map((offset) => bytes[offset])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(bytes.subarray(48, 64).toString('hex')).toBe('0b010400000000000000000000000000');
    expect(bytes.subarray(168, 176).toString('hex')).toBe('0000001000000000');
    expect([bytes[631], bytes.readUInt16LE(764), bytes.readUInt16LE(1218)]).toEqual([14, 6, 32]);
    const authEnd = 636 + bytes.readUInt32LE(632);
    expect(bytes.length - authEnd).toBe(70);
    expect(bytes.readUInt16LE(1252)).toBe(5);
    expect(bytes.subarray(authEnd - 5, authEnd).toString('latin1')).toBe('----\n\0'.slice(1));
  });

  test('version 5 tells body type and size', () => {
    const kind = (changes: QuoteChanges): number[] => {
      const bytes = intel.quote({ ...V5, ...changes });
      return [bytes.readUInt16LE(48), bytes.readUInt32LE(50)];
    };
    expect([kind({}), kind({ td15: true }), kind({ bodyType: 9, bodySize: 1 })]).toEqual([
      [2, 584],
      [3, 648],
      [9, 1],
    ]);
    const td15 = intel.quote({
      ...V5,
      td15: true,
      body: { teeTcbSvn2: Buffer.alloc(16, 1), mrServiceTd: Buffer.alloc(48, 2) },
    });
    expect([td15[638], td15[654], td15[701]]).toEqual([1, 2, 2]);
  });

  test('lengths and types are told as asked', () => {
    const bytes = intel.quote({
      authLength: 1,
      certificationType: 2,
      certificationLength: 3,
      qeAuthData: Buffer.alloc(0),
      qeAuthLength: 4,
      innerType: 5,
      innerLength: 6,
      chainBytes: Buffer.from('x'),
      trailing: Buffer.from('end'),
    });
    const read = [bytes.readUInt32LE(632), bytes.readUInt16LE(764), bytes.readUInt32LE(766), bytes.readUInt16LE(1218)];
    expect([...read, bytes.readUInt16LE(1220), bytes.readUInt32LE(1222)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bytes.subarray(1226).toString('latin1')).toBe('xend');
  });

  test('a field of a wrong size is a mistake of the test', () => {
    expect(() => intel.quote({ body: { mrTd: Buffer.alloc(47) } })).toThrow('mrTd has 47 bytes, not 48');
  });

  test('a quote costs less than 5 ms', () => {
    const start = performance.now();
    for (let count = 0; count < 50; count++) intel.quote();
    expect((performance.now() - start) / 50).toBeLessThan(5);
  });
});

test('with() keeps the keys and changes the rest', () => {
  const intel = createIntel({ platform: { pceSvn: 5 } });
  const next = intel.with({ now: 5, platform: { ca: 'processor' }, certificates: { pck: { ca: true } } });
  expect(next.root.key).toBe(intel.root.key);
  expect([next.now, next.platform.pceSvn, next.platform.ca, next.pck.spec.ca]).toEqual([5, 5, 'processor', true]);
});

test('collateral has the keys of dcap-qvl, and documents can be given as text', () => {
  const intel = createIntel();
  const text = '{"id":"TDX" }';
  const changed = intel.collateral({
    tcbInfo: { text },
    pckCrl: Buffer.from('junk'),
    edit: (all) => ({ ...all, x: 1 }),
  });
  expect(changed).toMatchObject({ tcb_info: text, pck_crl: '6a756e6b', x: 1 });
  expect(Object.keys(intel.collateral())).toEqual([
    'pck_crl_issuer_chain',
    'root_ca_crl',
    'pck_crl',
    'tcb_info_issuer_chain',
    'tcb_info',
    'tcb_info_signature',
    'qe_identity_issuer_chain',
    'qe_identity',
    'qe_identity_signature',
  ]);
});
