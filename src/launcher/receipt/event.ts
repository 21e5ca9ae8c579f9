import { countLauncherEvents } from '../../evidence/receipt/launcher-event.ts';
import type { EventState } from '../../evidence/receipt/receipt.ts';
import { LAUNCHER_EVENT } from '../../evidence/receipt/statement.ts';
import { readEventLog } from '../../evidence/read-event-log.ts';
import type { GuestAgent } from '../../guest/agent.ts';
import { GuestError } from '../../guest/errors.ts';
import { LaunchError } from '../errors.ts';

const countIn = async (agent: GuestAgent, payload: Uint8Array): Promise<number> =>
  countLauncherEvents(readEventLog((await agent.info()).eventLog), payload);

const emit = async (agent: GuestAgent, payload: Uint8Array): Promise<GuestError | undefined> => {
  try {
    await agent.emitEvent(LAUNCHER_EVENT, payload);
    return undefined;
  } catch (error) {
    if (error instanceof GuestError) return error;
    throw error;
  }
};

/**
 * Sees to it that the launcher's event is the first user event in RTMR3, and there once: reads the log, writes the event where an
 * earlier start of this boot did not, and reads the log again. A call whose answer is lost may have been made all the
 * same, so after any failure the log decides; it is never made twice.
 * @throws GuestError, EvidenceError, JsonError; ReceiptError `event-before` and `other-launcher` where the log contradicts this
 * launch; LaunchError `receipt-contradicted` where the event is there more than once, or is not where it was accepted
 */
export const settleEvent = async (agent: GuestAgent, payload: Uint8Array): Promise<EventState> => {
  const before = await countIn(agent, payload);
  const failure = before > 0 ? undefined : await emit(agent, payload);
  if (failure?.code === 'agent-unsupported') return 'unsupported';
  const count = before > 0 ? before : await countIn(agent, payload);
  if (count > 1) {
    throw new LaunchError(
      'receipt-contradicted',
      `the launcher's event stands ${count} times in the log of this boot`,
      {
        hint: 'something else wrote it too, or two launchers started at once: restart the machine',
      },
    );
  }
  if (count === 1) return before > 0 ? 'found' : 'emitted';
  if (failure !== undefined) throw failure;
  throw new LaunchError(
    'receipt-contradicted',
    "the guest agent took the launcher's event, and its log does not show it",
    {
      hint: "look at the agent's log, and at what listens at the socket",
    },
  );
};
