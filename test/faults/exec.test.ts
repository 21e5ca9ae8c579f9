import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runLauncher, startLauncher } from '../support/run-launcher.ts';
import { expectFailure, type Launched, type PinValues, pinText, readResult, useStand } from './support.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/trusted-workload-launcher', import.meta.url));
const stand = useStand({
  files: { 'sub/dir/here.sh': 'pwd; echo "$0"\n', 'fail.sh': 'exit 37\n', 'ran.sh': 'echo ran\n' },
  inMemory: true,
});

/** Runs one line of shell as the workload. */
const workload = (RUN_CMD: string, options: Parameters<typeof stand.launch>[1] = {}): Promise<Launched> =>
  stand.launch({ RUN_CMD }, options);

const configFile = (values: PinValues): string => {
  const path = stand.scratch.join(`pin${Math.random()}.conf`);
  writeFileSync(path, pinText(values));
  return path;
};

describe('standard streams', () => {
  test('three megabytes to a slow reader arrive whole and in order, behind the lines of the launcher', async () => {
    const script = 'for i in 1 2 3; do head -c 1000000 /dev/zero | tr "\\\\0" $i; done >&2; echo out; echo end >&2';
    const config = configFile(stand.pin({ RUN_CMD: script }));
    const child = spawn(LAUNCHER, [config], { env: { PATH: '/usr/bin:/bin' }, stdio: ['pipe', 'pipe', 'pipe'] });
    const exit = once(child, 'exit');
    const pieces: Buffer[] = [];
    await sleep(700);
    for await (const chunk of child.stderr) {
      pieces.push(chunk as Buffer);
      if (pieces.length % 16 === 0) await sleep(1);
    }
    const [code] = await exit;
    const all = Buffer.concat(pieces).toString('latin1');
    const at = all.indexOf('1111');
    expect(code).toBe(0);
    expect(all.slice(at)).toBe(`${'1'.repeat(1e6)}${'2'.repeat(1e6)}${'3'.repeat(1e6)}end\n`);
    const lines = all.slice(0, at).trim().split('\n');
    expect(lines.at(-1)).toContain('exec in');
    expect(lines.every((line) => line.startsWith('[trusted-workload-launcher] '))).toBe(true);
    expect(all.indexOf('HEAD verified')).toBeLessThan(all.indexOf('exec in'));
  });

  test.each(['0', '1', '2'])('descriptor %s stays blocking', async (descriptor) => {
    const launched = await workload(`awk '/^flags/{print $2}' /proc/self/fdinfo/${descriptor}`, { stdin: 'x' });
    const flags = Number.parseInt(launched.stdout.trim(), 8);
    expect(launched.stdout).toMatch(/^0\d+\n$/);
    expect(flags & 0o4000, 'O_NONBLOCK').toBe(0);
  });

  test('standard input reaches the workload whole', async () => {
    const launched = await workload('sha256sum', { stdin: 'y'.repeat(300_000) });
    const direct = spawnSync('sha256sum', { input: 'y'.repeat(300_000), encoding: 'utf8' });
    expect(launched.stdout).toBe(direct.stdout);
  });

  test('no descriptor of the launcher is left open', async () => {
    const list = 'ls /proc/self/fd | tr "\\n" " "';
    const launched = await workload(list);
    const direct = await runLauncher({ program: '/bin/bash', args: ['-c', list] });
    expect(launched.stdout).toBe(direct.stdout);
  });

  test('the log goes to standard error only', async () => {
    const launched = await workload('true', { env: { LOG_FORMAT: 'text' } });
    expect(launched.stdout).toBe('');
    expect(launched.stderr).toContain('exec in');
  });
});

describe('signals', () => {
  test('SIGPIPE ends a writer whose reader is gone, as everywhere', async () => {
    const launched = await workload('yes | head -1; echo "$PIPESTATUS"');
    expect(launched.stdout).toBe('y\n141\n');
  });

  test('no signal is ignored, blocked or caught', async () => {
    const launched = await workload('grep -E "^Sig(Blk|Ign):" /proc/self/status');
    expect(launched.stdout).toBe('SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n');
  });

  test('SIGXFSZ ends a workload that writes beyond its limit', async () => {
    const launched = await workload(
      `(ulimit -f 1; dd if=/dev/zero of=${stand.scratch.join('big')} bs=4096 count=9 2>/dev/null); echo $?`,
    );
    expect(launched.stdout).toBe('153\n');
  });

  test('SIGTERM reaches the workload, which is the launcher itself', async () => {
    const running = startLauncher({
      config: pinText(
        stand.pin({ RUN_CMD: 'trap "echo got; exit 9" TERM; echo ready >&2; while :; do sleep 0.05; done' }),
      ),
      signalAtText: 'ready\n',
      signal: 'SIGTERM',
    });
    expect(await running.result).toMatchObject({ code: 9, stdout: 'got\n' });
  });
});

describe('limits and identity', () => {
  test.each([256, 1024, 4096])('a soft limit of %i open files is what the workload sees', async (files) => {
    const config = configFile(stand.pin({ RUN_CMD: 'ulimit -Sn; ulimit -Hn; echo $0' }));
    const args = ['-c', `ulimit -Sn ${files}; ulimit -Hn 8192; exec ${LAUNCHER} ${config}`];
    const result = await runLauncher({ program: '/bin/bash', args });
    expect(result.stdout, result.stderr).toBe(`${files}\n8192\nbash\n`);
  });

  test('the process keeps its number', async () => {
    const running = startLauncher({ config: pinText(stand.pin({ RUN_CMD: 'echo $$' })) });
    expect((await running.result).stdout).toBe(`${running.pid}\n`);
  });

  test('the working folder, and REPO_SUBDIR', async () => {
    const pin = stand.pin({ RUN_CMD: 'pwd' });
    expect((await stand.launch(pin)).stdout).toBe(`${pin.WORK_DIR}\n`);
    const below = stand.pin({ REPO_SUBDIR: 'sub/dir', ENTRYPOINT_SCRIPT: 'here.sh' });
    expect((await stand.launch(below)).stdout).toBe(`${below.WORK_DIR}/sub/dir\nhere.sh\n`);
  });

  test('the umask', async () => {
    expect((await workload('umask', { umask: 0o27 })).stdout).toBe('0027\n');
  });
});

describe('status', () => {
  test.each([
    ['exit 0', 0],
    ['exit 37', 37],
    ['exit 255', 255],
  ])('%s passes', async (command, code) => {
    expect((await workload(command)).code).toBe(code);
  });

  test('of a script, and of a signal', async () => {
    expect((await stand.launch({ ENTRYPOINT_SCRIPT: 'fail.sh' })).code).toBe(37);
    expect((await workload('kill -KILL $$')).signal).toBe('SIGKILL');
  });
});

describe('the environment', () => {
  test('goes through, but for what loads code', async () => {
    const env = {
      KEEP: 'a b\n"c"',
      LD_PRELOAD: '/nonexistent.so',
      NODE_OPTIONS: '--bad',
      BASH_ENV: '/nonexistent',
      ÄÖ: 'ü',
    };
    const launched = await workload('env -0', { env });
    const names = launched.stdout.split('\0').map((entry) => entry.split('=')[0]);
    expect(launched.stdout).toContain('KEEP=a b\n"c"\0');
    expect(launched.stdout).toContain('ÄÖ=ü\0');
    for (const name of ['LD_PRELOAD', 'NODE_OPTIONS', 'BASH_ENV']) expect(names).not.toContain(name);
    expect(names.filter((name) => name?.startsWith('TWL_SET_ASIDE'))).toEqual([]);
  });

  test('no file of the home folder is sourced, also where bash thinks that ssh started it', async () => {
    const home = stand.scratch.join('home');
    mkdirSync(home, { recursive: true });
    for (const name of ['.bashrc', '.bash_profile', '.profile', '.bash_login', '.bash_env']) {
      writeFileSync(`${home}/${name}`, 'echo planted\n');
    }
    const env = {
      HOME: home,
      SSH_CLIENT: '127.0.0.1 1 1',
      SSH2_CLIENT: 'x',
      BASH_ENV: `${home}/.bash_env`,
      ENV: `${home}/.profile`,
    };
    const args = ['-c', 'ulimit -Sn 1024; exec "$0" "$1"'];
    for (const values of [
      { RUN_CMD: 'echo ran' },
      { INSTALL_CMD: 'true', RUN_CMD: 'echo ran' },
      { ENTRYPOINT_SCRIPT: 'ran.sh' },
    ]) {
      const config = configFile(stand.pin(values));
      expect(await runLauncher({ args: [config], env })).toMatchObject({ code: 0, stdout: 'ran\n' });
      const limited = { program: '/bin/sh', args: [...args, LAUNCHER, config], env };
      expect(await runLauncher(limited)).toMatchObject({ code: 0, stdout: 'ran\n' });
    }
  });

  test('one value that is too long for the kernel: an error and not an abort', async () => {
    const file = stand.scratch.join('child.env');
    writeFileSync(file, `LONG=${'x'.repeat(131_072)}\n`);
    for (const values of [{ RUN_CMD: 'true' }, { INSTALL_CMD: 'true', RUN_CMD: 'true' }, {}]) {
      const launched = await stand.launch({ CHILD_ENV_FILE: file, ...values });
      expect(launched, launched.stderr).toMatchObject({ stdout: '', signal: null });
      expect([30, 50]).toContain(launched.code);
    }
  });

  test('all of it too large for the kernel', async () => {
    // A small stack is a small limit; the launcher itself starts within it.
    const entries = Array.from({ length: 12 }, (_, i) => `V${i}=${'x'.repeat(5000)}\n`).join('');
    const file = stand.scratch.join('large.env');
    writeFileSync(file, entries);
    const env = {
      LOG_FORMAT: 'json',
      ...Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`W${i}`, 'x'.repeat(10_000)])),
    };
    for (const extra of [{}, { INSTALL_CMD: 'true' }]) {
      const config = configFile(stand.pin({ CHILD_ENV_FILE: file, RUN_CMD: 'echo ran', ...extra }));
      const args = ['-c', `ulimit -s 700; exec ${LAUNCHER} ${config}`];
      const launched = readResult(await runLauncher({ program: '/bin/bash', args, env }));
      expectFailure(launched, 'environment-too-large', 50);
    }
  });
});

describe('INSTALL_CMD', () => {
  test('runs first, in the same folder, with the same environment', async () => {
    const launched = await stand.launch(
      { INSTALL_CMD: 'echo "install $PWD $A"', RUN_CMD: 'echo "run $PWD $A"' },
      { env: { A: '1' } },
    );
    const [install = '', run = ''] = launched.stdout.trim().split('\n');
    expect(install.replace('install', 'run')).toBe(run);
    expect(run).toMatch(/ 1$/);
  });

  test('its failure ends the launch', async () => {
    for (const [command, how] of [
      ['exit 3', 'status 3'],
      ['kill -9 $$', 'SIGKILL'],
    ] as const) {
      const launched = await stand.launch({ INSTALL_CMD: command, RUN_CMD: 'echo ran' });
      expectFailure(launched, 'install-failed', 50);
      expect(launched.error).toContain(how);
    }
  });

  test('SIGTERM reaches it, and RUN_CMD does not start', async () => {
    const trap = 'trap "echo got; exit 1" TERM; echo ready >&2; while :; do sleep 0.05; done';
    const result = await runLauncher({
      config: pinText(stand.pin({ INSTALL_CMD: trap, RUN_CMD: 'echo ran' })),
      signalAtText: 'ready\n',
      signal: 'SIGTERM',
    });
    expect(result).toMatchObject({ code: 50, stdout: 'got\n' });
  });

  test('no signal is ignored in it', async () => {
    const launched = await stand.launch({ INSTALL_CMD: 'grep SigIgn: /proc/self/status', RUN_CMD: 'true' });
    expect(launched.stdout).toBe('SigIgn:\t0000000000000000\n');
  });

  test('what it leaves in the work directory goes with the next start', async () => {
    const pin = stand.pin({
      INSTALL_CMD: 'touch installed; echo x >> a.txt',
      RUN_CMD: 'git status --porcelain | sort',
    });
    for (let i = 0; i < 2; i++) expect((await stand.launch(pin)).stdout).toBe(' M a.txt\n?? installed\n');
    expect((await stand.launch({ ...pin, INSTALL_CMD: undefined })).stdout).toBe('');
  });
});
