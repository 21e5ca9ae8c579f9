import type { CollateralChanges } from '../mocks/intel/collateral.ts';
import { type IntelOptions, type MockIntel, createIntel } from '../mocks/intel/intel.ts';
import type { PkiChanges } from '../mocks/intel/pki.ts';
import type { QeIdentity } from '../mocks/intel/qe-identity.ts';
import type { QuoteChanges } from '../mocks/intel/quote.ts';
import { moduleStatus, platformStatus, qeStatus } from '../mocks/intel/tcb-changes.ts';
import { type TcbInfo, isoTime } from '../mocks/intel/tcb-info.ts';
import { keyPair } from '../mocks/x509/keys.ts';
import { intelName } from '../mocks/x509/name.ts';
import { parseQuote } from '../../src/tdx/quote.ts';
import { TCB_STATUSES } from '../../src/tdx/tcb-status.ts';
import type { Random } from '../support/random.ts';

/** One generated case: a quote and its collateral, and the names of what was done to them. */
export interface Generated {
  readonly done: readonly string[];
  readonly quote: Uint8Array;
  readonly collateral: object;
  readonly now: number;
  readonly root: Uint8Array;
}

interface Draft {
  platform: NonNullable<IntelOptions['platform']>;
  certificates: PkiChanges;
  quote: QuoteChanges;
  collateral: CollateralChanges;
  tcbInfo: ((info: TcbInfo) => object)[];
  qeIdentity: ((identity: QeIdentity) => object)[];
  now: number;
}

/** Read once for the names and times of the maker; each case makes certificates of its own. */
const usual: MockIntel = createIntel();
const { now: NOW } = usual;
const DAY = 86_400;
/** What the QE report says of the usual attestation key and QE authentication data. */
const BOUND = parseQuote(usual.quote()).qeReport.reportData.subarray(0, 32);
const NEXT = NOW + 29 * DAY;
const ADVISORIES = ['INTEL-SA-00001', 'INTEL-SA-01036', 'INTEL-SA-09999'];

const bytes = (random: Random, length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));
const flip =
  (random: Random, [from, to]: readonly [number, number]) =>
  (quote: Buffer): Buffer => {
    const at = from + random.below(Math.min(to, quote.length) - from);
    quote[at]! ^= 1 << random.below(8);
    return quote;
  };
const oneBit = (random: Random, length: number): Uint8Array => {
  const value = new Uint8Array(length);
  value[random.below(length)] = 1 << random.below(8);
  return value;
};
const advisories = (random: Random): string[] => ADVISORIES.filter(() => random.below(2) === 0);
/** Serial numbers of the certificates that matter. */
const serials = (random: Random) =>
  [usual.pck, usual.pckCa, usual.tcbSigner, usual.root]
    .filter(() => random.below(2) === 0)
    .map(({ spec }) => ({ serial: spec.serial }));
const inQuote = (draft: Draft, more: QuoteChanges): void => {
  draft.quote = {
    ...draft.quote,
    ...more,
    header: { ...draft.quote.header, ...more.header },
    body: { ...draft.quote.body, ...more.body },
    qeReport: { ...draft.quote.qeReport, ...more.qeReport },
  };
};
const inCertificate = (draft: Draft, role: keyof PkiChanges, more: PkiChanges['pck']): void => {
  draft.certificates = { ...draft.certificates, [role]: { ...draft.certificates[role], ...more } };
};
const ROLES = ['root', 'platformCa', 'pck', 'tcbSigner'] as const;
const around = (random: Random, seconds: number): number => seconds + random.below(5) - 2;
const certificate =
  (role: keyof PkiChanges | ((random: Random) => keyof PkiChanges), change: (random: Random) => PkiChanges['pck']) =>
  (draft: Draft, random: Random): void =>
    inCertificate(draft, typeof role === 'string' ? role : role(random), change(random));
const quote =
  (change: (random: Random) => QuoteChanges) =>
  (draft: Draft, random: Random): void =>
    inQuote(draft, change(random));
const info =
  (change: (random: Random) => (usual: TcbInfo) => object) =>
  (draft: Draft, random: Random): void =>
    void draft.tcbInfo.push(change(random));
const identity =
  (change: (random: Random) => (usual: QeIdentity) => object) =>
  (draft: Draft, random: Random): void =>
    void draft.qeIdentity.push(change(random));
const collateral =
  (change: (random: Random) => CollateralChanges) =>
  (draft: Draft, random: Random): void => {
    draft.collateral = { ...draft.collateral, ...change(random) };
  };

/** Everything that may be done to a case. `random` decides how. */
export const MUTATIONS: Readonly<Record<string, (draft: Draft, random: Random) => void>> = {
  'now at a date': (draft, random) => {
    draft.now = around(
      random,
      random.pick([NOW - DAY, NEXT, NOW + 364 * DAY, usual.pck.spec.notBefore, usual.pck.spec.notAfter]),
    );
  },
  'no now': (draft) => {
    draft.now = Number.NaN;
  },
  'quote version': quote((random) => ({ header: { version: random.pick([3, 4, 5, 5, 6]) } })),
  'TD 1.5': quote(() => ({ header: { version: 5 }, td15: true })),
  'service TD': quote((random) => ({ header: { version: 5 }, td15: true, body: { mrServiceTd: oneBit(random, 48) } })),
  'body type': quote((random) => ({ header: { version: 5 }, bodyType: random.below(5) })),
  'body size': quote((random) => ({ header: { version: 5 }, bodySize: random.pick([0, 583, 585, 648]) })),
  'key type': quote((random) => ({ header: { attestationKeyType: random.below(4) } })),
  'TEE type': quote((random) => ({ header: { teeType: random.pick([0, 0x80, 0x181]) } })),
  'QE vendor': quote((random) => ({ header: { qeVendorId: bytes(random, 16) } })),
  'user data': quote((random) => ({
    header: { userData: bytes(random, 20) },
    body: { reportData: bytes(random, 64), mrConfigId: bytes(random, 48) },
  })),
  'TD attributes': quote((random) => ({
    body: { tdAttributes: Uint8Array.from(oneBit(random, 8), (byte, index) => (index === 3 ? byte ^ 0x10 : byte)) },
  })),
  'TEE TCB SVN': quote((random) => ({
    body: {
      teeTcbSvn: Uint8Array.from([
        random.pick([0, 3, 4, 5, 6, 10, 11, 12]),
        random.pick([0, 0, 1, 1, 2, 3, 3]),
        random.pick([0, 3, 4, 5]),
        ...new Uint8Array(13),
      ]),
    },
  })),
  'module signer': quote((random) => ({ body: { mrSignerSeam: oneBit(random, 48) } })),
  'module attributes': quote((random) => ({ body: { seamAttributes: oneBit(random, 8) } })),
  'flip in what is signed': quote((random) => ({ edit: flip(random, [0, 632]) })),
  'flip in the signatures': quote((random) => ({ edit: flip(random, [636, 1252]) })),
  'flip in a length': quote((random) => ({
    edit: flip(
      random,
      random.pick([
        [632, 636],
        [764, 770],
        [1218, 1220],
        [1252, 1258],
      ] as const),
    ),
  })),
  'flip anywhere': quote((random) => ({ edit: flip(random, [0, 6000]) })),
  'cut off': quote((random) => ({ edit: (whole) => whole.subarray(0, random.below(whole.length)) })),
  'trailing bytes': quote((random) => ({
    trailing: random.pick([new Uint8Array(0), bytes(random, 8), new Uint8Array(20_000)]),
  })),
  'another attestation key': quote((random) => ({ attestationKey: keyPair(`other ${random.below(3)}`) })),
  'attestation key off the curve': quote((random) => ({ attestationPublicKey: bytes(random, 64) })),
  'another PCK key': quote(() => ({ pckKey: keyPair('other') })),
  'QE authentication data': quote((random) => ({ qeAuthData: bytes(random, random.pick([0, 31, 32, 33, 64])) })),
  'QE report data': quote((random) => ({
    qeReport: { reportData: random.pick([oneBit(random, 64), Buffer.concat([BOUND, oneBit(random, 32)])]) },
  })),
  'QE SVN': quote((random) => ({ qeReport: { isvSvn: random.below(8) } })),
  'QE product': quote((random) => ({ qeReport: { isvProdId: random.below(4) } })),
  'QE signer': quote((random) => ({ qeReport: { mrSigner: bytes(random, 32) } })),
  'QE MISCSELECT': quote((random) => ({ qeReport: { miscSelect: 2 ** random.below(32) } })),
  'QE attributes': quote((random) => ({
    qeReport: { attributes: Uint8Array.from(oneBit(random, 16), (byte, index) => (index === 0 ? byte ^ 0x11 : byte)) },
  })),
  'certification type': quote((random) => ({ certificationType: random.pick([1, 5, 7]) })),
  'inner certification type': quote((random) => ({ innerType: random.pick([1, 3, 4, 6]) })),
  'an SVN of the platform': (draft, random) => {
    const index = random.below(16);
    draft.platform = { ...draft.platform, components: usual.platform.components.with(index, random.below(6)) };
    // The levels are those of the usual platform.
    draft.tcbInfo.unshift((one) => ({ ...one, tcbLevels: LEVELS }));
  },
  'PCE SVN': (draft, random) => {
    draft.platform = { ...draft.platform, pceSvn: random.pick([0, 9, 10, 11, 12]) };
    draft.tcbInfo.unshift((one) => ({ ...one, tcbLevels: LEVELS }));
  },
  CPUSVN: (draft, random) => {
    draft.platform = {
      ...draft.platform,
      cpuSvn: bytes(random, 16),
      components: draft.platform.components ?? usual.platform.components,
    };
  },
  'processor CA': (draft) => {
    draft.platform = { ...draft.platform, ca: 'processor' };
  },
  FMSPC: info((random) => (one) => ({ ...one, fmspc: random.pick(['00A05EED0001', '00a05eed0000', '']) })),
  'PCE id': info((random) => (one) => ({ ...one, pceId: random.pick(['0001', '0000']) })),
  'TCB info kind': info((random) => (one) => ({
    ...one,
    ...random.pick([{ id: 'SGX' }, { version: 2 }, { version: 4 }]),
  })),
  'TCB info dates': info((random) => (one) => ({
    ...one,
    ...random.pick([{ issueDate: isoTime(around(random, NOW)) }, { nextUpdate: isoTime(around(random, NOW)) }]),
  })),
  'platform status': info((random) => platformStatus(random.pick(TCB_STATUSES), advisories(random))),
  'a status that does not exist': info((random) => (one) => {
    const odd = random.below(one.tcbLevels.length);
    return {
      ...one,
      tcbLevels: one.tcbLevels.map((level, index) => (index === odd ? { ...level, tcbStatus: 'Odd' } : level)),
    };
  }),
  'a module below what levels ask of component 0': quote((random) => ({
    body: { teeTcbSvn: Uint8Array.from([3 + random.below(2), 3, random.pick([3, 4]), ...new Uint8Array(13)]) },
  })),
  'module status': info((random) => moduleStatus(random.pick(TCB_STATUSES), advisories(random))),
  'QE status': identity((random) => qeStatus(random.pick(TCB_STATUSES), advisories(random))),
  'all statuses': (draft, random) => {
    draft.tcbInfo.push(platformStatus(random.pick(TCB_STATUSES), advisories(random)));
    draft.tcbInfo.push((one) => moduleStatus(random.pick(TCB_STATUSES), advisories(random))(one as TcbInfo));
    draft.qeIdentity.push(qeStatus(random.pick(TCB_STATUSES), advisories(random)));
  },
  'order of platform levels': info((random) => (one) => ({
    ...one,
    tcbLevels: random.below(2) === 0 ? [...(one as TcbInfo).tcbLevels].reverse() : (one as TcbInfo).tcbLevels.slice(1),
  })),
  'order of QE levels': identity((random) => (one) => ({
    ...one,
    tcbLevels: random.below(2) === 0 ? [...one.tcbLevels].reverse() : one.tcbLevels.slice(1),
  })),
  'no module identities': info(() => (one) => ({ ...one, tdxModuleIdentities: [] })),
  'QE identity kind': identity((random) => (one) => ({
    ...one,
    ...random.pick([{ id: 'QE' }, { version: 1 }, { version: 3 }]),
  })),
  'QE identity dates': identity((random) => (one) => ({
    ...one,
    ...random.pick([{ issueDate: isoTime(around(random, NOW)) }, { nextUpdate: isoTime(around(random, NOW)) }]),
  })),
  'QE masks': identity((random) => (one) => ({
    ...one,
    miscselectMask: Buffer.from(bytes(random, 4)).toString('hex'),
    attributesMask: Buffer.from(bytes(random, 16)).toString('hex'),
  })),
  'signature of a text': collateral((random) => ({
    edit: (good) => ({
      ...good,
      [random.pick(['tcb_info_signature', 'qe_identity_signature'])]: Buffer.from(bytes(random, 64)).toString('hex'),
    }),
  })),
  'another text': collateral((random) => ({
    edit: (good) => {
      const key = random.pick(['tcb_info', 'qe_identity'] as const);
      return { ...good, [key]: good[key].replace('"UpToDate"', '"SWHardeningNeeded"').replace('UpToDate', 'UpToDate') };
    },
  })),
  'a part that is missing': collateral((random) => ({
    edit: (good) => ({ ...good, [random.pick(Object.keys(good))]: undefined }),
  })),
  'NULs and a PCK chain': collateral(() => ({ nuls: true, withPckChain: true })),
  'a PCK CRL that is none': collateral((random) => ({ pckCrl: bytes(random, random.below(100)) })),
  'a root CRL that is none': collateral((random) => ({ rootCrl: bytes(random, random.below(100)) })),
  'revoked by the root': collateral((random) => ({ rootCrl: { revoked: serials(random) } })),
  'revoked by the CA': collateral((random) => ({ pckCrl: { revoked: serials(random) } })),
  'PCK CRL dates': collateral((random) => ({
    pckCrl: random.pick([{ thisUpdate: around(random, NOW) }, { nextUpdate: around(random, NOW) }]),
  })),
  'root CRL dates': collateral((random) => ({
    rootCrl: random.pick([{ thisUpdate: around(random, NOW) }, { nextUpdate: around(random, NOW) }]),
  })),
  'PCK CRL signer': collateral(() => ({ pckCrl: { signer: keyPair('other') } })),
  'root CRL signer': collateral(() => ({ rootCrl: { signer: keyPair('other') } })),
  'certificate dates': certificate(
    (random) => random.pick(ROLES),
    (random) => random.pick([{ notBefore: around(random, NOW) }, { notAfter: around(random, NOW) }]),
  ),
  'no CA': certificate(
    () => 'platformCa',
    (random) => random.pick([{ ca: 'absent' }, { keyUsage: ['cRLSign'] }, { keyUsage: 'absent' }]),
  ),
  'names of issuers': certificate(
    (random) => random.pick(['platformCa', 'pck', 'tcbSigner']),
    () => ({ issuer: intelName('Somebody Else') }),
  ),
  'names of subjects': certificate(
    (random) => random.pick(['pck', 'tcbSigner']),
    () => ({ subject: intelName('Somebody Else') }),
  ),
  'signer of a certificate': certificate(
    (random) => random.pick(['platformCa', 'pck', 'tcbSigner']),
    () => ({ signer: keyPair('other') }),
  ),
  'path length': certificate(
    () => 'root',
    (random) => ({ pathLength: random.below(3) }),
  ),
  'a leaf that is a CA': certificate(
    (random) => random.pick(['pck', 'tcbSigner']),
    () => ({ ca: true }),
  ),
};

const LEVELS = (JSON.parse(usual.collateral().tcb_info) as TcbInfo).tcbLevels;

/** A case with up to three things done to it. Signatures are not of `random`: a seed repeats what is done, byte for byte but for them. */
export const generate = (random: Random): Generated => {
  const names = Object.keys(MUTATIONS);
  const done = Array.from({ length: random.pick([0, 1, 1, 1, 1, 2, 2, 3]) }, () => random.pick(names));
  const draft: Draft = {
    platform: {},
    certificates: {},
    quote: {},
    collateral: {},
    tcbInfo: [],
    qeIdentity: [],
    now: NOW,
  };
  for (const name of done) MUTATIONS[name]!(draft, random);
  const maker = createIntel({ platform: draft.platform, certificates: draft.certificates });
  const changed = <T extends object>(edits: ((document: T) => object)[]) => ({
    change: (document: T): object => edits.reduce((at, edit) => edit(at) as T, document),
  });
  return {
    done,
    quote: maker.quote(draft.quote),
    collateral: maker.collateral({
      tcbInfo: changed(draft.tcbInfo),
      qeIdentity: changed(draft.qeIdentity),
      ...draft.collateral,
    }),
    now: draft.now,
    root: maker.root.der,
  };
};
