import { type MockEvent, runtimeEvent, sha384 } from '../../../mocks/deployment/event.ts';

type Events = readonly MockEvent[];

/** What is done to one event, or at its place. */
export const EVENT_EDITS = [
  'renamed, digest kept',
  'renamed, digest made anew',
  'payload edited, digest kept',
  'payload edited, digest made anew',
  'payload longer, digest made anew',
  'digest edited',
  'digest left out',
  'type edited',
  'put into another register',
  'dropped',
  'doubled',
  'swapped with the next of its register',
  'a foreign event before it',
  'a foreign event after it',
] as const;

export type EventEdit = (typeof EVENT_EDITS)[number];

/** With the first bit turned; of nothing comes one byte. */
export const turned = (hex: string): string => {
  const bytes = Buffer.from(hex === '' ? '01' : hex, 'hex');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes.toString('hex');
};

/** The event with the digest that its name and payload come to; of a firmware event that of its payload. */
export const redigested = (event: MockEvent): MockEvent => {
  if (event.imr !== 3) return { ...event, digest: sha384(Buffer.from(event.event_payload, 'hex')).toString('hex') };
  const version = event.version === 2 ? 2 : 1;
  return { ...event, ...runtimeEvent(event.event, Buffer.from(event.event_payload, 'hex'), version) };
};

const renamed = (event: MockEvent): MockEvent => ({ ...event, event: `${event.event}-x` });
const foreign = (imr: number): MockEvent => redigested({ ...runtimeEvent('foreign', 'foreign'), imr });

const edited = (event: MockEvent, edit: EventEdit): readonly MockEvent[] => {
  switch (edit) {
    case 'renamed, digest kept':
      return [renamed(event)];
    case 'renamed, digest made anew':
      return [redigested(renamed(event))];
    case 'payload edited, digest kept':
      return [{ ...event, event_payload: turned(event.event_payload) }];
    case 'payload edited, digest made anew':
      return [redigested({ ...event, event_payload: turned(event.event_payload) })];
    case 'payload longer, digest made anew':
      return [redigested({ ...event, event_payload: `${event.event_payload}20` })];
    case 'digest edited':
      return [{ ...event, digest: turned(event.digest) }];
    case 'digest left out':
      return [{ ...event, digest: '' }];
    case 'type edited':
      return [{ ...event, event_type: event.event_type + 1 }];
    case 'put into another register':
      return [{ ...event, imr: (event.imr + 1) % 4 }];
    case 'dropped':
      return [];
    case 'doubled':
      return [event, event];
    case 'a foreign event before it':
      return [foreign(event.imr), event];
    case 'a foreign event after it':
      return [event, foreign(event.imr)];
    case 'swapped with the next of its register':
      return [event];
  }
};

/** The place of the next event of the same register; -1 after the last. */
export const nextOf = (events: Events, at: number): number =>
  events.findIndex(({ imr }, index) => index > at && imr === events[at]?.imr);

const swapped = (events: Events, a: number, b: number): Events =>
  events.map((event, index) => (index === a ? events[b]! : index === b ? events[a]! : event));

/** The log with that edit at that place. */
export const editAt =
  (at: number, edit: EventEdit) =>
  (events: Events): Events =>
    edit === 'swapped with the next of its register'
      ? swapped(events, at, nextOf(events, at))
      : events.flatMap((event, index) => (index === at ? edited(event, edit) : [event]));
