import { EXIT } from '../../base/exit-codes.ts';
import { sameBytes } from '../../evidence/bytes.ts';
import { partValue } from '../../evidence/evidence.ts';
import { attestReportData } from '../../evidence/receipt/attest.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import type { Expected } from '../expectations.ts';
import { failed, notChecked, type Outcome, passed } from '../outcome.ts';
import { judgeQuote } from '../runtime/judge-quote.ts';
import { deploymentDifference } from '../runtime/same-deployment.ts';
import { hex, originsOf } from '../wording.ts';

const notAsked = (context: Context): Outcome =>
  notChecked(
    {
      summary: 'the quote answers no number of ours: it shows that this machine ran, not that it still does',
      origins: originsOf(context, 'quote'),
      ...(context.evidence.attest === undefined ? {} : { hint: 'say with --nonce which number twl-attest was asked' }),
    },
    EXIT.stale,
  );

/** Holds the answer of twl-attest against the number that it was asked. */
const checkAnswer = (context: Context, nonce: Expected<Uint8Array>): Outcome => {
  const { attest, eventLog } = context.evidence;
  if (attest === undefined) {
    const hint = "give --attest with the address of the deployment's twl-attest, or with its saved answer";
    return notChecked({ summary: 'there is no answer to the nonce', hint }, EXIT.stale);
  }
  const { receipt } = partValue(attest);
  const origins = originsOf(context, 'attest', 'quote', 'eventLog');
  if (eventLog === undefined) {
    return notChecked({ summary: 'without an event log the answer cannot be told to be of this deployment', origins });
  }
  const answered = context.attested();
  const flaw = judgeQuote(answered, "the answer's quote");
  if (flaw !== undefined) return { ...flaw, origins };
  const difference = deploymentDifference(context, answered);
  if (difference !== undefined) {
    const { what, expected, found } = difference;
    const source = 'the evidence';
    return failed({ summary: `the answer is of another deployment: ${what}`, expected, found, source, origins });
  }
  const expected = attestReportData(nonce.value, receipt);
  const found = answered.quote().body.reportData;
  const remarks = { expected: hex(expected), found: hex(found), source: `the nonce, ${nonce.source}`, origins };
  if (!sameBytes(expected, found)) {
    return failed({
      ...remarks,
      summary: 'the answer was not made for this nonce and the receipt in it',
      details: [`nonce ${hex(nonce.value)}`],
      hint: 'ask again: somebody on the way may give out an earlier answer',
    });
  }
  // Only an instance id tells two machines of one deployment apart.
  const isNamed = context.events().system.instanceId.length > 0;
  return passed({
    ...remarks,
    summary: `${isNamed ? 'this instance' : 'a machine of this deployment'} made a quote over the nonce, after the nonce was made`,
    details: [
      `nonce ${hex(nonce.value)}`,
      isNamed
        ? 'it speaks for this one instance of the deployment, and for no other'
        : 'the deployment has no instance id (no_instance_id): any machine that runs it may have answered, and the rest of the evidence may be of another',
      'it binds no TLS endpoint: who passed the answer on, and who answers at any address, is not shown',
    ],
  });
};

export const freshness: Check = {
  id: 'freshness',
  step: 'attestation',
  title: 'it is so now',
  proves: "A quote of this instance was made after the auditor asked, because it holds the auditor's own number.",
  from: "the report data of twl-attest's quote, the nonce, and the receipt in the answer",
  assumes:
    'Nobody could guess the nonce before. It speaks for one instance, and binds no TLS endpoint: who passed the answer on is not seen.',
  citation: 'RFC 9334 section 10, "Freshness"; docs/receipt.md, "twl-attest"',
  required: 'when-expected',
  needs: ['quote.parse'],
  isExpected: ({ expectations }) => expectations.nonce !== undefined,
  run: (context) => {
    const nonce = context.expectations.nonce ?? context.evidence.asked;
    return nonce === undefined ? notAsked(context) : checkAnswer(context, nonce);
  },
};
