import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runLauncher } from '../support/run-launcher.ts';
import { expectFailure, type Launched, type PinValues, pinText, QUICK, readResult, useStand } from './support.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/trusted-workload-launcher', import.meta.url));
const UNSHARE = '/usr/bin/unshare';
const stand = useStand({ inMemory: true });

const may = (...args: string[]): boolean => spawnSync(UNSHARE, [...args, '/bin/true']).status === 0;
const mayBeOne = may('-p', '-f');
const mayMount = may('-m');
if (!mayBeOne || !mayMount) console.info('process 1 and missing tools: skipped where unshare is not permitted');

const configFile = (values: PinValues): string => {
  const path = stand.scratch.join(`pin${Math.random()}.conf`);
  writeFileSync(path, pinText(values));
  return path;
};

describe.skipIf(!mayBeOne)('as process 1', () => {
  const run = async (values: PinValues): Promise<Launched> => {
    const args = ['-p', '-f', '--mount-proc', LAUNCHER, configFile(stand.pin(values))];
    return readResult(await runLauncher({ program: UNSHARE, args, env: { LOG_FORMAT: 'json', ...QUICK } }));
  };

  test('the workload is process 1, alone, and its status passes', async () => {
    const launched = await run({ RUN_CMD: 'echo $$; cd /proc; echo [0-9]*; exit 5' });
    // No process of the launcher is left.
    expect(launched).toMatchObject({ code: 5, stdout: '1\n1\n' });
  });

  test('a restart too', async () => {
    const pin = stand.pin({ RUN_CMD: 'echo $$' });
    for (let i = 0; i < 2; i++) expect((await run(pin)).stdout).toBe('1\n');
  });

  /** The launcher's own process, seen from outside: the child of unshare. */
  const innerPid = async (outer: number): Promise<number> => {
    for (let i = 0; i < 100; i++) {
      const children = readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim();
      if (children !== '') return Number(children.split(' ')[0]);
      await sleep(10);
    }
    throw new Error('unshare has no child');
  };

  const signalWhen = async (
    values: PinValues,
    signal: NodeJS.Signals,
    when: () => Promise<unknown> | string,
  ): Promise<{ code: number; ms: number; out: string }> => {
    const args = ['-p', '-f', '--mount-proc', LAUNCHER, configFile(stand.pin(values))];
    const child = spawn(UNSHARE, args, { env: { PATH: '/usr/bin:/bin' } });
    const exit = once(child, 'exit');
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      out += text;
    });
    const inner = await innerPid(child.pid!);
    const awaited = when();
    if (typeof awaited === 'string') for (let i = 0; i < 500 && !out.includes(awaited); i++) await sleep(10);
    else await awaited;
    const sent = performance.now();
    process.kill(inner, signal);
    const [code] = await exit;
    return { code: Number(code), ms: performance.now() - sent, out };
  };

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s during the fetch ends the launcher', async (signal, status) => {
    stand.server.behave(() => ({ hang: true }));
    const { code, ms } = await signalWhen({}, signal, async () => {
      for (let i = 0; i < 500 && stand.server.requests.length === 0; i++) await sleep(10);
    });
    expect(code).toBe(status);
    expect(ms).toBeLessThan(10_000);
  });

  test('SIGTERM during INSTALL_CMD reaches it', async () => {
    const INSTALL_CMD = 'trap "echo got; exit 1" TERM; echo ready; while :; do sleep 0.05; done';
    const { code, out } = await signalWhen({ INSTALL_CMD, RUN_CMD: 'echo ran' }, 'SIGTERM', () => 'ready\n');
    expect(code).toBe(50);
    expect(out).toContain('got');
    expect(out).not.toMatch(/^ran$/m);
  });

  test('SIGTERM reaches the workload', async () => {
    const RUN_CMD = 'trap "echo got; exit 9" TERM; echo ready; while :; do sleep 0.05; done';
    const { code, out } = await signalWhen({ RUN_CMD }, 'SIGTERM', () => 'ready\n');
    expect(code).toBe(9);
    expect(out).toContain('got');
  });
});

describe.skipIf(!mayMount)('tools that are not there', () => {
  /** Runs the launcher where some files are empty and not executable; node itself stays. */
  const runWithout = async (files: string[], values: PinValues): Promise<Launched> => {
    const node = readLauncherCommand();
    const hide = files.map((file) => `mount --bind /dev/null ${file}`).join(' && ');
    const script = `${hide} && exec ${node} trusted-workload-launcher "" "" "$0"`;
    const args = ['-m', '/bin/sh', '-c', script, configFile(stand.pin(values))];
    return readResult(await runLauncher({ program: UNSHARE, args, env: { LOG_FORMAT: 'json', ...QUICK } }));
  };

  /** What `bin/` starts in the end, for where bash itself is hidden. */
  const readLauncherCommand = (): string => {
    const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
    const name = readdirSync(dist).find((file) => /^trusted-workload-launcher\.c?js$/.test(file)) ?? '';
    return `${process.execPath} --no-warnings ${dist}${name}`;
  };

  test('bash: said before anything is fetched', async () => {
    const launched = await runWithout(['/usr/bin/bash'], {});
    expectFailure(launched, 'bash-missing', 50);
    expect(stand.server.requests).toEqual([]);
  });

  test('git, with and without TREE_SHA256', async () => {
    const launched = await runWithout(['/usr/bin/git'], {});
    expectFailure(launched, 'tool-missing', 50);
    expect(launched.hint).toContain('TREE_SHA256');
    expect(stand.server.requests).toEqual([]);
    const dry = await runLauncher({ config: pinText(stand.pin()), args: ['--dry-run'] });
    const TREE_SHA256 = /TREE_SHA256=([0-9a-f]{64})/.exec(dry.stderr)?.[1];
    expect(TREE_SHA256).toBeDefined();
    expect((await runWithout(['/usr/bin/git'], { TREE_SHA256 })).ran).toBe(true);
  });

  test('ssh', async () => {
    const launched = await runWithout(['/usr/bin/ssh'], { REPO_URL: 'ssh://git@127.0.0.1:9/r.git' });
    expectFailure(launched, 'tool-missing', 50);
    expect(launched.hint).toContain('openssh');
  });
});
