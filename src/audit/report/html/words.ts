import type { VerdictWord } from '../../result.ts';
import { STATE_WORDS } from '../counts.ts';
import type { LinkId, LinkState } from './chain.ts';

export const LINK_STATE_WORDS: Readonly<Record<LinkState, string>> = { ...STATE_WORDS, 'not-asked': 'not asked' };

/** What each link is called, and what its checks answer: a question, since it stands there whatever the answer is. */
export const LINK_WORDS: Readonly<Record<LinkId, { readonly name: string; readonly asks: string }>> = {
  silicon: { name: 'Silicon', asks: "Is it Intel's hardware, and up to date?" },
  quote: { name: 'Quote', asks: 'Does it run a known operating system?' },
  'event-log': { name: 'Event log', asks: 'Is the record of its start genuine?' },
  compose: { name: 'Compose', asks: 'Is what it runs measured, and fixed?' },
  image: { name: 'Launcher', asks: 'Is it the launcher that starts?' },
  workflow: { name: 'Workflow', asks: 'Was the launcher built as expected?' },
  commit: { name: 'Commit', asks: 'Is the commit the expected one?' },
  entry: { name: 'Entry script', asks: 'Is it pinned what starts?' },
  receipt: { name: 'What ran', asks: 'Did the launcher place and start it?' },
};

/** The verdict for somebody who has never heard of any of it. Two sentences at most: what it is, and what to make of it. */
export const VERDICT_WORDS: Readonly<Record<VerdictWord, string>> = {
  VERIFIED:
    'This deployment started exactly the commit that was expected. Every link from the hardware to the running script was checked, and holds.',
  PASSED: 'The one step that was asked for holds. The others were not looked at, so this does not say what runs there.',
  CONSISTENT:
    'Nothing that was looked at is wrong, but not enough was looked at. Do not take this deployment for verified: what is missing stands below.',
  REJECTED:
    'Do not trust this deployment: what it shows contradicts itself, or what was expected of it. The failed checks say where.',
  'NOT BOUND':
    'Do not rely on this deployment: it shows a value that nothing signed by the hardware covers. Whoever operates it could show the same and run something else.',
  STALE:
    'Do not rely on this answer today: what vouches for the deployment was not in force at the time that was judged for.',
  UNSUPPORTED: 'This evidence is of a kind that the program does not know. Nothing follows from it, good or bad.',
  MALFORMED:
    'This evidence cannot be read. Nothing follows from it but that somebody made or passed on a broken answer.',
  UNAVAILABLE: 'A server did not give what the checks need. Nothing follows from that, good or bad: try again.',
  ENVIRONMENT: 'The machine that ran the checks stood in the way. Nothing follows for the deployment, good or bad.',
  'INTERNAL ERROR': 'The program that checks made a mistake. Do not rely on anything on this page; please report it.',
};
