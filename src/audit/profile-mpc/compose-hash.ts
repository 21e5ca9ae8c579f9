import { partValue } from '../../evidence/evidence.ts';
import { eventLabel } from '../../evidence/event-label.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notChecked, type Outcome, passed } from '../outcome.ts';
import { hex, originsOf } from '../wording.ts';

const EVENT = 'compose-hash';

const judge = (context: Context): Outcome => {
  const found = context
    .log()
    .flatMap((event, index) => (event.register === 3 && event.name === EVENT ? [{ event, index }] : []));
  const [one, other] = found;
  if (one === undefined) return failed({ summary: `RTMR3 has no event ${EVENT}` });
  if (other !== undefined) return failed({ summary: `${eventLabel(other.index, other.event)} is a second one` });
  const payload = hex(one.event.payload);
  const computed = hex(context.composeHash());
  if (payload !== computed) {
    return failed({
      summary: 'the app-compose is another than the one that was measured',
      expected: payload,
      found: computed,
      source: `the ${EVENT} event`,
    });
  }
  // The contract compares the texts.
  if (one.event.payloadText !== undefined) {
    return failed({
      summary: `the ${EVENT} event spells its payload otherwise than in lower-case hex, and the contract compares it as it stands`,
      expected: computed,
      found: one.event.payloadText,
      source: 'built in: the rule of the contract',
    });
  }
  const { compose_hash: part } = context.evidence.statements;
  if (part === undefined) {
    return notChecked({ summary: 'the evidence states no compose hash', hint: "give the node's /public_data" });
  }
  const stated = partValue(part);
  const remarks = { expected: payload, found: stated, source: `the ${EVENT} event` };
  return stated === payload
    ? passed({ ...remarks, summary: 'event, app-compose and tcb_info have one compose hash' })
    : failed({ ...remarks, summary: 'the node states another compose hash than was measured' });
};

export const mpcComposeHash: Check = {
  id: 'mpc.compose-hash',
  step: 'attestation',
  title: 'the compose hash is one everywhere',
  proves:
    'RTMR3 has exactly one compose-hash event, wherever it stands; its payload is SHA-256 of the app-compose, and what tcb_info states.',
  from: 'the RTMR3 events of the log, the exact bytes of app-compose.json, tcb_info.compose_hash',
  assumes: 'The log replays (eventlog.replay).',
  citation: 'near/mpc crates/attestation, the check of the compose hash',
  required: 'never',
  isOptional: true,
  needs: ['eventlog.replay'],
  run: (context) => {
    if (context.evidence.appCompose === undefined) return notChecked({ summary: 'the evidence has no app-compose' });
    return { ...judge(context), origins: originsOf(context, 'eventLog', 'appCompose') };
  },
};
