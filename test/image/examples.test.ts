import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { commitFolder } from '../../examples/hello/commit.ts';
import { serveRepositories } from '../../examples/hello/serve.ts';
import { publish } from '../../scripts/release/publish.ts';
import { Scene } from '../../scripts/release/rehearse/scene.ts';
import { attach, attest, releaseBuild } from '../../scripts/release/rehearse/sign.ts';
import { readRepository } from '../../scripts/image/revision.ts';
import { literal } from '../container/deployment.ts';
import { startGuestAgent } from '../mocks/guest-agent/start.ts';
import { realRegistry } from '../registry/real-registry.ts';
import { type Engine, engine } from '../support/container-engine.ts';
import { useScratch } from '../support/use-scratch.ts';
import { type BuiltImage, launcherImage } from './build-once.ts';

const found = await engine();
const dock = found as Engine;
const registry = await realRegistry();
const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}examples/${path}`, 'utf8');

const PLACEHOLDER = /registry\.example\/[\w-]+@sha256:0{64}/;
const HELLO_COMMIT = /COMMIT_SHA=([0-9a-f]{40})/.exec(read('hello/launcher.conf'))?.[1] ?? '';
const HELLO_TREE = /TREE_SHA256=([0-9a-f]{64})/.exec(read('hello/launcher.conf'))?.[1] ?? '';

/** An example with what its README says to change, and nothing else. */
const filledIn = (text: string, values: { image?: string; url: string; commit: string; tree?: string }): string => {
  const { image, url, commit, tree } = values;
  const changed = text
    .replace(PLACEHOLDER, image ?? '$&')
    .replace(/REPO_URL=.*/, () => `REPO_URL=${url}`)
    .replace(/COMMIT_SHA=.*/, `COMMIT_SHA=${commit}`);
  return tree === undefined
    ? changed.replace(/ *TREE_SHA256=.*\n/, '')
    : changed.replace(/TREE_SHA256=.*/, `TREE_SHA256=${tree}`);
};

describe.skipIf(found === undefined || registry === undefined || process.arch !== 'x64')('the examples', () => {
  let image: BuiltImage;
  let name = '';
  beforeAll(async () => {
    image = await launcherImage(dock);
    name = `${registry!.host}/examples/launcher`;
    publish({ archive: image.archive, digest: image.digest, repository: name, tag: 'v1', insecure: true });
  }, 600_000);
  afterAll(() => registry?.stop());

  /** Runs an example's compose file with the loopback interface of this machine around it. */
  const up = async (text: string) => {
    const scratch = useScratch();
    const agent = await startGuestAgent({});
    onTestFinished(() => agent.close());
    writeFileSync(scratch.join('docker-compose.yml'), text);
    writeFileSync(
      scratch.join('machine.yml'),
      `services:\n  workload:\n    network_mode: host\n    restart: 'no'\n    volumes: ['${agent.socketPath}:/var/run/dstack.sock']\n`,
    );
    const project = [
      'compose',
      '-p',
      `example-${process.pid}`,
      '-f',
      scratch.join('docker-compose.yml'),
      '-f',
      scratch.join('machine.yml'),
    ];
    onTestFinished(async () => void (await dock.try([...project, 'down', '--volumes', '--timeout', '0'])));
    return await dock.try([...project, 'up', '--exit-code-from', 'workload', '--no-log-prefix', '--no-color']);
  };

  const serveHello = async (): Promise<string> => {
    const scratch = useScratch();
    expect(await commitFolder(`${root}examples/hello/repository`, scratch.join('hello.git'))).toBe(HELLO_COMMIT);
    const server = await serveRepositories(scratch.path);
    onTestFinished(() => server.close());
    return `${server.url}/hello.git`;
  };

  const seen = ['docker-compose.yml', 'docker-compose.configs.yml'];
  test.each(seen)(
    'compose-mounted/%s launches the example repository as process 1, with all privileges dropped',
    async (file) => {
      const url = await serveHello();
      const text = filledIn(read(`compose-mounted/${file}`), {
        image: `${name}@${image.digest}`,
        url,
        commit: HELLO_COMMIT,
        tree: HELLO_TREE,
      });
      const { code, stdout, stderr } = await up(text);
      expect({ code, text: `${stdout}${stderr}` }).toEqual({
        code: 0,
        text: expect.stringContaining(`commit   ${HELLO_COMMIT}\n`),
      });
      expect(stdout).toContain('process  1\n');
      expect(stdout).toContain('user     root\n');
      expect(stdout).toContain('folder   /srv/workload/checkout\n');
    },
  );

  test('compose-mounted as a user that is not root', async () => {
    const url = await serveHello();
    const text = filledIn(read('compose-mounted/docker-compose.yml'), {
      image: `${name}@${image.digest}`,
      url,
      commit: HELLO_COMMIT,
      tree: HELLO_TREE,
    })
      .replaceAll('/srv/workload', '/data')
      .replace('RECEIPT=required', 'RECEIPT=off')
      .replace('    read_only: true\n', "    read_only: true\n    user: '10001:10001'\n");
    const { code, stdout } = await up(text);
    expect(code).toBe(0);
    expect(stdout).toContain('process  1\n');
    expect(stdout).toContain('user     workload\n');
  });

  test('derived-image builds, launches and is verified: the pin out of the image', async () => {
    const scene = await Scene.open();
    onTestFinished(() => scene.close());
    await attach(
      registry!.host,
      'examples/launcher',
      image,
      attest(image.digest, releaseBuild(readRepository(), 'c0'.repeat(20), 'v1.0.0')),
    );
    const values = { url: scene.source, commit: scene.repository.commit };
    const context = useScratch();
    const base = read('derived-image/Dockerfile')
      .replace(PLACEHOLDER, `${name}@${image.digest}`)
      .replace('"registry.example/trusted-workload-launcher"', `"${name}"`)
      .replace(`"sha256:${'0'.repeat(64)}"`, `"${image.digest}"`);
    writeFileSync(context.join('Dockerfile'), base);
    writeFileSync(context.join('launcher.conf'), filledIn(read('derived-image/launcher.conf'), values));
    const tag = `${registry!.host}/examples/workload:1.2.0`;
    await dock.docker('buildx', 'build', '--quiet', '--provenance=false', '--tag', tag, '--push', context.path);
    const pushed = await dock.docker('buildx', 'imagetools', 'inspect', tag);
    const digest = /^Digest: +(sha256:[0-9a-f]{64})$/m.exec(pushed)?.[1];
    const text = filledIn(read('derived-image/docker-compose.yml'), {
      image: `${registry!.host}/examples/workload@${digest}`,
      ...values,
    });
    const { deployment, ran, receipt } = await scene.launch(text);
    expect(ran, ran.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`hello from ${scene.repository.commit}`),
    });
    const expected = { registry: registry!.host, digest: image.digest };
    const verified = await scene.verify(deployment, expected, ['--receipt', receipt]);
    expect(verified, verified.stdout + verified.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('SIMULATED: VERIFIED'),
    });
  });

  test('nothing in a compose file is left to the environment, and its pin is literal', () => {
    for (const path of [
      'compose-mounted/docker-compose.yml',
      'compose-mounted/docker-compose.configs.yml',
      'derived-image/docker-compose.yml',
    ]) {
      expect(literal(read(path))).toBe(read(path));
    }
  });
});
