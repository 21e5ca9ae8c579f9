import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeCanary } from '../support/canary.ts';
import { inMounts, whyNoMounts } from '../support/own-mounts.ts';
import { type RunOptions, type RunResult, runLauncher } from '../support/run-launcher.ts';
import { write } from './support/git-plants.ts';
import { errorOf, type PinKeys, pinText } from './support/launch.ts';
import { serveOneRepository } from './support/one-repository.ts';

/** Prints what execve was given, and not what bash makes of it. */
const ENTRY = "#!/bin/bash\n/bin/cat /proc/$$/environ\nprintf 'END'\n";
const TOP = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = `${TOP}bin/trusted-workload-launcher`;
const one = serveOneRepository(ENTRY);
const { scratch } = one;
let count = 0;

const pin = (keys: PinKeys = {}): string => pinText({ ...one.pinKeys(), ...keys });

interface Launched {
  run: RunResult;
  /** The workload's environment; undefined when none ran. */
  env: Map<string, string> | undefined;
}

const launch = async (env: Record<string, string>, options: RunOptions = {}): Promise<Launched> => {
  const run = await runLauncher({ config: pin(), env, ...options });
  if (!run.stdout.endsWith('\0END')) return { run, env: undefined };
  const entries = run.stdout.slice(0, -4).split('\0');
  const cut = (entry: string): number => entry.indexOf('=');
  return { run, env: new Map(entries.map((entry) => [entry.slice(0, cut(entry)), entry.slice(cut(entry) + 1)])) };
};

/** Every name that the start program gives a value to. */
const assignedNames = (): string[] => {
  const code = readFileSync(PROGRAM, 'utf8').replace(/^#.*$/gm, '');
  const found = [
    ...code.matchAll(/(?:^|[\s;&|(])([A-Za-z_]\w*)\+?=(?!=)/gm),
    ...code.matchAll(/\bfor ([A-Za-z_]\w*) in\b/g),
    ...code.matchAll(/\bread (?:-\w+ )*([A-Za-z_]\w*)/g),
  ];
  return [...new Set(found.map(([, name]) => name!))];
};

/** Words that such a program, or a later one, would call its variables. */
const WORDS =
  'found name names root code node files file program self words word target aside try candidate version path dir line i x';

const names = [...new Set([...assignedNames(), ...WORDS.split(' ')])];
/** The prefix that the start program keeps for itself. */
const isReserved = (name: string): boolean => name.startsWith('__twl_');

describe('variables with the names of those of the start program', () => {
  test('there are such names', () => {
    expect(assignedNames().length).toBeGreaterThan(5);
    expect(assignedNames().join(' ')).toMatch(/node/);
  });

  test.each([
    ['a program', (planted: string) => planted],
    ['a number', () => '7'],
    ['nothing', () => ''],
    ['a list and a pattern', () => '(a b) * $(id) `id`'],
  ])('%s as their value: they reach the workload and change nothing', async (_, makeValue) => {
    const canary = makeCanary(scratch.path, `canary-${count++}`);
    const planted = scratch.join(`planted-${count++}`);
    write(planted, canary.script, 0o755);
    const value = makeValue(planted);
    const { run, env } = await launch(Object.fromEntries(names.map((name) => [name, value])));
    expect({ code: run.code, trace: canary.trace() }, run.stderr).toEqual({ code: 0, trace: '' });
    for (const name of names) {
      if (isReserved(name)) expect([undefined, value], name).toContain(env?.get(name));
      else expect(env?.get(name), name).toBe(value);
    }
    expect(run.stderr).not.toContain('dropped from the environment');
    // Nothing of the program's own has come along.
    const own = [...(env?.keys() ?? [])].filter((name) => !names.includes(name));
    expect(own.filter((name) => !['PATH', 'HOME', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual([]);
  });
});

describe('where no Node lies beside the program', () => {
  /** The program in a folder of its own, without what npm installs. */
  const copyProgram = (): string => {
    const folder = scratch.join(`copy-${count++}`);
    for (const part of ['bin', 'dist']) cpSync(`${TOP}${part}`, `${folder}/top/${part}`, { recursive: true });
    return `${folder}/top/bin/trusted-workload-launcher`;
  };

  const plant = (): { canary: ReturnType<typeof makeCanary>; env: Record<string, string>; folder: string } => {
    const folder = scratch.join(`nest-${count++}`);
    mkdirSync(folder);
    const canary = makeCanary(scratch.path, `canary-${count++}`);
    const planted = `${folder}/node`;
    write(planted, `#!/bin/sh\n${canary.command}\necho v99.0.0\n`, 0o755);
    return { canary, folder, env: Object.fromEntries(names.map((name) => [name, planted])) };
  };

  test('no variable names one', async () => {
    const { canary, env, folder } = plant();
    const { run } = await launch({ ...env, PATH: `${folder}:/usr/bin:/bin` }, { program: copyProgram() });
    expect(canary.trace(), run.stderr).toBe('');
    // Where the system has a Node that is new enough, that one runs.
    expect([0, 50]).toContain(run.code);
    if (run.code === 50) expect(errorOf(run)).toMatch(/no Node/);
  });

  const why = whyNoMounts();
  test.skipIf(why !== undefined)(
    `an older one of the system is refused${why ? ` (skipped: ${why})` : ''}`,
    async () => {
      const { canary, env, folder } = plant();
      const ran = makeCanary(scratch.path, `canary-${count++}`);
      const older = `${folder}/older`;
      write(older, `#!/bin/sh\n[ "$*" = --version ] && echo v20.0.0 || ${ran.command}\n`, 0o755);
      const places = ['/usr/local/bin/node', '/usr/bin/node'].filter((path) => existsSync(path));
      const mounts = ['true', ...places.map((path) => `mount --bind '${older}' ${path}`)].join(' && ');
      const [program, args] = inMounts(mounts, copyProgram());
      const config = `${folder}/pin.conf`;
      write(config, pin());
      const run = await runLauncher({ program, args: [...args, config], env });
      expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 50, stdout: '' });
      expect(run.stderr).toContain('no Node');
      expect(canary.trace() + ran.trace()).toBe('');
    },
  );
});

describe('variables that the program sets aside', () => {
  test('one that only looks so is a variable like all others', async () => {
    const given = { TWL_SET_ASIDE_FOO: '1', FOO: '2', TWL_SET_ASIDE_BAR: '3' };
    const { run, env } = await launch(given);
    expect(run.code, run.stderr).toBe(0);
    for (const [name, value] of Object.entries(given)) expect(env?.get(name), name).toBe(value);
    expect(env?.has('BAR')).toBe(false);
  });

  test('the bare prefix is a variable like all others', async () => {
    const { run, env } = await launch({ TWL_SET_ASIDE_: '4' });
    expect(run.code, run.stderr).toBe(0);
    expect([env?.get('TWL_SET_ASIDE_'), env?.get('')]).toEqual(['4', undefined]);
  });

  test('what is set for Node alone does not reach the workload', async () => {
    const { run, env } = await launch({});
    expect(run.code, run.stderr).toBe(0);
    expect([...(env?.keys() ?? [])].filter((name) => /^(?:MALLOC|NODE|TWL|__twl)_/.test(name))).toEqual([]);
    const { env: given } = await launch({ MALLOC_ARENA_MAX: '3' });
    expect([undefined, '3']).toContain(given?.get('MALLOC_ARENA_MAX'));
  });

  test('what steers code is dropped under its own name', async () => {
    const { run, env } = await launch({
      LD_LIBRARY_PATH: '/nonexistent',
      NODE_OPTIONS: '--require /nonexistent/x.js',
    });
    expect(run.code, run.stderr).toBe(0);
    for (const name of ['LD_LIBRARY_PATH', 'NODE_OPTIONS']) {
      expect(env?.has(name), name).toBe(false);
      expect(env?.has(`TWL_SET_ASIDE_${name}`), name).toBe(false);
      expect(run.stderr).toContain(`dropped from the environment: ${name} (`);
    }
  });
});

test.each(['+x', '+xo'])('ENTRYPOINT_SCRIPT=%s, which bash would take for an option, is refused', async (script) => {
  const requests = one.server.requests.length;
  const run = await runLauncher({ config: pin({ ENTRYPOINT_SCRIPT: script }) });
  expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 30, stdout: '' });
  expect(errorOf(run)).toContain('ENTRYPOINT_SCRIPT');
  expect(one.server.requests.length).toBe(requests);
});
