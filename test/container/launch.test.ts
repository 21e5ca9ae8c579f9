import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, engine } from '../support/container-engine.ts';
import { onFetch } from '../support/behaviours.ts';
import { expectInOrder, serve } from '../launcher/support.ts';
import { deploy, literal } from './deployment.ts';
import { buildImage } from './image.ts';

const CONFIG = '/etc/trusted-workload-launcher/launcher.conf';

const found = await engine();
let image = '';
const dock = found as Engine;

describe.skipIf(found === undefined)('the launcher as process 1 of a container', () => {
  beforeAll(async () => {
    image = await buildImage(dock);
  }, 300_000);

  /** One service, its pin inline under `configs:`. The host's network, since the git server is on its loopback. */
  const service = (pin: string, more: Record<string, unknown> = {}) =>
    deploy(dock, {
      services: { app: { image, network_mode: 'host', configs: [{ source: 'pin', target: CONFIG }], ...more } },
      configs: { pin: { content: pin } },
    });

  test('hands process 1, its streams and its status to the workload', async () => {
    const script = 'echo "workload $$ $(git rev-parse HEAD) $FROM_COMPOSE"\necho "to stderr" >&2\nexit 7\n';
    const { repository, pin } = await serve({ 'tee-launch.sh': script });
    // As in the field: compose fills the commit in.
    const config = literal(pin({ WORK_DIR: '/srv/work' })).replace(
      repository.commit,
      '$'.concat('{COMMIT:?no commit}'),
    );
    const deployment = service(config, { environment: { FROM_COMPOSE: 'as it is' } });
    expect((await deployment.up()).stderr).toContain('no commit');
    expect(await deployment.up({ COMMIT: repository.commit })).toMatchObject({ code: 0 });
    const app = deployment.container('app');
    expect(await app.wait()).toBe(7);
    const { stdout, stderr } = await app.logs();
    expect(stdout).toBe(`workload 1 ${repository.commit} as it is\n`);
    expectInOrder(stderr, [
      `[trusted-workload-launcher] config:   ${CONFIG}\n`,
      'cloning ',
      `HEAD verified: ${repository.commit}\n`,
      'exec in /srv/work: bash tee-launch.sh\nto stderr\n',
    ]);
    expect(stderr.endsWith('to stderr\n')).toBe(true);
  });

  test('loses no output, and keeps its order', async () => {
    const lines = 440_000;
    const { pin } = await serve({ 'tee-launch.sh': `echo begin >&2\nseq ${lines}\necho end >&2\n` });
    const config = literal(pin({ WORK_DIR: '/srv/work' }));
    const expected = Array.from({ length: lines }, (_, index) => `${index + 1}\n`).join('');
    expect(expected.length).toBeGreaterThan(2_900_000);

    const piped = service(config);
    await piped.up();
    expect(await piped.container('app').wait()).toBe(0);
    const apart = await piped.container('app').logs();
    expect(apart.stdout === expected).toBe(true);
    expect(apart.stderr).toMatch(/exec in \/srv\/work: bash tee-launch\.sh\nbegin\nend\n$/);

    // On a terminal both streams are one, and their order is seen.
    const onTerminal = service(config, { tty: true });
    await onTerminal.up();
    expect(await onTerminal.container('app').wait()).toBe(0);
    const together = (await onTerminal.container('app').logs()).stdout.replaceAll('\r\n', '\n');
    const cut = together.indexOf('begin\n');
    expect(together.slice(cut) === `begin\n${expected}end\n`).toBe(true);
    expectInOrder(together.slice(0, cut), ['config:', 'cloning ', 'HEAD verified: ', 'bash tee-launch.sh\n']);
  });

  test('SIGTERM reaches the workload', async () => {
    const script = `trap 'echo "$$ was asked to end"; exit 9' TERM\necho ready\nwhile :; do sleep 0.05; done\n`;
    const { pin } = await serve({ 'tee-launch.sh': script });
    const deployment = service(literal(pin({ WORK_DIR: '/srv/work' })));
    await deployment.up();
    const app = deployment.container('app');
    await app.says('ready');
    expect(await app.stop()).toBeLessThan(5000);
    expect(await app.wait()).toBe(9);
    expect((await app.logs()).stdout).toBe('ready\n1 was asked to end\n');
  });

  test('SIGTERM ends the launcher while it waits for a server, and while it installs', async () => {
    const { pin, server } = await serve({ 'tee-launch.sh': 'echo no\n' });
    server.behave(onFetch({ hang: true }));
    const waiting = service(literal(pin({ WORK_DIR: '/srv/work' })));
    await waiting.up();
    await waiting.container('app').says('cloning ');
    expect(await waiting.container('app').stop()).toBeLessThan(5000);
    expect(await waiting.container('app').wait()).toBe(143);

    server.behave(undefined);
    const INSTALL_CMD = "trap 'echo ending; exit 3' TERM; echo installing; while :; do sleep 0.05; done";
    const installing = service(literal(pin({ WORK_DIR: '/srv/work', INSTALL_CMD, RUN_CMD: 'echo no' })));
    await installing.up();
    await installing.container('app').says('installing\n');
    expect(await installing.container('app').stop()).toBeLessThan(5000);
    expect(await installing.container('app').wait()).toBe(50);
    expect((await installing.container('app').logs()).stdout).toBe('installing\nending\n');
  });

  test('an error ends the container with its status', async () => {
    const { pin } = await serve({ 'tee-launch.sh': 'echo no\n' });
    const deployment = service(literal(pin({ WORK_DIR: '/srv/work', COMMIT_SHA: 'a'.repeat(40) })));
    await deployment.up();
    expect(await deployment.container('app').wait()).toBe(40);
    const { stdout, stderr } = await deployment.container('app').logs();
    expect(stdout).toBe('');
    expect(stderr).toMatch(/error: .*\n.*hint: /);
  });
});
