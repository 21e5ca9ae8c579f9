/** SIMULATED hardware: a confidential VM that was started with one app-compose. The programs in it are the real ones. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { parse } from 'yaml';
import { type Deployment, simulate } from '../../test/mocks/deployment.ts';
import { startGuestAgent } from '../../test/mocks/guest-agent/start.ts';
import type { MockIntel } from '../../test/mocks/intel/intel.ts';
import type { Folder } from './folder.ts';
import { environmentOf, programPath, type Ran, runProgram } from './run-program.ts';

export interface Machine {
  readonly deployment: Deployment;
  /** Runs the launcher as its container would: its pin is what the attested compose file says. */
  launch(): Promise<Ran>;
  /** Starts twl-attest and gives its address. */
  attest(): Promise<string>;
  /** What the agent's public page answers now. */
  info(): Promise<Uint8Array>;
  stop(): Promise<void>;
}

export interface MachineOptions {
  readonly intel: MockIntel;
  readonly folder: Folder;
  /** Of the machine's files, below the folder. */
  readonly name: string;
  /** The compose file, as it is deployed. */
  readonly composeFile: string;
}

/** The pin out of the compose file; the engine would hand it over so. */
const pinOf = (composeFile: string): string =>
  (parse(composeFile) as { services: { workload: { environment: { LAUNCHER_CONFIG: string } } } }).services.workload
    .environment.LAUNCHER_CONFIG;

/** twl-attest as a process, and the port that it took. */
const startAttest = async (cwd: string, env: Record<string, string>): Promise<[ChildProcess, number]> => {
  const options = { cwd, env: environmentOf({ cwd, env: { ...env, LISTEN: '127.0.0.1:0' } }) };
  const child = spawn(programPath('twl-attest'), [], { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`twl-attest ended with ${code}: ${log}`)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const found = /listening at \S+:(\d+)/.exec(log)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
  return [child, port];
};

/** Boots it: the machine measures app-compose, and its guest agent answers. */
export const bootMachine = async ({ intel, folder, name, composeFile }: MachineOptions): Promise<Machine> => {
  const deployment = simulate({ intel, composeFile });
  folder.write(`${name}/app-compose.json`, deployment.appCompose);
  const agent = await startGuestAgent({ deployment, port: 0 });
  const env = { TWL_AGENT_SOCKET: agent.socketPath, TWL_RUN_DIR: folder.join(`${name}/run`) };
  const children: ChildProcess[] = [];
  return {
    deployment,
    launch: () =>
      runProgram(['trusted-workload-launcher'], {
        cwd: folder.join(name),
        env: { ...env, LAUNCHER_CONFIG: pinOf(composeFile) },
      }),
    attest: async () => {
      const [child, port] = await startAttest(folder.join(name), env);
      children.push(child);
      return `http://127.0.0.1:${port}`;
    },
    info: async () => new Uint8Array(await (await fetch(`${agent.url}/prpc/Info`)).arrayBuffer()),
    stop: async () => {
      for (const child of children) {
        const gone = once(child, 'exit');
        child.kill();
        await gone;
      }
      await agent.close();
    },
  };
};
