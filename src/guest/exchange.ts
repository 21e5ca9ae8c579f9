import { messageOf, systemCodeOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { GuestError } from './errors.ts';
import { type AgentTimes, MAX_ANSWER_BYTES, MAX_HEAD_BYTES } from './limits.ts';

export interface Answer {
  status: number;
  body: Buffer;
}

export interface Exchange {
  socketPath: string;
  /** The name of the method, which is its path. */
  method: string;
  parameters: object;
  times: AgentTimes;
  /** When all has to be over, on the clock of `performance.now()`. */
  deadline: number;
}

const NO_CONNECTION = ['ENOENT', 'ECONNREFUSED', 'EACCES', 'EPERM', 'EINVAL', 'ENOTSOCK', 'EPROTOTYPE', 'EAGAIN'];

const connectionError = (method: string, thrown: unknown): GuestError => {
  if (thrown instanceof GuestError) return thrown;
  const code = systemCodeOf(thrown);
  const said = escapeText(messageOf(thrown));
  if (NO_CONNECTION.includes(code)) {
    return new GuestError('agent-unreachable', `the guest agent cannot be reached for ${method}: ${said}`, {
      hint: 'look at the mount of the socket and at its mode, and whether the agent runs',
      cause: thrown,
    });
  }
  if (code.startsWith('HPE_')) {
    return new GuestError('agent-malformed', `the guest agent's answer to ${method} is no HTTP: ${said}`, {
      hint: 'look at what listens at the socket',
      cause: thrown,
    });
  }
  return new GuestError('agent-cut', `the guest agent ended the connection during ${method}: ${said}`, {
    hint: "look at the agent's log",
    cause: thrown,
  });
};

const timedOut = (method: string, what: string, ms: number): GuestError =>
  new GuestError('agent-timed-out', `the guest agent: ${what} during ${method} took more than ${Math.round(ms)} ms`, {
    hint: "look at the agent's log and at the machine's load",
  });

/**
 * One call: a POST of JSON over the unix socket, on a connection of its own, and the whole of its answer. node:http is loaded
 * here and not by `import`: see source/transport/http-module.ts.
 * @throws GuestError `agent-unreachable`, `agent-timed-out`, `agent-cut`, `agent-malformed`, `agent-too-large`
 */
export const exchange = ({ socketPath, method, parameters, times, deadline }: Exchange): Promise<Answer> => {
  const { request } = process.getBuiltinModule('node:http');
  const left = deadline - performance.now();
  if (left <= 0) return Promise.reject(timedOut(method, 'all calls together, begun before,', times.totalMs));
  const bytes = Buffer.from(JSON.stringify(parameters), 'utf8');
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    const settle = (act: () => void): void => {
      for (const timer of timers) clearTimeout(timer);
      act();
    };
    const client = request({
      socketPath,
      path: `/${method}`,
      method: 'POST',
      agent: false,
      maxHeaderSize: MAX_HEAD_BYTES,
      headers: {
        Host: 'dstack',
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'Content-Length': String(bytes.length),
        Connection: 'close',
      },
    });
    // Once the head is there, Node says of a connection that we ended no more than 'aborted': the first reason counts.
    const fail = (thrown: unknown): void =>
      settle(() => {
        reject(connectionError(method, thrown));
        client.destroy();
      });
    timers.push(setTimeout(() => fail(timedOut(method, 'all calls together', times.totalMs)), left));
    const connecting = setTimeout(() => fail(timedOut(method, 'connecting', times.connectMs)), times.connectMs);
    timers.push(connecting);
    client.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => clearTimeout(connecting));
      else clearTimeout(connecting);
    });
    client.setTimeout(times.idleMs, () => fail(timedOut(method, 'waiting for a byte', times.idleMs)));
    client.on('error', fail);
    client.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) {
          const what = `the guest agent's answer to ${method} is larger than ${MAX_ANSWER_BYTES} bytes`;
          fail(new GuestError('agent-too-large', what, { hint: 'look at what listens at the socket' }));
          return;
        }
        chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () =>
        settle(() => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks, length) })),
      );
    });
    client.end(bytes);
  });
};
