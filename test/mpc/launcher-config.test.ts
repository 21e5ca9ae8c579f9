import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { readLauncherConfig } from '../../src/mpc/config/launcher-config.ts';
import { parseUserConfig } from '../../src/mpc/config/read-user-config.ts';
import { renderCompose } from '../../src/mpc/compose-file.ts';
import { toToml } from '../../src/mpc/config/node-config.ts';
import type { TomlTable } from '../../src/mpc/config/toml-values.ts';
import { failure } from './failure.ts';
import { LAUNCHER_TABLE } from './machine.ts';
import { NODE_TABLES } from './user-config.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const table = (text: string): TomlTable => parse(text, { integersAsBigInt: true });
const MINIMAL = { image_reference: '"nearone/mpc-node"', port_mappings: '[]' };
const textOf = (keys: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(keys)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${value}\n`]))
    .join('');
const read = (keys: Readonly<Record<string, string | undefined>> = {}) =>
  readLauncherConfig(table(textOf({ ...MINIMAL, ...keys })), 'manifest');

const TAGGED = {
  image_tags: '["3.13.2", "latest"]',
  image_name: '"nearone/mpc-node"',
  registry: '"docker.io"',
  rpc_request_timeout_secs: '10',
  rpc_request_interval_secs: '1',
  rpc_max_attempts: '20',
  port_mappings: '[]',
};
const readTagged = (keys: Readonly<Record<string, string | undefined>> = {}) =>
  readLauncherConfig(table(textOf({ ...TAGGED, ...keys })), 'config');

describe('near/mpc types.rs', () => {
  test('port_mapping_valid_deserialization', () => {
    expect(read({ port_mappings: '[{ host = 11780, container = 80 }]' }).ports).toEqual([
      { host: 11780, container: 80 },
    ]);
  });
  test.each([
    ['port_mapping_rejects_zero_port', '{ host = 0, container = 80 }', '[0].host is 0, not from 1 to 65535'],
    [
      'port_mapping_rejects_out_of_range_port',
      '{ host = 80, container = 65536 }',
      '[0].container is 65536, not from 1',
    ],
    ['a negative port', '{ host = -1, container = 80 }', '[0].host is -1, not from 1 to 65535'],
    ['a port that is a float', '{ host = 80.0, container = 80 }', '[0].host is not a whole number'],
    ['a port that is text', '{ host = "80", container = 80 }', '[0].host is not a whole number'],
    ['a mapping without a container', '{ host = 80 }', '[0].container is missing'],
    ['a mapping that is text', '"80:80"', '[0] is not a table of host and container'],
  ])('%s', async (_, mapping, why) => {
    const error = await failure(() => read({ port_mappings: `[${mapping}]` }));
    expect(error).toMatchObject({ code: 'port-mapping-invalid', exitCode: 30 });
    expect(error.message).toContain(`launcher_config.port_mappings${why}`);
    expect(error.hint).toContain('{ host = 8080, container = 8080 }');
  });
  test('the ends of the range, and a key that is not known', () => {
    const ports = read({ port_mappings: '[{ host = 1, container = 65535, protocol = "udp" }]' }).ports;
    expect(ports).toEqual([{ host: 1, container: 65535 }]);
  });
  test('port_mapping_docker_compose_value', () => {
    const { ports } = read({ port_mappings: '[{ host = 11780, container = 80 }]' });
    const options = { rustLog: undefined, rustBacktrace: undefined, logRotation: undefined, healthCheck: undefined };
    expect(renderCompose({ platform: 'TEE', image: 'x', ports, options })).toContain('"11780:80"');
  });
  test('config_deserializes_valid_toml', () => {
    const { launcher, node } = parseUserConfig(Buffer.from(`${LAUNCHER_TABLE}${NODE_TABLES}`), 'f');
    expect(readLauncherConfig(launcher, 'manifest')).toEqual({
      image: { kind: 'manifest', reference: 'nearone/mpc-node:3.13.2' },
      pull: { retries: 2, firstMs: 1000, longestMs: 1000 },
      override: undefined,
      ports: [
        { host: 80, container: 80 },
        { host: 8080, container: 8080 },
      ],
      unknownKeys: [],
    });
    expect(node).toMatchObject({ home_dir: '/data', node: { cores: 6n } });
  });
  test('config_deserializes_with_registry_prefix', () => {
    const { image, ports } = read({ image_reference: '"ghcr.io:443/x/y:z"' });
    expect({ image, ports }).toEqual({ image: { kind: 'manifest', reference: 'ghcr.io:443/x/y:z' }, ports: [] });
  });
  test('config_mpc_config_round_trips_to_toml_string', () => {
    const { node } = parseUserConfig(Buffer.from(`[launcher_config]\n${NODE_TABLES}`), 'f');
    expect(table(toToml(node))).toEqual(node);
  });
  test('config_rejects_missing_required_field', async () => {
    const error = await failure(() => parseUserConfig(Buffer.from(LAUNCHER_TABLE), 'f'));
    expect(error).toMatchObject({ code: 'key-missing' });
    expect(error.message).toContain('[mpc_node_config]');
  });
});

describe('pull settings', () => {
  test('defaults are 5 retries, after 2 s at first and 60 s at most', () => {
    expect(read().pull).toEqual({ retries: 5, firstMs: 2000, longestMs: 60_000 });
  });
  test('a first pause beyond the longest is lowered', () => {
    expect(read({ pull_retry_interval_secs: '9', pull_max_delay_secs: '4' }).pull).toMatchObject({
      firstMs: 4000,
      longestMs: 4000,
    });
  });
  test('the ends of the bounds', () => {
    expect(read({ pull_max_retries: '0', pull_retry_interval_secs: '1', pull_max_delay_secs: '1' }).pull).toEqual({
      retries: 0,
      firstMs: 1000,
      longestMs: 1000,
    });
    const most = { pull_max_retries: '1000', pull_retry_interval_secs: '3600', pull_max_delay_secs: '3600' };
    expect(read(most).pull).toEqual({ retries: 1000, firstMs: 3_600_000, longestMs: 3_600_000 });
  });
  test.each([
    ['pull_max_retries', '-1', 'out-of-bounds', 'is -1, not from 0 to 1000'],
    ['pull_max_retries', '1001', 'out-of-bounds', 'is 1001, not from 0 to 1000'],
    ['pull_max_retries', '5.0', 'value-invalid', 'is not a whole number'],
    ['pull_retry_interval_secs', '0', 'out-of-bounds', 'is 0, not from 1 to 3600'],
    ['pull_retry_interval_secs', '3601', 'out-of-bounds', 'is 3601, not from 1 to 3600'],
    ['pull_max_delay_secs', '0', 'out-of-bounds', 'is 0, not from 1 to 3600'],
    ['pull_max_delay_secs', '18446744073709551615', 'user-config-malformed', ''],
    ['pull_max_delay_secs', '"60"', 'value-invalid', 'is not a whole number'],
  ])('%s = %s', async (key, value, code, why) => {
    const text = `[launcher_config]\n${textOf({ ...MINIMAL, [key]: value })}[mpc_node_config]\n`;
    const error = await failure(() => readLauncherConfig(parseUserConfig(Buffer.from(text), 'f').launcher, 'manifest'));
    expect(error).toMatchObject({ code, exitCode: 30 });
    if (why !== '') expect(error.message).toBe(`launcher_config.${key} ${why}`);
  });
});

describe('other keys', () => {
  test.each([
    ['image_reference', undefined, 'key-missing', 'launcher_config.image_reference is missing'],
    ['image_reference', '1', 'value-invalid', 'launcher_config.image_reference is not a string'],
    ['image_reference', '"a b"', 'image-reference-invalid', "launcher_config.image_reference 'a b' holds a character"],
    ['port_mappings', undefined, 'key-missing', 'launcher_config.port_mappings is missing'],
    ['port_mappings', '"80:80"', 'value-invalid', 'launcher_config.port_mappings is not an array'],
    ['mpc_hash_override', '5', 'value-invalid', 'launcher_config.mpc_hash_override is not a string'],
    [
      'mpc_hash_override',
      `"${'ab'.repeat(32)}"`,
      'override-malformed',
      'mpc_hash_override does not begin with sha256:',
    ],
    ['mpc_hash_override', '"sha256:ab"', 'override-malformed', 'does not have 64 hex digits after sha256:'],
    ['mpc_hash_override', '""', 'override-malformed', 'does not begin with sha256:'],
  ])('%s = %s', async (key, value, code, why) => {
    const error = await failure(() => read({ [key]: value }));
    expect(error).toMatchObject({ code, exitCode: 30 });
    expect(error.message).toContain(why);
    expect(error.hint).toBeTruthy();
  });

  test('port mappings up to their number', async () => {
    const many = (count: number): string => `[${'{ host = 1, container = 1 },'.repeat(count)}]`;
    expect(read({ port_mappings: many(1024) }).ports).toHaveLength(1024);
    const error = await failure(() => read({ port_mappings: many(1025) }));
    expect(error.message).toBe('launcher_config.port_mappings has more than 1024 elements');
  });

  test('an override in upper case is the same digest', () => {
    expect(read({ mpc_hash_override: `"sha256:${'AB'.repeat(32)}"` }).override).toBe(DIGEST);
  });

  test('keys that are not known are left alone, and named', () => {
    expect(read({ image_refrence: '1', image_name: '""' }).unknownKeys).toEqual(['image_refrence', 'image_name']);
  });

  test('what to do about it', async () => {
    const hint = async (keys: Readonly<Record<string, string | undefined>>) => (await failure(() => read(keys))).hint;
    expect(await hint({ image_reference: undefined })).toBe('docs/mpc-launcher.md lists the keys');
    expect(await hint({ image_reference: '1' })).toBe('correct it in the user config');
    expect(await hint({ mpc_hash_override: '""' })).toContain('copy it out of the list of approved hashes');
  });

  test('of the other generation only what is missing is told so', async () => {
    const plain = await failure(() => read({ image_reference: undefined }));
    expect(plain.message).toBe('launcher_config.image_reference is missing');
    const other = await failure(() => read({ image_tags: '["a"]', image_reference: '1' }));
    expect(other).toMatchObject({ code: 'value-invalid', message: 'launcher_config.image_reference is not a string' });
    expect(readTagged({ image_reference: '"x"' }).unknownKeys).toEqual(['image_reference']);
  });

  test('a config of the other generation is told so', async () => {
    const old = await failure(() => readLauncherConfig(table(textOf(TAGGED)), 'manifest'));
    expect(old).toMatchObject({ code: 'key-missing' });
    expect(old.message).toBe(
      'launcher_config.image_reference is missing, and image_tags is of a config for IMAGE_DIGEST_KIND=config',
    );
    expect(old.hint).toContain('which is measured, says which of the two it is');
    expect(old.cause).toMatchObject({ message: 'launcher_config.image_reference is missing' });
    const current = await failure(() => readLauncherConfig(table(textOf(MINIMAL)), 'config'));
    expect(current.message).toMatch(/image_tags is missing, and image_reference is of .* IMAGE_DIGEST_KIND=manifest$/);
  });
});

describe('the config-digest profile', () => {
  test('its keys', () => {
    expect(readTagged().image).toEqual({
      kind: 'config',
      registry: 'docker.io',
      name: 'nearone/mpc-node',
      tags: ['3.13.2', 'latest'],
      requestMs: 10_000,
      requests: { retries: 20, firstMs: 1000, longestMs: 60_000 },
    });
    expect(readTagged({ rpc_request_interval_secs: '3600' }).image).toMatchObject({ requests: { firstMs: 60_000 } });
  });
  test.each(Object.keys(TAGGED))('%s is required', async (key) => {
    const error = await failure(() => readTagged({ [key]: undefined }));
    expect(error).toMatchObject({ code: 'key-missing', message: `launcher_config.${key} is missing` });
  });
  test.each([
    ['image_tags', '[]', 'value-invalid', 'is empty'],
    ['image_tags', '"latest"', 'value-invalid', 'is not an array'],
    ['image_tags', '[1]', 'value-invalid', 'launcher_config.image_tags[0] is not a string'],
    ['image_tags', `[${'"a",'.repeat(65)}]`, 'value-invalid', 'has more than 64 elements'],
    ['rpc_request_timeout_secs', '0', 'out-of-bounds', 'not from 1 to 600'],
    ['rpc_request_timeout_secs', '601', 'out-of-bounds', 'not from 1 to 600'],
    ['rpc_request_interval_secs', '0', 'out-of-bounds', 'not from 1 to 3600'],
    ['rpc_max_attempts', '1001', 'out-of-bounds', 'not from 0 to 1000'],
    ['rpc_max_attempts', '-1', 'out-of-bounds', 'not from 0 to 1000'],
    ['image_name', '"a:b"', 'image-reference-invalid', 'image_name'],
  ])('%s = %s', async (key, value, code, why) => {
    const error = await failure(() => readTagged({ [key]: value }));
    expect(error).toMatchObject({ code, exitCode: 30 });
    expect(error.message).toContain(why);
  });
});
