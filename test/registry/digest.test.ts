import { expect, test } from 'vitest';
import { checkDigest, digestOf, isDigest, readDigest, referrersTag } from '../../src/registry/digest.ts';
import { failure } from './failure.ts';

const ABC = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' as const;
const abc = Buffer.from('abc');
const A64 = 'a'.repeat(64);

test.each([
  [ABC, true],
  [`sha512:${'0'.repeat(128)}`, true],
  [`sha256:${'0'.repeat(63)}`, false],
  [`sha256:${'0'.repeat(65)}`, false],
  [`sha512:${'0'.repeat(64)}`, false],
  [`sha512:${'0'.repeat(127)}`, false],
  [`sha256:${'A'.repeat(64)}`, false],
  [`sha256:${'g'.repeat(64)}`, false],
  [`sha384:${'0'.repeat(96)}`, false],
  [`xsha256:${A64}`, false],
  [`sha256:${A64}\n`, false],
  [`sha256:${A64}x`, false],
  ['sha256:', false],
  [A64, false],
  ['', false],
])('whether %j is a digest: %j', (text, yes) => {
  expect(isDigest(text)).toBe(yes);
});

test('digests are computed by either algorithm', () => {
  expect(digestOf(abc)).toBe(ABC);
  expect(digestOf(abc, 'sha512')).toMatch(/^sha512:ddaf35a193617abacc417349ae204131/);
});

test('bytes are held against a digest by its own algorithm', async () => {
  expect(() => checkDigest(abc, ABC, 'it')).not.toThrow();
  expect(() => checkDigest(abc, digestOf(abc, 'sha512'), 'it')).not.toThrow();
  const wrong = `sha256:${A64}` as const;
  expect(await failure(() => checkDigest(abc, wrong, 'the blob'))).toMatchObject({
    code: 'digest-mismatch',
    exitCode: 10,
    message: `the blob hashes to ${ABC}, not to ${wrong}`,
    hint: expect.stringContaining('other bytes'),
  });
  const other = `sha512:${'0'.repeat(128)}` as const;
  expect((await failure(() => checkDigest(abc, other, 'x'))).message).toMatch(/hashes to sha512:ddaf/);
});

test('the tag of referrers has at most 64 digits of the digest', () => {
  expect(referrersTag(ABC)).toBe(ABC.replace(':', '-'));
  expect(referrersTag(`sha512:${'0'.repeat(64)}${'1'.repeat(64)}`)).toBe(`sha512-${'0'.repeat(64)}`);
});

test('a digest that is none is an error that shows it, cut and escaped', async () => {
  expect(readDigest(ABC, 'it')).toBe(ABC);
  const error = await failure(() => readDigest(`md5:\x1b${'0'.repeat(300)}`, 'layers[0].digest'));
  expect(error).toMatchObject({ code: 'bad-manifest', exitCode: 30, hint: expect.stringContaining('sha512') });
  expect(error.message).toBe(`layers[0].digest is 'md5:\\x1b${'0'.repeat(155)}', which is no digest`);
});
