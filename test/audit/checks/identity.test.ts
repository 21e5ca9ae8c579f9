import { describe, expect, test } from 'vitest';
import { appId } from '../../../src/audit/checks/app-id.ts';
import { kmsIdentity } from '../../../src/audit/checks/kms-identity.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import { contextOf, deploy, good, goodInfo, infoOf, ORIGIN, policy, run, stated } from './support.ts';

const OTHER = '99'.repeat(20);
const origins = [ORIGIN.eventLog];

const isExpected = (check: typeof appId, expectations: Partial<Expectations>): boolean | undefined =>
  check.isExpected?.(contextOf(goodInfo, expectations));

describe('app.id', () => {
  const flag = (value: string) => ({ appId: stated(value, '--app-id') });
  const admits = (...values: string[]) => policy({ appIds: values.map((value) => stated(value, `line ${value[0]}`)) });

  test('nobody said which', () => {
    expect(run(appId)).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'nobody said which app id to expect',
      found: good.appId,
      origins,
      hint: 'give --app-id, from a source other than this evidence',
    });
    expect(isExpected(appId, {})).toBe(false);
  });

  test.each<[string, Partial<Expectations>, string, string]>([
    ['a flag', flag(good.appId), good.appId, '--app-id'],
    ['a policy', admits(good.appId), good.appId, `line ${good.appId[0]}`],
    ['a policy with several', admits(OTHER, good.appId), `${OTHER} or ${good.appId}`, `line 9, line ${good.appId[0]}`],
    ['both', { ...flag(good.appId), ...admits(good.appId) }, good.appId, `--app-id, line ${good.appId[0]}`],
  ])('the one that %s expects', (_, expectations, expected, source) => {
    expect(isExpected(appId, expectations)).toBe(true);
    expect(run(appId, goodInfo, expectations)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'the app id is the expected one',
      expected,
      found: good.appId,
      source,
      origins,
    });
  });

  test.each<[string, Partial<Expectations>, string, string]>([
    ['a flag', flag(OTHER), OTHER, '--app-id'],
    ['a policy', admits(OTHER, '88'.repeat(20)), `${OTHER} or ${'88'.repeat(20)}`, 'line 9, line 8'],
    ['a flag against a policy that agrees', { ...flag(OTHER), ...admits(good.appId) }, OTHER, '--app-id'],
    ['a policy against a flag that agrees', { ...flag(good.appId), ...admits(OTHER) }, OTHER, 'line 9'],
    ['a policy that admits none', admits(), '', ''],
  ])('another than %s expects is a failure', (_, expectations, expected, source) => {
    expect(isExpected(appId, expectations)).toBe(true);
    expect(run(appId, goodInfo, expectations)).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'this is another app',
      expected,
      found: good.appId,
      source,
      origins,
    });
  });

  test('places are named once', () => {
    const appIds = [stated(OTHER), stated(good.appId)];
    expect(run(appId, goodInfo, policy({ appIds })).source).toBe('org.toml line 1');
  });
});

describe('kms.identity', () => {
  const { id } = good.keyProvider;
  const admits = (...ids: string[]) =>
    policy({ keyProviderIds: ids.map((value, index) => stated(value, `line ${index + 1}`)) });

  test.each(['kms', 'local-sgx', 'tpm', 'none'] as const)('nobody said which, of kind %s', (keyProvider) => {
    const deployment = deploy({ keyProvider });
    expect(run(kmsIdentity, infoOf(deployment))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: `the key provider is of kind ${keyProvider}; nobody said which one to expect`,
      found: deployment.keyProvider.id || '(no id)',
      origins,
      hint: 'name it in a policy, from a source other than this evidence',
    });
  });

  test('is expected where a policy says so', () => {
    expect(isExpected(kmsIdentity, {})).toBe(false);
    expect(isExpected(kmsIdentity, admits(id))).toBe(true);
    expect(isExpected(kmsIdentity, admits())).toBe(true);
  });

  test('one of those that the policy names, and where it names it', () => {
    expect(run(kmsIdentity, goodInfo, admits('aa', id))).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'the kms key provider is the expected one',
      expected: `aa or ${id}`,
      found: id,
      source: 'line 2',
      origins,
    });
  });

  test.each([
    [['aa', 'bb'], 'aa or bb', 'line 1, line 2'],
    [[], '', ''],
  ])('another than %j is a failure', (ids, expected, source) => {
    expect(run(kmsIdentity, goodInfo, admits(...ids))).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the kms key provider is another one',
      expected,
      found: id,
      source,
      origins,
    });
  });

  test('none has no id, and places are named once', () => {
    const keyProviderIds = [stated('aa'), stated('bb')];
    expect(run(kmsIdentity, infoOf(deploy({ keyProvider: 'none' })), policy({ keyProviderIds }))).toMatchObject({
      state: 'failed',
      summary: 'the none key provider is another one',
      found: '(no id)',
      source: 'org.toml line 1',
    });
  });
});
