import { GuestError } from '../../guest/errors.ts';
import type { GuestAgent } from '../../guest/agent.ts';
import type { Logger } from '../../base/log.ts';
import { digestBytes, type ImageDigest } from '../digest.ts';
import { MpcError } from '../errors.ts';
import { IMAGE_EVENT, isRecorded } from './boot-log.ts';

/** What became of the event. */
export type EventState = 'emitted' | 'found' | 'not-offered';

/** A way to get the image's digest into RTMR3. */
export interface EventRecorder {
  /** @throws MpcError `event-…`, GuestError */
  readonly record: (digest: ImageDigest) => Promise<EventState>;
}

/**
 * For agents without EmitEvent (dstack 0.6): no event, and only where the measured environment agrees.
 * Throws MpcError `event-not-offered`.
 */
export const notOffered = (requireRtmr3: boolean, log: Logger, cause?: unknown): EventRecorder => ({
  record: (digest) => {
    if (requireRtmr3) {
      const what = `the guest agent has no EmitEvent, so ${IMAGE_EVENT} cannot get into RTMR3; nothing has been started`;
      throw new MpcError('event-not-offered', what, {
        hint: 'use dstack 0.5, or set REQUIRE_RTMR3=0 in the compose file of the launcher if nobody looks for the event',
        cause,
      });
    }
    log.warning(
      `no event ${IMAGE_EVENT} in RTMR3 (REQUIRE_RTMR3=0): a quote of this machine does not show that ${digest} runs. ` +
        "An auditor has the compose file of the launcher and its log alone, and NEAR's contract refuses the machine.",
      { event: 'not-offered', digest },
    );
    return Promise.resolve('not-offered');
  },
});

const emitOnce = async (agent: GuestAgent, digest: ImageDigest): Promise<GuestError | undefined> => {
  try {
    // The 32 bytes and no text: near/mpc #2603.
    await agent.emitEvent(IMAGE_EVENT, digestBytes(digest));
    return undefined;
  } catch (error) {
    if (error instanceof GuestError) return error;
    throw error;
  }
};

/**
 * By EmitEvent of dstack 0.5, exactly once a boot: the log is read first, and again afterwards. A call whose answer is lost may have
 * been made all the same, so after any failure the log decides; it is never made twice.
 */
export const byEmitEvent = (agent: GuestAgent, fallback: (cause: GuestError) => EventRecorder): EventRecorder => ({
  record: async (digest) => {
    const recorded = async (): Promise<boolean> => isRecorded((await agent.info()).eventLog, digest);
    if (await recorded()) return 'found';
    const failure = await emitOnce(agent, digest);
    if (failure?.code === 'agent-unsupported') return await fallback(failure).record(digest);
    if (await recorded()) return 'emitted';
    if (failure !== undefined) throw failure;
    throw new MpcError(
      'event-not-recorded',
      `the guest agent took the event ${IMAGE_EVENT}, and its log does not show it`,
      {
        hint: "look at the agent's log, and at what listens at the socket; dstack's simulator records nothing",
      },
    );
  },
});
