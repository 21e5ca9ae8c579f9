import type { Check } from '../check.ts';
import { passed } from '../outcome.ts';
import { counted, originsOf } from '../wording.ts';

export const eventlogOrder: Check = {
  id: 'eventlog.order',
  step: 'attestation',
  title: "the system's events are the system's",
  proves:
    'Before the first system-ready stand only events of dstack, each once, in the order of a known release: nothing that runs later can have put them there.',
  from: 'the RTMR3 events of the log',
  assumes:
    'The log replays (eventlog.replay) and the OS image is the one expected (os.image): another image may measure what it likes.',
  citation: 'dstack docs/security, "cvm-boundaries"; dstack-util system_setup',
  required: 'always',
  needs: ['eventlog.replay'],
  run: (context) => {
    const { system, user } = context.events();
    return passed({
      summary: `in the order of dstack ${system.rows.join(' or ')}; ${counted(user.length, 'event')} of applications after system-ready`,
      origins: originsOf(context, 'eventLog'),
    });
  },
};
