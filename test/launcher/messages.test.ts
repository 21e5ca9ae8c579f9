import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LaunchError, type LaunchErrorCode } from '../../src/launcher/errors.ts';
import { PinError, type PinErrorCode } from '../../src/pin/errors.ts';
import { SourceError, type SourceErrorCode } from '../../src/source/errors.ts';
import { type RunResult, runLauncher } from '../support/run-launcher.ts';
import { CALL } from './causes/call.ts';
import type { Cause } from './causes/cause.ts';
import { COMMIT } from './causes/commit.ts';
import { MACHINE } from './causes/machine.ts';
import { PIN } from './causes/pin.ts';
import { SERVER } from './causes/server.ts';

// The types hold the tables complete: a code without a cause does not compile.
const SOURCE: Record<SourceErrorCode, Cause> = { ...COMMIT, ...SERVER, ...MACHINE };

const statusOf = {
  launch: (code: string) => new LaunchError(code as LaunchErrorCode, '').exitCode,
  pin: (code: string) => new PinError(code as PinErrorCode, '', { source: '', place: undefined, hint: '' }).exitCode,
  source: (code: string) => new SourceError(code as SourceErrorCode, '').exitCode,
};

const CAUSES = [
  ...Object.entries(CALL).map(([code, cause]) => ({ code, ...cause, status: statusOf.launch(code) })),
  ...Object.entries(PIN).map(([code, cause]) => ({ code, ...cause, status: statusOf.pin(code) })),
  ...Object.entries(SOURCE).map(([code, cause]) => ({ code, ...cause, status: statusOf.source(code) })),
];

interface Line {
  level: string;
  message: string;
  code?: string;
}

/** The log's lines, in either format. */
const linesOf = ({ stderr }: RunResult): Line[] =>
  stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      if (line.startsWith('{')) return JSON.parse(line) as Line;
      const [, level = 'info', message = ''] = /^\[[a-z-]+\] (?:(error|hint|warning): )?(.*)$/.exec(line) ?? [];
      return { level, message };
    });

/** What would steer a terminal: all but the line feeds that end lines. */
const RAW = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/u;

describe('every error says what is wrong and what to do next', () => {
  test.each(CAUSES.filter(({ drive }) => drive !== undefined))('$code: $how', async ({ code, status, drive }) => {
    const result = await drive!();
    expect(result.code, result.stderr).toBe(status);
    const lines = linesOf(result);
    const at = lines.findIndex((line) => line.level === 'error');
    const [error, hint] = lines.slice(at);
    expect(error?.message.length, result.stderr).toBeGreaterThan(10);
    if (error?.code !== undefined) expect(error.code).toBe(code);
    expect(hint?.level, result.stderr).toBe('hint');
    expect(hint?.message.length).toBeGreaterThan(5);
    expect(RAW.exec(lines.map(({ message }) => message.replaceAll('\n', '')).join(''))?.[0]).toBeUndefined();
    expect(RAW.exec(result.stderr)?.[0]).toBeUndefined();
    expect(result.stderr).not.toContain('secret@');
    expect(result.stdout).not.toContain('the workload ran');
  });
});

test('in plain text an error is one line, then a hint', async () => {
  const { stderr } = await runLauncher({ args: ['/no/such/file.conf'] });
  expect(stderr).toBe(
    `[trusted-workload-launcher] error: config file not found: /no/such/file.conf
[trusted-workload-launcher] hint: mount the file there, name another one, or give the pin in LAUNCHER_CONFIG
`,
  );
});

test('docs/errors.md has every code once, with its status', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z0-9-]+)` \| (\d+) \| (.+) \| (.+) \|$/gm)].map(
    ([, code, status]) => `${code} ${status}`,
  );
  expect(rows.sort()).toEqual(CAUSES.map(({ code, status }) => `${code} ${status}`).sort());
});
