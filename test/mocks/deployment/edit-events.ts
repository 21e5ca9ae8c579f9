/** SIMULATED hardware: changes of an event log, for `simulate({editEvents})`. Whether the registers follow is another option. */
import type { MockEvent } from './event.ts';

export type EditEvents = (events: readonly MockEvent[]) => readonly MockEvent[];

const indexOf = (events: readonly MockEvent[], name: string): number => {
  const index = events.findIndex((event) => event.event === name);
  if (index < 0) throw new Error(`mock event log: no event ${name}`);
  return index;
};

const splice =
  (name: string, change: (event: MockEvent) => readonly MockEvent[]): EditEvents =>
  (events) => {
    const index = indexOf(events, name);
    return events.flatMap((event, at) => (at === index ? change(event) : [event]));
  };

/** Each of these concerns the first event of that name. */
export const dropEvent = (name: string): EditEvents => splice(name, () => []);
export const doubleEvent = (name: string): EditEvents => splice(name, (event) => [event, event]);
export const insertBefore = (name: string, added: MockEvent): EditEvents => splice(name, (event) => [added, event]);
export const insertAfter = (name: string, added: MockEvent): EditEvents => splice(name, (event) => [event, added]);
/** A digest that is not given stays as it was. */
export const changeEvent = (name: string, change: Partial<MockEvent>): EditEvents =>
  splice(name, (event) => [{ ...event, ...change }]);
export const swapEvents =
  (first: string, second: string): EditEvents =>
  (events) => {
    const [a, b] = [indexOf(events, first), indexOf(events, second)];
    return events.map((event, at) => (at === a ? events[b]! : at === b ? events[a]! : event));
  };
/** One edit after the other. */
export const edits =
  (...all: readonly EditEvents[]): EditEvents =>
  (events) =>
    all.reduce((log, edit) => edit(log), events);
