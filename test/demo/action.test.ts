import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { makeScratch } from '../support/scratch.ts';

interface Action {
  inputs: Record<string, { description: string; required: boolean; default?: string }>;
  runs: { using: string; steps: { shell: string; env: Record<string, string>; run: string; uses?: string }[] };
}

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const action = parse(read('action.yml')) as Action;
const [step, ...others] = action.runs.steps;
const { env, run } = step!;
const FROM_INPUT = /^\$\{\{ inputs\.([a-z]+) \}\}$/;

describe('action.yml', () => {
  test('is one step of bash, and uses no other action', () => {
    expect(action.runs.using).toBe('composite');
    expect(others).toEqual([]);
    expect([step?.shell, step?.uses]).toEqual(['bash', undefined]);
    expect(spawnSync('bash', ['-n'], { input: run }).status).toBe(0);
  });

  test('inputs reach the script as variables, all of them', () => {
    expect(run).not.toContain('${{');
    const given = Object.values(env).flatMap((value) => FROM_INPUT.exec(value)?.[1] ?? []);
    expect(given.sort()).toEqual(Object.keys(action.inputs).sort());
    for (const [name, { description, required, default: otherwise }] of Object.entries(action.inputs)) {
      expect(description, name).not.toBe('');
      expect(otherwise === undefined, name).toBe(required);
    }
    for (const name of Object.keys(env)) expect(run, name).toContain(`$${name}`);
  });

  test('brings the version that it belongs to', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(env.TWL_PACKAGE).toBe(`trusted-workload-launcher@${version}`);
  });
});

/** A package whose `twl` does what the script says. */
const makePackage = (folder: string, script: string): void => {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const manifest = { name: 'trusted-workload-launcher', version: '0.1.0', bin: { twl: 'bin/twl' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'bin/twl'), `#!/bin/bash\n${script}\n`);
  chmodSync(join(folder, 'bin/twl'), 0o755);
};

describe('its script', () => {
  const scratch = makeScratch();
  const workspace = scratch.join('workspace');
  mkdirSync(workspace);
  const packed = scratch.join('package');
  makePackage(packed, 'eval "$PRETENDED"');
  beforeAll(() => {
    expect(spawnSync('npm', ['pack', '--silent'], { cwd: packed }).status).toBe(0);
  });

  /** Runs it in the workspace with the real npx and, in place of the real program, these commands. */
  const act = (program: string, inputs: Record<string, string> = {}) => {
    const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
      cwd: workspace,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH ?? '',
        HOME: scratch.path,
        TMPDIR: scratch.path,
        PRETENDED: program,
        TWL_PACKAGE: `file:${packed}/trusted-workload-launcher-0.1.0.tgz`,
        TWL_TARGET: 'https://x-8090.example',
        TWL_REPO: 'https://github.com/example/service',
        TWL_COMMIT: 'c0'.repeat(20),
        TWL_POLICY: '',
        TWL_ARGS: '',
        ...inputs,
      },
    });
    return { status, stdout };
  };

  test('calls twl verify in the workspace, the target last', () => {
    const { status, stdout } = act('printf "<%s>" "$PWD" "$@"', {
      TWL_POLICY: 'my policy.toml',
      TWL_ARGS: '--attest\nhttps://x-8091.example?a=$(id)&b="\n\n',
      TWL_TARGET: '-$(id)',
    });
    expect(status).toBe(0);
    const repo = ['--repo', 'https://github.com/example/service', '--commit', 'c0'.repeat(20)];
    const more = ['--policy', 'my policy.toml', '--attest', 'https://x-8091.example?a=$(id)&b="'];
    const call = [workspace, 'verify', ...repo, ...more, '--', '-$(id)'];
    expect(stdout).toContain(call.map((word) => `<${word}>`).join(''));
    expect(stdout).not.toContain('::error');
  });

  test.each([10, 13, 1])('fails with status %d, and says so', (code) => {
    const { status, stdout } = act(`echo report; exit ${code}`);
    expect(status).toBe(code);
    expect(stdout).toContain(`\n::error title=The deployment was not verified::twl verify ended with ${code};`);
  });

  test('what the report shows is no command of the workflow', () => {
    const { stdout } = act('echo; echo "  ::add-mask::a"; echo ::stop-commands::; exit 10');
    const lines = stdout.split('\n').filter((line) => line.trimStart().startsWith('::'));
    const token = /^::stop-commands::([0-9a-f]{32})$/.exec(lines[0] ?? '')?.[1];
    expect(token).toBeDefined();
    expect(lines.slice(1, -2)).toEqual(['  ::add-mask::a', '::stop-commands::']);
    expect(lines.at(-2)).toBe(`::${token}::`);
  });

  test('a package or an .npmrc of the workspace takes no part', () => {
    const planted = join(workspace, 'node_modules/trusted-workload-launcher');
    makePackage(planted, 'echo PLANTED');
    mkdirSync(join(workspace, 'node_modules/.bin'));
    symlinkSync('../trusted-workload-launcher/bin/twl', join(workspace, 'node_modules/.bin/twl'));
    writeFileSync(join(workspace, 'package.json'), '{}');
    writeFileSync(join(workspace, '.npmrc'), 'script-shell=/bin/false\n');
    // As the action is: by name and version. There is nobody to ask at this address.
    const { status, stdout } = act('echo other', {
      TWL_PACKAGE: 'trusted-workload-launcher@0.1.0',
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
    });
    expect(stdout).not.toContain('PLANTED');
    expect(status).not.toBe(0);
    const good = act('echo good');
    expect([good.status, good.stdout.includes('good')]).toEqual([0, true]);
  });
});

describe('the workflow that the example shows', () => {
  test('is one, with permissions, and an action by its commit', () => {
    const shown = /```yaml\n([\s\S]*?)```/.exec(read('examples/audit-cron/README.md'))?.[1] ?? '';
    const { permissions, jobs } = parse(shown.replaceAll(/<[^>]*>/g, 'x')) as {
      permissions: unknown;
      jobs: { audit: { steps: { uses: string; with?: Record<string, string> }[] } };
    };
    expect(permissions).toEqual({ contents: 'read' });
    const [checkout, verify] = jobs.audit.steps;
    expect(checkout?.uses).toMatch(/^actions\/checkout@[0-9a-f]{40}$/);
    for (const name of Object.keys(verify?.with ?? {})) expect(Object.keys(action.inputs)).toContain(name);
    expect(dirname(verify?.uses ?? '')).toBe('example');
  });
});
