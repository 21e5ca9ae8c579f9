import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { CommandResult, Engine } from '../support/container-engine.ts';
import { useScratch } from '../support/use-scratch.ts';

export interface ComposeFile {
  services: Record<string, Record<string, unknown>>;
  configs?: Record<string, { content: string }>;
  volumes?: Record<string, object>;
}

export interface Container {
  readonly name: string;
  start(): Promise<void>;
  /** Waits for its end and gives the status. */
  wait(): Promise<number>;
  logs(): Promise<{ stdout: string; stderr: string }>;
  /** Waits until `text` stands in its output. */
  says(text: string): Promise<void>;
  /** `docker stop`; gives how long it took. */
  stop(): Promise<number>;
}

export interface Deployment {
  up(env?: Record<string, string>): Promise<CommandResult>;
  /** Takes the containers away and leaves the volumes. */
  down(): Promise<void>;
  container(service: string): Container;
}

const containerOf = (engine: Engine, name: string): Container => {
  const logs = async (): Promise<CommandResult> => await engine.try(['logs', name]);
  return {
    name,
    start: async () => void (await engine.docker('start', name)),
    wait: async () => Number(await engine.docker('wait', name)),
    logs,
    says: async (text) => {
      for (const end = Date.now() + 30_000; ; await sleep(50)) {
        const state = await engine.docker('inspect', '--format', '{{.State.Status}}', name);
        const { stdout, stderr } = await logs();
        if (stdout.includes(text) || stderr.includes(text)) return;
        const over = state.trim() === 'exited' || Date.now() > end;
        expect(over, `'${text}' does not come (${state.trim()}); there is:\n${stdout}${stderr}`).toBe(false);
      }
    },
    stop: async () => {
      const from = performance.now();
      await engine.docker('stop', '--time', '30', name);
      return performance.now() - from;
    },
  };
};

/** Text as it is to come out of compose: its own interpolation is kept off. */
export const literal = (text: string): string => text.replaceAll('$', '$$$$');

/** A compose project of its own, which goes with its volumes when the test ends. Inside a test only. */
export const deploy = (engine: Engine, file: ComposeFile): Deployment => {
  const scratch = useScratch();
  const project = scratch.path
    .split('/')
    .at(-1)!
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '');
  // JSON is YAML.
  writeFileSync(scratch.join('compose.yml'), JSON.stringify(file, undefined, 2));
  const compose = (args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> =>
    engine.try(['compose', '-p', project, '-f', scratch.join('compose.yml'), ...args], { env: { ...lastEnv, ...env } });
  let lastEnv: Record<string, string> = {};
  onTestFinished(async () => void (await compose(['down', '--volumes', '--timeout', '0'])));
  return {
    up: async (env = {}) => {
      lastEnv = env;
      return await compose(['up', '-d'], env);
    },
    down: async () => void (await compose(['down', '--timeout', '0'])),
    container: (service) => containerOf(engine, `${project}-${service}-1`),
  };
};
