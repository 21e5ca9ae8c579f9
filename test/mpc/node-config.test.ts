import { parse } from 'smol-toml';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImageDigest } from '../../src/mpc/digest.ts';
import { MASK, maskNodeConfig } from '../../src/mpc/config/mask.ts';
import { injectTee, toToml } from '../../src/mpc/config/node-config.ts';
import { parseUserConfig } from '../../src/mpc/config/read-user-config.ts';
import type { TomlTable } from '../../src/mpc/config/toml-values.ts';
import { holds } from '../support/property.ts';
import { failure } from './failure.ts';
import { NODE_TABLES, SECRETS } from './user-config.ts';

const DIGEST: ImageDigest = `sha256:${'ab'.repeat(32)}`;
const read = (text: string): TomlTable => parse(text, { integersAsBigInt: true });
const again = (table: TomlTable): TomlTable => read(toToml(table));

describe('near/mpc config.rs: injection', () => {
  test('injects_tee_config', () => {
    const result = injectTee(read('home_dir = "/data"'), 'TEE', DIGEST);
    expect(Object.keys(result)).toEqual(['home_dir', 'tee']);
    expect(result.home_dir).toBe('/data');
  });
  test.each([
    ['rejects_user_provided_tee_key', '[tee]\nx = 1'],
    ['tee_as_non_table_value_is_rejected', 'tee = "x"'],
    ['an empty table too', '[tee]'],
  ])('%s', async (_, text) => {
    for (const platform of ['TEE', 'NONTEE'] as const) {
      const error = await failure(() => injectTee(read(text), platform, DIGEST));
      expect(error).toMatchObject({ code: 'reserved-key', exitCode: 30 });
      expect(error.message).toBe("mpc_node_config.tee is the launcher's to write");
      expect(error.hint).toBe("remove 'tee' from [mpc_node_config]");
    }
  });
  test('empty_table_gets_tee_key', () => expect(Object.keys(injectTee({}, 'NONTEE', DIGEST))).toEqual(['tee']));
  test('preserves_all_existing_keys', () => {
    const table = read('a = "x"\nn = 7\n[deep.er]\nb = true\n');
    const { tee: _, ...rest } = again(injectTee(table, 'TEE', DIGEST));
    expect(rest).toEqual(table);
  });
  test('dstack_tee_config_serializes_correctly', () => {
    expect(again(injectTee({}, 'TEE', DIGEST))).toMatchObject({
      tee: { authority: { type: 'dstack', dstack_endpoint: '/var/run/dstack.sock' } },
    });
  });
  test('local_tee_config_serializes_correctly', () => {
    const { tee } = again(injectTee({}, 'NONTEE', DIGEST)) as { tee: { authority: unknown } };
    expect({ ...(tee.authority as object) }).toEqual({ type: 'local' });
  });
  test('image_config_contains_expected_fields', () => {
    expect(again(injectTee({}, 'TEE', DIGEST))).toMatchObject({
      tee: { image_hash: DIGEST, latest_allowed_hash_file_path: '/mnt/shared/image-digest.bin' },
    });
  });
  test('output_re_serializes_to_valid_toml', () => {
    const text = toToml(injectTee(read(NODE_TABLES).mpc_node_config as TomlTable, 'TEE', DIGEST));
    expect(toToml(read(text))).toBe(text);
    expect(text.endsWith('\n') && !text.endsWith('\n\n')).toBe(true);
  });
  test('rejects_gcp_in_tee_mode', async () => {
    const error = await failure(() => injectTee(read('[gcp]\nproject_id = "p"'), 'TEE', DIGEST));
    expect(error).toMatchObject({ code: 'restricted-key', exitCode: 10 });
    expect(error.message).toBe('mpc_node_config.gcp is not allowed with PLATFORM=TEE');
    expect(error.hint).toContain('key shares');
  });
  test('allows_gcp_in_nontee_mode', () => {
    expect(injectTee(read('[gcp]\nproject_id = "p"'), 'NONTEE', DIGEST)).toHaveProperty('gcp.project_id', 'p');
  });
  test('gcp_toml_field_name_is_gcp', () => {
    // GCP and "gcp " are other keys, and the node's to refuse.
    expect(injectTee(read('GCP = 1\n"gcp " = 2'), 'TEE', DIGEST)).toHaveProperty('GCP', 1n);
  });
});

describe('what the node gets keeps its types', () => {
  test('whole numbers, floats, large numbers, dates, tables in lists', () => {
    const text =
      'i = 2\nf = 2.0\nbig = 9223372036854775807\nsmall = 1e-7\ninf = -inf\nd = 2026-01-02\nt = 07:32:00\nl = [[1, 2.0], []]\n[[a]]\n[[a]]\nx = "é\\u0000"\n';
    const out = toToml(read(text));
    for (const line of [
      'i = 2',
      'f = 2.0',
      'big = 9223372036854775807',
      'inf = -inf',
      'd = 2026-01-02',
      'l = [ [ 1, 2.0 ], [] ]',
    ]) {
      expect(out).toContain(`${line}\n`);
    }
    expect(read(out)).toEqual(read(text));
  });
  test('any table reads back as itself', () =>
    holds(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1, unit: 'grapheme' }).filter((key) => key !== '__proto__'),
          fc.oneof(
            fc.string({ unit: 'grapheme' }),
            fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
            fc.double({ noDefaultInfinity: false, noNaN: true }).filter((value) => !Object.is(value, -0)),
            fc.boolean(),
            fc.array(fc.bigInt({ min: 0n, max: 9n })),
          ),
        ),
        (table) => {
          expect({ ...again(table) }).toEqual({ ...table });
        },
      ),
    ));
});

describe('masking', () => {
  const masked = maskNodeConfig(injectTee(read(NODE_TABLES).mpc_node_config as TomlTable, 'TEE', DIGEST));
  test('no secret is left', () => {
    for (const secret of SECRETS) expect(toToml(masked)).not.toContain(secret);
  });
  test('what is none stays', () => {
    expect(masked).toMatchObject({
      home_dir: '/data',
      tee: { image_hash: DIGEST },
      near_init: { chain_id: 'testnet', tier3_public_addr: '198.51.100.7:24567' },
      node: { my_near_account_id: 'op1.testnet', number_of_responder_keys: 1n, indexer: { port_override: 80n } },
    });
  });
  test.each([
    [
      'secrets = { a = "x", n = 5, l = ["y"], deep = { b = "z" } }',
      { secrets: { a: MASK, n: MASK, l: [MASK], deep: { b: MASK } } },
    ],
    ['auth = { kind = "header" }', { auth: { kind: MASK } }],
    [
      'api_token = "x"\nPassword = "x"\nkeyshare_secret_id = "x"',
      { api_token: MASK, Password: MASK, keyshare_secret_id: MASK },
    ],
    [`note = "see ${'0f'.repeat(16)}"`, { note: MASK }],
    [`note = "${'0f'.repeat(15)}0"`, { note: `${'0f'.repeat(15)}0` }],
    ['u = "https://user:pw@rpc.example.com/v2/TOKEN?k=TOKEN"', { u: 'https://rpc.example.com/***' }],
    ['u = "wss://rpc.example.com?k=TOKEN"', { u: 'wss://rpc.example.com/***' }],
    ['u = "https://rpc.example.com:8443/"', { u: 'https://rpc.example.com:8443/' }],
    ['u = "https://rpc.example.com"', { u: 'https://rpc.example.com' }],
    ['l = ["https://a.example/x", 1]', { l: ['https://a.example/***', 1n] }],
    ['keys = 3\nd = 2026-01-02', { keys: 3n, d: expect.anything() }],
  ])('%s', (text, expected) => expect(maskNodeConfig(read(text))).toEqual(expected));
});

describe('the user config', () => {
  const parseText = (text: string | Uint8Array) => () => parseUserConfig(Buffer.from(text), '/tapp/user\u0007config');
  test('both tables, and what else there is does not matter', () => {
    const { launcher, node } = parseText('top = 1\n[launcher_config]\na = 1\n[mpc_node_config]\nb = 2.0\n[x]')();
    expect({ launcher: { ...launcher }, node: { ...node } }).toEqual({ launcher: { a: 1n }, node: { b: 2 } });
  });
  test('the ends of 64 bits are read', () => {
    const text = '[launcher_config]\n[mpc_node_config]\na = [9223372036854775807, -9223372036854775808]';
    expect(parseText(text)().node.a).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
  });
  test('a byte order mark is none of the text', () => {
    expect(Object.keys(parseText('\ufeff[launcher_config]\na = 1\n[mpc_node_config]')().launcher)).toEqual(['a']);
  });
  test.each([
    ['[launcher_config]', 'key-missing', 'the user config has no table [mpc_node_config]'],
    ['[mpc_node_config]', 'key-missing', 'the user config has no table [launcher_config]'],
    ['', 'key-missing', 'the user config has no table [launcher_config]'],
    ['launcher_config = 1\n[mpc_node_config]', 'value-invalid', 'launcher_config of the user config is not a table'],
    ['[[launcher_config]]\n[mpc_node_config]', 'value-invalid', 'launcher_config of the user config is not a table'],
    ['launcher_config = 2026-01-01\n[mpc_node_config]', 'value-invalid', 'is not a table'],
    ['a = ', 'user-config-malformed', 'is no TOML: line 1, column'],
    ['ok = 1\nsecret_key = "SECRET', 'user-config-malformed', 'is no TOML: line 2, column'],
    ['a = 1\na = 2', 'user-config-malformed', 'is no TOML: line 2'],
    ['a = 9223372036854775808', 'user-config-malformed', 'an integer of more than 64 bits: a'],
    ['[[t.u]]\nb = [1, -9223372036854775809]', 'user-config-malformed', 'more than 64 bits: t.u[0].b[1]'],
    ['[__proto__]\nx = 1', 'user-config-malformed', 'is no TOML'],
    [`a = ${'['.repeat(40)}`, 'user-config-malformed', 'is no TOML'],
    [Buffer.from([0x61, 0xff]), 'user-config-malformed', 'is not UTF-8'],
  ])('%j', async (text, code, why) => {
    const error = await failure(parseText(text));
    expect(error).toMatchObject({ code, exitCode: 30 });
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('SECRET');
    expect(error.message).not.toContain('\u0007');
    expect(error.cause).toBeUndefined();
  });
});
