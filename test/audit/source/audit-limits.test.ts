import { expect, test } from 'vitest';
import { AUDIT_LIMITS, auditLimits, LimitError, resourceOf } from '../../../src/audit/source/audit-limits.ts';
import { limitExceeded, SourceError } from '../../../src/source/errors.ts';
import { defaultLimits, type LimitName } from '../../../src/source/limits.ts';

const GIB = 1024 ** 3;

test('an audit stops before the launcher does', () => {
  const limits = auditLimits({ PATH: '/bin' });
  expect(limits).toStrictEqual({
    ...defaultLimits(),
    PACK_BYTES: GIB,
    CHECKOUT_BYTES: 2 * GIB,
    INFLATED_BYTES: 4 * GIB,
    OBJECT_BYTES: GIB / 4,
    PATHS: 250_000,
    OBJECTS: 500_000,
    SUBMODULES: 64,
  });
  for (const name of Object.keys(AUDIT_LIMITS) as LimitName[]) expect(limits[name]).toBeLessThan(defaultLimits()[name]);
});

test('the environment of the auditor raises and lowers', () => {
  const limits = auditLimits({ TWL_LIMIT_CHECKOUT_BYTES: '99999999999', TWL_LIMIT_ATTEMPTS: '1' });
  expect(limits).toMatchObject({ CHECKOUT_BYTES: 99_999_999_999, ATTEMPTS: 1, PACK_BYTES: GIB });
});

test.each([
  [{ TWL_LIMIT_CHECKOUT_BYTES: '0' }, 'TWL_LIMIT_CHECKOUT_BYTES'],
  [{ TWL_LIMIT_PATHS: '2G', 'TWL_LIMIT_\u001b': '1' }, 'TWL_LIMIT_PATHS, TWL_LIMIT_\\x1b'],
])('what is no limit is a wrong call: %j', (environment, names) => {
  expect(() => auditLimits(environment)).toThrow(
    expect.objectContaining({
      code: 'limit-variable',
      exitCode: 2,
      message: `no limit of that name, or no positive whole number: ${names}`,
      hint: 'docs/limits.md lists the limits',
    }),
  );
  expect(() => auditLimits(environment)).toThrow(LimitError);
});

test('which resource an error is about', () => {
  expect(resourceOf(limitExceeded('PATHS', 'x'))).toBe('PATHS');
  expect(resourceOf(limitExceeded('NAME_BYTES', 'x'))).toBeUndefined();
  expect(resourceOf(limitExceeded('constructor', 'x'))).toBeUndefined();
  expect(resourceOf(new SourceError('limit-exceeded', 'x', { hint: 'a longer word' }))).toBeUndefined();
  expect(resourceOf(new SourceError('disk-full', 'x', { hint: 'set TWL_LIMIT_PATHS' }))).toBeUndefined();
});
