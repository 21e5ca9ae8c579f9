// `node scripts/auditor-example.ts [--mirror URL]`: makes examples/auditor/evidence.json and policy.toml anew, from a SIMULATED machine
// that launches the image of these files. Prints what the README says of them. Needs a container engine and a registry.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildImage } from './image/build.ts';
import { readOciArchive } from './image/oci.ts';
import { readRevision } from './image/revision.ts';
import { identityOf } from './release/identity.ts';
import { publish } from './release/publish.ts';
import { Scene } from './release/rehearse/scene.ts';
import { attach, attest, releaseBuild } from './release/rehearse/sign.ts';
import { realRegistry } from '../test/registry/real-registry.ts';

const EXAMPLE = fileURLToPath(new URL('../examples/auditor/', import.meta.url));
const NAME = 'example/launcher';

const { values } = parseArgs({ options: { mirror: { type: 'string' }, archive: { type: 'string' } } });
const registry = await realRegistry();
if (registry === undefined) throw new Error('there is no registry');
const scratch = mkdtempSync(join(tmpdir(), 'auditor-'));
const scene = await Scene.open();
try {
  const revision = readRevision();
  const output = values.archive ?? join(scratch, 'image.oci.tar');
  const built = { stage: 'launcher', architectures: ['amd64'], revision, mirror: values.mirror, output } as const;
  const image = values.archive === undefined ? await buildImage(built) : readOciArchive(output);
  const repository = `${registry.host}/${NAME}`;
  publish({ archive: output, digest: image.digest, repository, tag: 'v1', insecure: true });
  const commit = revision.commit ?? 'c0'.repeat(20);
  await attach(
    registry.host,
    NAME,
    image,
    attest(image.digest, releaseBuild(revision.repository, commit, `v${revision.version}`)),
  );
  const { deployment, receipt } = await scene.launch(scene.compose(`${repository}@${image.digest}`));
  const expected = { registry: registry.host, digest: image.digest };
  const { code, stdout, stderr } = await scene.verify(deployment, expected, [
    '--receipt',
    receipt,
    '--save',
    'evidence.json',
  ]);
  if (code !== 0) throw new Error(`twl verify ends with ${code}: ${stdout}${stderr}`);
  copyFileSync(join(scene.folder, 'evidence.json'), join(EXAMPLE, 'evidence.json'));
  const { repository: builder, workflow } = identityOf('v0.0.0');
  writeFileSync(
    join(EXAMPLE, 'policy.toml'),
    `# SIMULATED: of a machine that does not exist.
${scene.policy(deployment, expected)}[provenance]
repository = "${builder}"
workflow = "${workflow}"
refs = ["refs/tags/v*"]
`,
  );
  const bytes = readFileSync(join(EXAMPLE, 'evidence.json'));
  console.log(stderr);
  console.log(`repository ${scene.source}\ncommit ${scene.repository.commit}\nat ${scene.intel.now}`);
  console.log(`saved ${createHash('sha256').update(bytes).digest('hex')}, ${bytes.length} bytes`);
} finally {
  await scene.close();
  rmSync(scratch, { recursive: true, force: true });
  await registry.stop();
}
