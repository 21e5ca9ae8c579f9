import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { lookInto } from '../../../src/audit/collect/derived/look-into.ts';
import { repositoryAt } from '../../../src/audit/collect/derived/open-repository.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import { Shelf } from '../../registry/fake-registry.ts';
import { Pusher, realRegistry } from '../../registry/real-registry.ts';
import { CONFIG_PATH, configLayer, putDerived } from './support.ts';

const registry = await realRegistry();
afterAll(() => registry?.stop());

/** Everything of a shelf, as an engine pushes it: what is named before what names it. */
const push = async (shelf: Shelf, to: Pusher): Promise<void> => {
  const items = [...shelf.items].map(([path, { reply }]) => ({ path, ...reply! }));
  for (const { path, body } of items.filter((one) => one.path.startsWith('blobs/'))) {
    await to.blob(body as string, path.slice('blobs/'.length));
  }
  for (const { path, body, headers } of items.filter((one) => one.path.startsWith('manifests/'))) {
    await to.manifest(body as string, headers!['Content-Type']!, path.slice('manifests/'.length));
  }
};

test.skipIf(registry === undefined)('a real registry gives a derived image, its base and the pin in it', async () => {
  const name = `${registry!.host}/tests/d${randomBytes(6).toString('hex')}`;
  const shelf = new Shelf();
  const { digest, base } = putDerived(shelf, { layers: [configLayer('A=1')] });
  await push(shelf, new Pusher(registry!.host, name.slice(registry!.host.length + 1)));
  const found = await lookInto({
    name,
    digest,
    isPinWanted: true,
    policy: EMPTY_POLICY,
    base: undefined,
    open: (at) => repositoryAt(at, { registry: registry!.host, deadline: performance.now() + 10_000 }),
  });
  expect(found).toMatchObject({
    grammars: ['1'],
    derived: { base, baseName: name, added: 1, findings: [], pins: [{ origin: CONFIG_PATH }] },
    notes: [],
    failures: [],
  });
  expect(Buffer.from(found.derived!.pins[0]!.bytes).toString()).toBe('A=1\n');
});
