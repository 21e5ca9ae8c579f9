import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECK_IDS } from '../../../src/audit/check-ids.ts';
import { readAnswer } from '../../../src/audit/collect/answer/read-answer.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import type { CheckResult } from '../../../src/audit/result.ts';
import { verify } from '../../../src/audit/verify.ts';
import { receiptDigest, receiptReportData, statementBytes } from '../../../src/evidence/receipt/statement.ts';
import { readReceipt, receiptBytes } from '../../../src/evidence/receipt/receipt.ts';
import { simulate } from '../../mocks/deployment.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { type Story, startStory } from '../steps/support/story.ts';
import { bootMachine, type Machine } from './launched.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story?.close());

const nonceOf = () => ({ value: new Uint8Array(randomBytes(32)), source: 'made for this run' });

/** What the agent answers to `Info` now: its certificate is of when it started. */
const askInfo = (socketPath: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const asked = request(
      {
        socketPath,
        path: '/Info',
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Host: 'dstack' },
        agent: false,
      },
      (answer) => {
        buffer(answer).then(resolve, reject);
      },
    );
    asked.on('error', reject).end('{}');
  });

const receiptOf = (
  evidence: AuditEvidence,
  expectations: Expectations,
): CheckResult & { readonly exitOfAll: number } => {
  const { checks, exit } = verify(evidence, expectations);
  return { ...checks.find(({ id }) => id === 'runtime.receipt')!, exitOfAll: exit };
};

const judge = async (machine: Machine, receipt = machine.receipt) =>
  receiptOf(await machine.gather({ receipt }), machine.expectations());

describe('the real launcher, the real twl-attest', () => {
  test('VERIFIED: all four steps, and fresh', async () => {
    const machine = await bootMachine(story);
    const launched = await machine.launch();
    expect(launched, launched.stderr).toMatchObject({ code: 0, stdout: 'hello\n' });
    const nonce = nonceOf();
    const logs = useScratch().join('launcher.log');
    writeFileSync(logs, launched.stderr);
    const expectations = machine.expectations({ nonce });
    const attest = await machine.attest();
    const evidence = await machine.gather({ attest, nonce: nonce.value, logs });
    const verdict = verify(evidence, expectations);
    expect(verdict.missing).toEqual([]);
    expect(verdict).toMatchObject({ word: 'VERIFIED', exit: 0, simulated: true });
    expect(verdict.checks.map(({ id }) => id)).toEqual(CHECK_IDS.filter((id) => !id.startsWith('mpc.')));
    const open = verdict.checks.filter(({ state }) => state !== 'passed').map(({ id }) => id);
    expect(open).toEqual(['provenance.rebuild', 'source.tree-sha256', 'source.signature']);
    const of = (id: string) => verdict.checks.find((check) => check.id === id);
    expect(of('runtime.receipt')?.details).toContain('held against the source, too: tree, entry.sha256, submodules');
    expect(of('runtime.logs')?.details).toEqual(['1 start after HEAD was verified']);
    expect(of('freshness')?.required).toBe(true);

    // The same answer does for no other nonce.
    const later = verify(evidence, machine.expectations({ nonce: nonceOf() }));
    expect(later).toMatchObject({ word: 'REJECTED', exit: 10 });
    expect(later.checks.filter(({ state }) => state === 'failed').map(({ id }) => id)).toEqual(['freshness']);
    // The receipt's file alone is enough where nobody asks for freshness; without it there is no VERIFIED.
    const alone = await machine.gather({ receipt: machine.receipt });
    expect(verify(alone, machine.expectations())).toMatchObject({ word: 'VERIFIED', exit: 0 });
    const { receipt: _, ...without } = alone;
    expect(verify(without, machine.expectations())).toMatchObject({ word: 'CONSISTENT', exit: 13 });
  });

  test('VERIFIED of an agent whose certificate is older than the launch, with --attest', async () => {
    const machine = await bootMachine(story);
    await machine.launch();
    const nonce = nonceOf();
    const gathered = await machine.gather({ attest: await machine.attest(), nonce: nonce.value });
    const evidence = { ...gathered, ...readAnswer(await askInfo(machine.agent.socketPath), 'info.json') };
    const expectations = machine.expectations({ nonce });
    const verdict = verify(evidence, expectations);
    expect(verdict.missing).toEqual([]);
    expect(verdict).toMatchObject({ word: 'VERIFIED', exit: 0 });
    // What Info says of RTMR3 is of now, and no contradiction of a quote that is older.
    expect(verdict.findings.filter(({ id }) => id === 'statement.contradicted')).toEqual([]);
    const { attest: _, receipt: __, ...without } = evidence;
    const alone = verify(without, machine.expectations());
    expect(alone).toMatchObject({ word: 'NOT BOUND', exit: 11 });
    const open = alone.checks.filter(({ state }) => state === 'not-bound' || state === 'failed');
    expect(open.map(({ id }) => id)).toEqual(['eventlog.later']);
  });

  test('a restart finds the event, and says so', async () => {
    const machine = await bootMachine(story);
    await machine.launch();
    await machine.launch();
    expect(await judge(machine)).toMatchObject({
      state: 'passed',
      exitOfAll: 0,
      details: expect.arrayContaining([
        'an earlier start of this boot wrote the event: the container was restarted since',
      ]),
    });
  });

  test('an agent without EmitEvent leaves it self-stated', async () => {
    const machine = await bootMachine(story, { features: { emitEvent: false } });
    await machine.launch();
    expect(await judge(machine)).toMatchObject({
      state: 'not-bound',
      exit: 11,
      exitOfAll: 11,
      summary: 'self-stated: by its own word the guest agent offers no EmitEvent, and nothing measured covers it',
    });
  });
});

describe('attacks', () => {
  /** A receipt that whoever holds the socket makes: a quote of the agent over a statement of his own. */
  const forge = async (machine: Machine): Promise<string> => {
    const { statement } = readReceipt(readFileSync(machine.receipt));
    const bytes = statementBytes({ ...statement, times: { ...statement.times, pin_ms: 1 } });
    const now = machine.now();
    const quote = new Uint8Array(now.quoteFor(receiptReportData(bytes)));
    const file = receiptBytes({
      statementBytes: bytes,
      event: 'emitted',
      quote: { quote, eventLog: now.eventLog('get-quote'), vmConfig: now.vmConfig },
    });
    const path = useScratch().join('forged.json');
    writeFileSync(path, file);
    return path;
  };

  test('written by the workload later, with an event of its own behind others', async () => {
    const honest = await bootMachine(story);
    await honest.launch();
    const payload = honest.agent.events().at(-1)!.event_payload;
    const machine = await bootMachine(story, { features: { emitEvent: false } });
    await machine.launch();
    // The commit does without a receipt of its own: what is compared of it is right.
    await machine.agent.emit('x');
    await machine.agent.emit('trusted-workload-launcher', Buffer.from(payload, 'hex'));
    expect(await judge(machine, await forge(machine))).toMatchObject({
      state: 'not-bound',
      exit: 11,
      found: expect.stringMatching(/'x' was written before the launcher's own$/),
    });
  });

  test('replayed from another deployment', async () => {
    const other = await bootMachine(story, { deployment: { instanceId: '0a'.repeat(20) } });
    await other.launch();
    const machine = await bootMachine(story);
    await machine.launch();
    // Each machine has a folder of its own in its pin, so that the pins differ as well.
    expect(await judge(machine, other.receipt)).toMatchObject({ state: 'failed', exit: 10, exitOfAll: 10 });
  });

  test('from an earlier boot, where another variable was there', async () => {
    const machine = await bootMachine(story);
    await machine.launch({ PERL5LIB: '/x' });
    const earlier = useScratch().join('earlier.json');
    copyFileSync(machine.receipt, earlier);
    const evidence = await machine.gather({ receipt: earlier });
    expect(receiptOf(evidence, machine.expectations())).toMatchObject({ state: 'passed' });
    // The next boot: the same pin, and a launcher that claims something else.
    const { statement } = readReceipt(readFileSync(earlier));
    const claim = receiptDigest({ ...statement.claim, dropped: [] });
    const userEvents = [{ event: 'trusted-workload-launcher', payload: claim }];
    const { deployment } = machine.agent;
    const next = simulate({ ...deployment.options, userEvents });
    const info = readAnswer(Buffer.from(JSON.stringify(next.info())), 'info.json');
    expect(receiptOf({ ...evidence, ...info }, machine.expectations())).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: "the launcher of the evidence's log made another claim than this receipt",
    });
  });

  test('a second event of the launcher', async () => {
    const machine = await bootMachine(story);
    await machine.launch();
    await machine.agent.emit('trusted-workload-launcher', Buffer.alloc(32, 1));
    expect(await judge(machine)).toMatchObject({
      state: 'not-bound',
      exit: 11,
      exitOfAll: 11,
      found: expect.stringMatching(/is a second one of that name$/),
    });
  });

  test('a user event first: the launcher does not start; a receipt that somebody writes all the same is not bound', async () => {
    const earlier = await bootMachine(story);
    await earlier.launch();
    const machine = await bootMachine(story);
    await machine.agent.emit('x');
    expect(await machine.launch()).toMatchObject({ code: 10, stdout: '' });
    expect(existsSync(machine.receipt)).toBe(false);
    const evidence = await machine.gather();
    expect(receiptOf(evidence, machine.expectations())).toMatchObject({
      state: 'not-checked',
      summary: 'there is no receipt of the launcher',
      exitOfAll: 13,
    });
  });

  test('no socket, or an agent that hangs: no receipt', async () => {
    const machine = await bootMachine(story, { mode: 'auto', faults: { '*': { kind: 'hang' } } });
    for (const env of [{ TWL_AGENT_SOCKET: '/no/such.sock' }, { TWL_AGENT_TIMEOUT_MS: '300' }]) {
      expect(await machine.launch(env as Record<string, string>)).toMatchObject({ code: 0, stdout: 'hello\n' });
      expect(existsSync(machine.receipt)).toBe(false);
    }
    expect(receiptOf(await machine.gather(), machine.expectations())).toMatchObject({
      state: 'not-checked',
      exit: 13,
      exitOfAll: 13,
    });
  });

  test('an agent that hangs over the quote: the event alone is no receipt', async () => {
    const machine = await bootMachine(story, { mode: 'auto', faults: { GetQuote: { kind: 'hang' } } });
    await machine.launch({ TWL_AGENT_TIMEOUT_MS: '300' });
    expect(await judge(machine)).toMatchObject({
      state: 'not-bound',
      exit: 11,
      summary: 'self-stated: the receipt has no quote, since the agent gave none and RECEIPT=auto let that pass',
    });
  });

  test('an agent that lies: over other report data, of an event that it did not write', async () => {
    const lying = { kind: 'report-data', value: '07'.repeat(64), quoted: true } as const;
    const machine = await bootMachine(story, { mode: 'auto', faults: { GetQuote: lying } });
    await machine.launch();
    expect(await judge(machine)).toMatchObject({ state: 'not-bound', exit: 11 });
    const silent = await bootMachine(story, {
      mode: 'auto',
      faults: { EmitEvent: { kind: 'text', body: '', applied: false } },
    });
    await silent.launch();
    expect(await judge(silent)).toMatchObject({
      state: 'not-bound',
      exit: 11,
      summary:
        'self-stated: with RECEIPT=auto a launch goes on without an event, and the workload could then write the first',
    });
  });

  test('twl-attest that answers for another machine: neither fresh nor of this deployment', async () => {
    const other = await bootMachine(story);
    await other.launch();
    const machine = await bootMachine(story);
    await machine.launch();
    const nonce = nonceOf();
    const evidence = await machine.gather({
      receipt: machine.receipt,
      attest: await other.attest(),
      nonce: nonce.value,
    });
    const { checks, exit } = verify(evidence, machine.expectations({ nonce }));
    expect(exit).toBe(10);
    expect(checks.filter(({ state }) => state === 'failed').map(({ id, summary }) => [id, summary])).toEqual([
      ['freshness', 'the answer is of another deployment: app id'],
      ['runtime.receipt', "twl-attest's quote is of another deployment: app id"],
    ]);
  });
});
