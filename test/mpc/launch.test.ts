import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { digestV1 } from '../../src/evidence/runtime-digest.ts';
import { parse as parseYaml } from 'yaml';
import { approved, DEFAULT, NEWEST, OLDER, useMachine } from './machine.ts';
import { SECRETS } from './user-config.ts';

const SUCCESS = 'MPC launched successfully.\n';
const HASHES = 'mnt/shared/image-digest.bin';
const NODE_CONFIG = 'mnt/shared/mpc-config.toml';

test('NONTEE: pull, config, compose; no agent is asked', async () => {
  const machine = await useMachine();
  machine.write(HASHES, approved(NEWEST, OLDER));
  const agent = await machine.agent();
  const { code, stdout, stderr } = await machine.run();
  expect(stderr).toContain('rendered docker-compose file');
  expect({ code, stdout }).toEqual({ code: 0, stdout: SUCCESS });
  expect(machine.deeds()).toEqual([`pull nearone/mpc-node:3.13.2@${NEWEST}`, 'compose up']);
  expect(agent.requests).toEqual([]);
  expect(parse(machine.read(NODE_CONFIG) ?? '')).toMatchObject({
    home_dir: '/data',
    tee: {
      image_hash: NEWEST,
      latest_allowed_hash_file_path: '/mnt/shared/image-digest.bin',
      authority: { type: 'local' },
    },
  });
  expect(statSync(join(machine.root, NODE_CONFIG)).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(machine.root, 'mnt/shared')).sort()).toEqual(['image-digest.bin', 'mpc-config.toml']);
});

test('TEE: the event has the 32 bytes, is in RTMR3, and stands there once after a second run', async () => {
  const machine = await useMachine();
  machine.write(HASHES, approved(NEWEST));
  const agent = await machine.agent();
  const before = agent.events().length;
  const first = await machine.run({ env: { PLATFORM: 'TEE' } });
  expect(first).toMatchObject({ code: 0, stdout: SUCCESS });
  const emitted = agent.requests.filter(({ method }) => method === 'EmitEvent');
  expect(emitted).toMatchObject([
    {
      verb: 'POST',
      path: '/EmitEvent',
      parameters: { event: 'mpc-image-digest', payload: NEWEST.slice('sha256:'.length) },
    },
  ]);
  const [event] = agent.events().slice(before);
  const payload = Buffer.from(NEWEST.slice('sha256:'.length), 'hex');
  expect(event?.digest).toBe(Buffer.from(digestV1('mpc-image-digest', payload)).toString('hex'));
  const register = agent.rtmr3();

  const second = await machine.run({ env: { PLATFORM: 'TEE' } });
  expect(second.stderr).toContain('was recorded by an earlier run of this boot');
  expect(second).toMatchObject({ code: 0, stdout: SUCCESS });
  expect(agent.requests.filter(({ method }) => method === 'EmitEvent')).toHaveLength(1);
  expect(agent.rtmr3()).toEqual(register);
  expect(parse(machine.read(NODE_CONFIG) ?? '')).toMatchObject({
    tee: { authority: { type: 'dstack', dstack_endpoint: '/var/run/dstack.sock' } },
  });
});

test('docker runs in a private folder, with an environment made from nothing and an empty env file', async () => {
  const machine = await useMachine();
  const { code } = await machine.run({
    env: {
      HOME: '/nonexistent',
      COMPOSE_FILE: '/evil.yml',
      COMPOSE_PROJECT_NAME: 'evil',
      COMPOSE_PROFILES: 'evil',
      DOCKER_HOST: 'tcp://evil:1',
      DOCKER_CONFIG: '/evil',
      DOCKER_CONTEXT: 'evil',
      LD_PRELOAD_X: '1',
      BASH_ENV: '/evil',
    },
  });
  expect(code).toBe(0);
  const calls = machine.calls();
  expect(
    calls.map(({ args }) => args.join(' ').replaceAll(/\/\S*\/(?=docker-compose|empty|mpc-launcher-)/g, '')),
  ).toEqual([
    'compose version --short',
    `pull nearone/mpc-node:3.13.2@${DEFAULT}`,
    expect.stringMatching(
      /^compose --project-directory mpc-launcher-\S+ --env-file empty\.env -f docker-compose\.yml up -d$/,
    ),
  ]);
  for (const { cwd, env, files } of calls) {
    expect(cwd.startsWith(join(machine.root, 'tmp/mpc-launcher-'))).toBe(true);
    expect(files.filter((name) => !['docker-config', 'docker-compose.yml', 'empty.env'].includes(name))).toEqual([]);
    // What bash sets of its own is not ours.
    const { PWD, SHLVL, OLDPWD, _, ...own } = env;
    expect([PWD, OLDPWD]).toEqual([cwd, undefined]);
    expect(SHLVL).toBeDefined();
    expect(_).toBeDefined();
    expect(own).toEqual({
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: cwd,
      TMPDIR: cwd,
      DOCKER_CONFIG: `${cwd}/docker-config`,
      DOCKER_HOST: `unix://${machine.root}/var/run/docker.sock`,
      DOCKER_CONTENT_TRUST: '1',
      COMPOSE_DISABLE_ENV_FILE: '1',
    });
  }
  expect(calls[2]?.envFile).toBe('');
  expect(parseYaml(calls[2]?.compose ?? '')).toMatchObject({
    name: 'mpc-node',
    services: { 'mpc-node': { image: `nearone/mpc-node:3.13.2@${DEFAULT}`, ports: ['80:80', '8080:8080'] } },
  });
  expect(readdirSync(join(machine.root, 'tmp'))).toEqual([]);
});

test('no secret of the config is in what it prints, however it ends', async () => {
  const machine = await useMachine();
  const outputs: string[] = [];
  const note = async (options: Parameters<typeof machine.run>[0], status: number): Promise<void> => {
    const { code, stdout, stderr } = await machine.run(options);
    expect(code, stderr).toBe(status);
    outputs.push(stdout, stderr);
  };
  await note({}, 0);
  await note({ env: { LOG_FORMAT: 'json' } }, 0);
  await note({ args: ['--check'] }, 0);
  await note({ args: ['--render'] }, 0);
  machine.behave('up', 'echo broken >&2; exit 1');
  await note({}, 50);
  const whole = machine.read('tapp/user_config') ?? '';
  for (const broken of [
    `${whole}\nx = `,
    whole.replace('aabbccddeeff"', 'aabbccddeeff'),
    `${whole}\n[mpc_node_config]\n`,
  ]) {
    machine.write('tapp/user_config', broken);
    await note({}, 30);
  }
  for (const secret of SECRETS) expect(outputs.join('\n')).not.toContain(secret);
});

test('with LOG_FORMAT=json every line is an object, that of success too', async () => {
  const machine = await useMachine();
  const { code, stdout, stderr } = await machine.run({ env: { LOG_FORMAT: 'json' } });
  expect(code).toBe(0);
  const entries = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(entries.map(({ message }) => message.split('\n')[0])).toEqual([
    expect.stringContaining('all paths are below'),
    'starting launcher, PLATFORM=NONTEE',
    'approved hashes file does not exist on disk, falling back to default digest',
    `image digest: ${DEFAULT} (the default of the launcher; of the manifest)`,
    `pulling image nearone/mpc-node:3.13.2@${DEFAULT}`,
    'image pulled successfully',
    'rendered docker-compose file',
    'launching MPC node',
  ]);
  expect(entries[3]).toMatchObject({ program: 'mpc-launcher', level: 'info', digest: DEFAULT, from: 'default' });
  expect(JSON.parse(stdout)).toMatchObject({ level: 'info', message: 'MPC launched successfully.' });
});

test('--check says what would run, and does nothing', async () => {
  const machine = await useMachine();
  machine.write(HASHES, approved(NEWEST, OLDER));
  const { code, stdout } = await machine.run({ args: ['--check'], env: { PLATFORM: 'TEE' } });
  expect(code).toBe(0);
  expect(stdout).toBe(`platform:   TEE
digest:     ${NEWEST} (newest)
digest of:  manifest
approved:   2 in the list
image:      nearone/mpc-node:3.13.2@${NEWEST}
ports:      80:80, 8080:8080
pull:       2 retries, 1 s to 1 s apart
event:      required
node keys:  home_dir, log, near_init, node, pccs_endpoints, secrets, tee
`);
  expect(machine.calls()).toEqual([]);
  expect(machine.read(NODE_CONFIG)).toBeUndefined();
});

test('--render prints both files, secrets masked, and does nothing; another config may be named', async () => {
  const machine = await useMachine();
  machine.write('other.toml', machine.read('tapp/user_config')?.replace('3.13.2', '3.14.0') ?? '');
  const { code, stdout } = await machine.run({ args: ['--render', join(machine.root, 'other.toml')] });
  expect(code).toBe(0);
  const [, compose = '', config = ''] = stdout.split(/^# .*\n/m);
  expect(parseYaml(compose)).toMatchObject({
    services: { 'mpc-node': { image: `nearone/mpc-node:3.14.0@${DEFAULT}` } },
  });
  expect(parse(config)).toMatchObject({
    secrets: { secret_store_key_hex: '***', backup_encryption_key_hex: '***' },
    node: { my_near_account_id: 'op1.testnet', number_of_responder_keys: 1 },
    tee: { image_hash: DEFAULT },
  });
  expect(machine.calls()).toEqual([]);
  expect(machine.read(NODE_CONFIG)).toBeUndefined();
});

test('--help and --version need nothing', async () => {
  const machine = await useMachine();
  const bare = { PLATFORM: undefined, DOCKER_CONTENT_TRUST: undefined, DEFAULT_IMAGE_DIGEST: undefined };
  const help = await machine.run({ args: ['--help'], env: bare });
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/^Usage: mpc-launcher /);
  expect(await machine.run({ args: ['--version'], env: bare })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^mpc-launcher \S+\n$/),
  });
});

test('a signal ends docker too, with the status that a shell would give', async () => {
  const machine = await useMachine();
  machine.behave('pull', `echo $$ > "$root/pid"; exec /bin/sleep 600`);
  const running = machine.start();
  for (let tries = 0; machine.read('pid')?.endsWith('\n') !== true && tries < 500; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  running.kill('SIGTERM');
  expect((await running.result).code).toBe(143);
  const pid = Number(machine.read('pid'));
  const isGone = (): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  for (let tries = 0; !isGone() && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isGone()).toBe(true);
  expect(machine.deeds()).toHaveLength(1);
});
