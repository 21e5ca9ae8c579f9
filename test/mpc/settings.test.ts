import { describe, expect, test } from 'vitest';
import { readArguments } from '../../src/mpc/arguments.ts';
import { readSettings, type Variables } from '../../src/mpc/settings.ts';
import { failure } from './failure.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const GOOD: Variables = { PLATFORM: 'TEE', DOCKER_CONTENT_TRUST: '1', DEFAULT_IMAGE_DIGEST: DIGEST };
const read = (changes: Variables = {}) => readSettings({ ...GOOD, ...changes });

test('what the measured template sets, and the rest by default', () => {
  expect(read()).toEqual({
    platform: 'TEE',
    defaultDigest: DIGEST,
    digestKind: 'manifest',
    requireRtmr3: true,
    dockerTimeoutMs: 45 * 60 * 1000,
    node: { rustLog: undefined, rustBacktrace: undefined, logRotation: undefined, healthCheck: undefined },
  });
});

test('every other setting', () => {
  const all = read({
    PLATFORM: 'NONTEE',
    DEFAULT_IMAGE_DIGEST: `sha256:${'AB'.repeat(32)}`,
    IMAGE_DIGEST_KIND: 'config',
    REQUIRE_RTMR3: '0',
    DOCKER_TIMEOUT_SECS: '86400',
    MPC_NODE_RUST_LOG: 'mpc=debug,info',
    MPC_NODE_RUST_BACKTRACE: 'full',
    MPC_NODE_LOG_ROTATION: '50m:5',
    MPC_NODE_HEALTH_CHECK: '["/app/health", "-q"]',
  });
  expect(all).toEqual({
    platform: 'NONTEE',
    defaultDigest: DIGEST,
    digestKind: 'config',
    requireRtmr3: false,
    dockerTimeoutMs: 86_400_000,
    node: {
      rustLog: 'mpc=debug,info',
      rustBacktrace: 'full',
      logRotation: { maxSize: '50m', maxFiles: '5' },
      healthCheck: ['/app/health', '-q'],
    },
  });
  expect(read({ REQUIRE_RTMR3: '1', IMAGE_DIGEST_KIND: 'manifest', DOCKER_TIMEOUT_SECS: '1' })).toMatchObject({
    requireRtmr3: true,
    digestKind: 'manifest',
    dockerTimeoutMs: 1000,
  });
});

// parse_platform_missing, parse_platform_invalid and parse_platform_valid of the generation in Python.
describe('parse_platform', () => {
  test('parse_platform_missing', async () => {
    const error = await failure(() => read({ PLATFORM: undefined }));
    expect(error).toMatchObject({ code: 'setting-missing', exitCode: 2, message: 'PLATFORM is not set' });
    expect(error.hint).toContain('TEE or NONTEE');
  });
  test.each(['', 'foo', 'TEE as', 'NON_TEE', '1', 'tee', 'nontee', ' TEE', 'TEE\n'])(
    'parse_platform_invalid: %j',
    async (PLATFORM) => {
      const error = await failure(() => read({ PLATFORM }));
      expect(error).toMatchObject({ code: 'setting-invalid', exitCode: 2 });
      expect(error.message).toMatch(/^PLATFORM is '.*', not TEE or NONTEE$/);
    },
  );
  test.each(['TEE', 'NONTEE'])('parse_platform_valid: %s', (PLATFORM) => {
    expect(read({ PLATFORM }).platform).toBe(PLATFORM);
  });
});

test.each([
  [{ DOCKER_CONTENT_TRUST: undefined }, 'setting-missing', 'DOCKER_CONTENT_TRUST is not set'],
  [{ DOCKER_CONTENT_TRUST: '0' }, 'setting-invalid', "DOCKER_CONTENT_TRUST is '0', not 1"],
  [{ DOCKER_CONTENT_TRUST: 'true' }, 'setting-invalid', "DOCKER_CONTENT_TRUST is 'true', not 1"],
  [{ DEFAULT_IMAGE_DIGEST: undefined }, 'setting-missing', 'DEFAULT_IMAGE_DIGEST is not set'],
  [{ DEFAULT_IMAGE_DIGEST: 'ab'.repeat(32) }, 'setting-invalid', 'it does not begin with sha256:'],
  [{ DEFAULT_IMAGE_DIGEST: 'sha256:ab' }, 'setting-invalid', 'it does not have 64 hex digits after sha256:'],
  [{ IMAGE_DIGEST_KIND: 'id' }, 'setting-invalid', "IMAGE_DIGEST_KIND is 'id', not manifest or config"],
  [{ REQUIRE_RTMR3: 'no' }, 'setting-invalid', "REQUIRE_RTMR3 is 'no', not 1 or 0"],
  [{ DOCKER_TIMEOUT_SECS: '0' }, 'setting-invalid', 'DOCKER_TIMEOUT_SECS'],
  [{ DOCKER_TIMEOUT_SECS: '86401' }, 'setting-invalid', 'not a whole number from 1 to 86400'],
  [{ DOCKER_TIMEOUT_SECS: '1.5' }, 'setting-invalid', 'DOCKER_TIMEOUT_SECS'],
  [{ MPC_NODE_RUST_LOG: '' }, 'setting-invalid', 'MPC_NODE_RUST_LOG'],
  [{ MPC_NODE_RUST_LOG: 'a\nb' }, 'setting-invalid', "MPC_NODE_RUST_LOG is 'a\\nb'"],
  [{ MPC_NODE_RUST_LOG: 'x'.repeat(1025) }, 'setting-invalid', '1 to 1024 printable ASCII characters'],
  [{ MPC_NODE_RUST_BACKTRACE: 'yes' }, 'setting-invalid', "MPC_NODE_RUST_BACKTRACE is 'yes', not 0, 1 or full"],
  [{ MPC_NODE_LOG_ROTATION: '50m' }, 'setting-invalid', 'not SIZE:FILES, as in 50m:5'],
  [{ MPC_NODE_LOG_ROTATION: '0m:5' }, 'setting-invalid', 'MPC_NODE_LOG_ROTATION'],
  [{ MPC_NODE_LOG_ROTATION: '5m:0' }, 'setting-invalid', 'MPC_NODE_LOG_ROTATION'],
  [{ MPC_NODE_LOG_ROTATION: 'x50m:5' }, 'setting-invalid', "MPC_NODE_LOG_ROTATION is 'x50m:5', not SIZE:FILES"],
  [{ MPC_NODE_LOG_ROTATION: '50m:5x' }, 'setting-invalid', 'MPC_NODE_LOG_ROTATION'],
  [{ MPC_NODE_LOG_ROTATION: '50m:1000' }, 'setting-invalid', 'MPC_NODE_LOG_ROTATION'],
  [{ MPC_NODE_LOG_ROTATION: '1234567m:1' }, 'setting-invalid', 'MPC_NODE_LOG_ROTATION'],
  [{ MPC_NODE_LOG_ROTATION: '50t:1' }, 'setting-invalid', 'MPC_NODE_LOG_ROTATION'],
  [{ MPC_NODE_HEALTH_CHECK: '"a"' }, 'setting-invalid', 'MPC_NODE_HEALTH_CHECK'],
  [{ MPC_NODE_HEALTH_CHECK: 'curl x' }, 'setting-invalid', 'not a JSON array of program and arguments'],
  [{ MPC_NODE_HEALTH_CHECK: '[]' }, 'setting-invalid', 'MPC_NODE_HEALTH_CHECK'],
  [{ MPC_NODE_HEALTH_CHECK: '["a", 1]' }, 'setting-invalid', 'MPC_NODE_HEALTH_CHECK'],
  [{ MPC_NODE_HEALTH_CHECK: '["a\\n"]' }, 'setting-invalid', 'MPC_NODE_HEALTH_CHECK'],
  [{ MPC_NODE_HEALTH_CHECK: JSON.stringify(Array(33).fill('a')) }, 'setting-invalid', 'MPC_NODE_HEALTH_CHECK'],
] satisfies [Variables, string, string][])('%j', async (changes, code, why) => {
  const error = await failure(() => read(changes));
  expect(error).toMatchObject({ code, exitCode: 2 });
  expect(error.message).toContain(why);
  expect(error.hint).toContain('the compose file of the launcher');
});

test('what to do about it', async () => {
  const hint = async (changes: Variables) => (await failure(() => read(changes))).hint;
  const measured = 'set it in the compose file of the launcher, which is measured';
  expect(await hint({ PLATFORM: undefined })).toBe(`${measured}: TEE or NONTEE`);
  expect(await hint({ DOCKER_CONTENT_TRUST: undefined })).toBe(`${measured}: 1`);
  expect(await hint({ DEFAULT_IMAGE_DIGEST: undefined })).toBe(`${measured}: sha256: and 64 hex digits`);
  expect(await hint({ PLATFORM: 'x' })).toBe(measured);
  expect(await hint({ MPC_NODE_RUST_LOG: '' })).toBe('correct it in the compose file of the launcher, or leave it out');
});

test('the ends of lengths', () => {
  expect(read({ MPC_NODE_LOG_ROTATION: '123456g:100' }).node.logRotation).toEqual({
    maxSize: '123456g',
    maxFiles: '100',
  });
  expect(read({ MPC_NODE_LOG_ROTATION: '1k:1' }).node.logRotation).toEqual({ maxSize: '1k', maxFiles: '1' });
  expect(read({ MPC_NODE_RUST_BACKTRACE: '0' }).node.rustBacktrace).toBe('0');
  expect(read({ MPC_NODE_RUST_BACKTRACE: '1' }).node.rustBacktrace).toBe('1');
  expect(read({ MPC_NODE_RUST_LOG: 'x'.repeat(1024) }).node.rustLog).toHaveLength(1024);
  expect(read({ MPC_NODE_HEALTH_CHECK: JSON.stringify(Array(32).fill('a')) }).node.healthCheck).toHaveLength(32);
});

describe('the command line', () => {
  test('nothing is a launch', () => {
    expect(readArguments([])).toEqual({ action: 'launch', settings: {}, root: '/', userConfig: undefined });
  });
  test('flags of near/mpc stand for variables', () => {
    const flags = ['--platform', 'TEE', '--docker-content-trust=1', '--default-image-digest', DIGEST];
    expect(readArguments(flags).settings).toEqual(GOOD);
  });
  test.each([
    [['--check'], { action: 'check' }],
    [['--render', 'f.toml'], { action: 'render', userConfig: 'f.toml' }],
    [['--help', '--check', '--render'], { action: 'help' }],
    [['-h'], { action: 'help' }],
    [['--version'], { action: 'version' }],
    [['--test-root', '/x'], { action: 'launch', root: '/x' }],
  ])('%j', (args, expected) => expect(readArguments(args)).toMatchObject(expected));
  test.each([
    [['--frobnicate'], "Unknown option '--frobnicate'"],
    [['--frobnicate', '--x'], "Unknown option '--frobnicate'"],
    [['--platform'], '--platform'],
    [['--check', '--render'], '--check and --render do not go together'],
    [['f.toml'], 'a launch reads /tapp/user_config'],
    [['--check', 'a', 'b'], 'one user config is read, 2 are given'],
    [['--test-root', 'x'], '--test-root is no absolute path'],
  ])('%j is refused', async (args, why) => {
    const error = await failure(() => readArguments(args));
    expect(error).toMatchObject({ code: 'usage', exitCode: 2, hint: 'call it with --help' });
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('To specify');
  });
});
