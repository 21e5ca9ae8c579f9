import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { escapeText } from '../base/escape.ts';
import { GuestError } from './errors.ts';

/** Names another socket. The SDK's own variable is not read: it may name a machine elsewhere. */
export const SOCKET_VARIABLE = 'TWL_AGENT_SOCKET';

/** Where dstack's agent listens, and the clients of its SDK look, in their order (dstack sdk/js). */
export const SOCKET_PLACES: readonly string[] = [
  '/var/run/dstack.sock',
  '/run/dstack.sock',
  '/var/run/dstack/dstack.sock',
  '/run/dstack/dstack.sock',
];

const isSocket = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isSocket() === true;

/** As {@link isSocket}; what cannot be looked at is none. */
const leadsToSocket = (path: string): boolean => {
  try {
    return isSocket(path);
  } catch {
    return false;
  }
};

/**
 * The path of the guest agent's socket: the one that TWL_AGENT_SOCKET names and no other, or the first of the usual places
 * where there is a socket; a file or a folder of that name, as docker leaves where nothing was there to mount, is none. Nothing
 * is sent.
 * @param places for tests
 * @returns the path, or the error `agent-missing`, which is the caller's to throw or to report
 */
export const findAgent = (
  environment: Readonly<Record<string, string | undefined>>,
  places: readonly string[] = SOCKET_PLACES,
): { socketPath: string } | { missing: GuestError } => {
  const named = environment[SOCKET_VARIABLE];
  if (named !== undefined) {
    if (isAbsolute(named) && leadsToSocket(named)) return { socketPath: named };
    const what = `${SOCKET_VARIABLE} names '${escapeText(named)}', which is no absolute path of a socket`;
    return { missing: new GuestError('agent-missing', what, { hint: 'correct the path, or unset the variable' }) };
  }
  const socketPath = places.find(leadsToSocket);
  if (socketPath !== undefined) return { socketPath };
  return {
    missing: new GuestError('agent-missing', `no guest agent: there is no socket at ${places[0] ?? 'any place'}`, {
      hint: `mount it into the container: ${places[0]}:${places[0]}`,
    }),
  };
};
