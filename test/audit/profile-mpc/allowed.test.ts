import { expect, test } from 'vitest';
import { MAX_ALLOWED_BYTES, parseAllowed } from '../../../src/audit/profile-mpc/allowed.ts';

const A = 'a1'.repeat(32);
const B = 'b2'.repeat(32);
const R = '96'.repeat(48);
const SET = { mrtd: R, rtmr0: R, rtmr1: R, rtmr2: R, key_provider_event_digest: '5e'.repeat(48) };
const HINT = 'write it as the contract\'s views give it: docs/mpc-launcher.md, "Allowed lists"';

const parse = (value: unknown) =>
  parseAllowed(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), 'lists.json');

test('the four views, as they are', () => {
  expect(
    parse({
      allowed_docker_image_hashes: [
        { image_hash: A, expiry_timestamp_seconds: null },
        { image_hash: `sha256:${B}`, expiry_timestamp_seconds: 1_786_622_400 },
      ],
      allowed_launcher_image_hashes: [B, `sha256:${A}`],
      allowed_launcher_compose_hashes: [A],
      allowed_os_measurements: [SET],
    }),
  ).toEqual({
    images: [
      { hash: A, expiry: undefined },
      { hash: B, expiry: 1_786_622_400 },
    ],
    launchers: [
      { hash: B, expiry: undefined },
      { hash: A, expiry: undefined },
    ],
    composeHashes: [A],
    measurements: [{ mrtd: R, rtmr0: R, rtmr1: R, rtmr2: R, keyProviderEventDigest: '5e'.repeat(48) }],
  });
});

test('a view that is left out is not an empty one', () => {
  expect(parse({ allowed_docker_image_hashes: [] })).toEqual({
    images: [],
    launchers: undefined,
    composeHashes: undefined,
    measurements: undefined,
  });
});

const end = (hash: string, expiry: number | null) => ({ image_hash: hash, expiry_timestamp_seconds: expiry });

test.each([
  ['the newest alone without an end', [end(A, null), end(B, 5)]],
  ['no end anywhere', [A, B]],
  ['an end everywhere', [end(A, 9), end(B, 5)]],
  ['an end that is not said', [{ image_hash: A }, end(B, 0)]],
])('images newest first: %s', (_, images) => {
  expect(parse({ allowed_docker_image_hashes: images }).images).toHaveLength(2);
});

const images = (value: unknown) => ({ allowed_docker_image_hashes: value });

test.each<[string, unknown, string, string]>([
  ['no JSON', '{', 'unreadable', 'the allowed lists cannot be read: lists.json '],
  ['a key twice', '{"allowed_os_measurements":[],"allowed_os_measurements":[]}', 'unreadable', 'cannot be read'],
  ['no object', [], 'unreadable', 'cannot be read: lists.json is an array, not an object'],
  ['too deep', images([[[[[]]]]]), 'unreadable', 'the allowed lists cannot be read: '],
  ['nothing', {}, 'states-nothing', "lists.json holds none of the contract's lists"],
  ['another view', { allowed: [] }, 'unknown-key', "lists.json has the unknown key 'allowed'"],
  ['no list', images({}), 'unreadable', 'lists.json: allowed_docker_image_hashes is of type object, not an array'],
  ['a number for a hash', images([1]), 'unreadable', 'allowed_docker_image_hashes[0] is of type number, not an object'],
  ['no hash', images([{}]), 'unreadable', 'allowed_docker_image_hashes[0].image_hash is missing'],
  ['upper case', images([A.toUpperCase()]), 'bad-value', 'hashes[0] is not 64 lower-case hex digits'],
  ['a digit less', images([A.slice(1)]), 'bad-value', 'hashes[0] is not 64 lower-case hex digits'],
  ['a digit more', images([`${A}0`]), 'bad-value', 'hashes[0] is not 64 lower-case hex digits'],
  ['another prefix', images([`sha384:${A}`]), 'bad-value', 'hashes[0] is not 64 lower-case hex digits'],
  ['the prefix twice', images([`sha256:sha256:${A}`]), 'bad-value', 'hashes[0] is not 64 lower-case hex digits'],
  [
    'an end by another name',
    images([{ image_hash: A, expires: 1 }]),
    'unknown-key',
    "[0] has the unknown key 'expires'",
  ],
  ['an end that is text', images([end(A, '1' as never)]), 'unreadable', 'expiry_timestamp_seconds is of type string'],
  ['an end in the past of time', images([end(A, -1)]), 'unreadable', 'expiry_timestamp_seconds is -1'],
  ['the same twice', images([A, `sha256:${A}`]), 'duplicate', 'allowed_docker_image_hashes names the same twice'],
  [
    'oldest first',
    images([end(B, 5), end(A, null)]),
    'bad-order',
    '[1] has no end and is not the first: images stand newest first',
  ],
  ['two without an end', images([end(A, null), end(B, null), end('c3'.repeat(32), 5)]), 'bad-order', '[1] has no end'],
  ['a compose hash that is none', { allowed_launcher_compose_hashes: ['x'] }, 'bad-value', 'hashes[0] is not 64'],
  [
    'a compose hash twice',
    { allowed_launcher_compose_hashes: [A, A] },
    'duplicate',
    'allowed_launcher_compose_hashes names',
  ],
  ['a launcher twice', { allowed_launcher_image_hashes: [A, A] }, 'duplicate', 'allowed_launcher_image_hashes names'],
  [
    'a set less a register',
    { allowed_os_measurements: [{ ...SET, rtmr2: undefined }] },
    'unreadable',
    '[0].rtmr2 is missing',
  ],
  [
    'a short register',
    { allowed_os_measurements: [{ ...SET, rtmr0: A }] },
    'bad-value',
    '[0].rtmr0 is not 96 lower-case',
  ],
  [
    'a set with RTMR3',
    { allowed_os_measurements: [{ ...SET, rtmr3: R }] },
    'unknown-key',
    "[0] has the unknown key 'rtmr3'",
  ],
  [
    'a set twice',
    { allowed_os_measurements: [SET, { ...SET }] },
    'duplicate',
    'allowed_os_measurements names the same',
  ],
])('refused: %s', (_, value, code, message) => {
  expect(() => parse(value)).toThrow(
    expect.objectContaining({
      name: 'AllowedError',
      code,
      exitCode: 30,
      hint: HINT,
      message: expect.stringContaining(message),
    }),
  );
});

test('the name of the file and its keys are escaped', () => {
  const parseAt = () => parseAllowed(Buffer.from('{"a\\u001b":1}'), 'x\u001b.json');
  expect(parseAt).toThrow("x\\x1b.json has the unknown key 'a\\x1b'");
});

const numbered = (count: number, digits = 64) =>
  Array.from({ length: count }, (_, at) => at.toString(16).padStart(digits, '0'));

test('a list has sixty-four entries at most; the one of texts, which is a product, has what the file holds', () => {
  const sets = (count: number) => numbered(count, 96).map((mrtd) => ({ ...SET, mrtd }));
  const views = (count: number) => ({
    allowed_docker_image_hashes: numbered(count),
    allowed_launcher_image_hashes: numbered(count),
    allowed_os_measurements: sets(count),
  });
  expect(parse(views(64))).toMatchObject({
    images: { length: 64 },
    launchers: { length: 64 },
    measurements: { length: 64 },
  });
  for (const [view, list] of Object.entries(views(65))) {
    expect(() => parse({ [view]: list })).toThrow(
      expect.objectContaining({
        code: 'too-many',
        exitCode: 30,
        message: `lists.json: ${view} has 65 entries, more than 64`,
        hint: 'leave out the oldest',
      }),
    );
  }
  expect(parse({ allowed_launcher_compose_hashes: numbered(65) }).composeHashes).toHaveLength(65);
});

test('an end beyond the year 2100 is in another unit than seconds', () => {
  const at = (expiry: number) => parse({ allowed_launcher_image_hashes: [end(A, expiry)] }).launchers;
  expect(at(4_102_444_800)).toEqual([{ hash: A, expiry: 4_102_444_800 }]);
  for (const expiry of [4_102_444_801, 1_785_000_000_000, Number.MAX_SAFE_INTEGER]) {
    expect(() => at(expiry)).toThrow(
      expect.objectContaining({
        code: 'bad-value',
        message: `lists.json: allowed_launcher_image_hashes[0].expiry_timestamp_seconds is ${expiry}, beyond the year 2100`,
        hint: 'write it in seconds, not in milliseconds',
      }),
    );
  }
});

test('the size is bounded before anything is read', () => {
  const text = JSON.stringify({ allowed_launcher_compose_hashes: [] });
  const sized = (bytes: number) => parse(text.padEnd(bytes, ' '));
  expect(sized(MAX_ALLOWED_BYTES).composeHashes).toEqual([]);
  expect(() => sized(MAX_ALLOWED_BYTES + 1)).toThrow('larger than 262144 bytes');
});
