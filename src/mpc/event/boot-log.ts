import { arrayOf, integerOf, JsonError, objectOf, stringOf } from '../../base/json.ts';
import { digestBytes, type ImageDigest } from '../digest.ts';
import { MpcError } from '../errors.ts';
import { MAX_EVENTS } from '../limits.ts';
import { show } from '../show.ts';

/** What the contract looks for (near/mpc). */
export const IMAGE_EVENT = 'mpc-image-digest';
/** The event of trusted-workload-launcher, which may have started this program (docs/receipt.md). */
const LAUNCHER_EVENT = 'trusted-workload-launcher';
/** dstack's last event of its own. */
const READY = 'system-ready';
const RTMR3 = 3;

interface RuntimeEvent {
  readonly name: string;
  /** Lower-case hex. */
  readonly payload: string;
}

const malformed = (what: string, cause?: unknown): MpcError =>
  new MpcError('event-log-malformed', `the event log of the guest agent: ${what}`, {
    hint: 'look at what listens at the socket, and at its version: dstack 0.5 is expected',
    cause,
  });

const readEvents = (log: readonly unknown[]): readonly RuntimeEvent[] => {
  if (log.length > MAX_EVENTS) throw malformed(`it has ${log.length} events, more than ${MAX_EVENTS}`);
  try {
    return log.flatMap((value, index) => {
      const what = `event ${index + 1}`;
      const event = objectOf(value, what);
      if (integerOf(event.imr, `${what}.imr`) !== RTMR3) return [];
      const payload = stringOf(event.event_payload, `${what}.event_payload`).toLowerCase();
      return [{ name: stringOf(event.event, `${what}.event`), payload }];
    });
  } catch (error) {
    if (error instanceof JsonError) throw malformed(error.message, error);
    throw error;
  }
};

/**
 * Whether the log of this boot already holds the event of `digest`. It is read to find our own earlier run, and never as a
 * proof: that is for whoever replays the log against a quote.
 *
 * The contract wants the event exactly once, and whatever holds the agent's socket can write events: one that came before it and is
 * not the event of our own launcher is an error.
 * @param log `tcb_info.event_log` of the agent
 * @throws MpcError `event-log-malformed`, `event-twice`, `event-other-digest`, `event-before`
 */
export const isRecorded = (log: readonly unknown[], digest: ImageDigest): boolean => {
  const events = readEvents(arrayOf(log, 'the event log'));
  const wanted = Buffer.from(digestBytes(digest)).toString('hex');
  const images = events.filter(({ name }) => name === IMAGE_EVENT);
  if (images.length > 1) {
    throw new MpcError(
      'event-twice',
      `the event ${IMAGE_EVENT} stands ${images.length} times in the log of this boot`,
      {
        hint: 'the contract refuses such a machine: reboot the CVM',
      },
    );
  }
  const [image] = images;
  if (image !== undefined && image.payload !== wanted) {
    const what = `this boot has recorded ${IMAGE_EVENT} for ${show(image.payload.slice(0, 128))}, and now ${wanted} is to run`;
    throw new MpcError('event-other-digest', what, {
      hint: 'one image for each boot, since RTMR3 cannot be taken back: reboot the CVM',
    });
  }
  const ready = events.findIndex(({ name }) => name === READY);
  if (ready < 0) throw malformed(`it has no '${READY}'`);
  const at = image === undefined ? events.length : events.indexOf(image);
  if (at < ready) throw malformed(`${IMAGE_EVENT} stands before '${READY}'`);
  const before = events.slice(ready + 1, at);
  const stranger = before.find(({ name }, index) => name !== LAUNCHER_EVENT || index > 0);
  if (stranger !== undefined) {
    throw new MpcError('event-before', `the event '${show(stranger.name)}' was written before ${IMAGE_EVENT}`, {
      hint: "let nothing but the launcher have the guest agent's socket before it, and reboot the CVM",
    });
  }
  return image !== undefined;
};
