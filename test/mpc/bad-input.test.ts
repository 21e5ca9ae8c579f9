import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  approved,
  LAUNCHER_TABLE,
  type Machine,
  NEWEST,
  OLDER,
  type RunMachine,
  USER_CONFIG,
  useMachine,
} from './machine.ts';
import { NODE_TABLES } from './user-config.ts';

const HASHES = 'mnt/shared/image-digest.bin';
const NODE_CONFIG = 'mnt/shared/mpc-config.toml';

interface Case {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  /** What the message holds. */
  readonly says: string;
  readonly change?: (machine: Machine) => void;
  readonly run?: RunMachine;
}

const config =
  (text: string) =>
  (machine: Machine): void =>
    machine.write('tapp/user_config', text);
const launcher = (from: string | RegExp, to: string) => config(USER_CONFIG.replace(from, to));
const node = (text: string) => config(`${LAUNCHER_TABLE}${text}\n${NODE_TABLES}`);
const hashes =
  (text: string) =>
  (machine: Machine): void =>
    machine.write(HASHES, text);
const without =
  (path: string) =>
  (machine: Machine): void =>
    rmSync(join(machine.root, path), { recursive: true });

const override = (digest: string) => launcher('port_mappings', `mpc_hash_override = "${digest}"\nport_mappings`);

const CASES: readonly Case[] = [
  { name: 'an unknown flag', status: 2, code: 'usage', says: "Unknown option '--x'", run: { args: ['--x'] } },
  {
    name: 'no PLATFORM',
    status: 2,
    code: 'setting-missing',
    says: 'PLATFORM is not set',
    run: { env: { PLATFORM: undefined } },
  },
  {
    name: 'another PLATFORM',
    status: 2,
    code: 'setting-invalid',
    says: "PLATFORM is 'tee'",
    run: { env: { PLATFORM: 'tee' } },
  },
  {
    name: 'another PLATFORM by its flag, which wins',
    status: 2,
    code: 'setting-invalid',
    says: "PLATFORM is 'x'",
    run: { args: ['--platform', 'x'] },
  },
  {
    name: 'no DOCKER_CONTENT_TRUST',
    status: 2,
    code: 'setting-missing',
    says: 'DOCKER_CONTENT_TRUST',
    run: { env: { DOCKER_CONTENT_TRUST: undefined } },
  },
  {
    name: 'no DEFAULT_IMAGE_DIGEST',
    status: 2,
    code: 'setting-missing',
    says: 'DEFAULT_IMAGE_DIGEST',
    run: { env: { DEFAULT_IMAGE_DIGEST: undefined } },
  },
  {
    name: 'a DEFAULT_IMAGE_DIGEST without its prefix',
    status: 2,
    code: 'setting-invalid',
    says: 'does not begin with sha256:',
    run: { env: { DEFAULT_IMAGE_DIGEST: 'ab'.repeat(32) } },
  },
  {
    name: 'another LOG_FORMAT',
    status: 2,
    code: 'setting-invalid',
    says: 'LOG_FORMAT',
    run: { env: { LOG_FORMAT: 'xml' } },
  },
  {
    name: 'no user config',
    status: 50,
    code: 'user-config-unreadable',
    says: 'the user config cannot be read',
    change: without('tapp/user_config'),
  },
  {
    name: 'a user config that is a folder',
    status: 50,
    code: 'user-config-unreadable',
    says: 'is a folder',
    change: (machine) => {
      rmSync(join(machine.root, 'tapp/user_config'));
      mkdirSync(join(machine.root, 'tapp/user_config'));
    },
  },
  {
    name: 'a user config that is too large',
    status: 50,
    code: 'user-config-unreadable',
    says: 'larger than',
    change: config('#'.repeat(1024 * 1024 + 1)),
  },
  {
    name: 'bad TOML',
    status: 30,
    code: 'user-config-malformed',
    says: 'is no TOML',
    change: config('[launcher_config'),
  },
  {
    name: 'no [launcher_config]',
    status: 30,
    code: 'key-missing',
    says: 'no table [launcher_config]',
    change: config(NODE_TABLES),
  },
  {
    name: 'no [mpc_node_config]',
    status: 30,
    code: 'key-missing',
    says: 'no table [mpc_node_config]',
    change: config(LAUNCHER_TABLE),
  },
  {
    name: 'no image_reference',
    status: 30,
    code: 'key-missing',
    says: 'image_reference is missing',
    change: launcher(/image_reference.*\n/, ''),
  },
  {
    name: 'an image_reference that would be YAML',
    status: 30,
    code: 'image-reference-invalid',
    says: 'holds a character',
    change: launcher('nearone/mpc-node:3.13.2', 'a\\n    privileged: true'),
  },
  {
    name: 'an image_reference with a digest',
    status: 30,
    code: 'image-reference-invalid',
    says: 'holds a digest',
    change: launcher('3.13.2', `3.13.2@${NEWEST}`),
  },
  {
    name: 'an image_reference that would be a flag',
    status: 30,
    code: 'image-reference-invalid',
    says: 'does not begin',
    change: launcher('nearone/mpc-node:3.13.2', '--all-tags'),
  },
  {
    name: 'retries out of bounds',
    status: 30,
    code: 'out-of-bounds',
    says: 'pull_max_retries is -1',
    change: launcher('retries = 2', 'retries = -1'),
  },
  {
    name: 'a port of 0',
    status: 30,
    code: 'port-mapping-invalid',
    says: 'port_mappings[0].host is 0',
    change: launcher('host = 80,', 'host = 0,'),
  },
  {
    name: 'a malformed override',
    status: 30,
    code: 'override-malformed',
    says: 'mpc_hash_override',
    change: override('latest'),
  },
  {
    name: 'a key of the launcher',
    status: 30,
    code: 'reserved-key',
    says: 'mpc_node_config.tee',
    change: (machine) => machine.write('tapp/user_config', `${USER_CONFIG}\n[mpc_node_config.tee]\n`),
  },
  {
    name: 'gcp in a TEE',
    status: 10,
    code: 'restricted-key',
    says: 'mpc_node_config.gcp',
    change: node('[mpc_node_config.gcp]\nproject_id = "x"'),
    run: { env: { PLATFORM: 'TEE' } },
  },
  {
    name: 'an override without a list',
    status: 10,
    code: 'override-without-list',
    says: 'there is no list',
    change: override(NEWEST),
  },
  {
    name: 'an override that is not approved',
    status: 10,
    code: 'override-not-approved',
    says: 'is not in the list',
    change: (machine) => {
      override(NEWEST)(machine);
      hashes(approved(OLDER))(machine);
    },
  },
  {
    name: 'a list that is a folder',
    status: 50,
    code: 'hashes-unreadable',
    says: 'cannot be read',
    change: (machine) => mkdirSync(join(machine.root, HASHES)),
  },
  {
    name: 'a list that leads in a circle',
    status: 50,
    code: 'hashes-unreadable',
    says: 'cannot be read',
    change: (machine) => symlinkSync('image-digest.bin', join(machine.root, HASHES)),
  },
  {
    name: 'a list that is no JSON',
    status: 30,
    code: 'hashes-malformed',
    says: 'is malformed',
    change: hashes('{"approved_ha'),
  },
  {
    name: 'a list without its key',
    status: 30,
    code: 'hashes-malformed',
    says: 'approved_hashes is missing',
    change: hashes('{"hashes": []}'),
  },
  { name: 'an empty list', status: 30, code: 'hashes-empty', says: 'is empty', change: hashes(approved()) },
  {
    name: 'one malformed digest at the end of a list',
    status: 30,
    code: 'hashes-malformed',
    says: 'approved_hashes[1]',
    change: hashes(approved(NEWEST, 'x')),
  },
  {
    name: 'no docker',
    status: 50,
    code: 'docker-missing',
    says: 'there is no docker command',
    change: without('usr/bin/docker'),
  },
  {
    name: 'no socket of the engine',
    status: 50,
    code: 'docker-unreachable',
    says: 'docker.sock',
    change: (machine) => {
      without('var/run/docker.sock')(machine);
      machine.write('var/run/docker.sock', '');
    },
  },
  {
    name: 'no shared volume',
    status: 50,
    code: 'shared-folder-unusable',
    says: '/mnt/shared cannot be written to',
    change: without('mnt/shared'),
  },
  { name: 'no /tmp', status: 50, code: 'private-folder-failed', says: 'no folder can be made', change: without('tmp') },
  {
    name: 'main_tee_fails_closed_before_launch: no socket of the guest agent',
    status: 50,
    code: 'agent-missing',
    says: 'there is no socket',
    run: { env: { PLATFORM: 'TEE' } },
  },
  {
    name: 'a guest agent at whose socket nobody listens',
    status: 50,
    code: 'agent-missing',
    says: 'there is no socket',
    change: (machine) => machine.write('var/run/dstack.sock', ''),
    run: { env: { PLATFORM: 'TEE' } },
  },
  {
    name: 'a name of a registry that is none, in the config-digest profile',
    status: 30,
    code: 'image-reference-invalid',
    says: "registry 'x' is no host",
    change: config(
      `[launcher_config]\nimage_tags = ["a"]\nimage_name = "n"\nregistry = "x"\nrpc_request_timeout_secs = 1\nrpc_request_interval_secs = 1\nrpc_max_attempts = 0\nport_mappings = []\n${NODE_TABLES}`,
    ),
    run: { env: { IMAGE_DIGEST_KIND: 'config' } },
  },
];

describe('bad input has a message and a status of its own, and nothing is pulled, recorded, written or started', () => {
  test.each(CASES)('$name', async ({ status, code, says, change, run = {} }) => {
    const machine = await useMachine();
    change?.(machine);
    const text = await machine.run(run);
    expect({ code: text.code, stdout: text.stdout }, text.stderr).toEqual({ code: status, stdout: '' });
    const error = text.stderr.split('\n').find((line) => line.includes('error: ')) ?? '';
    expect(error).toContain(says);
    expect(text.stderr).toMatch(/^\[mpc-launcher\] hint: \S/m);
    expect(machine.calls()).toEqual([]);
    expect(machine.read(NODE_CONFIG)).toBeUndefined();
    if (run.env !== undefined && 'LOG_FORMAT' in run.env) return;
    const json = await machine.run({ ...run, env: { ...run.env, LOG_FORMAT: 'json' } });
    const entries = json.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(entries.find(({ level }) => level === 'error')).toMatchObject({
      code,
      message: expect.stringContaining(says),
    });
  });

  test('every case has its own words', () => {
    const words = CASES.map(({ code, says }) => `${code} ${says}`);
    // The two of the agent's socket, and the two of a list that is there and no file, are one fault each.
    expect(new Set(words).size).toBe(words.length - 2);
  });
});
