import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { runDemo } from '../demo/run-demo.ts';
import { makeScratch } from '../support/scratch.ts';
import { blocksOf, type Commands, commandsOf, page } from './blocks.ts';

const TOOLS = ['jq', 'git', 'openssl', 'xxd', 'awk', 'sha384sum'];
const missing = TOOLS.filter((tool) => spawnSync('bash', ['-c', `command -v ${tool}`]).status !== 0);
if (missing.length > 0) {
  if ((process.env.CI ?? '') !== '') throw new Error(`CI must have ${missing.join(', ')}`);
  console.warn(`VERIFY.md's commands are not run: there is no ${missing.join(', ')}`);
}

const text = page('VERIFY.md');
const commands = commandsOf(text);
const MARK = '\u001e';

/** A demo, and a session of hundreds of processes, on a machine that may be busy. */
const PATIENCE_MS = 240_000;

/** One session of bash, as a reader types it: what each block printed. It ends with the first command that fails. */
const runSession = async (folder: string, blocks: readonly Pick<Commands, 'text' | 'line'>[]): Promise<string[]> => {
  const script = blocks.map((block) => `${block.text}printf '${MARK}'\n`).join('');
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      output[stream] += chunk;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const printed = output.stdout.split(MARK);
  const last = printed.pop();
  const at = blocks[printed.length]?.line;
  expect(code, `the block of line ${at} failed: ${last}${output.stderr}`).toBe(0);
  return printed;
};

describe.skipIf(missing.length > 0)('VERIFY.md by hand', () => {
  const scratch = makeScratch();

  test(
    'each command prints what the page shows',
    async () => {
      const demo = await runDemo([scratch.join('demo-out')]);
      expect(demo.code, demo.output).toBe(0);
      const printed = await runSession(scratch.path, commands);
      for (const [index, { line, expected }] of commands.entries()) {
        expect(printed[index], `VERIFY.md, line ${line}`).toBe(expected);
      }
    },
    PATIENCE_MS,
  );

  test(
    'a digit of the quote that was changed is seen',
    async () => {
      // One hex digit of RTMR3 in the quote that twl-attest gave: its signature no longer holds.
      const change = [
        `cd ${scratch.join('demo-out')}`,
        'cp honest/evidence.json kept.json',
        `jq -c '.attest.text |= (fromjson | .quote |= (.[:1040] + (if .[1040:1041] == "0" then "1" else "0" end) + .[1041:]) | tojson)' kept.json > honest/evidence.json`,
      ];
      expect(spawnSync('bash', ['-euc', change.join('\n')]).status).toBe(0);
      try {
        await expect(runSession(scratch.path, commands)).rejects.toThrow(/Verification failure|DIFFERENT/i);
      } finally {
        spawnSync('bash', ['-euc', `cd ${scratch.join('demo-out')} && mv kept.json honest/evidence.json`]);
      }
    },
    PATIENCE_MS,
  );
});

describe('the page', () => {
  test('all commands of the hour are run, but for those on real things', () => {
    const from = text.split('\n').indexOf('## An hour') + 1;
    const until = text.split('\n').indexOf('## The claims') + 1;
    expect(from).toBeGreaterThan(0);
    expect(until).toBeGreaterThan(from);
    const unrun = blocksOf(text).filter(
      ({ info, line }) => line > from && line < until && info !== 'bash demo' && info !== 'text',
    );
    expect(unrun.map(({ text: command }) => command.split(' ').slice(0, 3).join(' '))).toEqual([
      'gh attestation verify',
    ]);
    expect(commands.length).toBeGreaterThan(10);
  });

  test('an output stands below commands', () => {
    const blocks = blocksOf(text);
    for (const [index, { info, line }] of blocks.entries()) {
      if (info === 'text') expect(blocks[index - 1]?.info, `line ${line}`).toBe('bash demo');
    }
  });
});
