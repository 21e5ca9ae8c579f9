import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { attestReportData } from '../../src/evidence/receipt/attest.ts';
import { parseQuote } from '../../src/tdx/quote.ts';
import { type GuestAgent, type GuestAgentOptions, startGuestAgent } from '../mocks/guest-agent/start.ts';
import { stand } from '../launcher/receipt-support.ts';
import type { Scratch } from '../support/scratch.ts';
import { useScratch } from '../support/use-scratch.ts';
import { ask, RECEIPT, type Running, runResponder, startResponder } from './support.ts';

const NONCE = 'a1'.repeat(32);
const AT = `/attest?nonce=${NONCE}`;

interface Scene {
  agent: GuestAgent;
  scratch: Scratch;
  file: string;
  responder: Running;
}

/** An agent, a receipt, and the real program. */
const scene = async (options: GuestAgentOptions = {}, env: Record<string, string> = {}): Promise<Scene> => {
  const agent = await startGuestAgent(options);
  onTestFinished(() => agent.close());
  const scratch = useScratch();
  const file = scratch.join('receipt.json');
  writeFileSync(file, RECEIPT);
  const settings = { TWL_AGENT_SOCKET: agent.socketPath, TWL_RUN_DIR: scratch.path, ...env };
  const responder = await startResponder({ env: settings });
  return { agent, scratch, file, responder };
};

test('a nonce is answered with a quote over it and over the receipt that a real launch left', async () => {
  const one = await stand();
  await one.launch();
  const { port } = await startResponder({
    env: { TWL_AGENT_SOCKET: one.agent.socketPath, TWL_RUN_DIR: one.env.TWL_RUN_DIR! },
  });
  const nonce = randomBytes(32);
  const { status, headers, body } = await ask(port, `/attest?nonce=${nonce.toString('hex')}`);
  expect(status, body).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    connection: 'close',
  });
  const answer = JSON.parse(body);
  expect(Object.keys(answer)).toEqual(['schema', 'nonce', 'report_data', 'quote', 'event_log', 'vm_config', 'receipt']);
  expect(answer).toMatchObject({ schema: 'twl-attest/v1', nonce: nonce.toString('hex') });
  expect(JSON.parse(answer.receipt)).toMatchObject({ event: 'emitted' });
  const digest = createHash('sha256').update(answer.receipt).digest();
  const expected = createHash('sha512').update('twl-attest/v1:').update(nonce).update(digest).digest('hex');
  expect(answer.report_data).toBe(expected);
  const quote = parseQuote(Buffer.from(answer.quote, 'hex'));
  expect(Buffer.from(quote.body.reportData).toString('hex')).toBe(expected);
  expect(Buffer.from(quote.body.rtmrs[3])).toEqual(one.agent.rtmr3());
  expect(JSON.parse(answer.event_log)).toHaveLength(one.agent.events().length);
  expect(JSON.parse(answer.vm_config)).toEqual(expect.any(Object));
});

test('the agent is asked for nothing but that quote', async () => {
  const { agent, responder } = await scene();
  await ask(responder.port, '/health');
  expect(agent.requests).toEqual([]);
  await ask(responder.port, AT);
  const expected = Buffer.from(attestReportData(Buffer.from(NONCE, 'hex'), RECEIPT)).toString('hex');
  expect(agent.requests).toMatchObject([{ method: 'GetQuote', parameters: { report_data: expected } }]);
});

test('what is no question is refused, and the agent hears nothing of it', async () => {
  const { agent, responder } = await scene();
  const { port } = responder;
  const cases: [number, string, Parameters<typeof ask>[2]?][] = [
    [200, '/health'],
    [404, '/'],
    [404, '/Attest'],
    [404, '/attest/'],
    [404, '//attest'],
    [404, '/attest%3Fnonce'],
    [404, '/GetQuote'],
    [404, `/attest;nonce=${NONCE}`],
    [404, '/prpc/GetQuote', { method: 'POST', body: '{}' }],
    [400, '/attest'],
    [400, '/attest?'],
    [400, '/attest?nonce='],
    [400, `/attest?nonce=${'a1'.repeat(31)}`],
    [400, `/attest?nonce=${'a1'.repeat(33)}`],
    [400, `/attest?nonce=${'A1'.repeat(32)}`],
    [400, `/attest?nonce=${'g1'.repeat(32)}`],
    [400, `/attest?nonce=${NONCE}&nonce=${NONCE}`],
    [400, `/attest?nonce=${NONCE}?`],
    [400, `/attest?report_data=${NONCE}`],
    [400, `/attest?x=1&nonce=${NONCE}`],
    [400, '/health?x'],
    [405, AT, { method: 'POST', body: '' }],
    [405, AT, { method: 'HEAD' }],
    [405, '/health', { method: 'DELETE' }],
    [413, AT, { headers: { 'content-length': '2' }, body: '{}' }],
    [413, AT, { headers: { 'transfer-encoding': 'chunked' }, body: '{}' }],
    [414, `/attest?nonce=${'a'.repeat(256)}`],
    [431, AT, { headers: { x: 'y'.repeat(5000) } }],
  ];
  for (const [status, path, options] of cases) {
    const answer = await ask(port, path, options);
    expect(answer.status, `${path} ${JSON.stringify(options)}`).toBe(status);
    if (status >= 400 && status !== 431 && options?.method !== 'HEAD') {
      expect(JSON.parse(answer.body)).toEqual({ code: 'refused', error: expect.any(String) });
    }
    if (status === 405) expect(answer.headers.allow).toBe('GET');
  }
  expect(agent.requests).toEqual([]);
  expect((await ask(port, '/health')).body).toBe('{"status":"ok"}\n');
});

describe('what cannot be answered', () => {
  test('no receipt, or something else in its place', async () => {
    const { agent, responder, file, scratch } = await scene();
    const secret = scratch.join('secret');
    writeFileSync(secret, '{"password":"hunter2"}');
    const prepare: (() => void)[] = [
      () => rmSync(file),
      () => writeFileSync(file, ''),
      () => writeFileSync(file, '{}'),
      () => writeFileSync(file, Buffer.alloc(15 * 1024 * 1024, ' ')),
      () => writeFileSync(file, RECEIPT.subarray(1)),
      () => {
        rmSync(file);
        symlinkSync(secret, file);
      },
      () => {
        rmSync(file);
        mkdirSync(file);
      },
    ];
    for (const act of prepare) {
      act();
      const answer = await ask(responder.port, AT);
      expect(answer.status).toBe(503);
      expect(JSON.parse(answer.body)).toMatchObject({ error: 'there is no receipt of a launcher' });
      expect(answer.body).not.toContain(scratch.path);
      expect(answer.body).not.toContain('hunter2');
    }
    expect(agent.requests).toEqual([]);
    rmSync(file, { recursive: true });
    writeFileSync(file, RECEIPT);
    expect((await ask(responder.port, AT)).status).toBe(200);
  });

  test('an agent that refuses, lies or is gone', async () => {
    const { agent, responder } = await scene();
    for (const fault of [
      { kind: 'error', message: 'inner words' },
      { kind: 'report-data', value: '00'.repeat(64), quoted: true },
      { kind: 'huge', bytes: 11 * 1024 * 1024 },
      { kind: 'drop', after: 5 },
    ] as const) {
      agent.setFault('GetQuote', fault);
      const answer = await ask(responder.port, AT);
      expect(answer.status).toBe(502);
      expect(JSON.parse(answer.body)).toEqual({
        code: expect.stringMatching(/^agent-/),
        error: 'the guest agent gave no quote',
      });
    }
    expect(responder.log()).toContain('inner words');
    await agent.close();
    expect(JSON.parse((await ask(responder.port, AT)).body)).toMatchObject({ code: 'agent-unreachable' });
  });
});

describe('load', () => {
  test('more than ten at once, and two a second, are too many', async () => {
    const { agent, responder } = await scene();
    const statuses: number[] = [];
    for (let count = 0; count < 20; count++) {
      const answer = await ask(responder.port, AT);
      statuses.push(answer.status);
      if (answer.status === 429) expect(answer.headers['retry-after']).toBe('1');
    }
    const good = statuses.filter((status) => status === 200).length;
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
    expect(statuses).toContain(429);
    expect(agent.requests).toHaveLength(good);
    expect((await ask(responder.port, '/health')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await ask(responder.port, AT)).status).toBe(200);
  });

  test('two quotes at a time', async () => {
    const { responder, agent } = await scene({ faults: { GetQuote: { kind: 'slow', ms: 700 } } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(responder.port, AT)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 503, 503, 503]);
    expect(answers.find(({ status }) => status === 503)).toMatchObject({ headers: { 'retry-after': '1' } });
    expect(agent.requests).toHaveLength(2);
    expect((await ask(responder.port, AT)).status).toBe(200);
  });

  test('who sends a request bit by bit, or none, is cut off', async () => {
    const { responder } = await scene();
    const ends = (text: string, more?: string): Promise<number> =>
      new Promise((resolve) => {
        const began = performance.now();
        const socket = connect(responder.port, '127.0.0.1', () => socket.write(text));
        const timer = setInterval(() => more !== undefined && socket.write(more), 500);
        socket.on('error', () => undefined);
        socket.resume();
        socket.on('close', () => {
          clearInterval(timer);
          resolve(performance.now() - began);
        });
      });
    const times = await Promise.all([ends('GET /health HTTP/1.1\r\n', 'x: y\r\n'), ends('G'), ends('')]);
    for (const time of times) expect(time).toBeLessThan(15_000);
  });

  test('one connection, one answer; what is not HTTP gets none of it', async () => {
    const { responder } = await scene();
    const say = (text: string): Promise<string> =>
      new Promise((resolve) => {
        let all = '';
        const socket = connect(responder.port, '127.0.0.1', () => socket.write(text));
        socket.on('error', () => undefined);
        socket.setEncoding('utf8').on('data', (more: string) => {
          all += more;
        });
        socket.on('close', () => resolve(all));
      });
    const two = await say('GET /health HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(two.match(/"status":"ok"/g)).toHaveLength(1);
    expect(await say('\u0016\u0003\u0001\r\n\r\n')).toContain('400');
    expect(await say('CONNECT x:1 HTTP/1.1\r\nHost: a\r\n\r\n')).not.toContain('200');
    expect(await say(`GET http://x${AT} HTTP/1.1\r\nHost: a\r\n\r\n`)).toContain('404');
    expect(await say('GET /health HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n')).toMatch(/^HTTP\/1.1 200/);
    expect(await say('GET /health HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')).toMatch(
      /^HTTP\/1.1 200/,
    );
    expect((await ask(responder.port, '/health')).status).toBe(200);
  });
});

describe('the program', () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s ends it at once, in the middle of an answer too', async (signal, code) => {
    const { responder, agent } = await scene({ faults: { GetQuote: { kind: 'hang' } } });
    const hanging = ask(responder.port, AT).catch(() => 'cut');
    while (agent.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const began = performance.now();
    responder.kill(signal);
    expect(await responder.ended).toMatchObject({ code });
    expect(performance.now() - began).toBeLessThan(2000);
    expect(await hanging).toBe('cut');
  });

  test.skipIf(process.getuid?.() !== 0)('it needs no rights', async () => {
    const agent = await startGuestAgent();
    onTestFinished(() => agent.close());
    const scratch = useScratch();
    chmodSync(scratch.path, 0o755);
    writeFileSync(scratch.join('receipt.json'), RECEIPT, { mode: 0o644 });
    symlinkSync(agent.socketPath, scratch.join('agent.sock'));
    chmodSync(agent.socketPath, 0o777);
    chmodSync(agent.socketPath.replace(/\/[^/]*$/, ''), 0o755);
    const env = { TWL_AGENT_SOCKET: scratch.join('agent.sock'), TWL_RUN_DIR: scratch.path };
    const { port } = await startResponder({ uid: 65534, env });
    expect((await ask(port, AT)).status).toBe(200);
  });

  test('JSON lines where they are wanted', async () => {
    const { responder } = await scene({}, { LOG_FORMAT: 'json' });
    expect(JSON.parse(responder.log())).toMatchObject({
      level: 'info',
      program: 'twl-attest',
      message: `listening at 127.0.0.1:${responder.port}`,
    });
  });

  test('variables that steer Node do not reach it', async () => {
    const { responder } = await scene({}, { NODE_OPTIONS: '--require=/no/such/file.js' });
    expect((await ask(responder.port, '/health')).status).toBe(200);
  });

  const AGENT = { TWL_AGENT_SOCKET: '/no/such/socket' };
  test.each<[string, { env?: Record<string, string>; args?: string[] }, number, string]>([
    ['no agent', { env: AGENT }, 50, "error: TWL_AGENT_SOCKET names '/no/such/socket', which is no absolute path"],
    ['an argument', { args: ['x'] }, 2, 'error: it takes no arguments'],
    ['two', { args: ['--help', '--version'] }, 2, 'error: it takes no arguments'],
    ['LISTEN', { env: { LISTEN: 'localhost:1' } }, 2, "error: LISTEN is 'localhost:1', not ADDRESS:PORT"],
    ['LOG_FORMAT', { env: { LOG_FORMAT: 'xml' } }, 2, "error: LOG_FORMAT is 'xml', not text or json"],
    ['a TWL_ variable', { env: { TWL_RUNDIR: '/x' } }, 2, "error: TWL_RUNDIR is '/x', not a variable of this program"],
  ])('it does not start: %s', async (_, options, code, message) => {
    const ended = await runResponder(options);
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stderr).toContain(`[twl-attest] ${message}`);
    expect(ended.stderr).toContain('[twl-attest] hint: ');
  });

  test('a port that is taken', async () => {
    const { responder, agent } = await scene();
    const env = { LISTEN: `127.0.0.1:${responder.port}`, TWL_AGENT_SOCKET: agent.socketPath };
    const ended = await runResponder({ env });
    expect(ended).toMatchObject({ code: 50, stderr: expect.stringContaining('cannot listen at 127.0.0.1:') });
  });

  test('--help and --version', async () => {
    expect(await runResponder({ args: ['--version'] })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^twl-attest \d/),
    });
    const help = await runResponder({ args: ['--help'] });
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['LISTEN', 'TWL_RUN_DIR', 'TWL_AGENT_SOCKET', 'LOG_FORMAT', '/attest?nonce=']) {
      expect(help.stdout).toContain(name);
    }
  });
});
