import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { useScratch } from '../support/use-scratch.ts';
import { runCommand } from './run-command.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(`${root}examples/auditor/README.md`, 'utf8');
const [command = '', ...byHand] = [...readme.matchAll(/```bash\n(.*?)```/gs)].map(([, text = '']) => text);

/** Runs a block of the README in a folder with the example's files, and `twl` on PATH. */
const runBlock = async (folder: string, block: string) => {
  const env = { ...process.env, PATH: `${root}bin:${process.env.PATH ?? ''}` };
  return await runCommand('bash', ['-euo', 'pipefail', '-c', block], { cwd: folder, env });
};

const withFiles = (): string => {
  const scratch = useScratch();
  for (const name of ['evidence.json', 'policy.toml']) cpSync(`${root}examples/auditor/${name}`, scratch.join(name));
  return scratch.path;
};

const lines = (text: string): string[] => text.trim().split('\n');
const firstWord = (line: string | undefined): string => line?.split(' ')[0] ?? '';

describe('the example for auditors', () => {
  test('one command verifies all four steps, without a network', async () => {
    const folder = withFiles();
    const whole = await runBlock(folder, command);
    expect(whole, whole.stdout + whole.stderr).toMatchObject({ code: 0 });
    expect(lines(whole.stdout).at(-1)).toMatch(/^SIMULATED: VERIFIED /);
    const other = await runBlock(folder, command.replace(/--commit [0-9a-f]{40}/, `--commit ${'c0'.repeat(20)}`));
    expect(other.code).toBe(10);
  });

  test.each(['attestation', 'provenance', 'source', 'runtime'])('%s alone', async (step) => {
    const expected = / --repo \S+ --commit \S+/;
    expect(command).toMatch(expected);
    const shorter = step === 'source' ? command : command.replace(expected, '');
    const { code, stdout, stderr } = await runBlock(withFiles(), `${shorter.trimEnd()} --only ${step}`);
    expect({ code, text: stdout + stderr }).toEqual({
      code: 0,
      text: expect.stringContaining(`PASSED (${step} only)`),
    });
  });

  const tools = ['jq', 'openssl', 'git', 'base64'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (tools.length > 0) console.warn(`the steps by hand are skipped: there is no ${tools.join(', ')}`);

  test.skipIf(tools.length > 0)('by hand, each link is the same', async () => {
    const folder = withFiles();
    expect(byHand).toHaveLength(4);
    const outputs: string[][] = [];
    for (const block of byHand) {
      const { code, stdout, stderr } = await runBlock(folder, block);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      outputs.push(lines(stdout));
    }
    const [attestation = [], provenance = [], source = [], runtime = []] = outputs;
    expect(firstWord(attestation[0])).toMatch(/^[0-9a-f]{64}$/);
    expect(attestation[1]).toBe(firstWord(attestation[0]));
    const digest = /sha256:([0-9a-f]{64})/.exec(provenance[0] ?? '')?.[1];
    expect(JSON.parse(provenance[1] ?? '')).toMatchObject([{ digest: { sha256: digest } }]);
    expect(provenance.at(-1)).toContain('/.github/workflows/sign.yml@refs/tags/v');
    const commit = /COMMIT_SHA=([0-9a-f]{40})/.exec(source[0] ?? '')?.[1];
    expect(byHand[2]).toContain(`show ${commit}:tee-launch.sh`);
    expect(source.at(-2)).toBe('#!/bin/bash');
    expect(firstWord(runtime[0])).toMatch(/^[0-9a-f]{64}$/);
    expect(runtime[1]).toBe(firstWord(runtime[0]));
  });
});
