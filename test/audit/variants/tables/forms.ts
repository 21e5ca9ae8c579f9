import { readAnswer } from '../../../../src/audit/collect/answer/read-answer.ts';
import type { CheckId } from '../../../../src/audit/check-ids.ts';
import type { DeploymentOptions } from '../../../mocks/deployment/options.ts';
import { changeEvent, dropEvent, insertBefore, swapEvents } from '../../../mocks/deployment/edit-events.ts';
import { runtimeEvent } from '../../../mocks/deployment/event.ts';
import { flip, good, intel, make, stranger, withCollateral } from '../support/baseline.ts';
import { answerWith, FORMS, type Form } from '../support/forms.ts';
import { INFO_STATES, type Variant } from '../support/variant.ts';

/** A change of the deployment, and what it breaks where everything can be told. */
interface Change {
  readonly name: string;
  readonly options: DeploymentOptions;
  readonly failed: readonly CheckId[];
  readonly notChecked?: readonly CheckId[];
  readonly exit?: number;
}

const other = (size: number): Buffer => Buffer.alloc(size, 0x5a);
const NO_IMAGE: readonly CheckId[] = ['os.acpi', 'os.development'];

const CHANGES: readonly Change[] = [
  { name: 'signature turned', options: { quote: { edit: (quote) => flip(quote, 640) } }, failed: ['quote.signature'] },
  {
    name: 'MROWNER turned after signing',
    options: { quote: { edit: (quote) => flip(quote, 300) } },
    failed: ['quote.signature'],
  },
  { name: 'cut', options: { quote: { edit: (quote) => quote.subarray(0, 2000) } }, failed: ['quote.parse'], exit: 30 },
  { name: 'padding that is not zero', options: { quote: { trailing: other(3) } }, failed: ['quote.parse'], exit: 30 },
  {
    name: 'debug',
    options: { body: { tdAttributes: Buffer.from('0100001000000000', 'hex') } },
    failed: ['quote.debug'],
  },
  {
    name: 'module of somebody else',
    options: { body: { mrSignerSeam: other(48) } },
    failed: ['quote.tcb', 'quote.module'],
  },
  {
    name: 'old microcode',
    options: { body: { teeTcbSvn: Buffer.concat([Buffer.from([11, 1, 3]), Buffer.alloc(13)]) } },
    failed: ['quote.tcb'],
  },
  {
    name: 'another firmware',
    options: { osImage: { mrtdTwoPass: other(48) } },
    failed: ['os.image'],
    notChecked: NO_IMAGE,
  },
  {
    name: 'another kernel',
    options: { osImage: { digests: { kernel: other(48) } }, appId: good.appId },
    failed: ['os.image'],
    notChecked: NO_IMAGE,
  },
  { name: 'RTMR3 of something else', options: { body: { rtmr3: other(48) } }, failed: ['eventlog.replay'] },
  {
    name: 'app id edited, registers left',
    options: { editEvents: changeEvent('app-id', runtimeEvent('app-id', other(20))), refold: false },
    failed: ['eventlog.replay', 'cert.report-data'],
  },
  {
    name: 'KMS edited, registers left',
    options: { editEvents: changeEvent('mr-kms', runtimeEvent('mr-kms', other(32))), refold: false },
    failed: ['eventlog.replay'],
  },
  {
    name: 'event dropped, registers left',
    options: { editEvents: dropEvent('storage-fs'), refold: false },
    failed: ['eventlog.replay'],
  },
  {
    name: 'events exchanged, registers left',
    options: { editEvents: swapEvents('mr-kms', 'os-image-hash'), refold: false },
    failed: ['eventlog.replay', 'cert.report-data'],
  },
  {
    name: 'event added before system-ready',
    options: { editEvents: insertBefore('system-ready', runtimeEvent('x')) },
    failed: ['eventlog.order', 'cert.report-data'],
  },
  {
    name: 'events exchanged',
    options: { editEvents: swapEvents('app-id', 'compose-hash') },
    failed: ['eventlog.order', 'cert.report-data'],
  },
  {
    name: 'another app measured',
    options: { editEvents: changeEvent('app-id', runtimeEvent('app-id', other(20))) },
    failed: ['app.id', 'cert.report-data'],
  },
  {
    name: 'another compose hash measured',
    options: { editEvents: changeEvent('compose-hash', runtimeEvent('compose-hash', other(32))) },
    failed: ['compose.hash', 'compose.config-id'],
  },
  {
    name: 'another key provider measured',
    options: { keyProviderId: '5a'.repeat(91) },
    failed: ['kms.identity', 'cert.report-data'],
  },
  { name: 'another config id', options: { mrConfigId: other(48) }, failed: ['compose.config-id'] },
  { name: "another maker's platform", options: { intel: stranger }, failed: ['quote.signature'] },
];

/** What of this can be told from an answer of this form. NEAR's certificate is its two keys, which nothing in the log is about. */
const tellable = ({ name, states, paths }: Form, { name: change, failed }: Change): readonly CheckId[] =>
  failed.filter((id) => {
    if (id === 'cert.report-data' && name.startsWith('NEAR')) return false;
    // The app-compose is held against the config id, and the measured hash only where there is none.
    if (id === 'compose.config-id' && change.startsWith('another compose hash')) return paths.appCompose === undefined;
    return states[id] === 'passed';
  });

/** Without the app-compose the config id is held against the measured hash, which has to be proved then. */
const restingOnLog = ({ paths }: Form, open: readonly CheckId[]): readonly CheckId[] =>
  paths.appCompose === undefined && open.some((id) => id.startsWith('eventlog.')) ? ['compose.config-id'] : [];

const read = (answer: string | Uint8Array) => withCollateral(readAnswer(Buffer.from(answer), 'answer'));

const changed = (form: Form, change: Change): Variant => ({
  name: `${form.name}: ${change.name}`,
  // Collateral of another maker would fail for itself.
  evidence: () => withCollateral(readAnswer(Buffer.from(form.answer(make(change.options))), 'answer'), {}),
  base: form.states,
  failed: tellable(form, change),
  notChecked: [...(change.notChecked ?? []), ...restingOnLog(form, change.failed)],
  exit: change.exit ?? 10,
});

const goodAnswers = new Map(FORMS.map((form) => [form.name, form.answer(good)]));
const answerOf = ({ name }: Form): string => goodAnswers.get(name) ?? '';

const IMAGE: readonly CheckId[] = ['os.image', 'os.acpi', 'os.development'];
const MISSING: Readonly<Record<keyof Form['paths'], readonly CheckId[]>> = {
  quote: ['quote.parse'],
  eventLog: ['eventlog.replay'],
  appCompose: ['compose.hash'],
  vmConfig: [],
  collateral: ['quote.tcb', 'quote.module'],
};
const BROKEN: Readonly<Record<keyof Form['paths'], readonly CheckId[]>> = {
  quote: ['quote.parse'],
  eventLog: ['eventlog.replay', ...IMAGE],
  appCompose: ['compose.hash', 'compose.config-id'],
  vmConfig: IMAGE,
  collateral: ['quote.tcb', 'quote.module'],
};

/** Each part of the answer taken away, or put wrong. */
const edited = (form: Form): readonly Variant[] =>
  (Object.entries(form.paths) as [keyof Form['paths'], readonly (string | number)[]][]).flatMap(([part, path]) => {
    const of = (name: string, value: unknown, more: Partial<Variant>): Variant => ({
      name: `${form.name}: ${part} ${name}`,
      evidence: () => {
        const evidence = readAnswer(Buffer.from(answerWith(answerOf(form), path, value)), 'answer');
        return form.paths.collateral === undefined ? withCollateral(evidence) : evidence;
      },
      base: form.states,
      exit: 30,
      ...more,
    });
    // Of Info the log in the certificate is left where tcb_info has none; a broken one is held against the certificate.
    const isInfoLog = form.name === 'Info' && part === 'eventLog';
    const broken = [...BROKEN[part], ...(isInfoLog ? (['cert.report-data'] as const) : [])];
    const wrong: Partial<Variant> = { failed: broken, notChecked: restingOnLog(form, broken) };
    const without = isInfoLog ? [] : MISSING[part];
    // The phala CLI shows each certificate with its quote: one without is broken.
    const isPhalaQuote = form.name.startsWith('phala') && part === 'quote';
    const gone: Partial<Variant> = isPhalaQuote
      ? wrong
      : { notChecked: [...without, ...restingOnLog(form, without)], exit: without.length === 0 ? form.exit : 13 };
    const isAttest = form.name.startsWith('Attest');
    return [
      // A key that says which kind of answer it is stays there, with nothing in it.
      ...(part === 'quote' && path.length === 1 ? [] : [of('left out', undefined, gone)]),
      of('null', null, isAttest ? wrong : gone),
      of('a number', 7, wrong),
      of('an empty object', {}, wrong),
    ];
  });

const baseline = (form: Form): Variant => ({
  name: `${form.name}: as it should be`,
  evidence: () => read(answerOf(form)),
  base: form.states,
  exit: form.exit,
  findings: [],
});

const near: readonly Variant[] = (['near_p2p_public_key', 'near_signer_public_key'] as const).flatMap((key) => {
  const form = FORMS.find(({ name }) => name.startsWith('NEAR'))!;
  const of = (name: string, value: unknown, exit: number): Variant => ({
    name: `NEAR public_data: ${key} ${name}`,
    evidence: () => readAnswer(Buffer.from(answerWith(answerOf(form), [key], value)), 'answer'),
    base: form.states,
    failed: ['cert.report-data'],
    exit,
  });
  return [
    of('of somebody else', 'ed25519:11111111111111111111111111111112', 10),
    of('of another kind', 'secp256k1:11111111111111111111111111111112', 30),
    of('too short', 'ed25519:1112', 30),
    of('of no base 58', 'ed25519:0OIl', 30),
    of('left out', undefined, 30),
    of('a number', 7, 30),
  ];
});

const swapped: Variant = {
  name: 'NEAR public_data: the two keys exchanged',
  evidence: () => {
    const answer = good.publicData() as Record<string, unknown>;
    const { near_p2p_public_key: p2p, near_signer_public_key: signer } = answer;
    return readAnswer(
      Buffer.from(JSON.stringify({ ...answer, near_p2p_public_key: signer, near_signer_public_key: p2p })),
      'answer',
    );
  },
  failed: ['cert.report-data'],
  exit: 10,
};

/** The quote alone, in every way that it is written. */
const quote = intel.quote({ body: { reportData: good.reportData, ...good.body } });
const alone: readonly string[] = [
  'quote.tcb',
  'quote.module',
  'quote.parse',
  'quote.signature',
  'quote.debug',
  'os.image',
  'os.acpi',
  'os.development',
];
const rawStates = Object.fromEntries(
  Object.keys(INFO_STATES).map((id) => [id, alone.includes(id) ? 'passed' : 'not-checked']),
) as unknown as Form['states'];
const raw = (
  [
    ['bytes', quote],
    ['hex', quote.toString('hex')],
    ['hex with 0x', `0x${quote.toString('hex')}\n`],
    ['an array', JSON.stringify([...quote])],
  ] as const
).map(
  ([name, bytes]): Variant => ({
    name: `a quote as ${name}: it proves no app-compose`,
    evidence: () => read(bytes),
    base: rawStates,
    exit: 13,
    findings: [],
  }),
);

/** Every form in which evidence comes, with the same deployments behind it. */
export const forms: readonly Variant[] = [
  ...FORMS.flatMap((form) => [
    baseline(form),
    ...CHANGES.filter((change) => tellable(form, change).length > 0).map((change) => changed(form, change)),
    ...edited(form),
  ]),
  ...near,
  swapped,
  ...raw,
];
