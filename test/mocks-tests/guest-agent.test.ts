import { existsSync } from 'node:fs';
import { QuoteVerifier } from '@phala/dcap-qvl';
import { describe, expect, onTestFinished, test } from 'vitest';
import { simulate } from '../mocks/deployment.ts';
import { fold, runtimeEvent, sha384 } from '../mocks/deployment/event.ts';
import { featuresOf } from '../mocks/guest-agent/features.ts';
import { type GuestAgent, type GuestAgentOptions, startGuestAgent } from '../mocks/guest-agent/start.ts';
import { ask, call } from './ask-agent.ts';
import { readAttestation } from './scale-reader.ts';

const start = async (options: GuestAgentOptions = {}): Promise<GuestAgent> => {
  const agent = await startGuestAgent(options);
  onTestFinished(() => agent.close());
  return agent;
};
const rtmr3Of = (quote: string): string => Buffer.from(quote, 'hex').subarray(520, 568).toString('hex');

describe('the methods', () => {
  test('Info is that of the deployment', async () => {
    const { socketPath, deployment } = await start();
    expect(await call(socketPath, 'Info')).toEqual(deployment.info());
  });

  test('GetQuote signs the padded report data and the registers of the moment', async () => {
    const { socketPath, deployment, rtmr3 } = await start();
    const answer = await call(socketPath, 'GetQuote', { report_data: 'aabb' });
    expect(Object.keys(answer)).toEqual(['quote', 'event_log', 'report_data', 'vm_config']);
    expect(answer.report_data).toBe(`aabb${'00'.repeat(62)}`);
    const quote = Buffer.from(answer.quote, 'hex');
    expect(quote.subarray(568, 632).toString('hex')).toBe(answer.report_data);
    expect(quote.subarray(520, 568)).toEqual(rtmr3());
    const { intel } = deployment;
    const verifier = QuoteVerifier.newWithRootCa(intel.root.der);
    expect(verifier.verify(quote, intel.collateral() as never, intel.now).status).toBe('UpToDate');
    const log = JSON.parse(answer.event_log);
    expect(log.length).toBe(30);
    expect(log.filter((one: { imr: number; digest: string }) => one.imr === 3 && one.digest !== '')).toEqual([]);
    expect(
      log.filter((one: { imr: number; event_payload: string }) => one.imr < 3 && one.event_payload !== ''),
    ).toEqual([]);
  });

  test.each([
    ['', 200],
    ['00'.repeat(64), 200],
    ['00'.repeat(65), 400],
    ['0xaabb', 400],
    ['abc', 400],
    [7, 400],
  ])('report data %s: %i', async (report_data, status) => {
    const { socketPath } = await start();
    const answer = await ask(socketPath, '/GetQuote', JSON.stringify({ report_data }));
    expect(answer.status).toBe(status);
    if (status === 400) expect(Object.keys(JSON.parse(answer.body))).toEqual(['error']);
  });

  test('too long report data is told in dstack’s words, pretty-printed', async () => {
    const { socketPath } = await start();
    const { body } = await ask(socketPath, '/GetQuote', JSON.stringify({ report_data: '00'.repeat(65) }));
    expect(body).toBe('{\n  "error": "Report data is too long"\n}');
  });

  test('EmitEvent answers nothing, extends RTMR3 and the log', async () => {
    const { socketPath, deployment, events, rtmr3, requests } = await start();
    const before = rtmr3();
    const answer = await ask(socketPath, '/EmitEvent', JSON.stringify({ event: 'mine', payload: 'c0de' }));
    expect([answer.status, answer.body, answer.headers['content-length']]).toEqual([200, '', '0']);
    const event = runtimeEvent('mine', Buffer.from('c0de', 'hex'));
    expect(events()).toEqual([...deployment.events, event]);
    expect(rtmr3()).toEqual(sha384(before, Buffer.from(event.digest, 'hex')));
    const { quote, event_log } = await call(socketPath, 'GetQuote');
    expect(rtmr3Of(quote)).toBe(rtmr3().toString('hex'));
    expect(JSON.parse(event_log).at(-1)).toEqual({ ...event, digest: '' });
    const { tcb_info } = await call(socketPath, 'Info');
    expect(JSON.parse(tcb_info)).toMatchObject({ rtmr3: rtmr3().toString('hex'), event_log: events() });
    expect(requests[0]).toEqual({
      verb: 'POST',
      path: '/EmitEvent',
      method: 'EmitEvent',
      parameters: { event: 'mine', payload: 'c0de' },
    });
  });

  test('many events at once keep log and register in one order', async () => {
    const { socketPath, events, rtmr3, emit } = await start({ emitDelay: 2 });
    const calls = Array.from({ length: 8 }, (_, index) =>
      call(socketPath, 'EmitEvent', { event: `e${index}`, payload: '' }),
    );
    await Promise.all([...calls, emit('other', 'text')]);
    expect(events().length).toBe(39);
    expect(fold(events(), 3)).toEqual(rtmr3());
  });

  test('a log of version 2 goes on in version 2', async () => {
    const { socketPath, events } = await start({ deployment: simulate({ eventLogVersion: 2 }) });
    await call(socketPath, 'EmitEvent', { event: 'mine', payload: '' });
    expect(events().at(-1)).toEqual(runtimeEvent('mine', '', 2));
  });

  test('Attest holds the same in SCALE', async () => {
    const { socketPath } = await start();
    await call(socketPath, 'EmitEvent', { event: 'mine', payload: '' });
    const { attestation } = await call(socketPath, 'Attest', { report_data: '01' });
    const read = readAttestation(Buffer.from(attestation, 'hex'));
    expect(read.runtime.at(-1)?.event).toBe('mine');
    expect([read.reportData[0], read.quote[568]]).toEqual([1, 1]);
  });

  test('Version', async () => {
    const { socketPath } = await start({ version: '0.5.11' });
    expect(await call(socketPath, 'Version')).toEqual({ version: '0.5.11', rev: 'SIMULATED' });
  });
});

test.each([
  ['0.4.2', { emitEvent: false, attest: false, version: false, quoteLog: 'none' }],
  ['0.5.0', { emitEvent: true, attest: false, version: false, quoteLog: 'none' }],
  ['0.5.6', { emitEvent: true, attest: true, version: false, quoteLog: 'get-quote' }],
  ['0.5.7', { emitEvent: true, attest: true, version: true, quoteLog: 'get-quote' }],
  ['0.5.11', { emitEvent: true, attest: true, version: true, quoteLog: 'get-quote' }],
  ['0.6.0', { emitEvent: false, attest: true, version: true, quoteLog: 'get-quote' }],
])('what %s can do', (version, features) => {
  expect(featuresOf(version)).toEqual(features);
});

test.each([
  [{ version: '0.5.5' }, ['Attest', 'Version']],
  [{ version: '0.6.0' }, ['EmitEvent']],
  [{ deployment: simulate({ line: 'next' }) }, ['EmitEvent']],
  [{ features: { emitEvent: false } }, ['EmitEvent']],
])('%#: what is not there is 404 and not JSON', async (options, missing) => {
  const { socketPath } = await start(options as GuestAgentOptions);
  for (const method of ['Info', 'GetQuote', 'EmitEvent', 'Attest', 'Version']) {
    const { status, body } = await ask(socketPath, `/${method}`, '{}');
    expect([method, status]).toEqual([method, missing.includes(method) ? 404 : 200]);
    if (status === 404) expect(() => JSON.parse(body)).toThrow();
  }
});

describe('the transport', () => {
  test.each([
    ['GET with a query', '/GetQuote?report_data=07', undefined, { method: 'GET' }, 200],
    ['POST with ?json', '/GetQuote?json', '{"report_data":"07"}', { type: 'text/plain' }, 200],
    ['a charset', '/GetQuote', '{"report_data":"07"}', { type: 'application/json; charset=utf-8' }, 200],
    ['protobuf', '/GetQuote', '', { type: 'application/octet-stream' }, 400],
    ['no JSON', '/GetQuote', '{', {}, 400],
    ['an empty body', '/GetQuote', '', {}, 400],
    ['a list', '/GetQuote', '[]', {}, 400],
    ['another verb', '/GetQuote', '{}', { method: 'PUT' }, 404],
    ['the prefix of the legacy socket', '/prpc/Tappd.Info', '{}', {}, 404],
    ['a page of the port', '/prpc/Info', '{}', {}, 404],
    ['nothing', '/', '{}', {}, 404],
    ['more than 10 MiB', '/GetQuote', ' '.repeat(10 * 1024 * 1024 + 1), {}, 413],
  ])('%s', async (_, path, body, options, status) => {
    const { socketPath } = await start();
    const answer = await ask(socketPath, path, body, options);
    expect(answer.status).toBe(status);
    if (status === 200) expect(JSON.parse(answer.body).report_data.slice(0, 2)).toBe('07');
  });

  test('close ends what hangs and removes the socket', async () => {
    const agent = await startGuestAgent({ faults: { Info: { kind: 'hang' } } });
    const waiting = ask(agent.socketPath, '/Info', '{}').catch((error: Error) => error);
    while (agent.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await agent.close();
    expect(await waiting).toBeInstanceOf(Error);
    expect(existsSync(agent.socketPath)).toBe(false);
  });

  test('a socket that cannot be made is an error', async () => {
    await expect(startGuestAgent({ socketPath: '/nowhere/at/all.sock' })).rejects.toThrow(/EACCES|ENOENT/);
  });
});

describe('the public pages', () => {
  const page = async (agent: GuestAgent, path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${agent.url}${path}`);
    return { status: response.status, text: await response.text() };
  };

  test('show Info and Version under both names, and nothing else', async () => {
    const agent = await start({ port: 0, version: '0.5.0' });
    const info = agent.deployment.info();
    expect(JSON.parse((await page(agent, '/prpc/Info')).text)).toEqual(info);
    expect(JSON.parse((await page(agent, '/prpc/Worker.Info')).text)).toEqual(info);
    expect(JSON.parse((await page(agent, '/prpc/Worker.Version')).text)).toMatchObject({ version: '0.5.0' });
    expect((await page(agent, '/')).text).toContain('SIMULATED');
    for (const path of ['/Info', '/GetQuote', '/prpc/GetQuote', '/prpc/EmitEvent']) {
      expect([path, (await page(agent, path)).status]).toEqual([path, 404]);
    }
  });

  test('blank what app-compose does not make public', async () => {
    const deployment = simulate({ appComposeKeys: { public_tcbinfo: false } });
    const agent = await start({ port: 0, deployment });
    expect(JSON.parse((await page(agent, '/prpc/Info')).text)).toEqual({
      ...deployment.info(),
      tcb_info: '',
      vm_config: '',
    });
    expect(await call(agent.socketPath, 'Info')).toEqual(deployment.info());
  });

  test('show what they have where app-compose is no JSON', async () => {
    const agent = await start({ port: 0, deployment: simulate({ appCompose: 'x' }) });
    expect(JSON.parse((await page(agent, '/prpc/Info')).text)).toEqual(agent.deployment.info());
  });

  test('are not there unless asked for', async () => {
    expect((await start()).url).toBeUndefined();
  });
});

describe('faults', () => {
  const DATA = JSON.stringify({ event: 'mine', payload: '' });

  test('an error, with its status and words, before the call takes effect', async () => {
    const { socketPath, events, deployment } = await start({
      faults: { EmitEvent: { kind: 'error', status: 500, message: 'no' } },
    });
    expect(await ask(socketPath, '/EmitEvent', DATA)).toMatchObject({ status: 500, body: '{\n  "error": "no"\n}' });
    expect(events()).toEqual(deployment.events);
  });

  test('applied and not applied, once and for all', async () => {
    const { socketPath, events, setFault } = await start();
    setFault('EmitEvent', { kind: 'error', applied: true, times: 1 });
    expect((await ask(socketPath, '/EmitEvent', DATA)).status).toBe(400);
    expect(events().length).toBe(31);
    expect((await ask(socketPath, '/EmitEvent', DATA)).status).toBe(200);
    setFault('*', { kind: 'error' });
    expect((await ask(socketPath, '/Info', '{}')).status).toBe(400);
    setFault('*', undefined);
    expect((await ask(socketPath, '/Info', '{}')).status).toBe(200);
  });

  test('no answer at all', async () => {
    const { socketPath } = await start({ faults: { Info: { kind: 'hang' } } });
    await expect(ask(socketPath, '/Info', '{}', { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  });

  test('a late answer', async () => {
    const { socketPath } = await start({ faults: { Version: { kind: 'slow', ms: 50 } } });
    const begin = performance.now();
    expect(await call(socketPath, 'Version')).toHaveProperty('version');
    expect(performance.now() - begin).toBeGreaterThan(45);
  });

  test('a lie about the report data, in the answer alone and in the quote too', async () => {
    const { socketPath, setFault } = await start();
    const told = async (): Promise<string[]> => {
      const answer = await call(socketPath, 'GetQuote', { report_data: '01'.repeat(64) });
      return [answer.report_data, Buffer.from(answer.quote, 'hex').subarray(568, 632).toString('hex')];
    };
    setFault('GetQuote', { kind: 'report-data', value: '02'.repeat(64) });
    expect(await told()).toEqual(['02'.repeat(64), '01'.repeat(64)]);
    setFault('GetQuote', { kind: 'report-data', value: '02'.repeat(64), quoted: true });
    expect(await told()).toEqual(['02'.repeat(64), '02'.repeat(64)]);
  });

  test.each([[-1], [0], [10]])('a connection that ends after %i bytes, with the event extended', async (after) => {
    const { socketPath, events } = await start({ faults: { '*': { kind: 'drop', after } } });
    await expect(ask(socketPath, '/Info', '{}')).rejects.toThrow();
    await ask(socketPath, '/EmitEvent', DATA).catch(() => undefined);
    expect(events().length).toBe(31);
  });

  test('a length that is too high, and one that is too low', async () => {
    const { socketPath, setFault } = await start();
    setFault('Version', { kind: 'length', delta: 5 });
    await expect(ask(socketPath, '/Version', '{}')).rejects.toThrow(/aborted|hang up/);
    setFault('Version', { kind: 'length', delta: -5 });
    const short = await ask(socketPath, '/Version', '{}').catch((error: Error) => ({ body: error.message }));
    expect(() => JSON.parse(short.body)).toThrow();
  });

  test('a huge answer, read to its end or not', async () => {
    const { socketPath } = await start({ faults: { GetQuote: { kind: 'huge', bytes: 3_000_000 } } });
    expect((await ask(socketPath, '/GetQuote', '{}')).body.length).toBe(3_000_012);
    const stopped = new AbortController();
    const reading = ask(socketPath, '/GetQuote', '{}', { signal: stopped.signal });
    setTimeout(() => stopped.abort(), 20);
    await reading.catch(() => undefined);
    expect((await ask(socketPath, '/Info', '{}')).status).toBe(200);
  });

  test('text that is not JSON, and an answer changed', async () => {
    const { socketPath, setFault } = await start();
    setFault('Info', { kind: 'text', body: '<html>', contentType: 'text/html', status: 502 });
    expect(await ask(socketPath, '/Info', '{}')).toMatchObject({ status: 502, body: '<html>' });
    setFault('Info', { kind: 'text', body: 'null' });
    expect(await ask(socketPath, '/Info', '{}')).toMatchObject({ status: 200, body: 'null' });
    setFault('Version', { kind: 'change', change: (answer) => ({ ...answer, rev: 1 }) });
    expect(await call(socketPath, 'Version')).toEqual({ version: '0.5.8', rev: 1 });
  });
});
