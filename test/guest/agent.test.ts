import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connectAgent } from '../../src/guest/agent.ts';
import { GuestError, type GuestErrorCode } from '../../src/guest/errors.ts';
import type { AgentTimes } from '../../src/guest/limits.ts';
import { parseQuote } from '../../src/tdx/quote.ts';
import { type Deployment, simulate } from '../mocks/deployment.ts';
import type { Fault } from '../mocks/guest-agent/faults.ts';
import { type GuestAgent, type GuestAgentOptions, startGuestAgent } from '../mocks/guest-agent/start.ts';
import { useScratch } from '../support/use-scratch.ts';

let deployment: Deployment;
beforeAll(() => {
  deployment = simulate();
});

const TIMES: AgentTimes = { connectMs: 2000, idleMs: 2000, totalMs: 5000 };
const DATA = new Uint8Array(64).fill(0x5a);

const start = async (options: GuestAgentOptions = {}): Promise<GuestAgent> => {
  const agent = await startGuestAgent({ deployment, ...options });
  onTestFinished(() => agent.close());
  return agent;
};

const failureOf = async (
  work: Promise<unknown>,
): Promise<{ code: GuestErrorCode; message: string; exitCode: number }> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GuestError);
  const { code, message, exitCode } = error as GuestError;
  return { code, message, exitCode };
};

describe('a good agent', () => {
  test('info: the log as it is', async () => {
    const agent = await start();
    const { eventLog } = await connectAgent(agent.socketPath).info();
    expect(eventLog).toEqual(JSON.parse(JSON.stringify(agent.events())));
  });

  test('getQuote: a quote over the data', async () => {
    const agent = await start();
    const { quote, eventLog, vmConfig } = await connectAgent(agent.socketPath).getQuote(DATA);
    expect(Buffer.from(parseQuote(quote).body.reportData)).toEqual(Buffer.from(DATA));
    expect(JSON.parse(eventLog)).toHaveLength(agent.events().length);
    expect(JSON.parse(vmConfig)).toEqual(expect.any(Object));
    expect(agent.requests).toMatchObject([
      { verb: 'POST', path: '/GetQuote', parameters: { report_data: '5a'.repeat(64) } },
    ]);
  });

  test('emitEvent: name and payload, characters of several bytes too', async () => {
    const agent = await start();
    await connectAgent(agent.socketPath).emitEvent('n\u00e4me \u{1f600}', new Uint8Array([0, 0xff]));
    expect(agent.events().at(-1)).toMatchObject({ event: 'n\u00e4me \u{1f600}', event_payload: '00ff' });
  });

  test('without vm_config', async () => {
    const change = ({ vm_config: _, ...rest }: Record<string, unknown>) => rest;
    const agent = await start({ faults: { GetQuote: { kind: 'change', change } } });
    expect((await connectAgent(agent.socketPath).getQuote(DATA)).vmConfig).toBe('');
  });

  test('without the echo of report data', async () => {
    const change = ({ report_data: _, ...rest }: Record<string, unknown>) => rest;
    const agent = await start({ faults: { GetQuote: { kind: 'change', change } } });
    expect((await connectAgent(agent.socketPath).getQuote(DATA)).quote.length).toBeGreaterThan(1000);
  });

  test('in pieces, with other headers', async () => {
    const agent = await start({ faults: { Info: { kind: 'slow', ms: 100 } } });
    expect((await connectAgent(agent.socketPath, TIMES).info()).eventLog.length).toBeGreaterThan(5);
  });

  test.each([0, 63, 65])('report data of %i bytes are not asked for', async (length) => {
    const agent = await start();
    await expect(connectAgent(agent.socketPath).getQuote(new Uint8Array(length))).rejects.toThrow(RangeError);
    expect(agent.requests).toEqual([]);
  });

  test("a name with ':' is not sent", async () => {
    const agent = await start();
    await expect(connectAgent(agent.socketPath).emitEvent('a:b', DATA)).rejects.toThrow(RangeError);
    expect(agent.requests).toEqual([]);
  });
});

type Row = [string, 'Info' | 'GetQuote' | 'EmitEvent', Fault, GuestErrorCode, number, RegExp];
const text = (body: string, status = 200): Fault => ({ kind: 'text', body, status });
const change = (more: object): Fault => ({ kind: 'change', change: (answer) => ({ ...answer, ...more }) });

const ROWS: Row[] = [
  ['no such method', 'EmitEvent', text('<p>Not Found', 404), 'agent-unsupported', 20, /has no method EmitEvent/],
  ['no such verb', 'EmitEvent', text('', 405), 'agent-unsupported', 20, /EmitEvent/],
  ['not implemented', 'EmitEvent', text('', 501), 'agent-unsupported', 20, /EmitEvent/],
  [
    'unknown method with 400',
    'EmitEvent',
    text('{"error":"unknown method"}', 400),
    'agent-unsupported',
    20,
    /EmitEvent/,
  ],
  [
    'service not found with 400',
    'EmitEvent',
    text('{"error":"Service not found"}', 400),
    'agent-unsupported',
    20,
    /Emit/,
  ],
  ['the same words with 500', 'EmitEvent', text('{"error":"unknown method"}', 500), 'agent-refused', 40, /500/],
  [
    'an error',
    'Info',
    { kind: 'error', message: 'no\u001b[1m' },
    'agent-refused',
    40,
    /refuses Info: status 400, no\\x1b\[1m$/,
  ],
  ['a long error', 'Info', { kind: 'error', message: 'x'.repeat(999) }, 'agent-refused', 40, /400, x{300}$/],
  ['an error with 200', 'EmitEvent', text('{"error":"later"}'), 'agent-refused', 40, /status 200, later$/],
  ['a page with 500', 'Info', text('<html>', 500), 'agent-refused', 40, /refuses Info: status 500$/],
  ['a redirect', 'Info', text('', 302), 'agent-refused', 40, /status 302$/],
  ['an error that is no text', 'Info', text('{"error":1}', 400), 'agent-refused', 40, /status 400$/],
  ['a page', 'Info', text('<html>'), 'agent-malformed', 30, /answer to Info: the body is not the JSON/],
  ['a list', 'Info', text('[]'), 'agent-malformed', 30, /the body is an array, not an object/],
  ['null', 'Info', text('null'), 'agent-malformed', 30, /the body is null/],
  ['nothing', 'Info', text(''), 'agent-malformed', 30, /answer to Info: tcb_info is missing/],
  ['a key twice', 'Info', text('{"a":1,"a":2}'), 'agent-malformed', 30, /Info/],
  ['17 levels', 'Info', text(`{"a":${'['.repeat(16)}${']'.repeat(16)}}`), 'agent-malformed', 30, /16 levels/],
  ['tcb_info no text', 'Info', change({ tcb_info: {} }), 'agent-malformed', 30, /tcb_info is of type object/],
  ['tcb_info no JSON', 'Info', change({ tcb_info: 'x' }), 'agent-malformed', 30, /tcb_info is not the JSON/],
  ['tcb_info a list', 'Info', change({ tcb_info: '[]' }), 'agent-malformed', 30, /tcb_info is an array/],
  ['no log', 'Info', change({ tcb_info: '{}' }), 'agent-malformed', 30, /tcb_info.event_log is missing/],
  ['no quote', 'GetQuote', text('{}'), 'agent-malformed', 30, /answer to GetQuote: quote is missing/],
  ['no log', 'GetQuote', text('{"quote":"00"}'), 'agent-malformed', 30, /event_log is missing/],
  ['vm_config no text', 'GetQuote', change({ vm_config: {} }), 'agent-malformed', 30, /vm_config is of type object/],
  ['0x', 'GetQuote', change({ quote: '0x00' }), 'agent-malformed', 30, /quote is not lower-case hex/],
  ['half a byte', 'GetQuote', change({ quote: '000' }), 'agent-malformed', 30, /quote is not lower-case hex/],
  ['upper case', 'GetQuote', change({ quote: 'AA' }), 'agent-malformed', 30, /quote is not lower-case hex/],
  ['an empty quote', 'GetQuote', change({ quote: '' }), 'agent-malformed', 30, /quote is not lower-case hex/],
  ['a large quote', 'GetQuote', change({ quote: '00'.repeat(65537) }), 'agent-too-large', 30, /larger than 65536/],
  [
    'other data',
    'GetQuote',
    change({ quote: '00'.repeat(65536) }),
    'agent-contradicts',
    10,
    /does not hold the report data/,
  ],
  [
    'an echo of other data',
    'GetQuote',
    change({ report_data: '5a'.repeat(63) }),
    'agent-contradicts',
    10,
    /says other report data/,
  ],
  [
    'a quote over other data',
    'GetQuote',
    { kind: 'report-data', value: '00'.repeat(64), quoted: true },
    'agent-contradicts',
    10,
    /says other report data/,
  ],
  [
    '11 MiB',
    'GetQuote',
    { kind: 'huge', bytes: 11 * 1024 * 1024 },
    'agent-too-large',
    30,
    /larger than 10485760 bytes/,
  ],
  ['an end before the head', 'Info', { kind: 'drop', after: -1 }, 'agent-cut', 40, /ended the connection during Info/],
  ['an end after the head', 'Info', { kind: 'drop', after: 0 }, 'agent-cut', 40, /ended the connection during Info/],
  ['an end in the body', 'Info', { kind: 'drop', after: 100 }, 'agent-cut', 40, /ended the connection during Info/],
  ['less than was promised', 'Info', { kind: 'length', delta: 1 }, 'agent-cut', 40, /ended the connection during Info/],
  ['more than was promised', 'Info', { kind: 'length', delta: -1 }, 'agent-malformed', 30, /Info/],
];

test.each(ROWS)('%s (%s)', async (_, method, fault, code, exitCode, message) => {
  const agent = await start({ faults: { [method]: fault } });
  const client = connectAgent(agent.socketPath, TIMES);
  const work = {
    Info: () => client.info(),
    GetQuote: () => client.getQuote(DATA),
    EmitEvent: () => client.emitEvent('a', DATA),
  };
  const failure = await failureOf(work[method]());
  expect(failure).toEqual({ code, exitCode, message: expect.stringMatching(message) });
});

describe('time', () => {
  test('an agent that says nothing', async () => {
    const agent = await start({ faults: { Info: { kind: 'hang' } } });
    const failure = await failureOf(connectAgent(agent.socketPath, { ...TIMES, idleMs: 100 }).info());
    expect(failure).toMatchObject({
      code: 'agent-timed-out',
      message: 'the guest agent: waiting for a byte during Info took more than 100 ms',
    });
  });

  test('the time of all calls together', async () => {
    const agent = await start({ faults: { Info: { kind: 'slow', ms: 200 } } });
    const client = connectAgent(agent.socketPath, { ...TIMES, totalMs: 300 });
    await client.info();
    expect(await failureOf(client.info())).toMatchObject({
      code: 'agent-timed-out',
      message: 'the guest agent: all calls together during Info took more than 300 ms',
    });
    // A timer may end a moment before the clock says so.
    await sleep(20);
    expect(await failureOf(client.getQuote(DATA))).toMatchObject({
      code: 'agent-timed-out',
      message: 'the guest agent: all calls together, begun before, during GetQuote took more than 300 ms',
    });
    expect(agent.requests).toHaveLength(2);
  });
});

/** A socket that does as it is told. */
const raw = async (act: (socket: Socket) => void): Promise<string> => {
  const path = useScratch().join('raw.sock');
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    act(socket);
  }).listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return path;
};

describe('what is no agent', () => {
  test.each<[string, (socket: Socket) => void, GuestErrorCode]>([
    ['no HTTP', (socket) => socket.end('SSH-2.0-x\r\n\r\n'), 'agent-malformed'],
    ['a head without end', (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`), 'agent-malformed'],
    [
      'both lengths',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}'),
      'agent-malformed',
    ],
    ['nothing', (socket) => socket.end(), 'agent-cut'],
    [
      'half a chunk',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{'),
      'agent-cut',
    ],
    [
      'early hints without end',
      (socket) => {
        const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20);
        socket.on('close', () => clearInterval(timer));
      },
      'agent-timed-out',
    ],
    [
      'a byte now and then',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n');
        const timer = setInterval(() => socket.write('{'), 50);
        socket.on('close', () => clearInterval(timer));
      },
      'agent-timed-out',
    ],
  ])('%s', async (_, act, code) => {
    const path = await raw(act);
    expect(await failureOf(connectAgent(path, { ...TIMES, totalMs: 1000 }).info())).toMatchObject({ code });
  });

  test('a chunked answer is read', async () => {
    const tcbInfo = JSON.stringify(JSON.stringify({ event_log: ['\u00e4'] }));
    const body = Buffer.from(`{"tcb_info":${tcbInfo}}`);
    const path = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      // A byte at a time, so that a character is cut in two.
      for (const byte of body)
        socket.write(Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]));
      socket.end('0\r\n\r\n');
    });
    expect(await connectAgent(path, TIMES).info()).toEqual({ eventLog: ['\u00e4'] });
  });

  test.each([
    ['no socket', '/no/such/socket'],
    ['a path that is too long', `/tmp/twl-${'x'.repeat(200)}`],
  ])('%s', async (_, path) => {
    expect(await failureOf(connectAgent(path, TIMES).info())).toMatchObject({
      code: 'agent-unreachable',
      exitCode: 40,
      message: expect.stringMatching(/cannot be reached for Info/),
    });
  });
});
