import { beforeAll, describe, expect, test } from 'vitest';
import { expectInOrder, serve } from '../launcher/support.ts';
import { onFetch } from '../support/behaviours.ts';
import { type Engine, engine } from '../support/container-engine.ts';
import { type ComposeFile, deploy, literal } from './deployment.ts';
import { buildImage } from './image.ts';

const found = await engine();
let image = '';
const dock = found as Engine;

const SCRIPT = 'echo "ran $$ $(git rev-parse HEAD)"\necho scribble >tee-launch.sh\ntouch leftover\n';

describe.skipIf(found === undefined)('WORK_DIR on a volume', () => {
  beforeAll(async () => {
    image = await buildImage(dock);
  }, 300_000);

  const file = (pin: string, services: readonly string[]): ComposeFile => ({
    services: Object.fromEntries(
      services.map((name) => [
        name,
        {
          image,
          network_mode: 'host',
          command: ['/etc/pin.conf'],
          configs: [{ source: 'pin', target: '/etc/pin.conf' }],
          volumes: ['work:/volume'],
        },
      ]),
    ),
    configs: { pin: { content: literal(pin) } },
    volumes: { work: {} },
  });

  test.each(['/volume', '/volume/below'])('restarts without the server, at %s', async (workDir) => {
    const { repository, pin, server } = await serve({ 'tee-launch.sh': SCRIPT, 'd/file': 'x' });
    const deployment = deploy(dock, file(pin({ WORK_DIR: workDir }), ['app']));
    expect(await deployment.up()).toMatchObject({ code: 0 });
    const app = deployment.container('app');
    expect(await app.wait()).toBe(0);
    const line = `ran 1 ${repository.commit}\n`;
    expect(await app.logs()).toMatchObject({ stdout: line });
    await server.close();

    // The same container again, whose workload had changed its own files.
    await app.start();
    expect(await app.wait()).toBe(0);
    expect(await app.logs()).toMatchObject({ stdout: line + line });

    // Another container on the same volume.
    await deployment.down();
    expect(await deployment.up()).toMatchObject({ code: 0 });
    expect(await app.wait()).toBe(0);
    const { stdout, stderr } = await app.logs();
    expect(stdout).toBe(line);
    expectInOrder(stderr, [`reusing checkout at ${workDir}\n`, 'HEAD verified: ']);
    expect(stderr).not.toContain(server.url.concat(' '));
  });

  test('keeps two containers apart until one runs its workload', async () => {
    const script = 'echo ready\ntrap "exit 0" TERM\nwhile :; do sleep 0.05; done\n';
    const { pin, server } = await serve({ 'tee-launch.sh': script });
    server.behave(onFetch({ delayMs: 4000 }));
    const config = file(pin({ WORK_DIR: '/volume' }), ['one', 'two']);
    const deployment = deploy(dock, config);
    const [one, two] = [deployment.container('one'), deployment.container('two')];
    expect(await deployment.up()).toMatchObject({ code: 0 });
    // Both are process 1 of their own; which one comes first is open.
    const loser = await Promise.race([one.wait().then(() => one), two.wait().then(() => two)]);
    const winner = loser === one ? two : one;
    expect(await loser.wait()).toBe(50);
    expect((await loser.logs()).stderr).toContain('another launcher is at work in WORK_DIR');
    await winner.says('ready');
    server.behave(undefined);

    // The workload runs and the lock is free: the other one may start now.
    await loser.start();
    await loser.says('ready');
    expect(await winner.stop()).toBeLessThan(5000);
    expect(await loser.stop()).toBeLessThan(5000);
  });
});
