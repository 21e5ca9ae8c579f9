import { describe, expect, test } from 'vitest';
import { MAX_PATHS } from '../../../src/audit/report/change-lines.ts';
import { renderText } from '../../../src/audit/report/text.ts';
import type { Material } from '../../../src/audit/result.ts';
import { COMMIT, HASH_A, material, verdict } from './support.ts';

const text = (given: Material, more: { simulated?: boolean; quiet?: boolean } = {}): string =>
  renderText(verdict({ ...given, simulated: more.simulated === true, facts: { app_id: 'ab' } }), {
    color: false,
    ...more,
  });

/** The block of this heading, without it. */
const block = (given: Material, heading: string): string =>
  text(given)
    .split('\n\n')
    .find((one) => one.startsWith(heading))
    ?.replace(/^.*\n/, '') ?? '';

test('all that evidence led to, whole, between the findings and the facts', () => {
  expect(text(material)).toBe(`what was checked
  target  info.json
  time    2026-08-13T09:20:00.000Z [from --at]

the launcher, as the compose text names it
  service  workload
  image    registry.example/launcher:1.2@sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1
           a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1

the build of the launcher, as a certificate tells it
  bundle   accepted, bundle.json
  repository    https://github.com/acme/launcher
  repository_id  17

the pin, as the launcher reads it
  REPO_URL=https://github.com/example/workload.git
  COMMIT_SHA=${COMMIT}

what the pin runs: read it as you read the source
  INSTALL_CMD
     1 | npm ci
  RUN_CMD
     1 | make run

what changed since the commit that was audited last
  since    ${'d4'.repeat(20)}
  paths    1 added, 1 removed, 1 changed
  added    a (gitlink)
  changed  b (file, 7 bytes -> executable, 8 bytes)
  removed  c (symlink, 1 bytes)
  the entry script, line by line:
    -2 | exec b
    +2 | exec a

the entry script: what the launcher starts
  file     deploy/tee-launch.sh, 20 bytes
     1 | #!/bin/bash
     2 | exec a

shown by the evidence, believed only where a check above says so
  app_id        ab

VERIFIED (0 passed)
`);
  expect(HASH_A).toContain('a1');
});

test('of a verdict alone nothing of it is shown', () => {
  expect(text(material, { quiet: true })).toBe('VERIFIED (0 passed)\n');
});

test('where the hardware was pretended each block says so', () => {
  const lines = text(material, { simulated: true }).split('\n');
  const headings = lines.filter((line) => /^(?:the|what) /.test(line));
  expect(headings).toHaveLength(7);
  for (const heading of headings) expect(heading).toMatch(/ \(SIMULATED\)$/);
});

describe('the build', () => {
  const build = (more: object): string =>
    block({ build: { ...material.build, facts: {}, ...more } }, 'the build of the launcher');

  test.each([
    [{ accepted: true }, '  bundle   accepted, bundle.json'],
    [{ accepted: false }, '  bundle   NOT ACCEPTED, bundle.json'],
    [{ simulated: true }, '  SIMULATED: somebody pretended to be Sigstore\n  bundle   accepted, bundle.json'],
  ])('%j', (more, lines) => {
    expect(build(more)).toBe(lines);
  });
});

describe('commands of the pin', () => {
  test('stand in a block of their own and not in the pin, whole', () => {
    const run = `echo ${'x'.repeat(500)}`;
    const given = { pin: ['A=b', `RUN_CMD=${run}`, 'INSTALL_CMD=c', 'XRUN_CMD=d'], commands: { run } };
    expect(block(given, 'the pin,')).toBe('  A=b\n  XRUN_CMD=d');
    const shown = block(given, 'what the pin runs');
    expect(shown).not.toContain('INSTALL_CMD');
    expect(
      shown
        .split('\n')
        .slice(1)
        .map((row) => row.slice(9))
        .join(''),
    ).toBe(run);
  });
});

describe('the entry script', () => {
  const script = (entryScript: NonNullable<Material['entryScript']>): string => block({ entryScript }, 'the entry');

  test.each([
    ['empty', { text: '' }, '  file     a, 0 bytes'],
    ['without a line feed at its end', { text: 'x' }, '  file     a, 0 bytes\n     1 | x\n  (no line feed at the end)'],
    ['not to be shown', { note: 'it is not UTF-8' }, '  file     a, 0 bytes\n  it is not UTF-8'],
  ])('%s', (_, more, lines) => {
    expect(script({ path: 'a', size: 0, ...more })).toBe(lines);
  });

  test('cannot make a line that looks like one of the report', () => {
    const fake =
      'VERIFIED (47 passed)\n\nattestation: what Intel signed, and what that covers\n  PASS     quote.parse\n';
    const lines = text({ entryScript: { path: 'a', size: 1, text: fake } }).split('\n');
    expect(lines.filter((line) => line.startsWith('VERIFIED'))).toEqual(['VERIFIED (0 passed)']);
    expect(lines.filter((line) => line.includes('quote.parse'))).toEqual(['     4 |   PASS     quote.parse']);
    expect(lines).not.toContain('attestation: what Intel signed, and what that covers');
  });
});

describe('what changed', () => {
  const { since } = material;
  const changes = (given: NonNullable<Material['since']>): string => block({ since: given }, 'what changed');

  test('is not known, and why', () => {
    expect(changes({ note: 'no such commit' })).toBe('  not known: no such commit');
    expect(changes({ note: 'no such commit', hint: 'give another' })).toBe(
      '  not known: no such commit\n    hint      give another',
    );
  });

  const [path] = since.paths;
  const paths = (listed: number, counted: number): string =>
    changes({
      commit: COMMIT,
      removed: 0,
      changed: 0,
      added: counted,
      paths: Array.from({ length: listed }, () => path),
    });

  test.each([
    [MAX_PATHS, MAX_PATHS, undefined],
    [MAX_PATHS + 1, MAX_PATHS + 1, '[... 1 more paths left out ...]'],
    [2, 5, '[... 3 more paths left out ...]'],
  ])('of %i paths that are listed and %i that there are', (listed, counted, left) => {
    const shown = paths(listed, counted);
    expect(shown.match(/^ {2}added {4}a/gm)).toHaveLength(Math.min(listed, MAX_PATHS));
    if (left === undefined) expect(shown).not.toContain('left out');
    else expect(shown).toContain(`\n  ${left}\n`);
  });

  test('in the script: nothing, or nobody knows', () => {
    expect(changes({ ...since, paths: [], lines: [] })).toMatch(/\n {2}the entry script is the same$/);
    expect(paths(0, 0)).toMatch(/\n {2}the entry script is not in both, or too large to be compared$/);
  });
});
