import { expect, test } from 'vitest';
import { checkLiteralHost, isPublicAddress, publicLookup } from '../../src/registry/http/public-address.ts';
import { failure } from './failure.ts';

test.each([
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '::ffff:1.1.1.1',
  '2001:200::',
  '2003::',
  'fbff::',
  '100:0:0:1::',
  '64:ff9b:2::',
  '::ffff:1:0:0',
  '::fffe:0:0:0',
  '2001:db7:ffff::',
  '2001:db9::',
  '3ffe:ffff::',
  '3fff:1000::',
  '5eff:ffff::',
  '5f01::',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
  expect(() => checkLiteralHost(address.includes(':') ? `[${address}]` : address)).not.toThrow();
});

test.each([
  '0.0.0.0',
  '0.255.255.255',
  '10.0.0.0',
  '10.255.255.255',
  '100.64.0.0',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.255',
  '169.254.0.0',
  '169.254.169.254',
  '172.16.0.0',
  '172.31.255.255',
  '192.0.0.0',
  '192.0.0.255',
  '192.168.0.0',
  '192.168.255.255',
  '198.18.0.0',
  '198.19.255.255',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.0',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:0:7f00:1',
  '::ffff:0:ffff:ffff',
  '2001:db8::',
  '2001:db8:ffff:ffff::1',
  '3fff::',
  '3fff:fff:ffff::1',
  '5f00::',
  '5f00:ffff::1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '64:ff9b::1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:1ff::',
  '2002::1',
  'fc00::1',
  'fdff::1',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'feff::1',
  'ff02::1',
])('%s is not', async (address) => {
  expect(isPublicAddress(address)).toBe(false);
  const error = await failure(() => checkLiteralHost(address.includes(':') ? `[${address}]` : address));
  expect(error).toMatchObject({ code: 'address-refused', exitCode: 40 });
  expect(error.message).toContain(`which is not a public address`);
  expect(error.hint).toContain('name yourself');
});

test('what is no address is not public, and is no literal either', () => {
  expect(isPublicAddress('example.org')).toBe(false);
  expect(() => checkLiteralHost('localhost')).not.toThrow();
});

const lookUp = (host: string, options: { all?: boolean } = {}): Promise<unknown> =>
  new Promise((resolve, reject) => {
    publicLookup(host, options, (error, address, family) => {
      if (error !== null) reject(error);
      else resolve([address, family]);
    });
  });

test('a name that leads to this machine is refused when it is looked up', async () => {
  const error = await failure(() => lookUp('localhost'));
  expect(error.code).toBe('address-refused');
  expect(error.message).toMatch(/^'localhost' is (127\.0\.0\.1|::1), which is not a public address$/);
  await expect(failure(() => lookUp('localhost', { all: true }))).resolves.toMatchObject({ code: 'address-refused' });
});

test('a literal that is public is looked up as itself', async () => {
  expect(await lookUp('1.1.1.1')).toEqual(['1.1.1.1', 4]);
  expect(await lookUp('1.1.1.1', { all: true })).toEqual([[{ address: '1.1.1.1', family: 4 }], undefined]);
});

test('a name that is not there says so', async () => {
  await expect(lookUp('nothing.invalid')).rejects.toMatchObject({ syscall: 'getaddrinfo' });
});
