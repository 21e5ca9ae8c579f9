import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'smol-toml';
import { approved, type Machine, type RunMachine } from '../mpc/machine.ts';
import { clearNode, engineSocket, holdNode, useRealMachine as realMachine } from '../mpc/real-machine.ts';
import { NODE_TABLES } from '../mpc/user-config.ts';
import { type RealRegistry, realRegistry } from '../registry/real-registry.ts';
import { type Engine, engine } from '../support/container-engine.ts';
import { launcherTemplate } from '../mpc/launcher-template.ts';
import { startGuestAgent } from '../mocks/guest-agent/start.ts';
import { useScratch } from '../support/use-scratch.ts';
import { buildDropIn } from './mpc-drop-in.ts';
import { type NodeImage, pushNode } from './mpc-image.ts';

const found = await engine();
const dock = found as Engine;
const NAME = 'nearone/mpc-node';
const LAUNCHER = 'nearone/mpc-launcher@sha256:';
const HASHES = 'mnt/shared/image-digest.bin';
const SUCCESS = 'MPC launched successfully.\n';

const useRealMachine = (): Promise<Machine> => realMachine(dock);
const clear = (): Promise<void> => clearNode(dock);

interface Inspected {
  readonly Id: string;
  readonly State: { readonly Running: boolean };
  readonly Config: { readonly Image: string; readonly Cmd: readonly string[]; readonly Env: readonly string[] | null };
  readonly HostConfig: {
    readonly RestartPolicy: { readonly Name: string };
    readonly SecurityOpt: readonly string[];
    readonly Privileged: boolean;
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostPort: string }[]>>;
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
  };
  readonly Mounts: readonly { readonly Destination: string; readonly RW: boolean; readonly Name?: string }[];
}

const inspect = async (): Promise<Inspected | undefined> => {
  const { code, stdout } = await dock.try(['container', 'inspect', 'mpc-node']);
  return code === 0 ? JSON.parse(stdout)[0] : undefined;
};

describe.skipIf(found === undefined || process.arch !== 'x64')('mpc-launcher with a real engine', () => {
  let registry: RealRegistry;
  let release = (): void => {};
  let [first, second]: [NodeImage, NodeImage] = [] as never;

  beforeAll(async () => {
    release = await holdNode();
    const started = await realRegistry();
    if (started === undefined) return;
    registry = started;
    first = await pushNode(registry.host, NAME, { tag: '1', release: 'first' });
    second = await pushNode(registry.host, NAME, { tag: '2', release: 'second', index: true });
  }, 600_000);

  afterAll(async () => {
    await registry?.stop();
    await dock.try([
      'image',
      'rm',
      '-f',
      ...[first, second].map(({ manifest }) => `${registry.host}/${NAME}@${manifest}`),
    ]);
    release();
  });

  beforeEach(async ({ skip }) => {
    if (registry === undefined) skip('there is no registry');
    await clear();
    onTestFinished(clear, 60_000);
  });

  const config = (launcher = ''): string => `[launcher_config]
image_reference = "${registry.host}/${NAME}:1"
pull_max_retries = 3
pull_retry_interval_secs = 1
port_mappings = [{ host = 24567, container = 24567 }]
${launcher}
${NODE_TABLES}`;

  const run = (machine: Machine, options: RunMachine = {}) =>
    machine.run({ ...options, env: { DEFAULT_IMAGE_DIGEST: first.manifest, ...options.env } });

  test('NONTEE, first boot: what docker says runs is what was asked for, and nothing more', async () => {
    const machine = await useRealMachine();
    machine.write('tapp/user_config', config());
    // Compose would take either for its own.
    machine.write('tmp/.env', 'COMPOSE_FILE=/evil.yml\n');
    machine.write('tmp/docker-compose.override.yml', 'services: { mpc-node: { privileged: true } }\n');
    const { code, stdout, stderr } = await run(machine);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: SUCCESS });
    const node = await inspect();
    expect(node).toMatchObject({
      State: { Running: true },
      Config: {
        Image: `${registry.host}/${NAME}:1@${first.manifest}`,
        Cmd: ['/app/mpc-node', 'start-with-config-file', '/mnt/shared/mpc-config.toml'],
      },
      HostConfig: {
        RestartPolicy: { Name: 'on-failure' },
        SecurityOpt: ['no-new-privileges:true'],
        Privileged: false,
        PortBindings: { '24567/tcp': [{ HostPort: '24567' }] },
      },
    });
    expect((node?.Config.Env ?? []).filter((variable) => variable.startsWith('DSTACK'))).toEqual([]);
    expect(node?.Mounts.map(({ Destination, RW }) => [Destination, RW]).sort()).toEqual([
      ['/data', true],
      ['/mnt/shared', true],
      ['/tapp', false],
    ]);
    // As the node sees it.
    const seen = await dock
      .docker('cp', 'mpc-node:/mnt/shared/mpc-config.toml', join(machine.root, 'seen'))
      .then(() => machine.read('seen'));
    expect(parse(seen ?? '')).toMatchObject({ home_dir: '/data', tee: { image_hash: first.manifest } });
  });

  test('TEE: restart keeps the container and the one event; the next image takes a reboot', async () => {
    const machine = await useRealMachine();
    const agent = await machine.agent();
    machine.write('tapp/user_config', config());
    machine.write(HASHES, approved(first.manifest));
    const tee = { env: { PLATFORM: 'TEE' } };
    expect(await run(machine, tee)).toMatchObject({ code: 0, stdout: SUCCESS });
    const before = await inspect();
    expect(before?.Config.Env).toContain('DSTACK_ENDPOINT=/var/run/dstack.sock');
    expect(before?.Mounts.map(({ Destination }) => Destination)).toContain('/var/run/dstack.sock');

    expect(await run(machine, tee)).toMatchObject({ code: 0, stdout: SUCCESS });
    expect((await inspect())?.Id).toBe(before?.Id);
    expect(agent.events().filter(({ event }) => event === 'mpc-image-digest')).toHaveLength(1);

    machine.write(HASHES, approved(second.manifest, first.manifest));
    expect((await run(machine, tee)).code).toBe(10);
    expect((await inspect())?.Id).toBe(before?.Id);

    await agent.close();
    await machine.agent();
    expect(await run(machine, tee)).toMatchObject({ code: 0, stdout: SUCCESS });
    const after = await inspect();
    expect(after?.Id).not.toBe(before?.Id);
    expect(after?.Config.Image).toBe(`${registry.host}/${NAME}:1@${second.manifest}`);
    expect(after?.Mounts.map(({ Name }) => Name)).toContain('mpc-data');
  });

  test('an override that is approved', async () => {
    const machine = await useRealMachine();
    machine.write('tapp/user_config', config(`mpc_hash_override = "${first.manifest}"`));
    machine.write(HASHES, approved(second.manifest, first.manifest));
    expect((await run(machine)).code).toBe(0);
    expect((await inspect())?.Config.Image).toContain(first.manifest);
  });

  test('pull_with_wrong_digest_fails: at once, and nothing runs', async () => {
    const machine = await useRealMachine();
    const agent = await machine.agent();
    machine.write('tapp/user_config', config());
    const { code, stderr } = await run(machine, {
      env: { PLATFORM: 'TEE', DEFAULT_IMAGE_DIGEST: `sha256:${'0'.repeat(64)}` },
    });
    expect(code, stderr).toBe(40);
    expect(stderr).not.toContain('retrying');
    expect(stderr).toContain('nothing has been started');
    expect(await inspect()).toBeUndefined();
    expect(agent.requests.filter(({ method }) => method === 'EmitEvent')).toEqual([]);
  });

  test('a registry that is down is tried again', async () => {
    const machine = await useRealMachine();
    machine.write(
      'tapp/user_config',
      config().replace(registry.host, '127.0.0.1:9').replace('pull_max_retries = 3', 'pull_max_retries = 1'),
    );
    const { code, stderr } = await run(machine, { env: { DEFAULT_IMAGE_DIGEST: `sha256:${'0'.repeat(64)}` } });
    expect(code, stderr).toBe(40);
    expect(stderr).toContain('docker pull failed, retrying in 1 s');
    expect(stderr).toContain('(attempt 2)');
  });

  test('a list that is damaged or cannot be read: what runs goes on, nothing else is started', async () => {
    const machine = await useRealMachine();
    machine.write('tapp/user_config', config());
    expect((await run(machine)).code).toBe(0);
    const before = await inspect();
    machine.write(HASHES, '{"approved_hashes": [');
    expect((await run(machine)).code).toBe(30);
    writeFileSync(join(machine.root, HASHES), '');
    chmodSync(join(machine.root, HASHES), 0);
    expect([30, 50]).toContain((await run(machine)).code);
    expect(await inspect()).toMatchObject({ Id: before?.Id, State: { Running: true } });
  });

  test('config-digest profile: a tag leads through an index to the manifest that is pulled', async () => {
    const machine = await useRealMachine();
    machine.write(
      'tapp/user_config',
      `[launcher_config]
image_tags = ["1", "2"]
image_name = "${NAME}"
registry = "${registry.host}"
rpc_request_timeout_secs = 10
rpc_request_interval_secs = 1
rpc_max_attempts = 3
port_mappings = []
${NODE_TABLES}`,
    );
    const { code, stderr } = await run(machine, {
      env: { IMAGE_DIGEST_KIND: 'config', DEFAULT_IMAGE_DIGEST: second.config },
    });
    expect(code, stderr).toBe(0);
    expect((await inspect())?.Config.Image).toBe(`${registry.host}/${NAME}@${second.manifest}`);
    expect(parse(machine.read('mnt/shared/mpc-config.toml') ?? '')).toMatchObject({
      tee: { image_hash: second.config },
    });
  });

  test('options of the measured environment reach the container', async () => {
    const machine = await useRealMachine();
    machine.write('tapp/user_config', config());
    const { code, stderr } = await run(machine, {
      env: { MPC_NODE_RUST_LOG: 'mpc=debug,$HOME', MPC_NODE_RUST_BACKTRACE: 'full', MPC_NODE_LOG_ROTATION: '1m:2' },
    });
    expect(code, stderr).toBe(0);
    const node = await inspect();
    expect(node?.Config.Env).toEqual(expect.arrayContaining(['RUST_LOG=mpc=debug,$HOME', 'RUST_BACKTRACE=full']));
    expect(node?.HostConfig.LogConfig).toEqual({ Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } });
  });

  test("under the template of NEAR's contract: read-only, with what the template gives it and no more, it starts the node once a boot", async () => {
    const image = await buildDropIn(dock);
    onTestFinished(async () => void (await dock.try(['image', 'rm', '-f', image])));
    const { manifest } = await pushNode(registry.host, 'nearone/mpc-node', { tag: '1', release: 'drop-in' });
    const host = useScratch();
    mkdirSync(host.join('tapp'));
    writeFileSync(
      host.join('tapp/user_config'),
      `[launcher_config]\nimage_reference = "${registry.host}/nearone/mpc-node:1"\nport_mappings = []\n${NODE_TABLES}`,
    );
    const agent = await startGuestAgent({ socketPath: host.join('dstack.sock') });
    onTestFinished(() => agent.close());
    const template = launcherTemplate('0'.repeat(64), manifest.slice('sha256:'.length));
    // The template as it is, but for the image, and for where on this machine its mounts come from.
    const file = template
      .replace(`${LAUNCHER}${'0'.repeat(64)}`, image)
      .replace('- /var/run/docker.sock:', `- ${engineSocket()}:`)
      .replace('- /var/run/dstack.sock:', `- ${host.join('dstack.sock')}:`)
      .replace('- /tapp:', `- ${host.join('tapp')}:`);
    writeFileSync(host.join('compose.yml'), file);
    const compose = ['compose', '-p', 'twl-mpc-launcher', '-f', host.join('compose.yml')];

    const run = async (): Promise<string> => {
      await dock.docker(...compose, 'up', '-d', '--force-recreate');
      const status = (await dock.docker('wait', 'launcher')).trim();
      const { stdout, stderr } = await dock.try(['logs', 'launcher']);
      expect({ status, stdout }, stderr).toEqual({ status: '0', stdout: 'MPC launched successfully.\n' });
      return stderr;
    };
    expect(await run()).toContain('mpc-image-digest recorded in RTMR3');
    const [node] = JSON.parse(await dock.docker('container', 'inspect', 'mpc-node'));
    expect(node).toMatchObject({
      State: { Running: true },
      Config: { Image: `${registry.host}/nearone/mpc-node:1@${manifest}` },
    });
    expect(agent.events().at(-1)).toMatchObject({ event: 'mpc-image-digest', event_payload: manifest.slice(7) });
    await dock.docker('cp', 'mpc-node:/mnt/shared/mpc-config.toml', host.join('seen.toml'));
    expect(parse(readFileSync(host.join('seen.toml'), 'utf8'))).toMatchObject({
      tee: { image_hash: manifest, authority: { type: 'dstack' } },
    });

    // The node approves what runs, and the launcher is started again.
    writeFileSync(host.join('image-digest.bin'), approved(manifest));
    await dock.docker('cp', host.join('image-digest.bin'), 'mpc-node:/mnt/shared/image-digest.bin');
    expect(await run()).toContain('was recorded by an earlier run of this boot');
    expect(JSON.parse(await dock.docker('container', 'inspect', 'mpc-node'))[0].Id).toBe(node.Id);
    expect(agent.events().filter(({ event }) => event === 'mpc-image-digest')).toHaveLength(1);
  }, 300_000);
});
