import { encodePacket } from '../transport/pkt-line.ts';
import { AGENT } from '../transport/protocol.ts';
import type { ObjectFormat } from '../objects/object-id.ts';

/** What is asked of a server: the history of `wants` down to what `haves` reach. */
export interface HistoryQuery {
  readonly wants: readonly string[];
  readonly haves: readonly string[];
}

const lines = (texts: readonly string[]): string => texts.map((text) => encodePacket(`${text}\n`)).join('');

const command = (name: string, format: ObjectFormat, parameters: readonly string[]): string =>
  `${encodePacket(`command=${name}`)}${encodePacket(`agent=${AGENT}`)}${encodePacket(`object-format=${format}`)}0001` +
  `${lines(parameters)}0000`;

/** Version 2: branches, tags and what HEAD is, and nothing of `refs/pull` (gitprotocol-v2, "ls-refs"). */
export const encodeLsRefs = (format: ObjectFormat): string =>
  command('ls-refs', format, ['peel', 'symrefs', 'ref-prefix HEAD', 'ref-prefix refs/heads/', 'ref-prefix refs/tags/']);

/** Version 2 (gitprotocol-v2, "fetch"). `tree:0` leaves out trees and files. */
export const encodeHistoryV2 = ({ wants, haves }: HistoryQuery, format: ObjectFormat, filters: boolean): string =>
  command('fetch', format, [
    'ofs-delta',
    'no-progress',
    ...wants.map((id) => `want ${id}`),
    ...haves.map((id) => `have ${id}`),
    ...(filters ? ['filter tree:0'] : []),
    'done',
  ]);

/** The same for servers that speak version 0 (gitprotocol-pack). */
export const encodeHistoryV0 = (
  { wants, haves }: HistoryQuery,
  format: ObjectFormat,
  capabilities: ReadonlySet<string>,
): string => {
  const filters = filtersOf({ version: 0, capabilities });
  const asked = ['side-band-64k', 'ofs-delta', 'no-progress', `object-format=${format}`]
    .filter((name) => capabilities.has(name))
    .concat(filters ? ['filter'] : [])
    .join(' ');
  const [first = '', ...others] = wants;
  const wanted = [`want ${first} ${asked} agent=${AGENT}`, ...others.map((id) => `want ${id}`)];
  return `${lines([...wanted, ...(filters ? ['filter tree:0'] : [])])}0000${lines([...haves.map((id) => `have ${id}`), 'done'])}`;
};

/** Whether a server says that it can leave files out of what it sends. */
export const filtersOf = (server: { version: 0 | 2; capabilities: ReadonlySet<string> }): boolean => {
  if (server.version === 0) return server.capabilities.has('filter');
  const fetch = [...server.capabilities].find((name) => name.startsWith('fetch='));
  return fetch?.slice('fetch='.length).split(' ').includes('filter') === true;
};
