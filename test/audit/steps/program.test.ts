// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { OCI_INDEX, OCI_MANIFEST, sha256 } from '../../registry/fake-registry.ts';
import { Pusher, realRegistry } from '../../registry/real-registry.ts';
import { reply, useServer } from '../collect/answer-server.ts';
import { resultOf, saveFor, twl } from './support/program.ts';
import { cosignLayer } from './support/cosign-layer.ts';
import { DIGEST, FORGE, IMAGE, LAUNCHER, REPO_URL, sigstore, type Story, startStory } from './support/story.ts';
import { imposter, takenFrom } from './tables/source.ts';

const registry = await realRegistry();
let story: Story;
beforeAll(async () => {
  story = await startStory();
}, 60_000);
afterAll(async () => {
  await story?.close();
  await registry?.stop();
});

const FORGE_REPOSITORY = 'https://forge.example/acme/launcher';
const last = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
const { digest } = LAUNCHER;

/** A port of this machine where nobody may call. */
const useCanary = async (): Promise<{ port: number; calls: () => number }> => {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, calls: () => calls };
};

/** As the one public production user deploys the predecessor (predecessor.md, the end). */
const production = (commit: string): string =>
  [
    'services:',
    '  app:',
    `    image: docker.io/example/git-launcher@${digest}`,
    '    command: ["/etc/app/launcher.conf"]',
    '    configs:',
    '      - source: launcher',
    '        target: /etc/app/launcher.conf',
    '    volumes:',
    '      - /var/run/dstack.sock:/var/run/dstack.sock',
    '      - work:/srv/work',
    '      - state:/srv/state',
    '    restart: unless-stopped',
    'configs:',
    '  launcher:',
    '    content: |',
    '      REPO_URL=https://github.com/example/app.git',
    `      COMMIT_SHA=${commit}`,
    '      WORK_DIR=/srv/work',
    'volumes:',
    '  work:',
    '  state:',
    '',
  ].join('\n');

describe('the compose file of the public production deployment', () => {
  test('is not bound, exit 11, and the line of the commit is named', async () => {
    const composeFile = production('${APP_COMMIT:?set the commit}');
    const { args } = saveFor({ deployment: { composeFile }, digest, program: 'git-launcher' });
    const { code, stdout, stderr } = await twl(...args, '--offline');
    expect(code).toBe(11);
    expect(stderr).toBe('');
    expect(last(stdout)).toMatch(/^SIMULATED: NOT BOUND .*compose\.pin-bound/);
    const [shown = ''] = /compose\.pin-bound +line 17:.*?APP_COMMIT/s.exec(stdout) ?? [];
    expect(shown.replaceAll(/\s+/g, ' ')).toBe(
      'compose.pin-bound line 17: configs.launcher.content: the pin is not decided by the text: it is left to the variable APP_COMMIT',
    );
    expect(composeFile.split('\n')[16]).toContain('COMMIT_SHA=${APP_COMMIT');
    const json = await twl(...args, '--offline', '--json');
    expect(json.code).toBe(11);
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: 'NOT BOUND', exit: 11 });
    expect(resultOf(json, 'compose.pin-bound')).toMatchObject({ state: 'not-bound' });
    expect(resultOf(json, 'source.pin')).toMatchObject({ state: 'not-checked' });
  });

  test('is not bound either where no policy names the image, and where a commit is expected', async () => {
    const composeFile = production('${APP_COMMIT:?set the commit}');
    const { args } = saveFor({ deployment: { composeFile }, digest });
    const without = args.slice(0, -2);
    expect((await twl(...without, '--offline')).code).toBe(11);
    const named = ['--repo', 'https://github.com/example/app.git', '--commit', 'c0'.repeat(20)];
    expect((await twl(...args, ...named, '--offline')).code).toBe(11);
  });

  test('with the commit written out its pin is bound; what the workload can rewrite still is not', async () => {
    const { args } = saveFor({
      deployment: { composeFile: production('c0'.repeat(20)) },
      digest,
      program: 'git-launcher',
    });
    const json = await twl(...args, '--offline', '--json');
    expect(json.code).toBe(11);
    expect(resultOf(json, 'compose.pin-bound')).toMatchObject({ state: 'passed' });
    expect(resultOf(json, 'compose.persistence')).toMatchObject({ state: 'not-bound' });
  });
});

/** The arguments that name where the source is, and what was expected of it. */
const sourceArgs = (commit = story.commit): string[] => [
  ...['--source', story.source, '--repo', REPO_URL, '--commit', commit],
];

describe('all of steps 1 to 3', () => {
  const saved = (image = IMAGE, of = digest) =>
    saveFor({ image, digest: of, pin: story.pinText(), repository: FORGE_REPOSITORY });
  const bundle = (of = DIGEST) => sigstore.bundle({ digest: of, claims: claimsOf(FORGE) });

  test('pass with a bundle from a file and a repository that is named', async () => {
    const { args, write } = saved();
    const more = ['--bundle', write('bundle.json', bundle()), '--trusted-root', write('root.json', sigstore.root())];
    const found = await twl(...args, ...more, ...sourceArgs(), '--json');
    const { checks, verdict, missing } = JSON.parse(found.stdout);
    expect([found.code, verdict]).toEqual([13, 'CONSISTENT']);
    const open = (checks as { id: string; state: string; required: boolean }[]).filter(
      ({ state, required }) => required && state !== 'passed',
    );
    expect(open.map(({ id }) => id)).toEqual(['runtime.receipt']);
    expect(missing).toHaveLength(1);
    const text = await twl(...args, ...more, ...sourceArgs());
    expect(text.stdout).toContain('#!/bin/bash');
    for (const step of ['provenance', 'source'] as const) {
      const stepArgs = step === 'provenance' ? more : sourceArgs();
      const alone = await twl(...args, ...stepArgs, '--only', step);
      expect([alone.code, last(alone.stdout)]).toEqual([0, expect.stringContaining(`PASSED (${step} only)`)]);
    }
  });

  test('offline, from a clone of the auditor, with nothing asked of anybody', async () => {
    const { args, write } = saved();
    const more = ['--bundle', write('bundle.json', bundle()), '--trusted-root', write('root.json', sigstore.root())];
    const clone = ['--source', story.repository.gitDir, '--repo', REPO_URL, '--commit', story.commit];
    const before = story.server.requests.length;
    const found = await twl(...args, ...more, ...clone, '--offline', '--json');
    expect([found.code, resultOf(found, 'source.reachable')?.state]).toEqual([13, 'passed']);
    expect(story.server.requests).toHaveLength(before);
  });

  test('an imposter and a moved tag are told apart', async () => {
    const commit = await imposter(story, 'refs/pull/9/head');
    const pin = story.pinText({ COMMIT_SHA: commit });
    const summary = async (compose?: (text: string) => string): Promise<unknown> => {
      const options = compose === undefined ? {} : { deployment: { composeFile: compose(story.composeText(pin)) } };
      const { args } = saveFor({ image: IMAGE, digest, pin, ...options });
      const found = await twl(...args, ...sourceArgs(commit), '--only', 'source', '--json');
      expect(found.code).toBe(10);
      return resultOf(found, 'source.reachable')?.summary;
    };
    await story.repository.git('update-ref', 'refs/tags/v9', story.commit);
    expect(await summary()).toBe('no branch or tag of the repository leads to the commit');
    expect(await summary(takenFrom('refs/tags/v9'))).toBe(
      'the tag refs/tags/v9 was moved: it names another commit now, and no branch or tag leads to this one',
    );
  });

  test.skipIf(registry === undefined).each(['referrers', 'cosign'])(
    'with the bundle out of a real registry that the auditor named: %s',
    async (way) => {
      const name = `tests/s${randomBytes(6).toString('hex')}`;
      const to = new Pusher(registry!.host, name);
      const push = async (content: string, mediaType: string) => {
        await to.blob(content, sha256(content));
        return { mediaType, digest: sha256(content), size: Buffer.byteLength(content) };
      };
      const manifest = async (fields: object, mediaType: string, tag?: string) => {
        const text = JSON.stringify({ schemaVersion: 2, mediaType, ...fields });
        await to.manifest(text, mediaType, tag ?? sha256(text));
        return { mediaType, digest: sha256(text), size: Buffer.byteLength(text) };
      };
      const config = await push('{}', 'application/vnd.oci.empty.v1+json');
      const layer = await push(`layer ${name}`, 'application/vnd.oci.image.layer.v1.tar');
      const image = await manifest({ config, layers: [layer] }, OCI_MANIFEST);
      const tag = image.digest.replace(':', '-');
      const signed = bundle(image.digest.slice('sha256:'.length));
      const type = 'application/vnd.dev.sigstore.bundle.v0.3+json';
      if (way === 'referrers') {
        const layers = [await push(JSON.stringify(signed), type)];
        const referrer = await manifest({ artifactType: type, config, layers, subject: image }, OCI_MANIFEST);
        await manifest({ manifests: [referrer] }, OCI_INDEX, tag);
      } else {
        const layer = cosignLayer(signed);
        const pushed = { ...(await push(layer.content, layer.mediaType)), annotations: layer.annotations };
        await manifest({ config, layers: [pushed] }, OCI_MANIFEST, `${tag}.att`);
      }
      const { args, write } = saved(`${registry!.host}/${name}@${image.digest}`, image.digest);
      const root = ['--trusted-root', write('root.json', sigstore.root())];
      const found = await twl(...args, ...root, '--registry', registry!.host, '--only', 'provenance', '--json');
      expect([found.code, JSON.parse(found.stdout).verdict]).toEqual([0, 'PASSED']);
      expect(resultOf(found, 'provenance.subject')).toMatchObject({ state: 'passed' });
      // A registry on this machine that only the evidence names is not asked.
      const unnamed = await twl(...args, ...root, '--only', 'provenance', '--json');
      expect([unnamed.code, resultOf(unnamed, 'provenance.bundle')?.state]).toEqual([13, 'not-checked']);
    },
  );
});

describe('what the evidence names is hostile', () => {
  const pinned = (url: string) => story.pinText({ REPO_URL: url });

  test.each<[string, (port: number) => string, RegExp]>([
    ['http on this machine', (port) => `http://127.0.0.1:${port}/x.git`, /is not https/],
    ['https on this machine', (port) => `https://127.0.0.1:${port}/x.git`, /this machine|not a public address/],
    ['this machine by its name', (port) => `https://localhost:${port}/x.git`, /this machine|no public host/],
    ['ssh', (port) => `ssh://git@127.0.0.1:${port}/x.git`, /is one of ssh/],
    ['a link-local address', () => 'https://169.254.169.254/latest/meta-data', /is not a public address/],
    ['a private address', () => 'https://10.0.0.1/x.git', /is not a public address/],
    ['this machine in IPv6', (port) => `https://[::1]:${port}/x.git`, /this machine|not a public address/],
    ['a mapped address', (port) => `https://[::ffff:127.0.0.1]:${port}/x.git`, /this machine|not a public address/],
    ['a name of a private network', () => 'https://git.internal/x.git', /no public host/],
  ])('a repository of %s is not asked', async (_name, url, why) => {
    const canary = await useCanary();
    const { args } = saveFor({
      image: `127.0.0.1:${canary.port}/a/b@${digest}`,
      digest,
      pin: pinned(url(canary.port)),
    });
    const found = await twl(...args, '--json');
    expect(canary.calls()).toBe(0);
    expect(found.code).toBe(13);
    expect(resultOf(found, 'source.commit')).toMatchObject({
      state: 'not-checked',
      summary: expect.stringMatching(why),
      hint: expect.stringContaining('--source'),
    });
    expect(resultOf(found, 'provenance.bundle')).toMatchObject({ state: 'not-checked' });
  });

  test.each(['folder', 'file URL'])(
    'a %s of this machine is not opened, though it holds the very commit',
    async (way) => {
      const { gitDir, commit } = story.repository;
      // Git of any kind that opened it would run this.
      const { scratch } = story;
      const canary = scratch.join(`canary-${way.replace(' ', '-')}`);
      await story.repository.git('config', 'core.fsmonitor', `touch '${canary}'`);
      await story.repository.git('config', 'uploadpack.packObjectsHook', `touch '${canary}'; exec`);
      onTestFinished(async () => {
        await story.repository.git('config', '--unset', 'core.fsmonitor');
        await story.repository.git('config', '--unset', 'uploadpack.packObjectsHook');
      });
      const url = way === 'folder' ? gitDir : `file://${gitDir}`;
      const { args } = saveFor({ image: IMAGE, digest, pin: pinned(url) });
      const found = await twl(...args, '--repo', url, '--commit', commit, '--json');
      expect(found.code).toBe(13);
      expect(resultOf(found, 'source.pin')).toMatchObject({ state: 'passed' });
      expect(resultOf(found, 'source.commit')).toMatchObject({
        state: 'not-checked',
        summary: expect.stringContaining('is a path on this machine'),
      });
      expect(existsSync(canary)).toBe(false);
    },
  );

  test.each(['ssh://-oProxyCommand=touch%20x/y', '-oProxyCommand=x', 'git@-oProxyCommand=x:y', 'ext::sh -c x'])(
    '%s is no pin at all',
    async (url) => {
      const { args } = saveFor({ image: IMAGE, digest, pin: pinned(url) });
      const found = await twl(...args, '--json');
      expect(found.code).toBe(10);
      expect(resultOf(found, 'compose.pin')).toMatchObject({ state: 'failed' });
      expect(resultOf(found, 'source.commit')).toMatchObject({ state: 'not-checked', origins: [] });
    },
  );

  test('an image of a name that no registry has is no end of the audit', async () => {
    const image = `a.example/${'a/'.repeat(200)}b@${digest}`;
    const { args } = saveFor({ image, digest, pin: pinned('https://git.internal/x.git') });
    const found = await twl(...args, '--json');
    expect(found.code).toBe(13);
    expect(resultOf(found, 'compose.launcher')).toMatchObject({ state: 'passed' });
  });

  test.each<[string, (canary: number) => string]>([
    ['a link-local address', () => 'http://169.254.169.254/token'],
    ['a private network', () => 'https://10.0.0.1/token'],
    ['https on another port of this machine', (port) => `https://localhost.localdomain.internal:${port}/token`],
    ['credentials', (port) => `http://a:b@127.0.0.1:${port}/token`],
    ['a file', () => 'file:///etc/passwd'],
  ])('a registry that sends for a token to %s gets none', async (_name, realm) => {
    const canary = await useCanary();
    const server = await useServer(() =>
      reply(401, '', { 'WWW-Authenticate': `Bearer realm="${realm(canary.port)}",service="x"` }),
    );
    const host = server.url.slice('http://'.length);
    const { args } = saveFor({ image: `${host}/a/b@${digest}`, digest, pin: pinned('https://git.internal/x.git') });
    const found = await twl(...args, '--registry', host, '--only', 'provenance', '--json');
    expect(server.requests.length).toBeGreaterThan(0);
    expect(canary.calls()).toBe(0);
    expect(resultOf(found, 'provenance.bundle')).toMatchObject({ state: 'not-checked' });
    expect(found.code).not.toBe(0);
    expect(found.durationMs).toBeLessThan(20_000);
  });
});
