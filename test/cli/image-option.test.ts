import { expect, test } from 'vitest';
import { readImage } from '../../src/cli/image-option.ts';
import { call } from './support/called.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

test.each([`a@${DIGEST}`, `registry.example:5000/a/b:v1@${DIGEST}`])('%s is an image by its digest', (text) => {
  expect(readImage('--image', text)).toBe(text);
});

test.each([
  [`user:sesame@ghcr.io/x@${DIGEST}`],
  [`sesame@ghcr.io/x@${DIGEST}`],
  ['user:sesame@ghcr.io/x@sha256:00'],
  ['user:sesame@ghcr.io/x'],
  ['https://user:sesame@ghcr.io/x'],
  ['user:sesame@'],
  ['sha256:sesame@sha256:00@x'],
])('%s: what may be a password is not shown', async (text) => {
  expect(() => readImage('--image', text)).toThrow(
    expect.objectContaining({
      code: 'usage',
      exitCode: 2,
      message: "--image holds something before an '@' that no digest follows",
      hint: 'write NAME@sha256:DIGEST, without user and password',
    }),
  );
  for (const args of [
    ['pin', 'https://git.example/x.git', 'main', '--image', text],
    ['verify', '/dev/null', '--base', text],
  ]) {
    const called = await call(args);
    expect(called.exit).toBe(2);
    expect(called.stdout + called.stderr).not.toContain('sesame');
  }
});

test('a digest that is none is shown', () => {
  expect(() => readImage('--base', 'a@sha256:00')).toThrow("--base 'a@sha256:00' is no image reference");
  expect(() => readImage('--base', 'a@sha512:00')).toThrow("--base 'a@sha512:00' is no image reference");
});
