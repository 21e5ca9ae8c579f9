import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { expectationsOf } from '../../src/cli/expectations.ts';
import { EMPTY_POLICY } from '../../src/audit/policy/policy.ts';
import { intelRoot } from '../../src/cli/trust-root.ts';
import { receiptDigest } from '../../src/evidence/receipt/statement.ts';
import { attestReportData } from '../../src/evidence/receipt/attest.ts';
import { reply, useServer } from '../audit/collect/answer-server.ts';
import { CLAIM, PIN_TEXT, receiptFile } from '../audit/runtime/support.ts';
import { call, lastLine } from './support/called.ts';
import { save } from './support/saved.ts';

const HEX = 'a1'.repeat(32);
const URL_ = 'https://app.example:8091';
const NONE = { receipt: undefined, attest: undefined, nonce: undefined, logs: undefined };

const optionsOf = (...args: string[]) => {
  const request = readCommandLine(['verify', 'info.json', ...args], '');
  if (request.action !== 'verify') throw new Error('not verify');
  return request.options;
};
const nonceOf = (...args: string[]) =>
  expectationsOf(optionsOf(...args), {
    policy: EMPTY_POLICY,
    root: intelRoot(Uint8Array.of(1)),
    clock: 1,
  }).nonce;

describe('the options', () => {
  test.each<[string[], object]>([
    [[], {}],
    [['--receipt', 'r.json'], { receipt: 'r.json' }],
    [['--attest', 'a.json'], { attest: 'a.json' }],
    [['--attest', 'a.json', '--nonce', HEX], { attest: 'a.json', nonce: HEX }],
    // Who asks wants an answer of now.
    [['--attest', URL_], { attest: URL_, nonce: 'random' }],
    [['--attest', URL_, '--nonce', 'random'], { attest: URL_, nonce: 'random' }],
    [['--attest', URL_, '--nonce', HEX], { attest: URL_, nonce: HEX }],
    [['--logs', 'a.log'], { logs: 'a.log' }],
    [['--logs', 'https://app.example/logs'], { logs: 'https://app.example/logs' }],
    [
      ['--offline', '--attest', 'a.json', '--logs', 'l', '--receipt', 'r'],
      { attest: 'a.json', logs: 'l', receipt: 'r' },
    ],
  ])('%j', (args, options) => {
    const { receipt, attest, nonce, logs } = optionsOf(...args);
    expect({ receipt, attest, nonce, logs }).toEqual({ ...NONE, ...options });
  });

  test.each<[string[], string, string]>([
    [['--nonce', HEX], '--nonce needs --attest', 'name who answers it: --attest URL'],
    [['--nonce', 'random', '--receipt', 'r'], '--nonce needs --attest', 'name who answers it: --attest URL'],
    ...['a1'.repeat(31), 'a1'.repeat(33), 'A1'.repeat(32), `0x${HEX}`, 'Random', 'g1'.repeat(32), `${HEX}\n`].map(
      (nonce): [string[], string, string] => [
        ['--attest', URL_, '--nonce', nonce],
        '--nonce must be random, or 64 lower-case hex digits',
        'the number that twl-attest was asked with',
      ],
    ),
    [
      ['--attest', 'a.json', '--nonce', 'random'],
      '--nonce random needs a URL in --attest',
      'of a saved answer, name the number that it was asked',
    ],
    [
      ['--offline', '--attest', URL_],
      '--offline does not go together with a URL in --attest',
      'save the answer to a file and name that',
    ],
    [
      ['--offline', '--logs', URL_],
      '--offline does not go together with a URL in --logs',
      'save the logs to a file and name that',
    ],
  ])('%j is refused', (args, message, hint) => {
    try {
      optionsOf(...args);
    } catch (error) {
      expect(error).toMatchObject({ code: 'usage', exitCode: 2, message, hint });
      return;
    }
    throw new Error('nothing was thrown');
  });

  test.each(['--receipt', '--attest', '--nonce', '--logs'])('%s is given once, and not empty', (name) => {
    expect(() => optionsOf(name, 'a', name, 'a')).toThrow(`${name} is given twice`);
    expect(() => optionsOf(name, '')).toThrow(`${name} must not be empty`);
    expect(() => optionsOf(name, '--json')).toThrow(`${name} lacks its value`);
  });
});

describe('the nonce', () => {
  test('is the one that was named, or one that nobody knew', () => {
    expect(nonceOf()).toBeUndefined();
    expect(nonceOf('--attest', 'a.json')).toBeUndefined();
    expect(nonceOf('--attest', URL_, '--nonce', HEX)).toEqual({
      value: new Uint8Array(32).fill(0xa1),
      source: '--nonce',
    });
    const [one, other] = [nonceOf('--attest', URL_), nonceOf('--attest', URL_, '--nonce', 'random')];
    expect([one?.source, one?.value.length]).toEqual(['made for this run', 32]);
    expect(one?.value).not.toEqual(other?.value);
  });
});

describe('a run', () => {
  const launched = {
    pin: PIN_TEXT,
    userEvents: [{ event: 'trusted-workload-launcher', payload: receiptDigest(CLAIM) }],
  };
  const scene = () => {
    const saved = save(launched);
    const receipt = receiptFile({ by: saved.deployment });
    const answerFor = (nonce: Uint8Array): string => {
      const { deployment } = saved;
      const data = attestReportData(nonce, receipt);
      return JSON.stringify({
        schema: 'twl-attest/v1',
        nonce: '',
        report_data: '',
        quote: deployment.quoteFor(data).toString('hex'),
        event_log: deployment.eventLog('get-quote'),
        vm_config: '',
        receipt: Buffer.from(receipt).toString(),
      });
    };
    const serve = () =>
      useServer(({ url }) => {
        const nonce = /^\/attest\?nonce=([0-9a-f]{64})$/.exec(url)?.[1];
        return nonce === undefined ? reply(404) : reply(200, answerFor(Buffer.from(nonce, 'hex')));
      });
    return { ...saved, receiptPath: saved.write('receipt.json', receipt), answerFor, serve };
  };
  const statesOf = (stdout: string) =>
    Object.fromEntries(
      (JSON.parse(stdout).checks as { id: string; state: string }[]).map(({ id, state }) => [id, state]),
    );

  test('with --attest URL asks a number of its own, and is fresh', async () => {
    const { info, good, serve } = scene();
    const { url, requests } = await serve();
    const { exit, stdout, stderr } = await call([
      'verify',
      info,
      ...good,
      '--only',
      'attestation',
      '--attest',
      url,
      '--json',
    ]);
    expect(exit, stdout).toBe(0);
    expect(stderr).toBe(`twl: asking ${url}\n`);
    expect(statesOf(stdout).freshness).toBe('passed');
    const asked = requests.map(({ url: path }) => path);
    expect(asked).toEqual([expect.stringMatching(/^\/attest\?nonce=[0-9a-f]{64}$/)]);
    await call(['verify', info, ...good, '--only', 'attestation', '--attest', url]);
    expect(requests[1]?.url).not.toBe(asked[0]);
    const text = await call(['verify', info, ...good, '--only', 'attestation', '--attest', url, '--verbose']);
    expect(text.stdout).toContain('binds no TLS endpoint');
  });

  test('with a saved answer, the number that was asked decides', async () => {
    const { info, good, answerFor, write } = scene();
    const answer = write('answer.json', answerFor(Buffer.from(HEX, 'hex')));
    const args = ['verify', info, ...good, '--only', 'attestation', '--offline', '--attest', answer];
    expect(await call([...args, '--nonce', HEX])).toMatchObject({ exit: 0, stderr: '' });
    const wrong = await call([...args, '--nonce', 'a2'.repeat(32)]);
    expect(wrong.exit).toBe(10);
    expect(lastLine(wrong)).toMatch(/; freshness$/);
    // Nobody asked: it is not fresh, and that decides nothing.
    const unasked = await call([...args, '--json']);
    expect([unasked.exit, statesOf(unasked.stdout).freshness]).toEqual([0, 'not-checked']);
  });

  test('whose twl-attest does not answer is 40, and all else is still checked', async () => {
    const { info, good } = scene();
    const { url } = await useServer(() => reply(404));
    const called = await call(['verify', info, ...good, '--only', 'attestation', '--attest', url]);
    expect(called.exit).toBe(40);
    expect(called.stdout).toMatch(/\n {2}PASS {5}eventlog\.replay /);
  });

  test('for the runtime alone, with a receipt and logs', async () => {
    const { info, good, receiptPath, write, serve } = scene();
    const logs = write(
      'log',
      `[trusted-workload-launcher] HEAD verified: ${CLAIM.commit}\n[trusted-workload-launcher] exec in /: bash x\n`,
    );
    const args = ['verify', info, ...good, '--only', 'runtime', '--json'];
    const both = await call([...args, '--receipt', receiptPath, '--logs', logs]);
    expect(statesOf(both.stdout)).toEqual({ 'runtime.receipt': 'passed', 'runtime.logs': 'passed' });
    expect([both.exit, both.stderr]).toEqual([0, '']);
    const { url } = await serve();
    expect(await call([...args, '--attest', url])).toMatchObject({ exit: 0, stderr: `twl: asking ${url}\n` });
    const neither = await call(args);
    expect(neither.exit).toBe(13);
    expect(neither.stderr).toBe('');
    const none = await call([...args, '--logs', `${url}/logs`, '--receipt', receiptPath]);
    expect(none).toMatchObject({ exit: 0, stderr: `twl: asking ${url}/logs\n` });
    expect(statesOf(none.stdout)).toEqual({ 'runtime.receipt': 'passed', 'runtime.logs': 'not-checked' });
  });

  test('of the steps that do not need them asks nobody', async () => {
    const { info, good, serve } = scene();
    const { url, requests } = await serve();
    for (const only of ['provenance', 'source']) {
      await call([
        'verify',
        info,
        ...good,
        '--only',
        only,
        '--attest',
        url,
        '--logs',
        `${url}/logs`,
        '--source',
        '/none',
      ]);
    }
    expect(requests).toEqual([]);
  });

  test('ends where a file that was named is not there, or an address is none', async () => {
    const { info, good, scratch } = scene();
    const missing = scratch.join('none');
    for (const name of ['--receipt', '--attest', '--logs']) {
      expect(await call(['verify', info, ...good, name, missing])).toMatchObject({ exit: 50, stdout: '' });
    }
    expect(await call(['verify', info, ...good, '--attest', 'ftp://x.example'])).toMatchObject({ exit: 2, stdout: '' });
  });
});
