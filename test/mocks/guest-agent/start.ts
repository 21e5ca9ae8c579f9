/**
 * SIMULATED hardware: a guest agent of dstack on a unix socket, and its public pages on a loopback port. Its quotes are signed
 * for real by the mock maker, over the registers of the moment and the report data that was asked for.
 */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf } from '../bytes.ts';
import { type Deployment, simulate } from '../deployment.ts';
import type { MockEvent } from '../deployment/event.ts';
import { sendAnswer, sendError, sendText } from './answer.ts';
import { type Fault, type Faults, faultTable, takesEffect } from './faults.ts';
import { type Features, featuresOf } from './features.ts';
import { machineState } from './machine-state.ts';
import { createMethods, type Parameters } from './methods.ts';
import { DASHBOARD, PAGES, publicInfo } from './pages.ts';
import { NotACall, readParameters, type SeenRequest } from './request.ts';

export interface GuestAgentOptions {
  readonly deployment?: Deployment;
  /** In a folder of its own where not given, which `close` removes. */
  readonly socketPath?: string;
  /** Also shows the public pages on 127.0.0.1; 0 takes any port. */
  readonly port?: number;
  /** What `Version` says and what the agent can do; 0.5.8, or 0.6.0 where the deployment is of that line. */
  readonly version?: string;
  /** Differences from what that version can do. */
  readonly features?: Partial<Features>;
  readonly faults?: Faults;
  /** Milliseconds between an event's place in the register and in the log. */
  readonly emitDelay?: number;
}

export interface GuestAgent {
  readonly socketPath: string;
  /** `http://127.0.0.1:<port>` where a port was asked for. */
  readonly url: string | undefined;
  readonly deployment: Deployment;
  /** The whole log of this moment, nothing stripped. */
  events(): readonly MockEvent[];
  rtmr3(): Buffer;
  /** All calls so far, of socket and port. */
  readonly requests: readonly SeenRequest[];
  /** From the next call on; undefined makes it good again. */
  setFault(method: string, fault: Fault | undefined): void;
  /** An event by somebody else who has the socket. */
  emit(event: string, payload?: Uint8Array | string): Promise<void>;
  close(): Promise<void>;
}

const listen = async (server: Server, where: string | number): Promise<void> => {
  if (typeof where === 'string') server.listen(where);
  else server.listen(where, '127.0.0.1');
  await once(server, 'listening');
};

const stop = async (server: Server): Promise<void> => {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
};

/** Report data that the answer is to hold in place of what was asked for. */
const lie = (answer: unknown, fault: Fault | undefined): unknown =>
  fault?.kind === 'report-data' ? { ...(answer as object), report_data: fault.value } : answer;

const asked = (parameters: Parameters, fault: Fault | undefined): Parameters =>
  fault?.kind === 'report-data' && fault.quoted === true ? { ...parameters, report_data: fault.value } : parameters;

export const startGuestAgent = async (options: GuestAgentOptions = {}): Promise<GuestAgent> => {
  const deployment = options.deployment ?? simulate();
  const version = options.version ?? (deployment.line === 'next' ? '0.6.0' : '0.5.8');
  const features = { ...featuresOf(version), ...options.features };
  const state = machineState(deployment, options.emitDelay);
  const methods = createMethods(deployment, state, features, version);
  // The page shows the version even where the socket does not know the method yet.
  const pages = createMethods(deployment, state, { ...features, version: true }, version);
  const faults = faultTable(options.faults);
  const requests: SeenRequest[] = [];

  const handle = async (request: IncomingMessage, response: ServerResponse, outside: boolean): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://agent');
    if (outside && pathname === '/') return sendText(response, 200, DASHBOARD);
    const name = outside ? (PAGES[pathname] ?? '') : pathname.slice(1);
    const method = (outside ? pages : methods).get(name);
    if (method === undefined) throw new NotACall(404, 'Not Found');
    const parameters = await readParameters(request, searchParams);
    requests.push({ verb: request.method ?? '', path: pathname, method: name, parameters });
    const fault = faults.take(name);
    const answer = takesEffect(fault) ? lie(await method(asked(parameters, fault)), fault) : {};
    const shown = outside && name === 'Info' ? publicInfo(deployment, answer as Record<string, unknown>) : answer;
    await sendAnswer(response, shown, fault);
  };

  const serve = (outside: boolean): Server =>
    createServer((request, response) => {
      handle(request, response, outside).catch((error: Error) => {
        if (error instanceof NotACall) sendText(response, error.status, `<p>${error.message}\n`);
        else sendError(response, error.message);
      });
    });

  const folder = options.socketPath === undefined ? mkdtempSync(join(tmpdir(), 'twl-agent-')) : undefined;
  const socketPath = options.socketPath ?? join(folder ?? '', 'dstack.sock');
  const servers: Server[] = [];
  const start = async (outside: boolean, where: string | number): Promise<Server> => {
    const server = serve(outside);
    await listen(server, where);
    servers.push(server);
    return server;
  };
  const close = async (): Promise<void> => {
    await Promise.all(servers.splice(0).map(stop));
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start(false, socketPath);
    const pagesServer = options.port === undefined ? undefined : await start(true, options.port);
    const address = pagesServer?.address() as AddressInfo | undefined;
    return {
      socketPath,
      url: address === undefined ? undefined : `http://127.0.0.1:${address.port}`,
      deployment,
      events: state.events,
      rtmr3: () => Buffer.from(state.body().rtmr3 ?? Buffer.alloc(48)),
      requests,
      setFault: faults.set,
      emit: (event, payload = '') => state.extend(event, bytesOf(payload)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
