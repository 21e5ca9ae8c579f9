import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { type OciImage, readOciArchive } from '../../scripts/image/oci.ts';
import { rehearse } from '../../scripts/release/rehearse/rehearse.ts';
import { readRevision } from '../../scripts/image/revision.ts';
import { launcherImage } from '../image/build-once.ts';
import { realRegistry } from '../registry/real-registry.ts';
import { type Engine, engine } from '../support/container-engine.ts';
import { useScratch } from '../support/use-scratch.ts';

const found = await engine();
const dock = found as Engine;
const registry = await realRegistry();
afterAll(() => registry?.stop());

/** An image that somebody made in a minute. */
const otherImage = async (): Promise<OciImage & { archive: string }> => {
  const context = useScratch();
  writeFileSync(
    context.join('Dockerfile'),
    'FROM scratch\nCOPY Dockerfile /\nENTRYPOINT ["/trusted-workload-launcher"]\n',
  );
  const archive = context.join('other.oci.tar');
  await dock.docker(
    'buildx',
    'build',
    '--quiet',
    '--provenance=false',
    `--output=type=oci,dest=${archive}`,
    context.path,
  );
  return { ...readOciArchive(archive), archive };
};

describe.skipIf(found === undefined || registry === undefined || process.arch !== 'x64')('a release', () => {
  test('is verified from what the registry has, and what only looks like it is refused', async () => {
    const image = await launcherImage(dock);
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    const revision = readRevision();
    await rehearse({ builds: [image, image], other: await otherImage(), revision, registry: registry!.host, say });
    const text = said.join('\n').replaceAll(/\(\d+ passed.*?\)/g, '(…)');
    expect(text).toBe(`two builds, one digest
  amd64: ${image.digest}
pushed rehearsal/launcher:v${revision.version}, signed as
  ${revision.repository}/.github/workflows/sign.yml@refs/tags/v${revision.version}
launched on a SIMULATED machine: the image by its digest, the workload by its commit
twl verify: SIMULATED: VERIFIED (…)
signed by another workflow of the same repository: SIMULATED: REJECTED (…): provenance.workflow
signed by the right workflow in the build of a pull request: SIMULATED: REJECTED (…): provenance.ref, provenance.trigger
signed at a branch and not at the tag: SIMULATED: REJECTED (…): provenance.ref
signed by a fork: SIMULATED: REJECTED (…): provenance.repository, provenance.workflow
the tag moved to another image, by its digest: SIMULATED: REJECTED (…): provenance.subject
the image by its tag alone: SIMULATED: NOT BOUND (…): compose.images
who pinned the digest: SIMULATED: VERIFIED (…)`);
  }, 600_000);

  test('does not begin where two builds differ', async () => {
    const build = (digest: string) => ({
      digest,
      platforms: [{ architecture: 'amd64', digest, config: 'c', layers: [] }],
    });
    const first = { ...build('a'), archive: '/no/such/archive' };
    const all = { other: first, revision: readRevision(), registry: registry!.host, say: () => undefined };
    const text = /^two builds differ: amd64: the same files, compressed otherwise: a and b$/;
    await expect(rehearse({ ...all, builds: [first, build('b')] })).rejects.toThrow(text);
  });
});
