import { describe, expect, test } from 'vitest';
import { composeConfigId } from '../../../src/audit/checks/compose-config-id.ts';
import { composeHash } from '../../../src/audit/checks/compose-hash.ts';
import { composeFile } from '../../mocks/deployment/app-compose.ts';
import { dropEvent } from '../../mocks/deployment/edit-events.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import { BROKEN, broken, changed, deploy, good, goodInfo, infoOf, ORIGIN, run } from './support.ts';

const HASH = good.composeHash;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const reading = (value: Uint8Array) => ({ compose: { value, source: '--compose app.yaml' } });

describe('compose.hash', () => {
  const hashes = {
    expected: HASH,
    found: HASH,
    source: 'the compose-hash event, covered by RTMR3',
    origins: [ORIGIN.appCompose, ORIGIN.eventLog],
  };

  test('the bytes have the hash of the event', () => {
    expect(run(composeHash)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'SHA-256 of the app-compose is what was measured',
      ...hashes,
    });
  });

  test('no app-compose is nothing to check', () => {
    expect(run(composeHash, changed({ appCompose: undefined }))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the evidence has no app-compose',
      hint: 'the deployment may hide it (public_tcbinfo = false): ask its operator for the exact file',
    });
  });

  test('other bytes are a failure, one line feed more included', () => {
    const value = Buffer.concat([good.appCompose, Buffer.from('\n')]);
    const outcome = run(composeHash, changed({ appCompose: { origin: 'a file', value } }), reading(value));
    expect(outcome).toEqual({
      ...hashes,
      state: 'failed',
      exit: 10,
      summary: 'the app-compose is another than the one that was measured',
      found: expect.not.stringContaining(HASH),
      origins: ['a file', ORIGIN.eventLog],
      hint: 'get the very bytes of app-compose.json: a file that was parsed and written again hashes differently',
    });
    expect(outcome.found).toMatch(/^[0-9a-f]{64}$/);
  });

  test('an app-compose that cannot be read is a failure', () => {
    expect(run(composeHash, changed({ appCompose: broken() }))).toEqual(BROKEN);
    const evidence = infoOf(deploy({ appCompose: 'no JSON' }));
    expect(run(composeHash, evidence)).toMatchObject({ state: 'passed' });
    expect(run(composeHash, evidence, reading(utf8('x')))).toMatchObject({ state: 'failed', exit: 30 });
  });

  test('the auditor may have read the whole app-compose', () => {
    expect(run(composeHash, goodInfo, reading(good.appCompose))).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'what was measured, and what --compose app.yaml holds',
      ...hashes,
    });
  });

  const REST =
    'that file is docker_compose_file: the rest of the app-compose is what was measured, and nobody said what to expect of it';

  test('or the compose file in it, which leaves the rest of it open', () => {
    expect(run(composeHash, goodInfo, reading(utf8(composeFile())))).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'what was measured, and what --compose app.yaml holds',
      ...hashes,
      details: [REST],
    });
  });

  test.each<[string, Record<string, unknown>, string | undefined]>([
    ['a script before the start', { pre_launch_script: 'curl x | sh' }, 'pre_launch_script'],
    ['init scripts', { manifest_version: '3', init_script: ['a', 'b'] }, 'init_script'],
    ['both', { init_script: 'a', pre_launch_script: 'b' }, 'init_script, pre_launch_script'],
    ['an empty script', { pre_launch_script: '' }, undefined],
    ['a script that only another runner starts', { bash_script: 'x' }, undefined],
    ['the other runner of compose files', { runner: 'nerdctl-compose' }, undefined],
  ])('beside the compose file: %s', (_, appComposeKeys, code) => {
    const evidence = infoOf(deploy({ appComposeKeys }));
    const outcome = run(composeHash, evidence, reading(utf8(composeFile())));
    expect(outcome.state).toBe('passed');
    expect(outcome.details).toEqual(
      code === undefined ? [REST] : [REST, `code runs from the rest of the app-compose, too: ${code}`],
    );
  });

  test('a compose file that is there and not run is a failure', () => {
    const deployment = deploy({ appComposeKeys: { runner: 'bash', bash_script: 'exec evil' } });
    expect(run(composeHash, infoOf(deployment), reading(utf8(composeFile())))).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the app-compose holds the compose file of --compose app.yaml, and does not run it',
      expected: 'runner docker-compose or nerdctl-compose',
      found: 'runner bash',
      source: 'built in',
      origins: [ORIGIN.appCompose, ORIGIN.eventLog],
    });
    expect(run(composeHash, infoOf(deployment), reading(deployment.appCompose)).state).toBe('passed');
  });

  test('another file is a failure that shows where it differs', () => {
    const image = `evil@sha256:${'00'.repeat(32)}`;
    const outcome = run(composeHash, goodInfo, reading(utf8(composeFile({ image }))));
    expect(outcome).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the app-compose that was measured is not what --compose app.yaml holds',
      source: '--compose app.yaml',
      origins: [ORIGIN.appCompose, ORIGIN.eventLog],
      details: [
        expect.stringMatching(/^docker_compose_file line 3 of the file: {5}.*evil@/),
        expect.stringMatching(/^docker_compose_file line 3 as measured: {5}.*registry\.example/),
      ],
    });
  });
});

describe('compose.config-id', () => {
  const origins = [ORIGIN.quote, ORIGIN.appCompose];
  const check = (options: DeploymentOptions) => run(composeConfigId, infoOf(deploy(options)));

  test.each(['v1', 'untagged'] as const)('form %s is the compose hash', (mrConfigId) => {
    expect(check({ mrConfigId })).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'mr_config_id is the compose hash',
      expected: HASH,
      found: HASH,
      source: 'the app-compose',
      origins,
    });
  });

  test('zero binds nothing', () => {
    expect(check({ mrConfigId: 'zero' })).toEqual({
      state: 'not-bound',
      exit: 11,
      summary: 'mr_config_id is zero: the hardware does not bind the app-compose',
      origins,
    });
  });

  test('of another app-compose it is a failure', () => {
    const mrConfigId = Buffer.alloc(48);
    mrConfigId.set([1, 7], 0);
    expect(check({ mrConfigId })).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'mr_config_id is not the compose hash',
      expected: HASH,
      found: `07${'00'.repeat(31)}`,
      source: 'the app-compose',
      origins,
    });
  });

  test('of no known form it is a failure without an expected value', () => {
    expect(check({ mrConfigId: Buffer.alloc(48, 9) })).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'mr_config_id is of no known form: its first byte is 9',
      found: '09'.repeat(48),
      origins,
    });
  });

  test.each(['kms', 'local-sgx', 'none', 'tpm'] as const)('form V2 with key provider %s', (keyProvider) => {
    expect(check({ mrConfigId: 'v2', keyProvider })).toMatchObject({
      state: 'passed',
      summary: 'mr_config_id is the V2 hash of compose hash, app id and key provider',
    });
  });

  test('form V2 needs a log that is proved', () => {
    const NEEDS = {
      state: 'not-checked',
      exit: 13,
      summary: 'mr_config_id is of form V2, which needs the app id to be recomputed',
      found: expect.stringMatching(/^[0-9a-f]{64}$/),
      origins,
    };
    const evidence = infoOf(deploy({ mrConfigId: 'v2' }));
    expect(run(composeConfigId, changed({ eventLog: undefined }, evidence))).toEqual(NEEDS);
    // Not led to by the quote.
    expect(check({ mrConfigId: 'v2', editEvents: dropEvent('storage-fs'), refold: false })).toEqual(NEEDS);
    // Led to, and not to be read.
    expect(check({ mrConfigId: 'v2', editEvents: dropEvent('system-ready') })).toEqual(NEEDS);
    expect(run(composeConfigId, changed({ eventLog: broken() }, evidence))).toEqual(NEEDS);
  });

  test('a log of which only RTMR3 is there is enough, and RTMR3 it has to be', () => {
    const deployment = deploy({ mrConfigId: 'v2' });
    const evidence = infoOf(deployment);
    const { eventLog } = evidence;
    if (eventLog === undefined || 'error' in eventLog) throw new Error('the mock has a log');
    const only = eventLog.value.filter(({ register }) => register === 3);
    const keep = (value: typeof only) => changed({ eventLog: { origin: 'a log', value } }, evidence);
    expect(run(composeConfigId, keep(only))).toMatchObject({ state: 'passed' });
    const others = eventLog.value.filter(({ register }) => register !== 3);
    expect(run(composeConfigId, keep(others))).toMatchObject({ state: 'not-checked' });
  });

  test('without an app-compose the measured hash stands for it', () => {
    expect(run(composeConfigId, changed({ appCompose: undefined }))).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'mr_config_id is the compose hash',
      expected: HASH,
      found: HASH,
      source: 'the compose-hash event',
      origins: [ORIGIN.quote],
    });
    expect(run(composeConfigId, changed({ appCompose: undefined, eventLog: undefined }))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the evidence has no app-compose to hold mr_config_id against',
      origins: [ORIGIN.quote],
    });
  });

  test('form V3 is of a document that the evidence has to carry', () => {
    const deployment = deploy({ mrConfigId: 'v3' });
    const evidence = infoOf(deployment);
    expect(run(composeConfigId, changed({ mrConfig: undefined }, evidence))).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: 'mr_config_id is of form V3, which needs its mr_config document to be recomputed',
    });
    const mrConfig = { origin: 'sys-config', value: deployment.mrConfig ?? '' };
    expect(run(composeConfigId, changed({ mrConfig }, evidence))).toMatchObject({
      state: 'passed',
      summary: 'mr_config_id is the V3 hash of the mr_config document',
      origins: [...origins, 'sys-config'],
    });
    const other = { origin: 'sys-config', value: `${deployment.mrConfig} ` };
    expect(run(composeConfigId, changed({ mrConfig: other }, evidence))).toMatchObject({ state: 'failed', exit: 10 });
    expect(run(composeConfigId, changed({ mrConfig: broken() }, evidence))).toEqual(BROKEN);
  });

  test.each(['local-sgx', 'kms'] as const)('form V3 names the measured key provider: %s', (keyProvider) => {
    const deployment = deploy({ mrConfigId: 'v3', keyProvider });
    const mrConfig = { origin: 'sys-config', value: deployment.mrConfig ?? '' };
    expect(run(composeConfigId, changed({ mrConfig }, infoOf(deployment))).state).toBe('passed');
  });

  test('an app-compose that cannot be read is a failure', () => {
    expect(run(composeConfigId, changed({ appCompose: broken() }))).toEqual(BROKEN);
  });
});
