import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mountTmpfs } from '../support/tmpfs.ts';
import { NAME, OCI_MANIFEST, Shelf, useRegistry } from '../registry/fake-registry.ts';
import { NODE_TABLES } from './user-config.ts';
import { approved, DEFAULT, NEWEST, OLDER, useMachine } from './machine.ts';

const TEE = { env: { PLATFORM: 'TEE' } };
const HASHES = 'mnt/shared/image-digest.bin';
const NODE_CONFIG = 'mnt/shared/mpc-config.toml';

const emitted = (agent: { requests: readonly { method: string }[] }): number =>
  agent.requests.filter(({ method }) => method === 'EmitEvent').length;

/** Process 1 may be slow to bury the dead: a zombie has ended. */
const runs = (pid: number): boolean => {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('one boot', () => {
  test('a pull that fails: no event, no config, no container; the next run does all of it', async () => {
    const machine = await useMachine();
    const agent = await machine.agent();
    machine.behave('pull', 'echo "manifest unknown" >&2; exit 1');
    const failed = await machine.run(TEE);
    expect(failed).toMatchObject({ code: 40, stdout: '' });
    expect(failed.stderr).toContain('manifest unknown; nothing has been started');
    expect([machine.deeds().length, emitted(agent), machine.read(NODE_CONFIG)]).toEqual([1, 0, undefined]);
    machine.behave('pull', '');
    expect((await machine.run(TEE)).code).toBe(0);
    expect(emitted(agent)).toBe(1);
  });

  test('a registry that is down, then up', async () => {
    const machine = await useMachine();
    machine.behave('pull', 'if [[ ! -e $root/up ]]; then : > "$root/up"; echo "connection refused" >&2; exit 1; fi');
    const { code, stderr } = await machine.run();
    expect(code).toBe(0);
    expect(stderr).toContain('docker pull failed, retrying in 1 s');
    expect(machine.deeds()).toEqual([
      `pull nearone/mpc-node:3.13.2@${DEFAULT}`,
      `pull nearone/mpc-node:3.13.2@${DEFAULT}`,
      'compose up',
    ]);
  });

  test('a pull that hangs is ended with all that it started, and tried again', async () => {
    const machine = await useMachine();
    machine.behave('pull', '/bin/sleep 600 & echo $! >> "$root/pids"; wait');
    const { code, stderr } = await machine.run({ env: { DOCKER_TIMEOUT_SECS: '1' } });
    expect(code).toBe(40);
    expect(stderr).toContain('took more than 1 s');
    expect(stderr).toContain('(attempt 3)');
    const pids = machine.read('pids')?.trim().split('\n').map(Number) ?? [];
    expect(pids).toHaveLength(3);
    expect(pids.filter(runs)).toEqual([]);
  });

  test('docker without compose is found before anything is pulled', async () => {
    const machine = await useMachine();
    const agent = await machine.agent();
    machine.behave('version', `echo "docker: 'compose' is not a docker command." >&2; exit 1`);
    const { code, stderr } = await machine.run(TEE);
    expect(code).toBe(50);
    expect(stderr).toContain("docker compose version ended with status 1: docker: 'compose' is not a docker command.");
    expect([machine.deeds(), emitted(agent)]).toEqual([[], 0]);
  });

  test('compose that fails: the event is there, and the next run does not write another', async () => {
    const machine = await useMachine();
    const agent = await machine.agent();
    machine.behave('up', 'echo "port is already allocated" >&2; exit 17');
    const failed = await machine.run(TEE);
    expect(failed).toMatchObject({ code: 50, stdout: '' });
    expect(failed.stderr).toContain('docker compose up ended with status 17: port is already allocated');
    machine.behave('up', '');
    expect(await machine.run(TEE)).toMatchObject({ code: 0, stdout: 'MPC launched successfully.\n' });
    expect(emitted(agent)).toBe(1);
    expect(readdirSync(join(machine.root, 'tmp'))).toEqual([]);
  });

  test('a config that cannot be written: what was there stays, nothing is started', async () => {
    const machine = await useMachine();
    mkdirSync(join(machine.root, NODE_CONFIG));
    const { code, stderr } = await machine.run();
    expect(code).toBe(50);
    expect(stderr).toContain('mpc-config.toml is there already, and no plain file');
    expect(machine.deeds()).toEqual([`pull nearone/mpc-node:3.13.2@${DEFAULT}`]);
    expect(readdirSync(join(machine.root, 'mnt/shared'))).toEqual(['mpc-config.toml']);
  });

  test('a disk that is full: the old config stays whole, nothing is started, and no event is written twice', async ({
    skip,
  }) => {
    const machine = await useMachine();
    const mount = mountTmpfs(join(machine.root, 'mnt/shared'), { bytes: 16 * 1024 });
    if (mount === undefined) return skip('no file system can be mounted here');
    onTestFinished(() => mount.unmount());
    const agent = await machine.agent();
    expect((await machine.run(TEE)).code).toBe(0);
    const config = machine.read(NODE_CONFIG);
    machine.write('mnt/shared/filler', 'x'.repeat(4 * 1024));
    try {
      machine.write('mnt/shared/filler', 'x'.repeat(16 * 1024));
    } catch {
      // It is full now.
    }
    const { code, stderr } = await machine.run(TEE);
    expect(code).toBe(50);
    expect(stderr).toContain('hint: make room on that disk');
    expect([machine.read(NODE_CONFIG), emitted(agent)]).toEqual([config, 1]);
    expect(machine.deeds().at(-1)).toMatch(/^pull /);
    expect(readdirSync(join(machine.root, 'mnt/shared')).sort()).toEqual(['filler', 'mpc-config.toml']);
  });

  test('a newer image is approved while the machine runs: reboot, before anything is pulled', async () => {
    const machine = await useMachine();
    const agent = await machine.agent();
    machine.write(HASHES, approved(OLDER));
    expect((await machine.run(TEE)).code).toBe(0);
    const [before, config] = [machine.deeds().length, machine.read(NODE_CONFIG)];
    machine.write(HASHES, approved(NEWEST, OLDER));
    const { code, stderr } = await machine.run(TEE);
    expect(code).toBe(10);
    expect(stderr).toContain('this boot has recorded mpc-image-digest for');
    expect(stderr).toContain('hint: one image for each boot, since RTMR3 cannot be taken back: reboot the CVM');
    expect([machine.deeds().length, machine.read(NODE_CONFIG), emitted(agent)]).toEqual([before, config, 1]);
  });

  test('after the reboot the newest runs', async () => {
    const machine = await useMachine();
    await machine.agent();
    machine.write(HASHES, approved(NEWEST, OLDER));
    expect((await machine.run(TEE)).code).toBe(0);
    expect(machine.deeds()[0]).toBe(`pull nearone/mpc-node:3.13.2@${NEWEST}`);
  });

  test('an override that is approved runs', async () => {
    const machine = await useMachine();
    machine.write(HASHES, approved(NEWEST, OLDER));
    const text = machine.read('tapp/user_config') ?? '';
    machine.write('tapp/user_config', text.replace('port_mappings', `mpc_hash_override = "${OLDER}"\nport_mappings`));
    expect((await machine.run()).code).toBe(0);
    expect(machine.deeds()[0]).toBe(`pull nearone/mpc-node:3.13.2@${OLDER}`);
  });
});

describe('the guest agent', () => {
  test.each([
    ['hangs', { Info: { kind: 'hang' } } as const, 40, 'the guest agent'],
    ['answers no JSON', { Info: { kind: 'text', body: '<html>' } } as const, 30, "the guest agent's answer to Info"],
    ['answers without a log', { Info: { kind: 'text', body: '{}' } } as const, 30, 'tcb_info is missing'],
    ['refuses', { Info: { kind: 'error', message: 'not today' } } as const, 40, 'not today'],
  ])('%s: nothing is pulled', async (_, faults, status, says) => {
    const machine = await useMachine();
    await machine.agent({ faults });
    const { code, stderr } = await machine.run(TEE);
    expect(code, stderr).toBe(status);
    expect(stderr).toContain(says);
    expect(machine.deeds()).toEqual([]);
  });

  test('refuses the event: the image is there, nothing is written or started', async () => {
    const machine = await useMachine();
    const agent = await machine.agent({ faults: { EmitEvent: { kind: 'error', message: 'no' } } });
    expect((await machine.run(TEE)).code).toBe(40);
    expect([machine.deeds().length, machine.read(NODE_CONFIG), emitted(agent)]).toEqual([1, undefined, 1]);
  });

  test('is gone by the time of the event', async () => {
    const machine = await useMachine();
    await machine.agent();
    machine.behave('pull', '/bin/rm "$root/var/run/dstack.sock"');
    const { code, stderr } = await machine.run(TEE);
    expect(code).toBe(40);
    expect(stderr).toContain('the guest agent cannot be reached');
    expect([machine.deeds().length, machine.read(NODE_CONFIG)]).toEqual([1, undefined]);
  });

  test("somebody else's event before ours: nothing is pulled", async () => {
    const machine = await useMachine();
    const agent = await machine.agent();
    await agent.emit('evil', 'x');
    const { code, stderr } = await machine.run(TEE);
    expect(code).toBe(10);
    expect(stderr).toContain("the event 'evil' was written before mpc-image-digest");
    expect([machine.deeds(), emitted(agent)]).toEqual([[], 0]);
  });

  test('the event of trusted-workload-launcher before ours is as it should be', async () => {
    const machine = await useMachine();
    const agent = await machine.agent();
    await agent.emit('trusted-workload-launcher', new Uint8Array(32));
    expect((await machine.run(TEE)).code).toBe(0);
    expect(emitted(agent)).toBe(1);
  });

  test('has no EmitEvent: refused unless the measured environment agrees', async () => {
    const machine = await useMachine();
    await machine.agent({ version: '0.6.0' });
    const refused = await machine.run(TEE);
    expect(refused.code).toBe(20);
    expect(machine.read(NODE_CONFIG)).toBeUndefined();
    const agreed = await machine.run({ env: { PLATFORM: 'TEE', REQUIRE_RTMR3: '0' } });
    expect(agreed).toMatchObject({ code: 0, stdout: 'MPC launched successfully.\n' });
    expect(agreed.stderr).toContain('An auditor has the compose file of the launcher and its log alone');
  });
});

test('flags stand for variables, and options of the node are in its compose file', async () => {
  const machine = await useMachine();
  const bare = { PLATFORM: 'TEE', DOCKER_CONTENT_TRUST: undefined, DEFAULT_IMAGE_DIGEST: undefined };
  const { code } = await machine.run({
    env: { ...bare, MPC_NODE_RUST_LOG: 'info', MPC_NODE_RUST_BACKTRACE: '1', RUST_LOG: 'trace' },
    args: ['--platform', 'NONTEE', '--docker-content-trust', '1', '--default-image-digest', DEFAULT],
  });
  expect(code).toBe(0);
  expect(parseYaml(machine.calls().at(-1)?.compose ?? '').services['mpc-node'].environment).toEqual([
    'RUST_LOG=info',
    'RUST_BACKTRACE=1',
  ]);
});

describe('IMAGE_DIGEST_KIND=config', () => {
  const launcherTable = (registry: string): string => `[launcher_config]
image_tags = ["latest"]
image_name = "${NAME}"
registry = "${registry}"
rpc_request_timeout_secs = 2
rpc_request_interval_secs = 1
rpc_max_attempts = 0
port_mappings = []
${NODE_TABLES}`;

  test('the event and [tee] have the digest of the config, docker that of the manifest', async () => {
    const machine = await useMachine();
    const agent = await machine.agent();
    const shelf = new Shelf();
    const config = shelf.blob('{}', 'application/vnd.oci.image.config.v1+json');
    const manifest = shelf.manifest({ mediaType: OCI_MANIFEST, config, layers: [] }, 'latest');
    const { host } = new URL((await useRegistry(shelf)).url);
    machine.write('tapp/user_config', launcherTable(host));
    const env = { PLATFORM: 'TEE', IMAGE_DIGEST_KIND: 'config', DEFAULT_IMAGE_DIGEST: config.digest };
    const { code, stderr } = await machine.run({ env });
    expect(code, stderr).toBe(0);
    expect(machine.deeds()).toEqual([`pull ${host}/${NAME}@${manifest.digest}`, 'compose up']);
    expect(machine.calls().at(-1)?.compose).toContain(`image: "${host}/${NAME}@${manifest.digest}"`);
    expect(agent.events().at(-1)).toMatchObject({ event_payload: config.digest.slice('sha256:'.length) });
    expect(machine.read(NODE_CONFIG)).toContain(`image_hash = "${config.digest}"`);
    const check = await machine.run({ env, args: ['--check'] });
    expect(check.stdout).toContain(`digest of:  config\n`);
    expect(check.stdout).toContain(`repository: ${host}/${NAME}\ntags:       latest\n`);
    expect((await machine.run({ env, args: ['--render'] })).stdout).toContain(manifest.digest);
  });

  test('a config that no tag leads to: nothing is pulled', async () => {
    const machine = await useMachine();
    const { host } = new URL((await useRegistry(new Shelf())).url);
    machine.write('tapp/user_config', launcherTable(host));
    const { code, stderr } = await machine.run({ env: { IMAGE_DIGEST_KIND: 'config' } });
    expect(code).toBe(10);
    expect(stderr).toContain('leads to an image with the config');
    expect(machine.deeds()).toEqual([]);
  });
});
