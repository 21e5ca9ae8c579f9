import { EvidenceError } from '../../../../src/evidence/errors.ts';
import type { CheckId } from '../../../../src/audit/check-ids.ts';
import type { Evidence } from '../../../../src/evidence/evidence.ts';
import { answered, parts } from '../support/baseline.ts';
import type { Variant } from '../support/variant.ts';

type PartName =
  | 'quote'
  | 'eventLog'
  | 'appCompose'
  | 'vmConfig'
  | 'mrConfig'
  | 'certificates'
  | 'nearKeys'
  | 'collateral';

/** What a part that is not there, or cannot be read, leaves open or breaks. */
interface Part {
  readonly missing: readonly CheckId[];
  readonly broken: readonly CheckId[];
}

const IMAGE: readonly CheckId[] = ['os.image', 'os.acpi', 'os.development'];
const PARTS: Readonly<Record<PartName, Part>> = {
  quote: { missing: ['quote.parse'], broken: ['quote.parse'] },
  // The certificate is held against the measured app, and the image against the log.
  eventLog: { missing: ['eventlog.replay'], broken: ['eventlog.replay', 'cert.report-data', ...IMAGE] },
  // The config id is then held against the measured hash.
  appCompose: { missing: ['compose.hash'], broken: ['compose.hash', 'compose.config-id'] },
  // The image was found by its registers.
  vmConfig: { missing: [], broken: IMAGE },
  mrConfig: { missing: [], broken: ['compose.config-id'] },
  certificates: { missing: ['cert.report-data'], broken: ['cert.report-data'] },
  nearKeys: { missing: [], broken: ['cert.report-data'] },
  collateral: { missing: ['quote.tcb', 'quote.module'], broken: ['quote.tcb', 'quote.module'] },
};

const NAMES = Object.keys(PARTS) as readonly PartName[];

const missing = NAMES.map((name): Variant => {
  const { missing: notChecked } = PARTS[name];
  return {
    name: `without ${name}`,
    evidence: parts({ [name]: undefined }),
    notChecked,
    exit: notChecked.length === 0 ? 0 : 13,
  };
});

const CODES = ['bad-hex', 'unsupported-attestation', 'contradiction', 'too-large'] as const;
const EXITS: Readonly<Record<(typeof CODES)[number], number>> = {
  'bad-hex': 30,
  'unsupported-attestation': 20,
  contradiction: 10,
  'too-large': 30,
};

const broken = NAMES.flatMap((name) =>
  CODES.map((code): Variant => {
    const part = { origin: 'an answer', error: new EvidenceError(code, 'the part is broken') };
    return {
      name: `${name} that is ${code}`,
      evidence: parts({ [name]: part }),
      failed: PARTS[name].broken,
      exit: EXITS[code],
    };
  }),
);

const pairs = NAMES.flatMap((a, index) =>
  NAMES.slice(index + 1).flatMap((b): readonly Variant[] => {
    const notChecked = [...PARTS[a].missing, ...PARTS[b].missing];
    // Without log and app-compose nothing is left that the config id could be of.
    const both = a === 'eventLog' && b === 'appCompose' ? (['compose.config-id'] as const) : [];
    return [
      {
        name: `without ${a} and ${b}`,
        evidence: parts({ [a]: undefined, [b]: undefined }),
        notChecked: [...notChecked, ...both],
        exit: notChecked.length === 0 ? 0 : 13,
      },
    ];
  }),
);

const nothing: Variant = {
  name: 'without anything',
  evidence: (): Evidence => ({ target: 'nothing', kind: 'agent-info', statements: {} }),
  notChecked: ['quote.parse'],
  exit: 13,
};

/** An answer that states falsely what quote and log prove misleads whoever reads it alone. */
const STATED = ['app_id', 'instance_id', 'compose_hash', 'os_image_hash'] as const;
const MEASURED = ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2', 'rtmr3'] as const;
const statements: readonly Variant[] = [
  ...STATED.map(
    (name): Variant => ({
      name: `the answer states another ${name}`,
      evidence: answered(
        { [name]: '11'.repeat(20) },
        name === 'app_id' || name === 'instance_id' ? {} : { [name]: '11'.repeat(20) },
      ),
      exit: 0,
      findings: ['statement.contradicted'],
    }),
  ),
  ...MEASURED.map(
    (name): Variant => ({
      name: `tcb_info states another ${name}`,
      evidence: answered({}, { [name]: '11'.repeat(48) }),
      exit: 0,
      findings: ['statement.contradicted'],
    }),
  ),
  {
    name: 'the answer states an app id of no string',
    evidence: answered({ app_id: 7 }),
    exit: 0,
    findings: ['statement.unreadable'],
  },
  {
    name: 'the answer states an app id in upper case',
    evidence: answered({ app_id: 'ABC' }),
    exit: 0,
    findings: ['statement.contradicted'],
  },
  {
    name: 'the answer states nothing',
    evidence: answered({ app_id: '', instance_id: null, compose_hash: '' }),
    exit: 0,
    same: true,
  },
];

const logs = (name: string, event_log: unknown, more: Partial<Variant> = {}): Variant => ({
  name: `event log: ${name}`,
  evidence: answered({}, { event_log }),
  failed: PARTS.eventLog.broken,
  exit: 30,
  ...more,
});
const event = { imr: 3, event_type: 0x08000001, digest: '', event: 'x', event_payload: '' };

const shapes: readonly Variant[] = [
  logs('no array', {}),
  logs('a number', 7),
  logs('of text that is no JSON', 'hello'),
  logs('of numbers', [1]),
  logs('register 4', [{ ...event, imr: 4 }]),
  logs('register -1', [{ ...event, imr: -1 }]),
  logs('a register that is text', [{ ...event, imr: '3' }]),
  logs('a type beyond 32 bits', [{ ...event, event_type: 2 ** 32 }]),
  logs('a digest too short', [{ ...event, digest: '00' }]),
  logs('a payload of odd hex', [{ ...event, event_payload: '0' }]),
  logs('a payload left out', [{ ...event, event_payload: undefined }]),
  logs('version 3', [{ ...event, version: 3 }]),
  logs('a name that is too long', [{ ...event, event: 'x'.repeat(1025) }]),
  logs(
    'more events than any',
    Array.from({ length: 4097 }, () => event),
  ),
  // Read, and of another machine.
  logs('empty', [], { failed: ['eventlog.replay', 'cert.report-data'], exit: 10 }),
  logs('null: that of the certificate counts', null, { failed: [], exit: 0 }),
  logs('left out: that of the certificate counts', undefined, { failed: [], exit: 0 }),
];

const tcbInfo = (name: string, tcb_info: unknown, more: Partial<Variant>): Variant => ({
  name: `tcb_info: ${name}`,
  evidence: answered({ tcb_info }),
  exit: 30,
  ...more,
});
const answers: readonly Variant[] = [
  tcbInfo('empty', '', { notChecked: ['compose.hash'], exit: 13 }),
  tcbInfo('null', null, { notChecked: ['compose.hash'], exit: 13 }),
  tcbInfo('an empty object', '{}', { notChecked: ['compose.hash'], exit: 13 }),
  // The log of the certificate is there, but what the answer gives in its place was broken.
  tcbInfo('no JSON', 'hello', { failed: ['compose.hash', 'compose.config-id'] }),
  tcbInfo('an array', '[]', { failed: ['compose.hash', 'compose.config-id'] }),
  tcbInfo('a number', 7, { failed: ['compose.hash', 'compose.config-id'] }),
];

/** Parts that are missing, or there and broken. */
export const evidenceParts: readonly Variant[] = [
  ...missing,
  ...broken,
  ...pairs,
  nothing,
  ...statements,
  ...shapes,
  ...answers,
];
