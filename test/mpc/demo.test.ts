import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'smol-toml';
import { composeText, overrideText, userConfig } from '../../examples/mpc-node/demo/deployment.ts';
import { runDemo, type Shown } from '../../examples/mpc-node/demo/demo.ts';
import { type RealRegistry, realRegistry } from '../registry/real-registry.ts';
import { type Engine, engine } from '../support/container-engine.ts';
import { parseLauncherSettings } from './demo-support.ts';
import { engineSocket, holdNode } from './real-machine.ts';

const found = await engine();
const dock = found as Engine;
const hasGit = spawnSync('git', ['--version'], { stdio: 'ignore' }).status === 0;

const DIGEST = `sha256:${'64'.repeat(32)}`;
const images = {
  launcher: `127.0.0.1:5000/x@${DIGEST}`,
  launcherDigest: DIGEST,
  nodeDigest: `sha256:${'46'.repeat(32)}`,
  node: '127.0.0.1:5000/nearone/mpc-node:demo',
  remove: async () => undefined,
};

test('what the demo fills in is all that there is to be filled in', () => {
  const text = composeText(images, { repository: 'http://127.0.0.1:1/a.git', commit: 'c0'.repeat(20) });
  expect(text).not.toMatch(/0{64}|example\/mpc-node/);
  expect(parseLauncherSettings(text)).toEqual({
    images: [images.launcher, images.launcher],
    pin: [
      'REPO_URL=http://127.0.0.1:1/a.git',
      `COMMIT_SHA=${'c0'.repeat(20)}`,
      'WORK_DIR=/srv/workload/checkout',
      'RECEIPT=required',
    ],
    image: images.nodeDigest,
  });
  expect(parse(userConfig(images))).toMatchObject({
    launcher_config: { image_reference: images.node, port_mappings: [] },
    mpc_node_config: { home_dir: '/data' },
  });
  const places = { dockerSocket: '/d.sock', agentSocket: '/a.sock', tapp: '/t' };
  expect(overrideText(places).match(/- \/\S+/g)).toEqual([
    '- /d.sock:/var/run/docker.sock',
    '- /a.sock:/var/run/dstack.sock',
    '- /t:/tapp:ro',
    '- /a.sock:/var/run/dstack.sock',
  ]);
});

describe.skipIf(found === undefined || process.arch !== 'x64' || !hasGit)('npm run demo:mpc', () => {
  let release = (): void => {};
  let registry: RealRegistry | undefined;
  let shown: Shown | undefined;
  const said: string[] = [];

  beforeAll(async () => {
    release = await holdNode();
    registry = await realRegistry();
    if (registry === undefined) return;
    shown = await runDemo({ docker: dock.docker, socket: engineSocket() }, registry.host, (line) => said.push(line));
  }, 900_000);
  afterAll(async () => {
    release();
    await registry?.stop();
  });

  const seen = (skip: (why: string) => never): Shown => shown ?? skip('there is no registry');

  test('the pinned commit is checked, and its tee-launch.sh runs mpc-launcher', ({ skip }) => {
    const { log, commit } = seen(skip);
    expect(log).toContain(`HEAD verified: ${commit}`);
    expect(log).toMatch(/exec in \/srv\/workload\/checkout: bash tee-launch\.sh\n\[mpc-launcher\] starting launcher/);
    expect(log.endsWith('MPC launched successfully.\n')).toBe(true);
  });

  test("the stub of the node runs, and its config is there with the operator's tables", ({ skip }) => {
    const { node, nodeConfig, nodeDigest } = seen(skip);
    expect(node).toMatchObject({ State: { Running: true }, Config: { Image: expect.stringContaining(nodeDigest) } });
    expect(parse(nodeConfig)).toMatchObject({
      home_dir: '/data',
      near_init: { chain_id: 'testnet' },
      tee: { image_hash: nodeDigest, authority: { type: 'dstack' } },
    });
  });

  test("RTMR3 holds the launcher's event, then the image's", ({ skip }) => {
    const { events, nodeDigest } = seen(skip);
    expect(events).toEqual([
      ['trusted-workload-launcher', expect.stringMatching(/^[0-9a-f]{64}$/)],
      ['mpc-image-digest', nodeDigest.slice('sha256:'.length)],
    ]);
  });

  test('twl verify --profile mpc says VERIFIED (SIMULATED)', ({ skip }) => {
    const { verdict } = seen(skip);
    const last = verdict.stdout.trimEnd().split('\n').at(-1);
    expect([verdict.code, last], verdict.stdout + verdict.stderr).toEqual([
      0,
      expect.stringMatching(/^SIMULATED: VERIFIED \(/),
    ]);
    for (const id of ['mpc.image', 'mpc.launcher', 'mpc.measurements', 'mpc.events', 'freshness', 'runtime.receipt']) {
      expect(verdict.stdout).toMatch(new RegExp(`\\n {2}PASS {5}${id.replace('.', '\\.')} `));
    }
    expect(verdict.stdout).toMatch(/\n {2}UNBOUND {2}compose\.persistence +\(not required\)/);
  });

  test('nothing of it is left', async ({ skip }) => {
    seen(skip);
    expect(await dock.docker('ps', '-a', '--filter', 'name=^/?mpc-node$', '--filter', 'name=^/?launcher$', '-q')).toBe(
      '',
    );
    const volumes = (await dock.docker('volume', 'ls', '-q')).split('\n');
    expect(volumes.filter((name) => /^(?:shared-volume|mpc-data|twl-mpc-demo)/.test(name))).toEqual([]);
    expect(said.some((line) => line.startsWith('RTMR3 holds mpc-image-digest '))).toBe(true);
  });
});
