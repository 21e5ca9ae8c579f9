import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { expect, test } from 'vitest';
import { serve } from '../launcher/support.ts';
import { runLauncher } from '../support/run-launcher.ts';
import { approved, DEFAULT, NEWEST, useMachine } from './machine.ts';

const folder = fileURLToPath(new URL('../../examples/mpc-node/', import.meta.url));
const bin = fileURLToPath(new URL('../../bin/mpc-launcher', import.meta.url));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

test('the compose file: images by digest, a pin that reads, the settings of mpc-launcher, nothing left to the environment', async () => {
  const text = read('docker-compose.yml');
  expect(text).not.toMatch(/\$\{|\$[A-Za-z]/);
  const { launcher } = parseYaml(text).services;
  expect(launcher).toMatchObject({ read_only: true, security_opt: ['no-new-privileges:true'] });
  expect(launcher.image).toMatch(/@sha256:[0-9a-f]{64}$/);
  const { LAUNCHER_CONFIG, ...settings } = launcher.environment;
  expect(await runLauncher({ args: ['--check'], env: { LAUNCHER_CONFIG } })).toMatchObject({ code: 0, stderr: '' });
  const machine = await useMachine();
  const { code, stderr } = await machine.run({ args: ['--check'], env: settings });
  expect(code, stderr).toBe(0);
  for (const mount of ['/var/run/docker.sock', '/var/run/dstack.sock', '/tapp', '/mnt/shared']) {
    expect(
      launcher.volumes.some((volume: string) => volume.split(':')[1] === mount),
      mount,
    ).toBe(true);
  }
});

test('the user config is one that would run', async () => {
  const machine = await useMachine();
  const run = (action: string) =>
    machine.run({ env: { PLATFORM: 'TEE' }, args: [action, join(folder, 'user-config.toml')] });
  expect(await run('--check')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('docker.io/nearone/mpc-node:'),
  });
  expect(await run('--render')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('secret_store_key_hex = "***"'),
  });
});

test('pinned: the launcher brings the repository, its tee-launch.sh runs mpc-launcher, RTMR3 has both events', async () => {
  expect(statSync(join(folder, 'repository/tee-launch.sh')).mode & 0o111).not.toBe(0);
  const machine = await useMachine();
  const agent = await machine.agent();
  machine.write('mnt/shared/image-digest.bin', approved(NEWEST));
  // In the machine the paths are where they are; here mpc-launcher is told where.
  mkdirSync(join(machine.root, 'bin'));
  writeFileSync(join(machine.root, 'bin/mpc-launcher'), `#!/bin/bash\nexec ${bin} --test-root ${machine.root} "$@"\n`);
  chmodSync(join(machine.root, 'bin/mpc-launcher'), 0o755);
  const { pin } = await serve({ 'tee-launch.sh': read('repository/tee-launch.sh') });
  const run = () =>
    runLauncher({
      config: pin({ RECEIPT: 'required' }),
      env: {
        PATH: `${machine.root}/bin:/usr/bin:/bin`,
        PLATFORM: 'TEE',
        DOCKER_CONTENT_TRUST: '1',
        DEFAULT_IMAGE_DIGEST: DEFAULT,
        TWL_AGENT_SOCKET: agent.socketPath,
        TWL_RUN_DIR: join(machine.root, 'run'),
      },
    });
  for (let start = 0; start < 2; start++) {
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'MPC launched successfully.\n' });
    expect(stderr).toContain('HEAD verified');
    expect(machine.deeds().slice(-2)).toEqual([`pull nearone/mpc-node:3.13.2@${NEWEST}`, 'compose up']);
    expect(agent.events().slice(-2)).toMatchObject([
      { event: 'trusted-workload-launcher' },
      { event: 'mpc-image-digest', event_payload: NEWEST.slice('sha256:'.length) },
    ]);
  }
});
