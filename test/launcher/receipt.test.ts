import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { receiptDigest, receiptReportData } from '../../src/evidence/receipt/statement.ts';
import { canonicalPin } from '../../src/pin/canonical.ts';
import { parsePin } from '../../src/pin/parse.ts';
import { parseQuote } from '../../src/tdx/quote.ts';
import { runLauncher } from '../support/run-launcher.ts';
import { ENTRY, errorOf, linesOf, RAN, sha256Hex, stand, warningsOf } from './receipt-support.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('what a receipt holds', () => {
  test('statement, event, quote; as a file and as a line of the log', async () => {
    const { launch, receipt, repository, url, events, pin, file, asked } = await stand({}, { 'sub/run.sh': ENTRY });
    const values = { REPO_SUBDIR: 'sub', ENTRYPOINT_SCRIPT: 'run.sh', ALLOW_ENV: 'BASH_ENV' };
    const result = await launch(values, { env: { BASH_ENV: '', PERL5LIB: 'x', PYTHONPATH: 'y' } });
    expect(result, result.stderr).toMatchObject({ code: 0, stdout: RAN });
    const config = Buffer.from(pin(values));
    const parsed = parsePin(config, {
      source: 'pin',
      defaults: { entrypointScript: 'tee-launch.sh', submodules: 'no' },
    });
    const { claim, times } = receipt().statement;
    expect(claim).toEqual({
      version: 1,
      launcher: { name: 'trusted-workload-launcher', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      pin: { grammar: 1, sha256: parsed.ok ? sha256Hex(canonicalPin(parsed.pin)) : '' },
      config_sha256: sha256Hex(config),
      repository: url,
      commit: repository.commit,
      tree: expect.stringMatching(/^[0-9a-f]{40}$/),
      tree_sha256: null,
      entry: { path: 'sub/run.sh', sha256: sha256Hex(ENTRY) },
      submodules: [],
      dropped: ['PERL5LIB', 'PYTHONPATH'],
      allowed: ['BASH_ENV'],
    });
    expect(Math.abs(Date.parse(times.started) - Date.now())).toBeLessThan(60_000);
    expect(times.pin_ms).toBeGreaterThan(0);
    expect(times.source_ms).toBeGreaterThan(0);
    expect(times.source_ms).toBeLessThan(result.durationMs);
    expect(events()).toEqual([hex(receiptDigest(claim))]);
    expect(asked('EmitEvent')).toBe(1);
    expect(receipt().event).toBe('emitted');
    expect(warningsOf(result)).toEqual([]);

    const { message } = linesOf(result).find((line) => line.message.startsWith('receipt: '))!;
    expect(message.length).toBeLessThan(1000);
    expect(JSON.parse(message.slice(9))).toEqual({
      claim: events()[0],
      commit: repository.commit,
      event: 'emitted',
      quote: true,
      file,
    });
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(readdirSync(dirname(file))).toEqual(['receipt.json']);
  });

  test('the quote is over the statement, and over a register that holds the event', async () => {
    const { launch, receipt, agent } = await stand();
    await launch();
    const { statementBytes, quote } = receipt();
    const { body: report } = parseQuote(quote!.quote);
    expect(hex(report.reportData)).toBe(hex(receiptReportData(statementBytes)));
    expect(hex(report.rtmrs[3])).toBe(hex(agent.rtmr3()));
    const expected = createHash('sha512')
      .update('trusted-workload-launcher/receipt/v1:')
      .update(statementBytes)
      .digest('hex');
    expect(hex(report.reportData)).toBe(expected);
    const names = JSON.parse(quote!.eventLog).map(({ event }: { event: string }) => event);
    expect(names.at(-1)).toBe('trusted-workload-launcher');
    expect(typeof JSON.parse(quote!.vmConfig)).toBe('object');
  });

  test.skipIf(!existsSync('/usr/bin/jq'))('the commands of docs/receipt.md show the same', async () => {
    const { launch, scratch } = await stand();
    await launch();
    const page = readFileSync(new URL('../../docs/receipt.md', import.meta.url), 'utf8');
    const commands = /```bash\n([^`]*)```/.exec(page)?.[1] ?? '';
    const { stdout } = spawnSync('/bin/bash', ['-e', '-c', commands], {
      cwd: scratch.join('receipts'),
      encoding: 'utf8',
    });
    const [claim, payload, data, quoted, ...more] = stdout.replaceAll('  -', '').split('\n');
    expect(claim).toMatch(/^[0-9a-f]{64}$/);
    expect(payload).toBe(claim);
    expect(data).toMatch(/^[0-9a-f]{128}$/);
    expect(quoted).toBe(data);
    expect(more).toEqual(['']);
  });

  test('RUN_CMD: no entry script; TREE_SHA256 where the pin has it', async () => {
    const { launch, receipt } = await stand();
    const dry = await launch({ RUN_CMD: 'true' }, { args: ['--dry-run'] });
    const tree = /TREE_SHA256=([0-9a-f]{64})/.exec(dry.stderr)?.[1];
    expect(tree, dry.stderr).toBeDefined();
    const result = await launch({ RUN_CMD: 'echo the workload ran', TREE_SHA256: tree });
    expect(result, result.stderr).toMatchObject({ code: 0, stdout: RAN });
    expect(receipt().statement.claim).toMatchObject({ entry: null, tree_sha256: tree });
  });

  test('a receipt is left before INSTALL_CMD runs, and before the workload does', async () => {
    const { launch, file } = await stand();
    const result = await launch({ INSTALL_CMD: `test -s ${file} && echo there`, RUN_CMD: 'echo the workload ran' });
    expect(result, result.stderr).toMatchObject({ code: 0, stdout: `there\n${RAN}` });
  });
});

describe('when none is wanted', () => {
  test.each(['off', 'auto', 'required'])('a dry run with RECEIPT=%s asks nothing', async (RECEIPT) => {
    const { launch, agent, hasReceipt } = await stand();
    const result = await launch({ RECEIPT }, { args: ['--dry-run'] });
    expect(result.code, result.stderr).toBe(0);
    expect(agent.requests).toEqual([]);
    expect(hasReceipt()).toBe(false);
    expect(warningsOf(result)).toEqual([]);
  });

  test('RECEIPT=off asks nothing, says nothing', async () => {
    const { launch, agent, hasReceipt } = await stand();
    const result = await launch({ RECEIPT: 'off' });
    expect(result).toMatchObject({ code: 0, stdout: RAN });
    expect(agent.requests).toEqual([]);
    expect(hasReceipt()).toBe(false);
    expect(result.stderr).not.toContain('receipt');
  });
});

describe('no agent', () => {
  const gone = { TWL_AGENT_SOCKET: '/no/such/agent.sock' };

  test('auto: a warning, and the launch', async () => {
    const { launch, hasReceipt } = await stand();
    const result = await launch({}, { env: gone });
    expect(result).toMatchObject({ code: 0, stdout: RAN });
    expect(warningsOf(result)).toEqual(['receipt-no-agent']);
    expect(hasReceipt()).toBe(false);
  });

  test('required: no launch, before anything is fetched', async () => {
    const { launch, server } = await stand();
    const result = await launch({ RECEIPT: 'required' }, { env: gone });
    expect(result).toMatchObject({ code: 50, stdout: '' });
    expect(errorOf(result)?.message).toBe(
      "RECEIPT=required: TWL_AGENT_SOCKET names '/no/such/agent.sock', which is no absolute path of a socket",
    );
    expect(server.requests).toEqual([]);
  });

  test('the usual places are named where no variable is set', async () => {
    const { pin } = await stand();
    if (existsSync('/var/run/dstack.sock')) return;
    const result = await runLauncher({ config: pin({ RECEIPT: 'required' }), env: { LOG_FORMAT: 'json' } });
    expect(errorOf(result)?.message).toBe(
      'RECEIPT=required: no guest agent: there is no socket at /var/run/dstack.sock',
    );
  });
});

describe('the file', () => {
  const cases: [string, (folder: string, workDir: string) => void, RegExp][] = [
    ['a file in place of the folder', (folder) => writeFileSync(folder, ''), /receipts/],
    [
      'a link to the checkout',
      (folder, workDir) => {
        mkdirSync(workDir);
        symlinkSync(workDir, folder);
      },
      /lies in WORK_DIR/,
    ],
    ['a link to another folder', (folder) => symlinkSync(dirname(folder), folder), /is a link and no folder/],
    ['a link to nowhere', (folder) => symlinkSync('nowhere', folder), /making .* failed/],
  ];

  test.each(cases)('%s: required refuses, auto warns', async (_, prepare, message) => {
    const { launch, scratch, workDir, hasReceipt, events } = await stand();
    prepare(scratch.join('receipts'), workDir);
    const required = await launch({ RECEIPT: 'required' });
    expect(required, required.stderr).toMatchObject({ code: 50, stdout: '' });
    expect(errorOf(required)).toMatchObject({ code: 'receipt-not-written', message: expect.stringMatching(message) });
    expect(events()).toEqual([]);
    const auto = await launch();
    expect(auto, auto.stderr).toMatchObject({ code: 0, stdout: RAN });
    expect(warningsOf(auto)).toEqual(['receipt-not-written']);
    expect(hasReceipt()).toBe(false);
    expect(events()).toHaveLength(1);
  });

  test('a folder in WORK_DIR is refused, by whatever way it leads there', async () => {
    const { launch, workDir, scratch } = await stand();
    mkdirSync(`${workDir}/.git`, { recursive: true });
    symlinkSync(workDir, scratch.join('way'));
    const way = scratch.join('way');
    for (const TWL_RUN_DIR of [workDir, `${workDir}/.git/x`, `${way}/.git`, `${way}/new/folder`, `${workDir}/new`]) {
      const result = await launch({}, { env: { TWL_RUN_DIR } });
      expect(result, result.stderr).toMatchObject({ code: 0, stdout: RAN });
      expect(warningsOf(result)).toEqual(['receipt-not-written']);
      expect(result.stderr).toContain('lies in WORK_DIR');
      expect(readdirSync(workDir).sort()).toEqual(['.git', 'tee-launch.sh']);
    }
    const required = await launch({ RECEIPT: 'required' }, { env: { TWL_RUN_DIR: `${workDir}x/new/folder` } });
    expect(required, 'a folder beside it is none inside').toMatchObject({ code: 10 });
  });

  test.each(['relative', '/run/../etc', '/run/x/', ''])('TWL_RUN_DIR=%s is no folder', async (TWL_RUN_DIR) => {
    const { launch } = await stand();
    const result = await launch({ RECEIPT: 'required' }, { env: { TWL_RUN_DIR } });
    expect(result).toMatchObject({ code: 50, stdout: '' });
    expect(errorOf(result)?.message).toContain('is no absolute path in its shortest form');
  });

  test('a receipt of an earlier start does not outlive one that could leave none', async () => {
    const { launch, agent, hasReceipt } = await stand();
    await launch();
    expect(hasReceipt()).toBe(true);
    agent.setFault('*', { kind: 'error' });
    const result = await launch();
    expect(result).toMatchObject({ code: 0, stdout: RAN });
    expect(hasReceipt()).toBe(false);
  });

  test.each(['off', 'auto'])('nor one with RECEIPT=%s that found no agent', async (RECEIPT) => {
    const { launch, hasReceipt, scratch } = await stand();
    await launch();
    expect(hasReceipt()).toBe(true);
    const result = await launch({ RECEIPT }, { env: { TWL_AGENT_SOCKET: scratch.join('none.sock') } });
    expect(result).toMatchObject({ code: 0, stdout: RAN });
    expect(hasReceipt()).toBe(false);
    expect(linesOf(result).map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^the receipt of an earlier start was removed: /),
    );
  });

  test('but nothing is taken away through a link', async () => {
    const { launch, scratch } = await stand();
    mkdirSync(scratch.join('other'));
    writeFileSync(scratch.join('other/receipt.json'), 'stays');
    symlinkSync(scratch.join('other'), scratch.join('link'));
    for (const TWL_RUN_DIR of [scratch.join('link'), `${scratch.join('other')}/../other`]) {
      const result = await launch({ RECEIPT: 'off' }, { env: { TWL_RUN_DIR } });
      expect(result).toMatchObject({ code: 0, stdout: RAN });
    }
    expect(readFileSync(scratch.join('other/receipt.json'), 'utf8')).toBe('stays');
  });

  test('one that cannot be taken away is a warning', async () => {
    const { launch, file, scratch } = await stand();
    mkdirSync(file, { recursive: true });
    const result = await launch({ RECEIPT: 'off' }, { env: { TWL_AGENT_SOCKET: scratch.join('none.sock') } });
    expect(result).toMatchObject({ code: 0, stdout: RAN });
    expect(linesOf(result).map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^the receipt of an earlier start stays at /),
    );
  });

  test('what an earlier start left there is replaced, a link not written through', async () => {
    const { launch, file, scratch, receipt } = await stand();
    mkdirSync(scratch.join('receipts'));
    writeFileSync(scratch.join('other'), 'stays');
    symlinkSync(scratch.join('other'), file);
    await launch();
    expect(receipt().event).toBe('emitted');
    expect(readFileSync(scratch.join('other'), 'utf8')).toBe('stays');
  });
});

test('TWL_AGENT_TIMEOUT_MS that is no number is an error', async () => {
  const { launch } = await stand();
  const result = await launch({}, { env: { TWL_AGENT_TIMEOUT_MS: '1s' } });
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(errorOf(result)).toMatchObject({ code: 'limit-variable' });
});
