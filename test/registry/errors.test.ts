import { expect, test } from 'vitest';
import { JsonError } from '../../src/base/json.ts';
import { guarded, isTransient, RegistryError, type RegistryErrorCode } from '../../src/registry/errors.ts';
import { connectionError, showUrl, timedOut, tooLarge } from '../../src/registry/http/failures.ts';
import { failure } from './failure.ts';

test.each<[RegistryErrorCode, number]>([
  ['digest-mismatch', 10],
  ['bad-reference', 30],
  ['bad-answer', 30],
  ['bad-manifest', 30],
  ['bad-layer', 30],
  ['too-large', 30],
  ['media-type', 20],
  ['platform', 20],
  ['auth-unsupported', 20],
  ['server-busy', 40],
  ['connection-failed', 40],
  ['timed-out', 40],
  ['not-found', 40],
  ['access-denied', 40],
  ['server-refused', 40],
  ['certificate-refused', 40],
  ['address-refused', 40],
  ['redirect-refused', 40],
  ['realm-refused', 40],
])('%s ends with %d', (code, exitCode) => {
  expect(new RegistryError(code, 'x')).toMatchObject({
    name: 'RegistryError',
    code,
    exitCode,
    message: 'x',
    retryAfterMs: undefined,
  });
  expect(isTransient(new RegistryError(code, 'x'))).toBe(code === 'server-busy' || code === 'connection-failed');
});

test('details are kept, and only errors of ours are transient', () => {
  const cause = new Error('y');
  expect(new RegistryError('server-busy', 'x', { hint: 'h', cause, retryAfterMs: 5 })).toMatchObject({
    hint: 'h',
    cause,
    retryAfterMs: 5,
  });
  expect(isTransient(new Error('server-busy'))).toBe(false);
});

test('what a reader throws is ours, unless it is a fault of the program', async () => {
  expect(guarded('bad-manifest', () => 5)).toBe(5);
  const own = new RegistryError('media-type', 'x');
  expect(
    await failure(() =>
      guarded('bad-manifest', () => {
        throw own;
      }),
    ),
  ).toBe(own);
  const cause = new JsonError('syntax', 'not JSON');
  expect(
    await failure(() =>
      guarded('bad-answer', () => {
        throw cause;
      }),
    ),
  ).toMatchObject({ code: 'bad-answer', message: 'not JSON', cause });
  expect(() =>
    guarded('bad-answer', () => {
      throw new TypeError('a fault');
    }),
  ).toThrow(new TypeError('a fault'));
});

const URL_ = new URL('https://user:secret@r.io:8443/a/b?signature=secret#x');
const system = (code: string, message = 'said'): Error => Object.assign(new Error(message), { code });

test('addresses are shown without what may be secret', () => {
  expect(showUrl(URL_)).toBe('https://r.io:8443/a/b');
  expect(timedOut(URL_, 'it').message).toBe('https://r.io:8443/a/b: it took too long');
  expect(tooLarge(URL_, 5)).toMatchObject({
    code: 'too-large',
    message: 'https://r.io:8443/a/b sends more than 5 bytes',
    hint: expect.stringContaining('was meant'),
  });
});

test.each([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNSUITABLE_CERTIFICATE',
])('%s is a certificate that is not accepted', (code) => {
  const cause = system(code);
  expect(connectionError(URL_, cause)).toMatchObject({
    code: 'certificate-refused',
    cause,
    message: 'the certificate is not accepted: https://r.io:8443/a/b: said',
  });
});

test.each([[system('ECONNRESET')], [system('X_CERT_')], [new Error('said')]])(
  '%s is a connection that failed',
  (cause) => {
    expect(connectionError(URL_, cause)).toMatchObject({
      code: 'connection-failed',
      cause,
      message: 'no connection, or it was cut: https://r.io:8443/a/b: said',
    });
  },
);

test('a failure without a message is told by its code, one of ours is left as it is, and text is escaped', () => {
  expect(connectionError(URL_, system('ETIMEDOUT', '')).message).toMatch(/: ETIMEDOUT$/);
  const own = timedOut(URL_, 'it');
  expect(connectionError(URL_, own)).toBe(own);
  expect(connectionError(URL_, new Error('a\x1b')).message).toMatch(/: a\\x1b$/);
});
