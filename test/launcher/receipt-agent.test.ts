import { describe, expect, test } from 'vitest';
import type { Fault } from '../mocks/guest-agent/faults.ts';
import { startLauncher } from '../support/run-launcher.ts';
import { errorOf, linesOf, RAN, stand, warningsOf } from './receipt-support.ts';

const MINE = 'trusted-workload-launcher';
const HUGE = 11 * 1024 * 1024;
const SOON = { env: { TWL_AGENT_TIMEOUT_MS: '1500' } };

describe('restarts in one boot', () => {
  test('find the event and write none; also after the workload wrote events of its own', async () => {
    const { launch, receipt, events, agent, asked } = await stand();
    await launch();
    await agent.emit('app-event', 'x');
    const first = receipt();
    for (let count = 0; count < 2; count++) {
      const again = await launch();
      expect(again, again.stderr).toMatchObject({ code: 0, stdout: RAN });
      expect(warningsOf(again)).toEqual([]);
    }
    expect(receipt().event).toBe('found');
    expect(receipt().statement.claim).toEqual(first.statement.claim);
    expect(receipt().statement.times).not.toEqual(first.statement.times);
    expect(events()).toHaveLength(1);
    expect(asked('EmitEvent')).toBe(1);
  });

  test('another pin in the same boot is refused', async () => {
    const { launch, events } = await stand();
    await launch();
    const other = await launch({ RECEIPT: 'required' });
    expect(other).toMatchObject({ code: 10, stdout: '' });
    expect(errorOf(other)).toMatchObject({
      code: 'receipt-contradicted',
      message: expect.stringContaining(`'${MINE}' in the log of this boot says ${events()[0]}, and this launch is `),
    });
    expect(events()).toHaveLength(1);
  });

  test.each([
    ['Info', 1, 0],
    ['EmitEvent', 1, 1],
    ['Info', 2, 1],
    ['GetQuote', 1, 1],
  ])('a start that is killed in %s number %i leaves nothing that the next one minds', async (method, times, events) => {
    const one = await stand();
    one.agent.setFault('*', { kind: 'slow', ms: 150 });
    expect(await one.launchKilledAt(method, times)).toMatchObject({ signal: 'SIGKILL', stdout: '' });
    one.agent.setFault('*', undefined);
    expect(one.events()).toHaveLength(events);
    expect(one.hasReceipt()).toBe(false);
    const next = await one.launch({});
    expect(next, next.stderr).toMatchObject({ code: 0, stdout: RAN });
    expect(one.events()).toHaveLength(1);
    expect(one.receipt().event).toBe(events === 0 ? 'emitted' : 'found');
  });
});

describe('somebody else was there first', () => {
  test.each([
    ['a user event', 'app-event', /event \d+ 'app-event' was written before the launcher's own/],
    ['a name of the system', 'compose-hash', /'compose-hash' was written before/],
    ['another launcher', MINE, /'trusted-workload-launcher' in the log of this boot says 1 bytes/],
  ])('%s: no launch, in auto too, and nothing is written', async (_, name, message) => {
    const { launch, agent, asked, hasReceipt } = await stand();
    await agent.emit(name, 'x');
    for (const RECEIPT of ['auto', 'required']) {
      const result = await launch({ RECEIPT });
      expect(result, result.stderr).toMatchObject({ code: 10, stdout: '' });
      expect(errorOf(result)).toMatchObject({
        code: 'receipt-contradicted',
        message: expect.stringMatching(message),
      });
    }
    expect(asked('EmitEvent')).toBe(0);
    expect(hasReceipt()).toBe(false);
  });

  test('between the look at the log and the event', async () => {
    const { launch, agent } = await stand({ emitDelay: 200 });
    agent.setFault('Info', { kind: 'slow', ms: 400, times: 1 });
    const running = launch();
    while (agent.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    // The answer of Info is made already and only late.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await agent.emit('app-event');
    expect(await running).toMatchObject({ code: 10, stdout: '' });
  });

  test('a workload that writes the event a second time: not unique any more', async () => {
    const { launch, agent, events } = await stand();
    await launch({ RECEIPT: 'required' });
    await agent.emit(MINE, Buffer.from(events()[0]!, 'hex'));
    const required = await launch({ RECEIPT: 'required' });
    expect(required).toMatchObject({ code: 10, stdout: '' });
    expect(errorOf(required)?.message).toContain('stands 2 times in the log');
  });

  test('the same under auto is a warning: the machine would have to be restarted', async () => {
    const { launch, agent, events, receipt } = await stand();
    await launch();
    await agent.emit(MINE, Buffer.from(events()[0]!, 'hex'));
    const auto = await launch();
    expect(auto).toMatchObject({ code: 0, stdout: RAN });
    expect(warningsOf(auto)).toEqual(['receipt-contradicted']);
    expect(receipt().event).toBe('failed');
  });

  test('two launchers at once, of two pins: at most one starts, and one event is first', async () => {
    const { launch, scratch, agent } = await stand({ emitDelay: 50 });
    const results = await Promise.all([
      launch({ RECEIPT: 'required' }),
      launch({ RECEIPT: 'required', WORK_DIR: scratch.join('other') }),
    ]);
    const codes = results.map(({ code }) => code).sort();
    expect([
      [0, 10],
      [10, 10],
    ]).toContainEqual(codes);
    expect(agent.events().filter(({ event }) => event === MINE).length).toBeLessThanOrEqual(2);
  });

  test('two launchers at once, of one pin: the lock of WORK_DIR lets one through at a time', async () => {
    const { launch, events } = await stand({ emitDelay: 50 });
    const results = await Promise.all([launch(), launch()]);
    expect(results.map(({ code }) => code).filter((code) => code === 0).length).toBeGreaterThanOrEqual(1);
    for (const { code } of results) expect([0, 50]).toContain(code);
    expect(events()).toHaveLength(1);
  });
});

describe('an agent without EmitEvent', () => {
  test.each(['auto', 'required'])('RECEIPT=%s: the quote alone', async (RECEIPT) => {
    const { launch, receipt, events } = await stand({ version: '0.6.0' });
    const result = await launch({ RECEIPT });
    expect(result, result.stderr).toMatchObject({ code: 0, stdout: RAN });
    expect(warningsOf(result)).toEqual([]);
    expect(receipt().event).toBe('unsupported');
    expect(receipt().quote).toBeDefined();
    expect(events()).toEqual([]);
  });

  test('which says so with status 400', async () => {
    const { launch, receipt } = await stand({
      faults: { EmitEvent: { kind: 'error', message: 'Service error: method not found' } },
    });
    expect(await launch({ RECEIPT: 'required' })).toMatchObject({ code: 0 });
    expect(receipt().event).toBe('unsupported');
  });
});

interface Case {
  name: string;
  method: string;
  fault: Fault;
  /** The status and code under `required`, the codes of warnings under `auto`. */
  required: [number, string];
  auto?: string[];
  /** What the receipt says under `auto`; undefined where there is none. */
  event?: string | undefined;
  quote?: boolean;
}

const LIE = 'ab'.repeat(64);
const noEvent = { event: 'failed', quote: true };
const noQuote = { event: 'emitted', quote: false };
const CASES: Case[] = [
  ...(['Info', 'GetQuote'] as const).flatMap((method): Case[] => {
    const then = method === 'Info' ? noEvent : noQuote;
    return [
      {
        name: 'refuses',
        method,
        fault: { kind: 'error', status: 500 },
        required: [40, 'receipt-unavailable'],
        ...then,
      },
      {
        name: 'drops before the head',
        method,
        fault: { kind: 'drop', after: -1 },
        required: [40, 'receipt-unavailable'],
        ...then,
      },
      {
        name: 'drops in the body',
        method,
        fault: { kind: 'drop', after: 10 },
        required: [40, 'receipt-unavailable'],
        ...then,
      },
      {
        name: 'promises more',
        method,
        fault: { kind: 'length', delta: 10 },
        required: [40, 'receipt-unavailable'],
        ...then,
      },
      {
        name: 'promises less',
        method,
        fault: { kind: 'length', delta: -10 },
        required: [30, 'receipt-malformed'],
        ...then,
      },
      {
        name: 'sends 11 MiB',
        method,
        fault: { kind: 'huge', bytes: HUGE },
        required: [30, 'receipt-malformed'],
        ...then,
      },
      {
        name: 'sends a page',
        method,
        fault: { kind: 'text', body: '<html>' },
        required: [30, 'receipt-malformed'],
        ...then,
      },
      {
        name: 'sends nothing',
        method,
        fault: { kind: 'text', body: '' },
        required: [30, 'receipt-malformed'],
        ...then,
      },
      {
        name: 'has no such method',
        method,
        fault: { kind: 'text', body: 'no', status: 404 },
        required: [20, 'receipt-unsupported'],
        ...then,
      },
    ];
  }),
  {
    name: 'gives a log that is none',
    method: 'Info',
    fault: { kind: 'change', change: (info) => ({ ...info, tcb_info: '{"event_log":[{}]}' }) },
    required: [30, 'receipt-malformed'],
    ...noEvent,
  },
  {
    name: 'gives a log of before the boot was over',
    method: 'Info',
    fault: { kind: 'change', change: (info) => ({ ...info, tcb_info: '{"event_log":[]}' }) },
    required: [20, 'receipt-unsupported'],
    ...noEvent,
  },
  {
    name: 'says other report data',
    method: 'GetQuote',
    fault: { kind: 'report-data', value: LIE },
    required: [10, 'receipt-contradicted'],
    ...noQuote,
  },
  {
    name: 'quotes other report data and says what was asked for',
    method: 'GetQuote',
    fault: { kind: 'change', change: (answer) => ({ ...answer, quote: '00'.repeat(5000) }) },
    required: [10, 'receipt-contradicted'],
    ...noQuote,
  },
  {
    name: 'gives a log that is too large',
    method: 'GetQuote',
    fault: { kind: 'change', change: (answer) => ({ ...answer, event_log: 'x'.repeat(5 * 1024 * 1024) }) },
    required: [30, 'receipt-malformed'],
    event: undefined,
  },
  {
    name: 'refuses the event',
    method: 'EmitEvent',
    fault: { kind: 'error' },
    required: [40, 'receipt-unavailable'],
    ...noEvent,
  },
  {
    name: 'takes the event and does nothing',
    method: 'EmitEvent',
    fault: { kind: 'text', body: '', applied: false },
    required: [10, 'receipt-contradicted'],
    ...noEvent,
  },
];

describe('an agent that does badly', () => {
  test.each(CASES)('$method: $name', async ({ method, fault, required, auto, event, quote }) => {
    const one = await stand({ faults: { [method]: fault } });
    const lax = await one.launch();
    expect(lax, lax.stderr).toMatchObject({ code: 0, stdout: RAN });
    expect(warningsOf(lax)).toEqual(auto ?? [required[1]]);
    expect(one.hasReceipt()).toBe(event !== undefined);
    if (event !== undefined) {
      expect(one.receipt().event).toBe(event);
      expect(one.receipt().quote !== undefined).toBe(quote);
    }
    const two = await stand({ faults: { [method]: fault } });
    const strict = await two.launch({ RECEIPT: 'required' });
    expect({ code: strict.code, stdout: strict.stdout, error: errorOf(strict)?.code }, strict.stderr).toEqual({
      code: required[0],
      stdout: '',
      error: required[1],
    });
    expect(linesOf(strict).at(-1)?.level).toBe('hint');
    expect(two.hasReceipt()).toBe(false);
  });

  test.each<[string, Fault]>([
    ['ends the connection', { kind: 'drop', after: -1, applied: true }],
    ['answers with an error', { kind: 'error', applied: true }],
  ])('an event that was made although the agent %s counts', async (_, fault) => {
    const { launch, receipt, events, asked } = await stand({ faults: { EmitEvent: fault } });
    const result = await launch({ RECEIPT: 'required' });
    expect(result, result.stderr).toMatchObject({ code: 0, stdout: RAN });
    expect(receipt().event).toBe('emitted');
    expect(events()).toHaveLength(1);
    expect(asked('EmitEvent')).toBe(1);
  });

  test('one that hangs costs the launch its time once', async () => {
    const { launch, hasReceipt, asked } = await stand({ faults: { '*': { kind: 'hang' } } });
    const result = await launch({}, SOON);
    expect(result, result.stderr).toMatchObject({ code: 0, stdout: RAN });
    expect(warningsOf(result)).toEqual(['receipt-unavailable']);
    expect(asked('GetQuote')).toBe(0);
    expect(hasReceipt()).toBe(false);
    const strict = await launch({ RECEIPT: 'required' }, SOON);
    expect(strict).toMatchObject({ code: 40, stdout: '' });
    expect(errorOf(strict)?.message).toMatch(/during Info took more than 1500 ms/);
  });

  test('one that nobody listens at any more', async () => {
    const { launch, scratch } = await stand();
    const net = await import('node:net');
    const path = scratch.join('dead.sock');
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const { renameSync, linkSync } = await import('node:fs');
    linkSync(path, `${path}2`);
    await new Promise((resolve) => server.close(resolve));
    renameSync(`${path}2`, path);
    const result = await launch({ RECEIPT: 'required' }, { env: { TWL_AGENT_SOCKET: path } });
    expect(result, result.stderr).toMatchObject({ code: 40, stdout: '' });
    expect(errorOf(result)?.message).toContain('cannot be reached for Info');
    const lax = await launch({}, { env: { TWL_AGENT_SOCKET: path } });
    expect(lax).toMatchObject({ code: 0, stdout: RAN });
  });
});

test('a signal ends a launch that waits for its receipt', async () => {
  const { pin, env, agent } = await stand({ faults: { GetQuote: { kind: 'hang' } } });
  const running = startLauncher({ config: pin(), env });
  while (!agent.requests.some(({ method }) => method === 'GetQuote'))
    await new Promise((resolve) => setTimeout(resolve, 5));
  running.kill('SIGTERM');
  expect(await running.result).toMatchObject({ code: 143, stdout: '' });
});
