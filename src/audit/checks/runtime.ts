import { BaseError } from '../../base/error.ts';
import { partValue } from '../../evidence/evidence.ts';
import { LAUNCHER_EVENT, receiptDigest } from '../../evidence/receipt/statement.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { notChecked, type Outcome, passed } from '../outcome.ts';
import { judgeReceipt, receiptOrigins } from '../runtime/judge-receipt.ts';
import { type LoggedStarts, readLauncherLog } from '../runtime/match-logs.ts';
import { counted, hex, originsOf } from '../wording.ts';

const GIVE = 'give --receipt with the file, or --attest with the address of twl-attest';

const noReceipt = (context: Context): Outcome => {
  const origins = originsOf(context, 'eventLog', 'appCompose');
  if (context.compose().review.pin?.receipt === 'off') {
    const hint = 'set RECEIPT=auto or RECEIPT=required in the pin';
    return notChecked({ summary: 'the pin says RECEIPT=off: its launcher leaves no receipt', origins, hint });
  }
  const shown = [...context.events().user, ...context.splitLog().later];
  const event = shown.find(({ name }) => name === LAUNCHER_EVENT);
  if (event === undefined) return notChecked({ summary: 'there is no receipt of the launcher', origins, hint: GIVE });
  return notChecked({
    summary: "the log has the launcher's event, and the receipt that it stands for is not there",
    found: `an event of the claim ${hex(event.payload)}`,
    origins,
    hint: GIVE,
  });
};

export const runtimeReceipt: Check = {
  id: 'runtime.receipt',
  step: 'runtime',
  title: 'the launcher checked and started it',
  proves:
    'Before anything else could write to RTMR3, the launcher claimed there that it had checked every byte of the pinned commit and was about to start it.',
  from: "the launcher's receipt: its statement, quote and log; the RTMR3 events that a quote of the evidence covers",
  assumes:
    'The OS image is the expected one (os.image), the launcher is the one that was built as expected (the provenance checks), and the launcher refuses to start where the agent takes no event, which RECEIPT=required is for. That the workload still does what it did at its start is not shown.',
  citation: 'docs/receipt.md, "What it proves"',
  required: 'always',
  needs: [
    'quote.signature',
    'quote.tcb',
    'quote.module',
    'quote.debug',
    'eventlog.order',
    'compose.pin',
    'compose.pin-bound',
    'compose.override',
    'compose.environment',
    'compose.sharing',
    'compose.services',
    'compose.scripts',
  ],
  run: (context) => {
    if (context.evidence.receipt === undefined) return noReceipt(context);
    const outcome = judgeReceipt(context);
    return { ...outcome, origins: receiptOrigins(context) };
  },
};

const CLAIMS = 'logs are claims of whoever wrote them, and decide nothing';

/** Of lines that contradict, so many are shown. */
const MAX_SHOWN = 5;

/** What the log says that the pin or the receipt contradicts. */
const contradictions = (context: Context, { commits, claims }: LoggedStarts): string[] => {
  const commit = context.compose().review.pin?.commitSha;
  const claim =
    context.evidence.receipt === undefined ? undefined : hex(receiptDigest(context.receipt().statement.claim));
  return [
    ...commits.filter((one) => one !== commit).map((one) => `HEAD verified: ${one}`),
    ...(claim === undefined ? [] : claims.filter((one) => one !== claim).map((one) => `receipt of the claim ${one}`)),
  ];
};

const shown = (lines: readonly string[]): string =>
  [...lines.slice(0, MAX_SHOWN), ...(lines.length > MAX_SHOWN ? [`${lines.length - MAX_SHOWN} more`] : [])].join('; ');

const judgeLogs = (context: Context, text: string): Outcome => {
  const found = readLauncherLog(text);
  const { commits, starts } = found;
  if (commits.length === 0) {
    return notChecked({ summary: `no line says which commit a launcher checked; ${CLAIMS}` });
  }
  const commit = context.compose().review.pin?.commitSha ?? '(none)';
  const remarks = {
    expected: `HEAD verified: ${commit}`,
    source: 'the pin in the measured app-compose',
    details: [`${counted(starts, 'start')} after HEAD was verified`],
  };
  const wrong = contradictions(context, found);
  if (wrong.length > 0) {
    return notChecked({ ...remarks, summary: `the logs tell of something else; ${CLAIMS}`, found: shown(wrong) });
  }
  if (starts === 0) {
    return notChecked({ ...remarks, summary: `the logs show no start after HEAD was verified; ${CLAIMS}` });
  }
  return passed({ ...remarks, summary: `the logs agree; ${CLAIMS}`, found: `HEAD verified: ${commits.join(', ')}` });
};

export const runtimeLogs: Check = {
  id: 'runtime.logs',
  step: 'runtime',
  title: 'what the logs say',
  proves:
    'Nothing: a log is what somebody wrote. It shows whether lines of the launcher name the pinned commit, and the receipt.',
  from: 'the text that --logs names',
  assumes: 'Whoever wrote the log and whoever passed it on told the truth.',
  citation: 'docs/receipt.md, "What is in it"',
  required: 'never',
  needs: ['compose.pin', 'compose.pin-bound'],
  run: (context) => {
    const { logs } = context.evidence;
    if (logs === undefined) return notChecked({ summary: 'no logs were given' });
    const origins = originsOf(context, 'logs');
    try {
      return { ...judgeLogs(context, partValue(logs)), origins };
    } catch (error) {
      // What informs must not decide: a log that cannot be had is no contradiction, and the receipt has a check of its own.
      if (!(error instanceof BaseError)) throw error;
      return notChecked({ summary: `the logs were not looked at: ${error.message}`, origins });
    }
  },
};
