import { LAUNCHER_EVENT } from '../../evidence/receipt/statement.ts';
import { readRuntimeEvents } from '../../evidence/system-events.ts';
import { eventLabel } from '../../evidence/event-label.ts';
import type { Check } from '../check.ts';
import { failed, passed } from '../outcome.ts';
import { newestLog } from '../runtime/further-quotes.ts';
import { originsOf } from '../wording.ts';
import { IMAGE_EVENT } from './image-event.ts';

/** What may stand after system-ready: under NEAR's own template, and where the launcher of this project starts the node. */
const ROWS: readonly (readonly string[])[] = [[IMAGE_EVENT], [LAUNCHER_EVENT, IMAGE_EVENT]];

/** Name by name: a name may hold whatever would stand between two. */
const isSame = (row: readonly string[], names: readonly string[]): boolean =>
  row.length === names.length && row.every((name, index) => name === names[index]);

export const mpcEvents: Check = {
  id: 'mpc.events',
  step: 'attestation',
  title: 'nothing else was measured after the start',
  proves: `After system-ready stand ${IMAGE_EVENT} alone, or ${LAUNCHER_EVENT} and then ${IMAGE_EVENT}: nobody else wrote to RTMR3. The contract does not ask for it.`,
  from: 'the RTMR3 events of the newest log that a quote of the run covers',
  assumes: 'The order of the events holds (eventlog.order).',
  citation: 'docs/mpc-launcher.md, "Stricter than the contract"',
  required: 'never',
  isOptional: true,
  needs: ['eventlog.order'],
  run: (context) => {
    const log = newestLog(context);
    const { user } = readRuntimeEvents(log);
    const names = user.map(({ name }) => name);
    const remarks = {
      expected: ROWS.map((row) => row.join(', ')).join(' or '),
      found: names.length === 0 ? '(no event)' : names.join(', '),
      source: 'built in',
      origins: originsOf(context, 'eventLog', 'attest', 'receipt'),
    };
    if (ROWS.some((row) => isSame(row, names))) {
      return passed({ ...remarks, summary: `after system-ready stands ${names.join(', then ')}` });
    }
    return failed({
      ...remarks,
      summary: 'after system-ready stands something else than the launcher writes',
      details: user.map(({ index }) => eventLabel(index, log[index]!)),
    });
  },
};
