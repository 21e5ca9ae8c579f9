import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { composeHash, readAppCompose } from '../../src/evidence/app-compose.ts';
import { failure, hex, hexOf, text, thrownBy } from './support.ts';

const MINIMAL = { manifest_version: 2, name: '', runner: 'docker-compose' };
const read = (change: object = {}) => readAppCompose(text(JSON.stringify({ ...MINIMAL, ...change })));

test('the compose hash is that of the very bytes', () => {
  const bytes = text('{ "a": 1 }\n');
  expect(hexOf(composeHash(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
});

describe('readAppCompose', () => {
  test('takes the defaults of the guest where nothing is said', () =>
    expect(read()).toEqual({
      manifestVersion: '2',
      name: '',
      runner: 'docker-compose',
      snapshotter: undefined,
      dockerComposeFile: undefined,
      bashScript: undefined,
      initScripts: [],
      preLaunchScript: undefined,
      kmsEnabled: false,
      gatewayEnabled: false,
      localKeyProviderEnabled: false,
      keyProvider: 'none',
      keyProviderId: hex(''),
      allowedEnvs: [],
      publicLogs: false,
      publicSysinfo: false,
      publicTcbinfo: true,
      noInstanceId: false,
      secureTime: true,
      storageFs: undefined,
      swapSize: undefined,
      eventLogVersion: 1,
      portPolicy: undefined,
      requirements: undefined,
      verityVolumes: [],
      dockerConfig: undefined,
      features: [],
      unknownKeys: [],
    }));

  test('reads every key', () =>
    expect(
      read({
        manifest_version: '3',
        name: 'n',
        runner: 'bash',
        snapshotter: 'stargz',
        docker_compose_file: 'services: {}',
        bash_script: 'b',
        init_script: ['i', 'j'],
        pre_launch_script: 'p',
        kms_enabled: true,
        gateway_enabled: true,
        local_key_provider_enabled: true,
        key_provider: 'tpm',
        key_provider_id: 'ab',
        allowed_envs: ['A'],
        public_logs: true,
        public_sysinfo: true,
        public_tcbinfo: false,
        no_instance_id: true,
        secure_time: false,
        storage_fs: 'zfs',
        swap_size: '1G',
        event_log_version: 2,
        port_policy: { ports: [] },
        requirements: { os_version: '>=0.6' },
        verity_volumes: [{}],
        docker_config: {},
        features: ['kms'],
        zeta: 1,
        __unknown: null,
      }),
    ).toEqual({
      manifestVersion: '3',
      name: 'n',
      runner: 'bash',
      snapshotter: 'stargz',
      dockerComposeFile: 'services: {}',
      bashScript: 'b',
      initScripts: ['i', 'j'],
      preLaunchScript: 'p',
      kmsEnabled: true,
      gatewayEnabled: true,
      localKeyProviderEnabled: true,
      keyProvider: 'tpm',
      keyProviderId: hex('ab'),
      allowedEnvs: ['A'],
      publicLogs: true,
      publicSysinfo: true,
      publicTcbinfo: false,
      noInstanceId: true,
      secureTime: false,
      storageFs: 'zfs',
      swapSize: '1G',
      eventLogVersion: 2,
      portPolicy: { ports: [] },
      requirements: { os_version: '>=0.6' },
      verityVolumes: [{}],
      dockerConfig: {},
      features: ['kms'],
      unknownKeys: ['zeta', '__unknown'],
    }));

  test.each([
    [{}, 'none'],
    [{ kms_enabled: true }, 'kms'],
    [{ local_key_provider_enabled: true }, 'local'],
    [{ kms_enabled: true, local_key_provider_enabled: true }, 'kms'],
    [{ kms_enabled: true, key_provider: 'none' }, 'none'],
    [{ kms_enabled: true, key_provider: 'local' }, 'local'],
    [{ key_provider: 'kms' }, 'kms'],
    [{ kms_enabled: true, key_provider: null }, 'kms'],
  ])('%j takes its keys from %s', (change, kind) => expect(read(change).keyProvider).toBe(kind));

  test.each([
    [{ manifest_version: 1 }, { manifestVersion: '1' }],
    [{ init_script: 'i' }, { initScripts: ['i'] }],
    [{ tproxy_enabled: true }, { gatewayEnabled: true, unknownKeys: [] }],
    [{ gateway_enabled: true }, { gatewayEnabled: true }],
    [{ tproxy_enabled: false, gateway_enabled: false }, { gatewayEnabled: false }],
    [{ swap_size: 1024 }, { swapSize: 1024 }],
    [
      { docker_compose_file: null, swap_size: null },
      { dockerComposeFile: undefined, swapSize: undefined },
    ],
    [{ event_log_version: 1 }, { eventLogVersion: 1 }],
  ])('%j', (change, expected) => expect(read(change)).toMatchObject(expected));

  const where = 'app-compose.json: ';
  test.each([
    [{ manifest_version: undefined }, 'missing: app-compose.json: manifest_version is missing'],
    [{ name: undefined }, 'missing: app-compose.json: name is missing'],
    [{ runner: undefined }, 'missing: app-compose.json: runner is missing'],
    [{ runner: 5 }, 'wrong-type: app-compose.json: runner is of type number, not a string'],
    [{ manifest_version: true }, 'wrong-type: app-compose.json: manifest_version is of type boolean, not a string'],
    [{ manifest_version: '2.0' }, `bad-compose: ${where}manifest_version '2.0' is no version number`],
    [{ manifest_version: ' 2' }, `bad-compose: ${where}manifest_version ' 2' is no version number`],
    [{ manifest_version: 0 }, `bad-compose: ${where}manifest_version '0' is no version number`],
    [{ manifest_version: 1.5 }, `wrong-type: ${where}manifest_version is 1.5`],
    [{ kms_enabled: 'true' }, `wrong-type: ${where}kms_enabled is of type string, not true or false`],
    [{ key_provider: 'KMS' }, `bad-compose: ${where}key_provider 'KMS' is none of none, kms, local, tpm`],
    [{ key_provider_id: 'xy' }, `bad-hex: ${where}key_provider_id is not hex`],
    [{ allowed_envs: 'A' }, `wrong-type: ${where}allowed_envs is of type string, not an array`],
    [{ allowed_envs: ['A', 1] }, `wrong-type: ${where}allowed_envs[1] is of type number, not a string`],
    [{ init_script: [1] }, `wrong-type: ${where}init_script[0] is of type number`],
    [{ docker_compose_file: {} }, `wrong-type: ${where}docker_compose_file is of type object`],
    [{ event_log_version: 3 }, `bad-compose: ${where}event_log_version is 3; 1 and 2 are known`],
    [{ event_log_version: 0 }, `bad-compose: ${where}event_log_version is 0; 1 and 2 are known`],
    [{ requirements: [] }, `wrong-type: ${where}requirements is an array, not an object`],
    [{ verity_volumes: {} }, `wrong-type: ${where}verity_volumes is of type object, not an array`],
    [{ swap_size: true }, `wrong-type: ${where}swap_size is of type boolean`],
  ])('refuses %j', (change, message) => expect(failure(() => read(change))).toContain(message));

  test.each([
    ['[]', 'wrong-type: app-compose.json: the document is an array, not an object'],
    ['{"name":"a","name":"b"}', 'duplicate-key: app-compose.json is not the JSON it should be at 1:13'],
    ['{"name":"a","n\\u0061me":"b"}', 'duplicate-key: app-compose.json'],
    ['{} {}', 'syntax: app-compose.json holds more than one JSON value'],
    [' '.repeat(4 * 1024 * 1024 + 1), 'too-large: app-compose.json is larger than 4194304 bytes'],
  ])('refuses %#', (json, message) => expect(failure(() => readAppCompose(text(json)))).toContain(message));

  test('keeps the cause of a wrong type', () =>
    expect((thrownBy(() => read({ runner: 5 })) as Error).cause).toMatchObject({
      message: 'runner is of type number, not a string',
    }));
});
