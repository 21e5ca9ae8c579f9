import { describe, expect, test } from 'vitest';
import { runtimeLogs } from '../../../src/audit/checks/runtime.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import { readLauncherLog } from '../../../src/audit/runtime/match-logs.ts';
import { verify } from '../../../src/audit/verify.ts';
import { receiptDigest } from '../../../src/evidence/receipt/statement.ts';
import { broken, expecting, hexOf, infoOf, LAUNCHER, policy, run, stated } from '../checks/support.ts';
import { CLAIM, launched, PIN, withReceipt } from './support.ts';

const COMMIT = PIN.commitSha;
const OTHER = '0a'.repeat(20);
const DIGEST = hexOf(receiptDigest(CLAIM));
const receiptLine = (claim = DIGEST): string =>
  `receipt: {"claim":"${claim}","commit":"${COMMIT}","event":"emitted","quote":true,"file":"/run/x"}`;
const HEAD = `HEAD verified: ${COMMIT}`;
const EXEC = 'exec in /srv/workload/checkout: bash tee-launch.sh';
const text = (...messages: string[]): string =>
  messages.map((message) => `[trusted-workload-launcher] ${message}\n`).join('');
const json = (...messages: string[]): string =>
  messages
    .map(
      (message) => `${JSON.stringify({ time: 'x', level: 'info', program: 'trusted-workload-launcher', message })}\n`,
    )
    .join('');
const START = [HEAD, receiptLine(), EXEC];

describe('what is found in a log', () => {
  const ONE = { commits: [COMMIT], claims: [DIGEST], starts: 1 };

  test.each<[string, string, object]>([
    ['text', text(...START), ONE],
    ['JSON', json(...START), ONE],
    [
      'both, with what engines put in front',
      text(...START).replaceAll(/^/gm, 'workload-1  | 2026-01-31T12:00:00Z ') +
        json(...START).replaceAll(/^/gm, 'w-1 | '),
      { ...ONE, starts: 2 },
    ],
    ['CR LF', text(...START).replaceAll('\n', '\r\n'), ONE],
    ["the predecessor's name", text(...START).replaceAll('trusted-workload-launcher', 'git-launcher'), ONE],
    ["the predecessor's name in JSON", json(...START).replaceAll('trusted-workload-launcher', 'git-launcher'), ONE],
    ['SHA-256', text(`HEAD verified: ${'ab'.repeat(32)}`), { commits: ['ab'.repeat(32)], claims: [], starts: 0 }],
    [
      'several starts of several commits',
      text(...START, ...START, `HEAD verified: ${OTHER}`, EXEC),
      { commits: [COMMIT, OTHER], claims: [DIGEST], starts: 3 },
    ],
    ['no last line feed', text(...START).trimEnd(), ONE],
  ])('%s', (_, log, found) => {
    expect(readLauncherLog(log)).toEqual(found);
  });

  const NOTHING = { commits: [], claims: [], starts: 0 };
  test.each<[string, string]>([
    ['nothing', ''],
    ['lines of nobody', `${HEAD}\n${EXEC}\n`],
    ['lines of another program', `[workload] ${HEAD}\n[x][trusted-workload-launcher] ${HEAD}\n`],
    ['JSON of another program', json(HEAD).replace('trusted-workload-launcher', 'workload')],
    ['JSON that is none', `{"program":"trusted-workload-launcher","message":"${HEAD}"\n{"a\n`],
    ['JSON of another shape', '{"program":1,"message":"x"}\n{"program":"git-launcher","message":2}\n{"":null}\n'],
    ['JSON whose message is a list', `{"program":"git-launcher","message":["${HEAD}"]}\n`],
    ['a commit that is none', text(`HEAD verified: ${COMMIT}0`, 'HEAD verified: main', `x ${HEAD}`, `${HEAD} x`)],
    ['a start without a check', text(EXEC)],
    ['a receipt without a claim', text('receipt: {}', `x ${receiptLine()}`, receiptLine('a1'))],
  ])('but not in %s', (_, log) => {
    expect(readLauncherLog(log)).toEqual(NOTHING);
  });

  test('one start for each check', () => {
    expect(readLauncherLog(text(HEAD, EXEC, EXEC)).starts).toBe(1);
    expect(readLauncherLog(text(EXEC, HEAD)).starts).toBe(0);
    expect(readLauncherLog(text(HEAD, `x ${EXEC}`)).starts).toBe(0);
  });

  test('in little time, whatever the log is', () => {
    const long = `${' [git-launcher'.repeat(200_000) + '{"'.repeat(100_000)}\u2028`;
    const begin = performance.now();
    expect(readLauncherLog(long)).toEqual(NOTHING);
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});

describe('the check', () => {
  const CLAIMS = 'logs are claims of whoever wrote them, and decide nothing';
  const judged = (value: string, evidence: AuditEvidence = infoOf(launched)) =>
    run(runtimeLogs, { ...evidence, logs: { origin: 'launcher.log', value } });
  const remarks = {
    expected: HEAD,
    source: 'the pin in the measured app-compose',
    origins: ['launcher.log'],
    details: ['1 start after HEAD was verified'],
  };
  const AGREE = { ...remarks, state: 'passed', exit: 0, summary: `the logs agree; ${CLAIMS}`, found: HEAD };

  test('logs that agree', () => {
    expect(judged(text(...START))).toEqual(AGREE);
    expect(judged(text(...START, ...START))).toEqual({ ...AGREE, details: ['2 starts after HEAD was verified'] });
    expect(judged(text(...START), withReceipt())).toEqual(AGREE);
    expect(judged(text(HEAD, receiptLine('0b'.repeat(32)), EXEC))).toEqual(AGREE);
  });

  test('logs that tell of something else decide nothing', () => {
    const ELSE = { ...remarks, state: 'not-checked', exit: 13, summary: `the logs tell of something else; ${CLAIMS}` };
    expect(judged(text(...START, `HEAD verified: ${OTHER}`))).toEqual({ ...ELSE, found: `HEAD verified: ${OTHER}` });
    const claim = '0b'.repeat(32);
    expect(judged(text(HEAD, receiptLine(claim), EXEC), withReceipt())).toEqual({
      ...ELSE,
      found: `receipt of the claim ${claim}`,
    });
    const many = Array.from({ length: 6 }, (_, index) => `HEAD verified: ${String(index).repeat(40)}`);
    expect(judged(text(...many.slice(0, 5), EXEC)).found).toBe(many.slice(0, 5).join('; '));
    expect(judged(text(...many, EXEC)).found).toBe(`${many.slice(0, 5).join('; ')}; 1 more`);
  });

  test('logs that tell nothing', () => {
    expect(judged('x')).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: `no line says which commit a launcher checked; ${CLAIMS}`,
      origins: ['launcher.log'],
    });
    expect(judged(text(HEAD))).toEqual({
      ...remarks,
      state: 'not-checked',
      exit: 13,
      summary: `the logs show no start after HEAD was verified; ${CLAIMS}`,
      details: ['0 starts after HEAD was verified'],
    });
  });

  test('no logs, and logs that cannot be had', () => {
    expect(run(runtimeLogs, infoOf(launched))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'no logs were given',
    });
    expect(run(runtimeLogs, { ...infoOf(launched), logs: broken() })).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the logs were not looked at: a broken part is no hex',
      origins: ['a broken part'],
    });
    const receipt = { origin: 'receipt.json', value: new Uint8Array() };
    expect(judged(text(...START), { ...infoOf(launched), receipt })).toMatchObject({
      state: 'not-checked',
      summary: expect.stringMatching(/^the logs were not looked at: the receipt /),
    });
  });

  test('never decides', () => {
    const held = { ...policy({ launchers: [stated(LAUNCHER)] }), only: 'runtime' } as const;
    const logs = { origin: 'launcher.log', value: text(`HEAD verified: ${OTHER}`) };
    const without = verify(withReceipt(), expecting(held));
    const other = verify({ ...withReceipt(), logs }, expecting(held));
    expect([other.word, other.exit]).toEqual([without.word, without.exit]);
    expect([without.word, without.exit]).toEqual(['PASSED', 0]);
    expect(other.checks.at(-1)).toMatchObject({ id: 'runtime.logs', required: false });
  });
});
