import { expect, test } from 'vitest';
import { appIdOfAddress, isUrl, readAddress } from '../../../src/audit/collect/address.ts';
import { CollectError } from '../../../src/audit/collect/errors.ts';

const APP = '944edab771280ede410e7b9e66fcaee6b2c4a12c';

test.each([
  'https://example.org',
  'https://example.org:8443/public_data?x=1',
  `https://${APP}-8090.dstack.example/`,
  'https://10.0.0.1/',
  'http://127.0.0.1:1234/',
  'http://localhost/',
  'http://[::1]:80/',
])('%s is taken', (text) => {
  expect(readAddress(text).href).toBe(new URL(text).href);
});

test.each([
  ['http://example.org/', 'http://example.org/ is http and not on loopback', 'use https://'],
  ['http://10.0.0.1/', 'is http and not on loopback', 'use https://'],
  ['http://localhost.example/', 'is http and not on loopback', 'use https://'],
  ['ftp://example.org/', 'ftp://example.org/ is not https', 'standard input'],
  ['file:///etc/passwd', 'is not https', 'standard input'],
  ['https://', 'https:// is not a URL', 'write https://host/'],
  ['https://a b/', 'is not a URL', 'without white space'],
  ['https://a\\b/', 'is not a URL', 'without white space'],
  ['https://a/\u0007', 'https://a/\\x07 is not a URL', 'without white space'],
  [`https://a/${'x'.repeat(2039)}`, 'is not a URL', 'https'],
  ['https://user@example.org/', 'https://example.org is given with credentials', 'remove them'],
  ['https://u:pw@example.org/', 'https://example.org is given with credentials', 'remove them'],
  ['https://:pw@example.org/', 'https://example.org is given with credentials', 'remove them'],
  ['https://example.org/#x', 'has a fragment', 'before the #'],
])('%j is refused', (text, message, hint) => {
  let error: unknown;
  try {
    readAddress(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(CollectError);
  expect(error).toMatchObject({ code: 'unsupported-target', exitCode: 2 });
  expect((error as CollectError).message).toContain(message);
  expect((error as CollectError).message).not.toContain('pw');
  expect((error as CollectError).hint).toContain(hint);
});

test('the longest URL is taken', () => {
  expect(readAddress(`https://a/${'x'.repeat(2038)}`).pathname).toHaveLength(2039);
});

test.each([
  ['https://a', true],
  ['HTTP://a', true],
  ['git+ssh://a', true],
  ['a.json', false],
  ['-', false],
  ['//a', false],
  ['./https://a', false],
  ['1a://b', false],
])('whether %s is a URL: %s', (text, expected) => {
  expect(isUrl(text)).toBe(expected);
});

test.each([
  [`https://${APP}-8090.gw.example/`, APP],
  [`https://${APP.toUpperCase()}-8090.gw.example/`, APP],
  [`https://${APP}.gw.example/`, APP],
  [`https://${APP}-8090s.gw.example/`, APP],
  [`https://${APP}-1g.gw.example/`, APP],
  [`https://${APP}s.gw.example/`, APP],
  [`https://${APP}/`, undefined],
  [`https://x${APP}-8090.gw.example/`, undefined],
  [`https://${APP}a-8090.gw.example/`, undefined],
  [`https://${APP}-.gw.example/`, undefined],
  [`https://${APP}-808080.gw.example/`, undefined],
  [`https://${APP}-8090x.gw.example/`, undefined],
  [`https://${APP.slice(1)}-8090.gw.example/`, undefined],
  [`https://gw.${APP}-8090.example/`, undefined],
  [`https://gw.example/${APP}`, undefined],
])('of %s the app id is %s', (text, expected) => {
  expect(appIdOfAddress(new URL(text))).toBe(expected);
});
