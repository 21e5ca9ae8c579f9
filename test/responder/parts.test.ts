import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/responder/settings.ts';
import { tokenBucket } from '../../src/responder/token-bucket.ts';

describe('settings', () => {
  const DEFAULTS = {
    host: '0.0.0.0',
    port: 8091,
    receiptPath: '/run/trusted-workload-launcher/receipt.json',
    logFormat: 'text',
  };

  test.each<[Record<string, string>, object]>([
    [{}, {}],
    [{ PATH: 'x', TWLX: 'y' }, {}],
    [{ LISTEN: '127.0.0.1:80' }, { host: '127.0.0.1', port: 80 }],
    [{ LISTEN: '0.0.0.0:65535' }, { port: 65535 }],
    [{ LISTEN: '[::]:0' }, { host: '::', port: 0 }],
    [{ LISTEN: '[::ffff:1.2.3.4]:1' }, { host: '::ffff:1.2.3.4', port: 1 }],
    [{ LOG_FORMAT: 'json' }, { logFormat: 'json' }],
    [{ TWL_RUN_DIR: '/x/y' }, { receiptPath: '/x/y/receipt.json' }],
    [{ TWL_AGENT_SOCKET: '/x' }, {}],
  ])('%j', (environment, settings) => {
    expect(readSettings(environment)).toEqual({ ...DEFAULTS, ...settings });
  });

  test.each([
    ['LISTEN', ''],
    ['LISTEN', '8091'],
    ['LISTEN', ':8091'],
    ['LISTEN', '0.0.0.0'],
    ['LISTEN', '0.0.0.0:'],
    ['LISTEN', '0.0.0.0:65536'],
    ['LISTEN', '0.0.0.0:-1'],
    ['LISTEN', '0.0.0:1'],
    ['LISTEN', '256.0.0.1:1'],
    ['LISTEN', '::1:80'],
    ['LISTEN', '[1.2.3.4]:80'],
    ['LISTEN', '[::1]80'],
    ['LISTEN', 'localhost:80'],
    ['LISTEN', ' 0.0.0.0:80'],
    ['LOG_FORMAT', ''],
    ['LOG_FORMAT', 'JSON'],
    ['TWL_RUN_DIR', ''],
    ['TWL_RUN_DIR', 'x'],
    ['TWL_RUN_DIR', '/x/'],
    ['TWL_RUN_DIR', '/x/../y'],
    ['TWL_LIMIT_ATTEMPTS', '1'],
    ['TWL_AGENT_TIMEOUT_MS', '1'],
    ['TWL_', '\u001b'],
  ])("%s='%s' is refused", (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'bad-variable',
        exitCode: 2,
        message: expect.stringContaining(`${name} is '${value.replace('\u001b', '\\x1b')}', not `),
      }),
    );
  });
});

test('a bucket: the burst, then what time brings, never more than the burst', () => {
  let now = 1000;
  const bucket = tokenBucket(3, 2, () => now);
  const takes = (count: number): number[] => Array.from({ length: count }, () => bucket.take());
  expect(takes(5)).toEqual([0, 0, 0, 1, 1]);
  now += 499;
  expect(bucket.take()).toBe(1);
  now += 1;
  expect(takes(2)).toEqual([0, 1]);
  now += 1000;
  expect(takes(3)).toEqual([0, 0, 1]);
  now += 1_000_000;
  expect(takes(4)).toEqual([0, 0, 0, 1]);
});

test('a slow bucket says how many seconds to wait', () => {
  const bucket = tokenBucket(1, 0.1, () => 0);
  expect([bucket.take(), bucket.take()]).toEqual([0, 10]);
});
