// `npm run release:rehearse [-- --no-tests] [--mirror URL]`: the steps of a release on this machine, from the tests to what an auditor
// sees. Needs a container engine, and the registry that REGISTRY names (or Debian's docker-registry). Nothing leaves the machine; what
// is SIMULATED is the hardware and Sigstore. docs/release.md has a transcript.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildImage } from './image/build.ts';
import { readRevision } from './image/revision.ts';
import { rehearse } from './release/rehearse/rehearse.ts';
import { realRegistry } from '../test/registry/real-registry.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: { tests: { type: 'boolean', default: true }, mirror: { type: 'string' } },
});
const started = performance.now();
const say = (line: string): void =>
  console.log(`[${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s] ${line}`);

const scratch = mkdtempSync(join(tmpdir(), 'rehearsal-'));
const registry = await realRegistry();
try {
  if (registry === undefined) throw new Error('there is no registry');
  if (values.tests) {
    say('npm test');
    if (spawnSync('npm', ['test'], { stdio: 'inherit' }).status !== 0) throw new Error('the tests fail');
  }
  const revision = readRevision();
  say(`release v${revision.version} of ${revision.commit ?? 'files that are in no commit'}`);
  const mirror = values.mirror ?? process.env.TWL_IMAGE_MIRROR;
  const build = async (name: string, version = revision.version) => {
    const archive = join(scratch, `${name}.oci.tar`);
    // Root file systems of their own: each build brings its packages anew.
    const image = await buildImage({
      stage: 'launcher',
      architectures: ['amd64'],
      revision: { ...revision, version },
      mirror,
      output: archive,
      rootfs: (file, make) => {
        const path = join(scratch, `${name}-${file}`);
        if (name === 'other') copyFileSync(join(scratch, `first-${file}`), path);
        else make(path);
        return path;
      },
    });
    say(`built ${image.digest}`);
    return { ...image, archive };
  };
  const first = await build('first');
  const second = await build('second');
  const other = await build('other', `${revision.version}-other`);
  // The auditor's build has the mirror from there.
  if (mirror !== undefined) process.env.TWL_IMAGE_MIRROR = mirror;
  const clone = fileURLToPath(new URL('..', import.meta.url));
  await rehearse({ builds: [first, second], other, revision, registry: registry.host, clone, say });
  say('the rehearsal is over: all as it has to be');
} finally {
  rmSync(scratch, { recursive: true, force: true });
  await registry?.stop();
}
