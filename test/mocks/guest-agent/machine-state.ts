/** SIMULATED hardware: the log and RTMR3 of a running machine. Extensions happen one at a time, in the order of their calls. */
import { Buffer } from 'node:buffer';
import type { Deployment } from '../deployment.ts';
import { type MockEvent, runtimeEvent, sha384 } from '../deployment/event.ts';
import type { TdBody } from '../intel/td-report.ts';

export interface MachineState {
  events(): readonly MockEvent[];
  body(): Partial<TdBody>;
  /** Resolves when register and log hold the event. */
  extend(name: string, payload: Uint8Array): Promise<void>;
}

/** `delay` milliseconds lie between register and log, as in the real agent, where somebody may look. */
export const machineState = (deployment: Deployment, delay = 0): MachineState => {
  let events: readonly MockEvent[] = deployment.events;
  let rtmr3: Buffer = Buffer.from(deployment.body.rtmr3 ?? Buffer.alloc(48));
  let last: Promise<void> = Promise.resolve();
  const extendNow = async (name: string, payload: Uint8Array): Promise<void> => {
    const event = runtimeEvent(name, payload, deployment.options.eventLogVersion ?? 1);
    rtmr3 = sha384(rtmr3, Buffer.from(event.digest, 'hex'));
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    events = [...events, event];
  };
  return {
    events: () => events,
    body: () => ({ ...deployment.body, rtmr3 }),
    extend: (name, payload) => {
      last = last.then(() => extendNow(name, payload));
      return last;
    },
  };
};
