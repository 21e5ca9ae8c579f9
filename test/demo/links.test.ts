import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CheckId } from '../../src/audit/check-ids.ts';
import { call, type Called } from '../cli/support/called.ts';
import { makeScratch } from '../support/scratch.ts';
import { runDemo } from './run-demo.ts';

/** The parts of the demo's evidence bundle that are changed here. */
interface Evidence {
  answer: { text: string };
  collateral: { text: string };
  attest: { text: string };
  provenance: { documents: { text: string }[] };
  source: { packs: { base64: string }[]; refs: { list: { name: string; id: string }[]; branches: number } };
}

const scratch = makeScratch();
const out = scratch.join('demo-out');
let kept: string;
let expected: string[];

beforeAll(async () => {
  const run = await runDemo([out]);
  expect(run.code, run.output).toBe(0);
  kept = readFileSync(`${out}/honest/evidence.json`, 'utf8');
  const pin = readFileSync(`${out}/honest/deploy/launcher.conf`, 'utf8');
  const of = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(pin)?.[1] ?? '';
  expected = [
    ...['--repo', of('REPO_URL'), '--commit', of('COMMIT_SHA'), '--policy', `${out}/auditor/policy.toml`],
    ...['--mock-root', `${out}/auditor/simulated-intel-root.pem`],
    ...['--trusted-root', `${out}/auditor/simulated-sigstore-root.json`],
  ];
}, 120_000);

/** `twl verify` of a bundle that whoever changed it also vouches for. */
const judge = async (text: string): Promise<Called> => {
  const path = scratch.join('changed.json');
  writeFileSync(path, text);
  const hash = createHash('sha256').update(text).digest('hex');
  return await call(['verify', path, '--saved-sha256', hash, '--offline', ...expected, '--json']);
};

const idsOf = ({ stdout }: Called, wanted: string): string[] =>
  (JSON.parse(stdout).checks as { id: string; state: string }[])
    .filter(({ state }) => state === wanted)
    .map(({ id }) => id);
const failed = (called: Called): string[] => idsOf(called, 'failed');
const notChecked = (called: Called): string[] => idsOf(called, 'not-checked');

/** The text with one of its digits replaced by another. */
const otherDigit = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);

/** JSON in JSON, changed inside. */
const inside = (part: { text: string }, change: (inner: Record<string, string>) => void): void => {
  const inner = JSON.parse(part.text) as Record<string, string>;
  change(inner);
  part.text = JSON.stringify(inner);
};

/** What every quote holds at these offsets, in hex digits. */
const RTMR3 = 2 * 520;
const REPORT_DATA = 2 * 568;

describe('the evidence of the demo with one link changed', () => {
  test('is VERIFIED as it was kept', async () => {
    const called = await judge(kept);
    expect(JSON.parse(called.stdout)).toMatchObject({ verdict: 'VERIFIED', simulated: true });
    expect(called.exit).toBe(0);
  });

  test.each<[string, CheckId, (evidence: Evidence) => void]>([
    [
      'the app-compose names another commit',
      'compose.hash',
      ({ answer }) =>
        inside(answer, (info) => {
          info.tcb_info = info.tcb_info!.replace(/COMMIT_SHA=.{4}/, 'COMMIT_SHA=0000');
        }),
    ],
    [
      'the log has another compose-hash',
      'eventlog.replay',
      ({ answer }) =>
        inside(answer, (info) => {
          const tcb = JSON.parse(info.tcb_info!) as { event_log: { event: string; event_payload: string }[] };
          const event = tcb.event_log.find(({ event }) => event === 'compose-hash')!;
          event.event_payload = otherDigit(event.event_payload, 5);
          info.tcb_info = JSON.stringify(tcb);
        }),
    ],
    [
      'the collateral calls a platform up to date',
      'quote.tcb',
      ({ collateral }) =>
        inside(collateral, (intel) => {
          intel.tcb_info = intel.tcb_info!.replace('OutOfDate', 'UpToDate');
        }),
    ],
    [
      'the newer quote has another RTMR3',
      'freshness',
      ({ attest }) =>
        inside(attest, (answer) => {
          answer.quote = otherDigit(answer.quote!, RTMR3);
        }),
    ],
    [
      'the newer quote has other report data',
      'freshness',
      ({ attest }) =>
        inside(attest, (answer) => {
          answer.quote = otherDigit(answer.quote!, REPORT_DATA);
        }),
    ],
    [
      'the receipt tells of another entry script',
      'runtime.receipt',
      ({ attest }) =>
        inside(attest, (answer) => {
          answer.receipt = answer.receipt!.replace(/(entry.{20,60}sha256\\":\\")../, '$100');
        }),
    ],
    [
      'the statement is about another image',
      'provenance.bundle',
      ({ provenance: { documents } }) =>
        inside(documents[0]!, (bundle) => {
          const { dsseEnvelope } = bundle as unknown as { dsseEnvelope: { payload: string } };
          const statement = Buffer.from(dsseEnvelope.payload, 'base64').toString();
          const other = statement.replace(/"sha256":"./, '"sha256":"x');
          dsseEnvelope.payload = Buffer.from(other).toString('base64');
        }),
    ],
    [
      'no branch has the commit any more',
      'source.reachable',
      ({ source: { refs } }) => {
        refs.list = [];
        refs.branches = 0;
      },
    ],
  ])('%s: %s', async (name, id, change) => {
    const evidence = JSON.parse(kept) as Evidence;
    change(evidence);
    const text = JSON.stringify(evidence);
    expect(text).not.toBe(JSON.stringify(JSON.parse(kept)));
    const called = await judge(text);
    expect(JSON.parse(called.stdout).verdict).not.toBe('VERIFIED');
    expect(called.exit).not.toBe(0);
    // What is gone from a bundle cannot contradict: there the check is not made.
    expect([...failed(called), ...notChecked(called)]).toContain(id);
    if (!name.startsWith('no ')) expect(failed(called)).toContain(id);
  });
});
