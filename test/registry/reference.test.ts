import { expect, test } from 'vitest';
import { apiHostOf, isLoopbackRegistry, parseReference, showReference } from '../../src/registry/reference.ts';
import { failure } from './failure.ts';

const D = `sha256:${'a'.repeat(64)}`;

test.each([
  ['alpine', 'docker.io', 'library/alpine', undefined, undefined],
  ['alpine:3.20', 'docker.io', 'library/alpine', '3.20', undefined],
  [`alpine@${D}`, 'docker.io', 'library/alpine', undefined, D],
  [`alpine:3@${D}`, 'docker.io', 'library/alpine', '3', D],
  ['nearone/mpc-node', 'docker.io', 'nearone/mpc-node', undefined, undefined],
  ['docker.io/alpine', 'docker.io', 'library/alpine', undefined, undefined],
  ['index.docker.io/a/b:c', 'docker.io', 'a/b', 'c', undefined],
  ['registry-1.docker.io/a/b', 'docker.io', 'a/b', undefined, undefined],
  ['Docker.IO/a', 'docker.io', 'library/a', undefined, undefined],
  ['ghcr.io/org/team/image:v1', 'ghcr.io', 'org/team/image', 'v1', undefined],
  ['ghcr.io/alone', 'ghcr.io', 'alone', undefined, undefined],
  ['localhost/a', 'localhost', 'a', undefined, undefined],
  ['localhost:5000/a/b', 'localhost:5000', 'a/b', undefined, undefined],
  ['127.0.0.1:5000/a:t', '127.0.0.1:5000', 'a', 't', undefined],
  ['a:5000/b', 'a:5000', 'b', undefined, undefined],
  ['[::1]:5000/b:c', '[::1]:5000', 'b', 'c', undefined],
  ['my_org/my__image-x.y', 'docker.io', 'my_org/my__image-x.y', undefined, undefined],
  [`r.io/a@sha512:${'0'.repeat(128)}`, 'r.io', 'a', undefined, `sha512:${'0'.repeat(128)}`],
  [`r.io/a:${'t'.repeat(128)}`, 'r.io', 'a', 't'.repeat(128), undefined],
])('%s', (text, registry, repository, tag, digest) => {
  expect(parseReference(text)).toEqual({ registry, repository, tag, digest });
});

const NAME = 'has no valid repository name';
const TAG = 'has no valid tag after the :';
const DIGEST = 'has no sha256 or sha512 digest after the @';
const HOST = 'names no plain host as its registry';

test.each([
  ['', NAME],
  ['/', NAME],
  ['/a', NAME],
  ['a/', NAME],
  ['a//b', NAME],
  ['Alpine', NAME],
  ['a___b', NAME],
  ['a/../b', NAME],
  ['r.io/../../x', NAME],
  ['r.io/', NAME],
  ['r.io/a?b', NAME],
  ['r.io/a#b', NAME],
  ['a b', NAME],
  ['-a', NAME],
  ['a-', NAME],
  ['ä', NAME],
  ['a\n', NAME],
  ['a:', TAG],
  ['a:-b', TAG],
  ['a:b:c', TAG],
  ['a:b\n', TAG],
  [`a:${'t'.repeat(129)}`, TAG],
  ['a@', DIGEST],
  ['a@sha256:abc', DIGEST],
  [`a@${D}@${D}`, DIGEST],
  ['https://r.io/a', HOST],
  ['user@r.io/a', DIGEST],
  ['r.io:0/a', HOST],
  ['r.io:99999/a', HOST],
  ['0x7f.1/a', HOST],
  ['-r.io/a', HOST],
  ['.../a', HOST],
])('%j is refused', async (text, why) => {
  const error = await failure(() => parseReference(text));
  expect(error).toMatchObject({ code: 'bad-reference', exitCode: 30 });
  expect(error.message).toContain(why);
  expect(error.hint).toBe('write registry/name:tag or registry/name@sha256:…');
});

test('names and references have a length', async () => {
  const longest = `r.io/${'a'.repeat(250)}`;
  expect(parseReference(longest).repository).toHaveLength(250);
  expect((await failure(() => parseReference(`${longest}a`))).message).toContain('a name of more than 255 characters');
  const whole = `${longest}:${'t'.repeat(128)}@sha512:${'0'.repeat(128)}`;
  expect(parseReference(whole).tag).toHaveLength(128);
  const error = await failure(() => parseReference(`${whole}0`));
  expect(error.message).toContain('too long');
  expect(error.message.length).toBeLessThan(600);
});

test('what is shown is escaped', async () => {
  expect((await failure(() => parseReference('a\x1b[31m'))).message).toBe(`'a\\x1b[31m' ${NAME}`);
});

test('a reference is shown with everything it has', () => {
  expect(showReference(parseReference(`alpine:3@${D}`))).toBe(`docker.io/library/alpine:3@${D}`);
  expect(showReference(parseReference('ghcr.io/a'))).toBe('ghcr.io/a');
});

test('Docker Hub has its API elsewhere', () => {
  expect(apiHostOf('docker.io')).toBe('registry-1.docker.io');
  expect(apiHostOf('ghcr.io')).toBe('ghcr.io');
});

test.each([
  ['localhost', true],
  ['localhost:5000', true],
  ['127.0.0.1:5000', true],
  ['127.9.9.9', true],
  ['[::1]:5000', true],
  ['10.0.0.1', false],
  ['localhost.example.org', false],
  ['docker.io', false],
  ['not a host', false],
])('whether %s is on loopback: %j', (registry, yes) => {
  expect(isLoopbackRegistry(registry)).toBe(yes);
});
