import { describe, expect, test } from 'vitest';
import { readQeIdentity } from '../../src/tdx/qe-identity.ts';
import { readTcbInfo } from '../../src/tdx/tcb-info.ts';
import { TCB_STATUSES } from '../../src/tdx/tcb-status.ts';
import { expectTdx, hex, intel } from './support.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests change it at will
type Any = any;

const tcbInfo: Any = JSON.parse(intel.collateral().tcb_info);
const qeIdentity: Any = JSON.parse(intel.collateral().qe_identity);
const READ = {
  tcb_info: [tcbInfo, readTcbInfo],
  qe_identity: [qeIdentity, readQeIdentity],
} as const;

/** A copy with the value at a path changed, or with `undefined` taken away. */
const put = (document: Any, path: string, value: unknown): string => {
  const copy = structuredClone(document);
  const keys = path.split('.');
  const last = keys.pop()!;
  const place = keys.reduce((at, key) => at[key], copy);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return JSON.stringify(copy);
};

const bad = (name: keyof typeof READ, path: string, value: unknown, message: string): void => {
  const [document, read] = READ[name];
  expectTdx(() => read(put(document, path, value)), 'bad-collateral', message, 30);
};
const good = (name: keyof typeof READ, path: string, value: unknown): unknown => {
  const [document, read] = READ[name];
  return read(put(document, path, value));
};
/** `tcbLevels.0.tcb.pcesvn` as messages write it. */
const shown = (name: string, path: string): string => `${name}.${path}`.replace(/\.(\d+)/g, '[$1]');

describe('a TCB info', () => {
  test('is read', () => {
    const info = readTcbInfo(JSON.stringify(tcbInfo));
    const isv = (isvSvn: number, date: string, status: string, advisories: string[]) => ({
      isvSvn,
      status,
      tcbDate: Date.parse(date) / 1000,
      advisories,
    });
    const module = {
      mrSigner: hex('00'.repeat(48)),
      attributes: hex('00'.repeat(8)),
      attributesMask: hex('ff'.repeat(8)),
    };
    expect(info).toMatchObject({
      issueDate: intel.now - 86400,
      nextUpdate: intel.now + 29 * 86400,
      fmspc: '00a05eed0000',
      pceId: '0000',
      tcbEvaluationDataNumber: 20,
      module,
      versionedModules: [
        {
          id: 'TDX_03',
          ...module,
          levels: [isv(5, '2025-08-13', 'UpToDate', []), isv(3, '2025-05-14', 'OutOfDate', ['INTEL-SA-01245'])],
        },
        { id: 'TDX_01' },
      ],
    });
    expect(info.levels).toHaveLength(3);
    const [top, second] = info.levels;
    expect(top).toMatchObject({
      pceSvn: 11,
      status: 'UpToDate',
      advisories: [],
      tcbDate: Date.parse('2025-08-13') / 1000,
    });
    expect(top!.sgx.map(({ svn }) => svn)).toEqual([4, 4, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(top!.tdx.map(({ svn }) => svn)).toEqual([5, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(second).toMatchObject({ status: 'OutOfDate', advisories: ['INTEL-SA-01036', 'INTEL-SA-01099'] });
  });

  test('labels of components', () => {
    const path = 'tcbLevels.0.tcb.sgxtcbcomponents.0';
    const label = (component: object): unknown =>
      (good('tcb_info', path, component) as ReturnType<typeof readTcbInfo>).levels[0]!.sgx[0]!.label;
    expect(label({ svn: 4, category: 'BIOS', type: 'Early Microcode Update' })).toBe('Early Microcode Update');
    expect(label({ svn: 4, category: 'BIOS' })).toBe('BIOS');
    expect(label({ svn: 4 })).toBeUndefined();
    bad(
      'tcb_info',
      path,
      { svn: 4, type: 5 },
      'tcb_info.tcbLevels[0].tcb.sgxtcbcomponents[0].type is of type number, not a string',
    );
    bad(
      'tcb_info',
      path,
      { svn: 4, category: 5 },
      'tcb_info.tcbLevels[0].tcb.sgxtcbcomponents[0].category is of type number, not a string',
    );
  });

  test('without identities of modules', () => {
    expect(good('tcb_info', 'tdxModuleIdentities', undefined)).toMatchObject({ versionedModules: [] });
    expect(good('tcb_info', 'tdxModuleIdentities', [])).toMatchObject({ versionedModules: [] });
    bad('tcb_info', 'tdxModuleIdentities', null, 'tcb_info.tdxModuleIdentities is null, not an array');
  });

  test.each([
    ['id', 'SGX', 'tcb_info is of SGX version 3, not of TDX version 3'],
    ['id', '\u001b', 'tcb_info is of \\x1b version 3, not of TDX version 3'],
    ['version', 2, 'tcb_info is of TDX version 2, not of TDX version 3'],
    ['version', 4, 'tcb_info is of TDX version 4, not of TDX version 3'],
  ])('%s %j', (path, value, message) =>
    expectTdx(() => readTcbInfo(put(tcbInfo, path, value)), 'wrong-collateral', message, 10),
  );

  test.each<[string, unknown, string]>([
    ['tcbType', 1, 'tcb_info.tcbType is 1, not 0'],
    ['tcbEvaluationDataNumber', '20', 'tcb_info.tcbEvaluationDataNumber is of type string, not a number'],
    ['fmspc', '00', 'tcb_info.fmspc is not hex of 6 bytes'],
    ['fmspc', '00a05eed000g', 'tcb_info.fmspc is not hex of 6 bytes'],
    ['pceId', '000000', 'tcb_info.pceId is not hex of 2 bytes'],
    ['tdxModule', undefined, 'tcb_info.tdxModule is missing'],
    ['tdxModule.mrsigner', '00', 'tcb_info.tdxModule.mrsigner is not hex of 48 bytes'],
    ['tdxModule.attributes', '00', 'tcb_info.tdxModule.attributes is not hex of 8 bytes'],
    ['tdxModule.attributesMask', undefined, 'tcb_info.tdxModule.attributesMask is missing'],
    ['tdxModuleIdentities.0.id', 'TDX_3', 'tcb_info.tdxModuleIdentities[0].id is not that of a module: TDX_3'],
    ['tdxModuleIdentities.0.id', 'TDX_0a', 'tcb_info.tdxModuleIdentities[0].id is not that of a module: TDX_0a'],
    ['tdxModuleIdentities.0.id', 'xTDX_0A', 'tcb_info.tdxModuleIdentities[0].id is not that of a module: xTDX_0A'],
    ['tdxModuleIdentities.0.id', 'TDX_0A0', 'tcb_info.tdxModuleIdentities[0].id is not that of a module: TDX_0A0'],
    ['tdxModuleIdentities.0.id', 'TDX_01', 'tcb_info.tdxModuleIdentities holds one id twice'],
    ['tdxModuleIdentities.1.mrsigner', 7, 'tcb_info.tdxModuleIdentities[1].mrsigner is of type number, not a string'],
    ['tdxModuleIdentities.0', null, 'tcb_info.tdxModuleIdentities[0] is null, not an object'],
    ['tdxModuleIdentities.0.tcbLevels', [], 'tcb_info.tdxModuleIdentities[0].tcbLevels is empty'],
    ['tcbLevels', [], 'tcb_info.tcbLevels is empty'],
    ['tcbLevels', {}, 'tcb_info.tcbLevels is of type object, not an array'],
    ['tcbLevels.1', 5, 'tcb_info.tcbLevels[1] is of type number, not an object'],
    ['tcbLevels.1.tcb', undefined, 'tcb_info.tcbLevels[1].tcb is missing'],
    ['tcbLevels.0.tcb.pcesvn', 65536, 'tcb_info.tcbLevels[0].tcb.pcesvn is 65536, more than 65535'],
    ['tcbLevels.0.tcb.pcesvn', 1.5, 'tcb_info.tcbLevels[0].tcb.pcesvn is 1.5, not a whole number from 0 to 2^53 - 1'],
    [
      'tcbLevels.0.tcb.sgxtcbcomponents.15',
      undefined,
      'tcb_info.tcbLevels[0].tcb.sgxtcbcomponents[15] is null, not an object',
    ],
    [
      'tcbLevels.0.tcb.sgxtcbcomponents',
      Array(15).fill({ svn: 0 }),
      'tcb_info.tcbLevels[0].tcb.sgxtcbcomponents has 15 entries, not 16',
    ],
    [
      'tcbLevels.0.tcb.tdxtcbcomponents',
      Array(17).fill({ svn: 0 }),
      'tcb_info.tcbLevels[0].tcb.tdxtcbcomponents has 17 entries, not 16',
    ],
    ['tcbLevels.0.tcb.tdxtcbcomponents', undefined, 'tcb_info.tcbLevels[0].tcb.tdxtcbcomponents is missing'],
    [
      'tcbLevels.0.tcb.tdxtcbcomponents.3.svn',
      256,
      'tcb_info.tcbLevels[0].tcb.tdxtcbcomponents[3].svn is 256, more than 255',
    ],
    [
      'tcbLevels.0.tcb.tdxtcbcomponents.3.svn',
      undefined,
      'tcb_info.tcbLevels[0].tcb.tdxtcbcomponents[3].svn is missing',
    ],
  ])('%s is not %j', (path, value, message) => bad('tcb_info', path, value, message));

  describe('the order of levels', () => {
    const levels: Any[] = tcbInfo.tcbLevels;
    const reordered = (...order: number[]): string =>
      put(
        tcbInfo,
        'tcbLevels',
        order.map((index) => levels[index]),
      );
    test.each<[number[], string]>([
      [[1, 0, 2], '1 is above 0'],
      [[0, 2, 1], '2 is above 1'],
      [[2, 1, 0], '1 is above 0'],
    ])('%j is refused', (order, where) =>
      expectTdx(
        () => readTcbInfo(reordered(...order)),
        'bad-collateral',
        `tcb_info.tcbLevels are not in order, highest first: ${where}`,
        30,
      ),
    );
    test('equal ones, and ones of which neither is above the other, stand as given', () => {
      expect(() => readTcbInfo(reordered(0, 0, 1, 1, 2))).not.toThrow();
      const other = structuredClone(levels[0]);
      other.tcb.pcesvn -= 1;
      other.tcb.tdxtcbcomponents[15].svn = 1;
      expect(() => readTcbInfo(put(tcbInfo, 'tcbLevels', [levels[0], other]))).not.toThrow();
      expect(() => readTcbInfo(put(tcbInfo, 'tcbLevels', [other, levels[0]]))).not.toThrow();
    });
    test('each kind of SVN counts', () => {
      for (const path of ['tcb.pcesvn', 'tcb.sgxtcbcomponents.15.svn', 'tcb.tdxtcbcomponents.0.svn']) {
        const higher = JSON.parse(put(levels[0], path, 200));
        expect(() => readTcbInfo(put(tcbInfo, 'tcbLevels', [higher, levels[0]]))).not.toThrow();
        expectTdx(
          () => readTcbInfo(put(tcbInfo, 'tcbLevels', [levels[0], higher])),
          'bad-collateral',
          'tcb_info.tcbLevels are not in order, highest first: 1 is above 0',
          30,
        );
      }
    });
  });

  test('lists have a limit', () => {
    const text = (count: number): string => {
      const level = (isvsvn: number) => ({ tcb: { isvsvn }, tcbDate: '2025-01-01T00:00:00Z', tcbStatus: 'Revoked' });
      return put(
        tcbInfo,
        'tdxModuleIdentities.0.tcbLevels',
        Array.from({ length: count }, (_, index) => level(1000 - index)),
      );
    };
    expect(readTcbInfo(text(256)).versionedModules[0]!.levels).toHaveLength(256);
    const message = 'tcb_info.tdxModuleIdentities[0].tcbLevels has 257 entries, more than 256';
    expectTdx(() => readTcbInfo(text(257)), 'bad-collateral', message, 30);
  });
});

describe('a QE identity', () => {
  test('is read', () =>
    expect(
      readQeIdentity(JSON.stringify({ ...qeIdentity, miscselect: '01020304', miscselectMask: 'FFFF00FF' })),
    ).toEqual({
      issueDate: intel.now - 86400,
      nextUpdate: intel.now + 29 * 86400,
      tcbEvaluationDataNumber: 19,
      miscSelect: hex('01020304'),
      miscSelectMask: hex('ffff00ff'),
      attributes: hex('11000000000000000000000000000000'),
      attributesMask: hex('fbffffffffffffff0000000000000000'),
      mrSigner: hex('44'.repeat(32)),
      isvProdId: 2,
      levels: [
        { isvSvn: 4, status: 'UpToDate', tcbDate: Date.parse('2025-05-14') / 1000, advisories: [] },
        { isvSvn: 1, status: 'OutOfDate', tcbDate: Date.parse('2023-08-09') / 1000, advisories: ['INTEL-SA-00837'] },
      ],
    }));

  test.each([
    ['id', 'QE', 'qe_identity is of QE version 2, not of TD_QE version 2'],
    ['version', 3, 'qe_identity is of TD_QE version 3, not of TD_QE version 2'],
  ])('%s %j', (path, value, message) =>
    expectTdx(() => readQeIdentity(put(qeIdentity, path, value)), 'wrong-collateral', message, 10),
  );

  test.each<[string, unknown, string]>([
    ['id', 5, 'qe_identity.id is of type number, not a string'],
    ['version', undefined, 'qe_identity.version is missing'],
    ['tcbEvaluationDataNumber', -1, 'qe_identity.tcbEvaluationDataNumber is -1, not a whole number from 0 to 2^53 - 1'],
    ['miscselect', '00', 'qe_identity.miscselect is not hex of 4 bytes'],
    ['miscselectMask', '00', 'qe_identity.miscselectMask is not hex of 4 bytes'],
    ['attributes', '00', 'qe_identity.attributes is not hex of 16 bytes'],
    ['attributesMask', '00', 'qe_identity.attributesMask is not hex of 16 bytes'],
    ['mrsigner', '00', 'qe_identity.mrsigner is not hex of 32 bytes'],
    ['isvprodid', 65536, 'qe_identity.isvprodid is 65536, more than 65535'],
    ['tcbLevels', [], 'qe_identity.tcbLevels is empty'],
    ['tcbLevels.0.tcb', null, 'qe_identity.tcbLevels[0].tcb is null, not an object'],
    ['tcbLevels.0.tcb.isvsvn', 65536, 'qe_identity.tcbLevels[0].tcb.isvsvn is 65536, more than 65535'],
    ['tcbLevels.0.tcb.isvsvn', 1, 'qe_identity.tcbLevels are not in order, highest first'],
    ['tcbLevels.0.tcb.isvsvn', 0, 'qe_identity.tcbLevels are not in order, highest first'],
  ])('%s is not %j', (path, value, message) => bad('qe_identity', path, value, message));
});

describe('both', () => {
  test.each([
    ['tcb_info', 'issueDate'],
    ['tcb_info', 'nextUpdate'],
    ['tcb_info', 'tcbLevels.1.tcbDate'],
    ['tcb_info', 'tdxModuleIdentities.1.tcbLevels.0.tcbDate'],
    ['qe_identity', 'issueDate'],
    ['qe_identity', 'nextUpdate'],
    ['qe_identity', 'tcbLevels.1.tcbDate'],
  ] as const)('%s.%s is a time', (name, path) => {
    const what = shown(name, path);
    for (const value of [
      '',
      '2026-08-13',
      '2026-08-13T10:45:38',
      '2026-08-13T10:45:38.000Z',
      '2026-08-13T10:45:38+00:00',
      ' 2026-08-13T10:45:38Z',
      '2026-08-13T10:45:38Z ',
      '2026-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-08-13T24:00:00Z',
    ]) {
      bad(name, path, value, `${what} is not a time: ${value}`);
    }
    bad(name, path, 'x'.repeat(50), `${what} is not a time: ${'x'.repeat(40)}`);
    bad(name, path, undefined, `${what} is missing`);
    bad(name, path, 1_790_000_000, `${what} is of type number, not a string`);
  });

  test.each([
    ['tcb_info', 'tcbLevels.0.tcbStatus'],
    ['tcb_info', 'tdxModuleIdentities.0.tcbLevels.0.tcbStatus'],
    ['qe_identity', 'tcbLevels.0.tcbStatus'],
  ] as const)('%s.%s is a status', (name, path) => {
    for (const status of TCB_STATUSES) expect(() => good(name, path, status)).not.toThrow();
    for (const status of ['', 'uptodate', 'UpToDate ', 'toString', 'Unknown']) {
      bad(name, path, status, `${shown(name, path)} is not a status that is known: ${status}`);
    }
    bad(name, path, 'x'.repeat(70), `${shown(name, path)} is not a status that is known: ${'x'.repeat(60)}`);
    bad(name, path, null, `${shown(name, path)} is null, not a string`);
  });

  test.each([
    ['tcb_info', 'tcbLevels.1.advisoryIDs'],
    ['qe_identity', 'tcbLevels.1.advisoryIDs'],
  ] as const)('%s.%s are advisories', (name, path) => {
    const what = shown(name, path);
    expect(() => good(name, path, undefined)).not.toThrow();
    expect(() => good(name, path, [])).not.toThrow();
    expect(() => good(name, path, ['x'.repeat(64)])).not.toThrow();
    bad(name, path, null, `${what} is null, not an array`);
    bad(name, path, [7], `${what} is of type number, not a string`);
    for (const id of ['', 'a b', 'a\u001b', 'é', 'x'.repeat(65)])
      bad(name, path, [id], `${what} holds what is no advisory's id`);
    bad(name, path, Array(257).fill('a'), `${what} has 257 entries, more than 256`);
  });

  test.each([
    ['tcb_info', readTcbInfo, tcbInfo],
    ['qe_identity', readQeIdentity, qeIdentity],
  ] as const)('%s is one JSON object', (name, read, document) => {
    expectTdx(() => read('[]'), 'bad-collateral', `${name} is an array, not an object`, 30);
    expectTdx(
      () => read(`${JSON.stringify(document)} {}`),
      'bad-collateral',
      `${name} holds more than one JSON value`,
      30,
    );
    expect(() => read('{')).toThrow(new RegExp(name));
    expect(() => read(JSON.stringify(document).replace('{', '{"id":"x",'))).toThrow(/twice|duplicate/);
    expect(() => read(JSON.stringify({ ...document, more: [{ x: 1 }] }))).not.toThrow();
  });
});
