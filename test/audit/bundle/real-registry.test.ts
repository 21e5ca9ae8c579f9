import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { OCI_INDEX, OCI_MANIFEST, sha256 } from '../../registry/fake-registry.ts';
import { Pusher, realRegistry } from '../../registry/real-registry.ts';
import { call } from '../../cli/support/called.ts';
import { saveFor } from '../steps/support/program.ts';
import { FORGE, sigstore } from '../steps/support/story.ts';
import { commandIn, jsonOf } from './support.ts';

const registry = await realRegistry();
afterAll(() => registry?.stop());

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const FORGE_REPOSITORY = 'https://forge.example/acme/launcher';

test.skipIf(registry === undefined)('an index whose child was built as expected, from the file alone', async () => {
  const host = registry!.host;
  const name = `tests/s${randomBytes(6).toString('hex')}`;
  const to = new Pusher(host, name);
  const push = async (content: string, mediaType: string) => {
    await to.blob(content, sha256(content));
    return { mediaType, digest: sha256(content), size: Buffer.byteLength(content) };
  };
  const manifest = async (fields: object, mediaType: string, tag?: string) => {
    const text = JSON.stringify({ schemaVersion: 2, mediaType, ...fields });
    await to.manifest(text, mediaType, tag ?? sha256(text));
    return { mediaType, digest: sha256(text), size: Buffer.byteLength(text) };
  };
  const rootfs = { type: 'layers', diff_ids: [] };
  const started = { Entrypoint: ['/usr/bin/trusted-workload-launcher'] };
  const config = await push(JSON.stringify({ architecture: 'amd64', os: 'linux', config: started, rootfs }), CONFIG);
  const child = await manifest({ config, layers: [] }, OCI_MANIFEST);
  const platform = { os: 'linux', architecture: 'amd64' };
  const index = await manifest({ manifests: [{ ...child, platform }] }, OCI_INDEX);
  // The statement is about the only child, and not about the index: only the index itself says that it is.
  const bundle = sigstore.bundle({ digest: child.digest.slice('sha256:'.length), claims: claimsOf(FORGE) });
  const image = `${host}/${name}@${index.digest}`;
  const { args, write } = saveFor({ image, digest: index.digest, repository: FORGE_REPOSITORY });
  const more = ['--bundle', write('bundle.json', bundle), '--trusted-root', write('root.json', sigstore.root())];
  const path = write('saved.json', '');
  const first = await call(['verify', ...args, ...more, '--registry', host, '--only', 'provenance', '--save', path]);
  expect([first.exit, first.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, expect.stringContaining('PASSED')]);
  expect(jsonOf(path).images.map(({ digest }: { digest: string }) => digest)).toEqual([
    index.digest,
    child.digest,
    config.digest,
  ]);
  await registry!.stop();
  const again = await call(commandIn(first));
  expect([again.exit, again.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, expect.stringContaining('PASSED')]);
  const judge = async (change: (bundle: ReturnType<typeof jsonOf>) => void) => {
    const changed = jsonOf(path);
    change(changed);
    const file = write('changed.json', changed);
    const words = commandIn(first).map((word) => (word === path ? file : word));
    const at = words.indexOf('--saved-sha256');
    const { exit, stdout } = await call([...words.slice(0, at), ...words.slice(at + 2), '--json']);
    const failed = (JSON.parse(stdout).checks as { id: string; state: string }[]).filter(
      ({ state }) => state === 'failed',
    );
    return [exit, failed.map(({ id }) => id)];
  };
  expect(await judge((one) => delete one.images)).toEqual([10, ['provenance.subject']]);
  expect(await judge((one) => one.images.splice(1, 1))).toEqual([10, ['provenance.subject']]);
  expect(
    await judge((one) => {
      one.images[1].text += ' ';
    }),
  ).toEqual([10, ['provenance.subject']]);
});
