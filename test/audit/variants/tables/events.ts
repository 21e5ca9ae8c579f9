import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { answered, good, info } from '../support/baseline.ts';
import { editAt, EVENT_EDITS, type EventEdit, nextOf } from '../support/event-edits.ts';
import type { Variant } from '../support/variant.ts';

/** What an edit says, if it is believed that it was measured. */
interface Meaning {
  readonly failed: readonly CheckId[];
  readonly exit: number;
  readonly findings?: readonly string[];
}

const CERTIFICATE: CheckId = 'cert.report-data';
const UNREADABLE: Meaning = { failed: ['eventlog.order', CERTIFICATE], exit: 10 };
/** No system-ready, no release that is known. */
const NOT_READY: Meaning = { ...UNREADABLE, exit: 20 };
const fine = (...findings: readonly string[]): Meaning => ({ failed: [], exit: 0, findings });
const wrong = (...failed: readonly CheckId[]): Meaning => ({ failed, exit: 10 });

/** The release line of the good log need not have these. */
const OPTIONAL = ['mr-kms', 'os-image-hash', 'storage-fs'];

const OTHER_PAYLOAD: Readonly<Record<string, Meaning>> = {
  'app-id': wrong('app.id', CERTIFICATE),
  'compose-hash': wrong('compose.hash'),
  // Nobody expects an instance; the answer states the other one.
  'instance-id': fine('statement.contradicted'),
  'mr-kms': fine(),
  // The KMS's word; the image itself was found by its registers.
  'os-image-hash': fine('statement.contradicted', 'os.image-hash'),
};

const withoutIt = (name: string): Meaning => {
  if (OPTIONAL.includes(name)) return fine();
  return name === 'system-ready' ? NOT_READY : UNREADABLE;
};

/** Of an event of RTMR3, had the registers followed. */
const meaningOf = (name: string, edit: EventEdit): Meaning => {
  switch (edit) {
    case 'renamed, digest kept':
    case 'renamed, digest made anew':
      return name === 'system-ready' ? NOT_READY : UNREADABLE;
    case 'payload edited, digest kept':
    case 'payload edited, digest made anew':
      return OTHER_PAYLOAD[name] ?? UNREADABLE;
    case 'payload longer, digest made anew':
      // White space after the JSON of a key provider says nothing else.
      return name === 'key-provider' ? fine() : UNREADABLE;
    case 'digest edited':
    case 'digest left out':
      return fine();
    case 'type edited':
      return UNREADABLE;
    case 'put into another register':
    case 'dropped':
      return withoutIt(name);
    case 'doubled':
      return name === 'system-ready' ? fine('eventlog.system-name') : UNREADABLE;
    case 'swapped with the next of its register':
      return name === 'storage-fs' ? fine('eventlog.system-name') : UNREADABLE;
    case 'a foreign event before it':
      return UNREADABLE;
    case 'a foreign event after it':
      return name === 'system-ready' ? fine('eventlog.application-event') : UNREADABLE;
  }
};

const NO_IMAGE: readonly CheckId[] = ['os.acpi', 'os.development'];
const IMAGE: Pick<Variant, 'failed' | 'notChecked' | 'exit'> = { failed: ['os.image'], notChecked: NO_IMAGE, exit: 10 };
/** What is edited so is neither measured nor shown: the report is the same to the last word. */
const SAME: Pick<Variant, 'exit' | 'same'> = { exit: 0, same: true };

/** Edits that leave every digest of a firmware event where it was: neither name, type nor payload is measured. */
const UNMEASURED: readonly EventEdit[] = ['renamed, digest kept', 'payload edited, digest kept', 'type edited'];

/** The log was edited and the registers were not: nothing is believed of it, whatever it says. */
const left = (imr: number, name: string, edit: EventEdit): Partial<Variant> & { exit: number } => {
  if (imr === 3) {
    if (edit === 'digest left out') return SAME;
    // Shown as newer than the certificate's quote, as an agent's Info may be; nothing covers it.
    if (name === 'system-ready' && ['a foreign event after it', 'doubled'].includes(edit))
      return { notBound: ['eventlog.later'], exit: 11 };
    const certificate = meaningOf(name, edit).failed.includes(CERTIFICATE) ? [CERTIFICATE] : [];
    return { failed: ['eventlog.replay', ...certificate], exit: 10 };
  }
  if (UNMEASURED.includes(edit)) return SAME;
  // A firmware event in RTMR3 makes its events unreadable.
  const certificate = edit === 'put into another register' && imr === 2 ? [CERTIFICATE] : [];
  return { failed: ['eventlog.replay', ...certificate], exit: 10 };
};

/** The registers follow: what a machine would prove that measured this. */
const followed = (imr: number, name: string, edit: EventEdit): Partial<Variant> & { exit: number } => {
  if (imr !== 3) {
    if (UNMEASURED.includes(edit)) return SAME;
    if (edit === 'digest left out') return { ...IMAGE, failed: ['eventlog.replay', 'os.image'] };
    if (edit !== 'put into another register' || imr !== 2) return IMAGE;
    return { ...IMAGE, failed: ['eventlog.replay', CERTIFICATE, 'os.image'] };
  }
  if (edit === 'digest left out') return SAME;
  // The digest that was extended is not that of what the log shows.
  const unproved = ['renamed, digest kept', 'payload edited, digest kept', 'digest edited', 'type edited'];
  if (unproved.includes(edit)) return left(imr, name, edit);
  const meaning = meaningOf(name, edit);
  if (edit === 'put into another register') return { ...IMAGE, failed: [...meaning.failed, 'os.image'] };
  return meaning;
};

/** Edits that make sense there: the last of a register has no next one, and a firmware event's digest does not hold its name. */
const editsOf = (at: number, imr: number): readonly EventEdit[] =>
  EVENT_EDITS.filter((edit) => {
    if (edit === 'swapped with the next of its register') return nextOf(good.events, at) >= 0;
    return imr === 3 || edit !== 'renamed, digest made anew';
  });

const each = (refold: boolean, outcome: typeof left): readonly Variant[] =>
  good.events.flatMap(({ imr, event }, at) =>
    editsOf(at, imr).map((edit): Variant => {
      const name = `event ${at + 1} (RTMR${imr} ${event}) ${edit}, registers ${refold ? 'follow' : 'left'}`;
      const evidence = refold
        ? info({ editEvents: editAt(at, edit) })
        : answered({}, { event_log: editAt(at, edit)(good.events) });
      return { name, evidence, ...outcome(imr, event, edit) };
    }),
  );

/** Every event of the log, edited in every way, while the registers of the quote stay what they were. */
export const eventsLeft: readonly Variant[] = each(false, left);

/** The same, with registers that follow: an attacker who is consistent. */
export const eventsFollowed: readonly Variant[] = each(true, followed);
