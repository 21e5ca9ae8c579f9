import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { pushNode } from '../container/mpc-image.ts';
import { realRegistry } from '../registry/real-registry.ts';
import { type Engine, engine } from '../support/container-engine.ts';
import { clearNode, holdNode, useRealMachine } from './real-machine.ts';
import { mountTmpfs } from '../support/tmpfs.ts';
import { type OwnRegistry, ownRegistry } from './own-registry.ts';
import { NODE_TABLES } from './user-config.ts';

const found = await engine();
const dock = found as Engine;
const NAME = 'nearone/mpc-node';

describe.skipIf(found === undefined || process.arch !== 'x64')(
  'with a real engine and a real registry of its own',
  () => {
    let release = (): void => {};
    let hasRegistry = false;

    beforeAll(async () => {
      const probe = await realRegistry('# a registry of its own\n');
      hasRegistry = probe !== undefined;
      await probe?.stop();
      release = await holdNode();
    }, 600_000);
    afterAll(() => release());
    beforeEach(async ({ skip }) => {
      if (!hasRegistry) skip('there is no registry');
      await clearNode(dock);
      onTestFinished(() => clearNode(dock), 60_000);
    });

    const config = (host: string, retries: number): string => `[launcher_config]
image_reference = "${host}/${NAME}:1"
pull_max_retries = ${retries}
pull_retry_interval_secs = 1
pull_max_delay_secs = 1
port_mappings = []
${NODE_TABLES}`;

    /** A registry that holds the node, and is up. */
    const withNode = async (release: string): Promise<OwnRegistry & { readonly manifest: string }> => {
      const registry = await ownRegistry();
      onTestFinished(() => registry.down());
      await registry.up();
      const { manifest } = await pushNode(registry.host, NAME, { tag: '1', release });
      onTestFinished(async () => void (await dock.try(['image', 'rm', '-f', `${registry.host}/${NAME}@${manifest}`])));
      return { ...registry, manifest };
    };

    const inspect = async () => {
      const { code, stdout } = await dock.try(['container', 'inspect', 'mpc-node']);
      return code === 0 ? JSON.parse(stdout)[0] : undefined;
    };

    test('registry down, then up: the pull is tried again until it is there, and the event is written once', async () => {
      const { manifest, ...registry } = await withNode('down then up');
      await registry.down();

      const machine = await useRealMachine(dock);
      const agent = await machine.agent();
      machine.write('tapp/user_config', config(registry.host, 30));
      const running = machine.start({ env: { PLATFORM: 'TEE', DEFAULT_IMAGE_DIGEST: manifest } });
      await sleep(3000);
      expect(agent.requests.filter(({ method }) => method === 'EmitEvent')).toEqual([]);
      expect(machine.read('mnt/shared/mpc-config.toml')).toBeUndefined();
      await registry.up();

      const { code, stdout, stderr } = await running.result;
      expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'MPC launched successfully.\n' });
      expect(stderr).toContain('docker pull failed, retrying in 1 s');
      expect(stderr).toContain('image pulled successfully');
      expect(await inspect()).toMatchObject({
        State: { Running: true },
        Config: { Image: `${registry.host}/${NAME}:1@${manifest}` },
      });
      expect(agent.events().filter(({ event }) => event === 'mpc-image-digest')).toHaveLength(1);
    });

    test('registry down for longer than it is waited for: status 40, nothing recorded, written or started', async () => {
      const registry = await ownRegistry();
      const machine = await useRealMachine(dock);
      const agent = await machine.agent();
      machine.write('tapp/user_config', config(registry.host, 1));
      const env = { PLATFORM: 'TEE', DEFAULT_IMAGE_DIGEST: `sha256:${'64'.repeat(32)}` };
      const { code, stdout, stderr } = await machine.run({ env });
      expect({ code, stdout }, stderr).toEqual({ code: 40, stdout: '' });
      expect(stderr).toContain('(attempt 2)');
      expect(agent.requests.filter(({ method }) => method === 'EmitEvent')).toEqual([]);
      expect(machine.read('mnt/shared/mpc-config.toml')).toBeUndefined();
      expect(await inspect()).toBeUndefined();
    });

    test('agent gone while the image is pulled: status 40, the image is there, nothing is written or started', async () => {
      const { manifest, ...registry } = await withNode('agent gone');
      await registry.down();
      const machine = await useRealMachine(dock);
      const agent = await machine.agent();
      machine.write('tapp/user_config', config(registry.host, 30));
      const running = machine.start({ env: { PLATFORM: 'TEE', DEFAULT_IMAGE_DIGEST: manifest } });
      await sleep(2000);
      await agent.close();
      await registry.up();
      const { code, stdout, stderr } = await running.result;
      expect({ code, stdout }, stderr).toEqual({ code: 40, stdout: '' });
      expect(stderr).toContain('image pulled successfully');
      expect(stderr).toContain('the guest agent cannot be reached');
      expect(machine.read('mnt/shared/mpc-config.toml')).toBeUndefined();
      expect(await inspect()).toBeUndefined();
    });

    test('disk full: status 50, what runs goes on with the config that it had', async ({ skip }) => {
      const { manifest, host } = await withNode('disk full');
      const machine = await useRealMachine(dock);
      const mount = mountTmpfs(join(machine.root, 'mnt/shared'), { bytes: 16 * 1024 });
      if (mount === undefined) return skip('no file system can be mounted here');
      onTestFinished(() => mount.unmount());
      const agent = await machine.agent();
      machine.write('tapp/user_config', config(host, 0));
      const run = () => machine.run({ env: { PLATFORM: 'TEE', DEFAULT_IMAGE_DIGEST: manifest } });
      const { code, stderr } = await run();
      expect(code, stderr).toBe(0);
      const [before, written] = [await inspect(), machine.read('mnt/shared/mpc-config.toml')];
      machine.write('mnt/shared/filler', 'x'.repeat(4 * 1024));
      try {
        machine.write('mnt/shared/filler', 'x'.repeat(16 * 1024));
      } catch {
        // It is full now.
      }
      expect(await run()).toMatchObject({ code: 50, stderr: expect.stringContaining('hint: make room on that disk') });
      expect(await inspect()).toMatchObject({ Id: before.Id, State: { Running: true } });
      expect(machine.read('mnt/shared/mpc-config.toml')).toBe(written);
      expect(agent.events().filter(({ event }) => event === 'mpc-image-digest')).toHaveLength(1);
    });
  },
);
