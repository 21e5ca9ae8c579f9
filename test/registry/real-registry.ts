import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeScratch } from '../support/scratch.ts';

/** A real registry: where it listens (`127.0.0.1:5000`), and how to be done with it. */
export interface RealRegistry {
  readonly host: string;
  readonly stop: () => Promise<void>;
}

const answers = async (host: string): Promise<boolean> =>
  fetch(`http://${host}/v2/`).then(
    ({ status }) => status === 200 || status === 401,
    () => false,
  );

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Starts a registry; `settings` is more of its configuration. Undefined where there is no docker-registry. */
const start = async (settings = ''): Promise<RealRegistry | undefined> => {
  const scratch = makeScratch();
  const host = `127.0.0.1:${await freePort()}`;
  const file = scratch.join('registry.yml');
  writeFileSync(
    file,
    `version: 0.1\nlog: {level: error}\nstorage: {inmemory: {}}\nhttp: {addr: "${host}"}\n${settings}`,
  );
  const child: ChildProcess = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  const gone = once(child, 'exit').catch(() => undefined);
  const state = { failed: false };
  child.once('error', () => {
    state.failed = true;
  });
  const stop = async (): Promise<void> => {
    if (!state.failed) {
      child.kill('SIGKILL');
      await gone;
    }
    scratch.remove();
  };
  for (let tries = 0; tries < 200 && !state.failed && child.exitCode === null; tries++) {
    if (await answers(host)) return { host, stop };
    await sleep(50);
  }
  await stop();
  return undefined;
};

/**
 * The registry that `REGISTRY` names where no `settings` are asked for, else one of Debian's `docker-registry` that is started for the tests; undefined, and said, where there is
 * neither. With the variable `CI` set that is an error: nothing may be skipped there unseen.
 */
export const realRegistry = async (settings = ''): Promise<RealRegistry | undefined> => {
  const host = process.env.REGISTRY ?? '';
  if (settings === '' && host !== '' && (await answers(host))) return { host, stop: async () => undefined };
  const own = await start(settings);
  if (own !== undefined) return own;
  if ((process.env.CI ?? '') !== '')
    throw new Error('the tests with a real registry must run under CI, and there is none');
  console.warn('tests with a real registry are skipped: REGISTRY names none, and there is no docker-registry');
  return undefined;
};

/** Puts into a repository, as `docker push` does. */
export class Pusher {
  readonly base: string;

  constructor(host: string, name: string) {
    this.base = `http://${host}/v2/${name}`;
  }

  async blob(content: Uint8Array | string, digest: string): Promise<void> {
    const begun = await fetch(`${this.base}/blobs/uploads/`, { method: 'POST' });
    const place = new URL(begun.headers.get('location')!, this.base);
    place.searchParams.set('digest', digest);
    await this.#expect(201, fetch(place, { method: 'PUT', body: content as string }));
  }

  async manifest(content: string, mediaType: string, name: string): Promise<void> {
    const headers = { 'Content-Type': mediaType };
    await this.#expect(201, fetch(`${this.base}/manifests/${name}`, { method: 'PUT', body: content, headers }));
  }

  async #expect(status: number, answer: Promise<Response>): Promise<void> {
    const { status: found, url } = await answer.then(async (one) => ({
      status: one.status,
      url: one.url,
      text: await one.text(),
    }));
    if (found !== status) throw new Error(`the registry answers ${found} at ${url}`);
  }
}
