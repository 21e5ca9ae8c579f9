import { describe, expect, test } from 'vitest';
import { MAX_LISTED } from '../../../src/audit/report/check-lines.ts';
import { renderText } from '../../../src/audit/report/text.ts';
import type { CheckResult, Finding } from '../../../src/audit/result.ts';
import { HASH_A, HASH_B, rejected, result, verdict } from './support.ts';

const plain = { color: false } as const;

test('a rejected deployment, whole', () => {
  expect(renderText(rejected(), plain)).toBe(`what was checked
  target  info.json
  time    2026-08-13T09:20:00.000Z [from --at]

attestation: what Intel signed, and what that covers
  PASS     quote.parse            TDX quote, version 4
  PASS     app.id                 the app id is the expected one
    from      --app-id
  FAIL     compose.hash           the event log holds the hash of another
                                  app-compose
    expected  ${HASH_A}
    found     ${HASH_B}
    from      --compose docker-compose.yml
    in        saved answer info.json, tcb_info.app_compose
    in        event compose-hash
    detail    event 24 of RTMR3
    detail    SHA-256 over 1,204 bytes
    hint      compare with the file that was deployed
  UNBOUND  compose.config-id      (not required) mr_config_id is zero
  SKIP     freshness              (not required) no nonce was asked for

runtime: what was placed and started
  SKIP     os.image               no image was expected

findings: these fail nothing
  NOTE     compose.persistence: the root file system can be written
  ALLOWED  tcb.advisory: INTEL-SA-01000
    because   microcode follows in May
    from      policy org.toml, line 3

shown by the evidence, believed only where a check above says so
  app_id        ab
  compose_hash  ${HASH_B}

missing for VERIFIED
  - give --repo and --commit
  - give a policy with an os_image

REJECTED (2 passed, 1 failed, 1 not bound, 2 not checked): compose.hash
`);
});

test('where the hardware was pretended every block and the verdict say so', () => {
  const lines = renderText(rejected({ simulated: true }), { ...plain, timings: true }).split('\n');
  expect(lines.filter((line) => line !== '' && !line.startsWith(' '))).toEqual([
    "SIMULATED: the trust root is not Intel's; this says nothing of any hardware",
    'what was checked (SIMULATED)',
    'attestation: what Intel signed, and what that covers (SIMULATED)',
    'runtime: what was placed and started (SIMULATED)',
    'findings: these fail nothing (SIMULATED)',
    'shown by the evidence, believed only where a check above says so (SIMULATED)',
    'missing for VERIFIED (SIMULATED)',
    'time taken (SIMULATED)',
    'SIMULATED: REJECTED (2 passed, 1 failed, 1 not bound, 2 not checked): compose.hash',
  ]);
});

test('steps come in the order of the chain, each with its heading', () => {
  const checks = [
    result({ id: 'freshness', step: 'runtime' }),
    result({ id: 'app.id', step: 'source' }),
    result({ id: 'os.image', step: 'provenance' }),
    result({ id: 'quote.parse' }),
  ];
  expect(renderText(verdict({ checks }), plain).split('\n').slice(4)).toEqual([
    'attestation: what Intel signed, and what that covers',
    '  PASS     quote.parse            it holds',
    '',
    'provenance: who built the launcher, from what',
    '  PASS     os.image               it holds',
    '',
    'source: the pinned commit, and where it belongs',
    '  PASS     app.id                 it holds',
    '',
    'runtime: what was placed and started',
    '  PASS     freshness              it holds',
    '',
    'VERIFIED (4 passed)',
    '',
  ]);
});

describe('checks that were not made because another one did not pass', () => {
  const blocked = (id: CheckResult['id'], blockedBy: CheckResult['id'], more: Partial<CheckResult> = {}) =>
    result({ id, state: 'not-checked', exit: 13, blockedBy, summary: `it stands on ${blockedBy}`, ...more });
  const checks = [
    blocked('compose.pin', 'compose.launcher'),
    result({ id: 'compose.launcher', state: 'failed', exit: 10 }),
    blocked('compose.pin-bound', 'compose.launcher', { required: false }),
    blocked('app.id', 'eventlog.replay'),
    blocked('source.pin', 'compose.pin', { step: 'source' }),
    blocked('source.entry', 'source.pin', { step: 'source' }),
    result({ id: 'source.tree', step: 'source' }),
  ];
  const body = (verbose: boolean): string[] =>
    renderText(verdict({ checks }), { ...plain, verbose })
      .split('\n')
      .slice(4);

  test('stand together, by the one at the bottom, behind the others of their step', () => {
    expect(body(false)).toEqual([
      'attestation: what Intel signed, and what that covers',
      '  FAIL     compose.launcher       it holds',
      '  SKIP     not made, because compose.launcher did not pass: compose.pin,',
      '           compose.pin-bound',
      '  SKIP     not made, because eventlog.replay did not pass: app.id',
      '',
      'source: the pinned commit, and where it belongs',
      '  PASS     source.tree            it holds',
      '  SKIP     not made, because compose.launcher did not pass: source.pin,',
      '           source.entry',
      '',
      'VERIFIED (1 passed, 1 failed, 5 not checked)',
      '',
    ]);
  });

  test('are shown one by one where all is asked for', () => {
    const lines = body(true);
    expect(lines[1]).toBe('  SKIP     compose.pin            it stands on compose.launcher');
    expect(lines[3]).toBe('  SKIP     compose.pin-bound      (not required) it stands on compose.launcher');
    expect(lines.join('\n')).not.toContain('not made');
  });

  test('are coloured as one by one', () => {
    expect(renderText(verdict({ checks }), { color: true })).toContain(
      '\n  \u001b[33mSKIP   \u001b[0m  not made, because eventlog.replay',
    );
  });

  test('that stand on one another in a ring, which none of ours do, end all the same', () => {
    const ring = [blocked('app.id', 'os.image'), blocked('os.image', 'app.id')];
    expect(renderText(verdict({ checks: ring }), plain)).toContain('not made, because ');
  });
});

describe('findings', () => {
  const lines = (findings: readonly Finding[]): string[] =>
    (renderText(verdict({ findings }), plain).split('\n\n')[1] ?? '').split('\n').slice(1);
  const many = (count: number, id: string, more: Partial<Finding> = {}): Finding[] =>
    Array.from({ length: count }, (_, index) => ({ id, text: `number ${index}`, ...more }));

  test('twenty are shown one by one', () => {
    expect(lines(many(20, 'a.b'))).toHaveLength(20);
    expect(lines(many(20, 'a.b')).at(-1)).toBe('  NOTE     a.b: number 19');
  });

  test('of more the first few of each id, and how many there are', () => {
    const accepted = { reason: 'r', source: 's' };
    const given = [...many(15, 'a.b'), ...many(3, 'c.d'), ...many(4, 'a.b'), ...many(4, 'e.f', { accepted })];
    expect(lines(given)).toEqual([
      '  NOTE     a.b: number 0',
      '  NOTE     a.b: number 1',
      '  NOTE     a.b: number 2',
      '  NOTE     a.b: [... 16 more of this kind left out of 19, --json has them ...]',
      '  NOTE     c.d: number 0',
      '  NOTE     c.d: number 1',
      '  NOTE     c.d: number 2',
      ...[0, 1, 2].flatMap((index) => [`  ALLOWED  e.f: number ${index}`, '    because   r', '    from      s']),
      '  ALLOWED  e.f: [... 1 more of this kind left out of 4, --json has them ...]',
    ]);
  });

  test('of one id that is accepted in part, neither part hides the other', () => {
    const accepted = { reason: 'r', source: 's' };
    const shown = lines([...many(20, 'a.b', { accepted }), ...many(1, 'a.b')]);
    expect(shown.at(-1)).toBe('  NOTE     a.b: number 0');
  });

  test.each<[Partial<Finding>, string]>([
    [{ path: 'a.sh', line: 3 }, 'a.sh:3: what'],
    [{ path: 'a.sh' }, 'a.sh: what'],
    [{ line: 3 }, 'what'],
    [{ path: 'a.sh', line: 3, text: 'a.sh:3 what' }, 'a.sh:3 what'],
  ])('stand with their place where they do not say it: %j', (more, shown) => {
    expect(lines([{ id: 'x.y', text: 'what', ...more }])).toEqual([`  NOTE     x.y: ${shown}`]);
  });
});

test('where the terminal is narrow what was found stands below the id', () => {
  const checks = [result({ id: 'provenance.repository', step: 'provenance' })];
  const at = (width: number): string[] =>
    renderText(verdict({ checks }), { ...plain, width })
      .split('\n')
      .filter((line) => /repository|it holds/.test(line));
  expect(at(44)).toEqual(['  PASS     provenance.repository  it holds']);
  expect(at(43)).toEqual(['  PASS     provenance.repository', '           it holds']);
});

test('quiet is the verdict line alone', () => {
  expect(renderText(rejected(), { ...plain, quiet: true })).toBe(
    'REJECTED (2 passed, 1 failed, 1 not bound, 2 not checked): compose.hash\n',
  );
  expect(renderText(verdict({ simulated: true }), { ...plain, quiet: true })).toBe('SIMULATED: VERIFIED (0 passed)\n');
});

test('times are shown where they are asked for', () => {
  expect(renderText(rejected(), plain)).not.toContain('time taken');
  expect(renderText(rejected(), { ...plain, timings: true })).toContain(
    '\ntime taken\n       0.2 ms  quote.parse\n      12.3 ms  compose.hash\n\nREJECTED',
  );
});

test('verbose shows all that is known of what passed', () => {
  const checks = [
    result({ id: 'app.id', expected: 'e', found: 'f', source: 's', origins: ['o'], details: ['d'], hint: 'h' }),
  ];
  expect(renderText(verdict({ checks }), { ...plain, verbose: true })).toContain(`app.id                 it holds
    expected  e
    found     f
    from      s
    in        o
    detail    d
    hint      h
`);
  expect(renderText(verdict({ checks }), plain)).toContain('app.id                 it holds\n    from      s\n\n');
});

describe('whether a check was required', () => {
  test.each([
    ['passed', false, 'it holds'],
    ['failed', false, 'it holds'],
    ['failed', true, 'it holds'],
    ['not-bound', true, 'it holds'],
    ['not-bound', false, '(not required) it holds'],
    ['not-checked', true, 'it holds'],
    ['not-checked', false, '(not required) it holds'],
  ] as const)('%s, required: %s', (state, required, shown) => {
    const checks = [result({ id: 'app.id', state, required, exit: state === 'passed' ? 0 : 10 })];
    expect(renderText(verdict({ checks }), plain)).toContain(`  app.id                 ${shown}\n`);
  });
});

test.each([
  [MAX_LISTED, false],
  [MAX_LISTED + 1, true],
])('of %i details some are left out: %s', (count, cut) => {
  const details = Array.from({ length: count }, (_, index) => `number ${index}`);
  const text = renderText(verdict({ checks: [result({ id: 'app.id', state: 'failed', exit: 10, details })] }), plain);
  expect(text).toContain(`    detail    number ${MAX_LISTED - 1}\n`);
  expect(text.includes(`number ${MAX_LISTED}\n`)).toBe(false);
  expect(text.includes('    detail    [... 1 more left out ...]\n')).toBe(cut);
});

test('the name of a fact gets a column, or a line where both do not fit on one', () => {
  const long = 'word '.repeat(13).trim();
  const facts = {
    a: '1',
    twelve_chars: HASH_A,
    thirteen_char: '3',
    thirteen_more: HASH_A,
    twelve_more_: long,
    b: '',
    'A b': '',
  };
  expect(renderText(verdict({ facts }), plain)).toContain(`
  a             1
  twelve_chars  ${HASH_A}
  thirteen_char  3
  thirteen_more
    ${HASH_A}
  twelve_more_  ${long}
  b             (empty)
  A b
    (empty)

`);
});

test('where bytes came from is shown of checks that looked at them', () => {
  const shownOf = (state: 'failed' | 'not-bound' | 'not-checked', verbose: boolean): boolean =>
    renderText(verdict({ checks: [result({ id: 'app.id', state, exit: 10, origins: ['o'] })] }), {
      ...plain,
      verbose,
    }).includes('    in        o\n');
  expect([shownOf('failed', false), shownOf('not-bound', false), shownOf('not-checked', false)]).toEqual([
    true,
    true,
    false,
  ]);
  expect([shownOf('failed', true), shownOf('not-bound', true), shownOf('not-checked', true)]).toEqual([
    true,
    true,
    true,
  ]);
});

test('an empty value is said to be empty', () => {
  const checks = [result({ id: 'app.id', state: 'failed', exit: 10, expected: 'a', found: '' })];
  expect(renderText(verdict({ checks }), plain)).toContain('    expected  a\n    found     (empty)\n');
});

test('no line is wider than was asked for but those of a hash', () => {
  const long = 'word '.repeat(20) + 'x'.repeat(90);
  const checks = [result({ id: 'app.id', state: 'failed', exit: 10, summary: long, details: [long, HASH_A] })];
  const text = (width?: number) =>
    renderText(verdict({ checks, missing: [long] }), { color: false, ...(width === undefined ? {} : { width }) });
  const widest = (report: string): number =>
    Math.max(...report.split('\n').map((line) => (line.includes(HASH_A) || !line.startsWith(' ') ? 0 : line.length)));
  expect(widest(text())).toBeGreaterThan(75);
  expect(widest(text())).toBeLessThanOrEqual(80);
  expect(text(1)).toBe(text(40));
  expect(text(41)).not.toBe(text(40));
  expect(widest(text(40))).toBeLessThanOrEqual(40);
  expect(text(120)).not.toBe(text(80));
});

describe('colour', () => {
  const SGR = /\u001b\[[0-9;]*m/g;

  test('is nothing but colour', () => {
    const options = { timings: true, verbose: true };
    for (const one of [rejected(), rejected({ simulated: true })]) {
      const colored = renderText(one, { color: true, ...options });
      expect(colored).toMatch(SGR);
      expect(colored.replace(SGR, '')).toBe(renderText(one, { color: false, ...options }));
    }
  });

  test('tells the states apart', () => {
    const text = renderText(rejected(), { color: true });
    expect(text).toContain('  \u001b[32mPASS   \u001b[0m  quote.parse');
    expect(text).toContain('  \u001b[1;31mFAIL   \u001b[0m  compose.hash');
    expect(text).toContain('  \u001b[33mUNBOUND\u001b[0m  compose.config-id');
    expect(text).toContain('  \u001b[33mSKIP   \u001b[0m  freshness');
    expect(text).toContain('\u001b[2m    expected  \u001b[0ma1a1');
    expect(text).toContain('\n\u001b[1mfindings: these fail nothing\u001b[0m\n');
  });

  test.each([
    [0, 'VERIFIED', false, '32'],
    [0, 'VERIFIED', true, '33'],
    [13, 'CONSISTENT', false, '33'],
    [10, 'REJECTED', true, '1;31'],
    [12, 'STALE', false, '1;31'],
  ] as const)('of a verdict with exit %i, %s, simulated: %s', (exit, word, simulated, code) => {
    const text = renderText(verdict({ exit, word, simulated }), { color: true, quiet: true });
    expect(text).toMatch(new RegExp(`^\\u001b\\[${code}m${simulated ? 'SIMULATED: ' : ''}${word} .*\\u001b\\[0m\\n$`));
  });
});
