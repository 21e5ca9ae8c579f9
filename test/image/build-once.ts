import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type OciImage, readOciArchive } from '../../scripts/image/oci.ts';
import { readRevision } from '../../scripts/image/revision.ts';
import type { Engine } from '../support/container-engine.ts';
import { machineMirror } from './mirror.ts';
import { runCommand } from './run-command.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What an image is made of, beside the packages of the day. */
const INPUTS = [
  'src',
  'docker',
  'scripts/build',
  'scripts/image',
  'scripts/image.ts',
  'scripts/bundle.ts',
  'package.json',
  'package-lock.json',
];

/** A commit's time would change the image with each commit. */
export const TEST_EPOCH = '1700000000';

export interface BuiltImage extends OciImage {
  readonly archive: string;
  /** What the engine knows it by. */
  readonly tag: string;
}

/** What a root file system is made of, beside the packages of the day. */
const ROOTFS_INPUTS = ['docker/rootfs.sh', 'scripts/image/packages.ts', 'scripts/image/rootfs.ts'];

const keyOf = (inputs: readonly string[]): string => {
  const hash = createHash('sha256').update(TEST_EPOCH);
  for (const input of inputs) {
    const path = join(root, input);
    const names = statSync(path).isFile() ? [''] : readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
    for (const name of names) {
      const file = join(path, name);
      if (statSync(file).isFile()) hash.update(`${input}/${name}\0`).update(readFileSync(file));
    }
  }
  return hash.digest('hex').slice(0, 16);
};

/** The folder of the day: root file systems and images of this user that test files share. */
const sharedFolder = (): string => {
  const day = new Date().toISOString().slice(0, 10);
  const path = join(tmpdir(), `twl-image-${process.getuid?.()}-${day}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (statSync(path).uid !== process.getuid?.()) throw new Error(`${path} is somebody else's`);
  return path;
};

/** Where the root file systems of these inputs and this day are. */
const rootfsFolder = (): string => {
  const path = join(sharedFolder(), `rootfs-${keyOf(ROOTFS_INPUTS)}`);
  mkdirSync(path, { recursive: true });
  return path;
};

/** Runs a script of this project, or of another clone, with the Node of the tests. */
export const runScript = (script: string, args: readonly string[], env: Record<string, string> = {}) =>
  // Not spawnSync: what takes a minute would keep the test runner waiting for an answer.
  runCommand(process.execPath, ['--no-warnings', resolve(root, script), ...args], { env: { ...process.env, ...env } });

/** `npm run image` as an operator would call it, from packages of this machine's own mirror. Gives what it printed. */
export const runImage = async (
  args: readonly string[],
  { folder = rootfsFolder(), script = 'scripts/image.ts' }: { folder?: string; script?: string } = {},
): Promise<OciImage & { archive: string }> => {
  const options = ['--mirror', machineMirror(), '--rootfs', folder, ...args];
  const { code, stdout, stderr } = await runScript(script, options, { SOURCE_DATE_EPOCH: TEST_EPOCH });
  if (code !== 0) throw new Error(`npm run image ends with ${code}: ${stderr}`);
  return JSON.parse(stdout);
};

/** One at a time: test files run side by side, and one build is enough for all. */
const locked = async <T>(path: string, action: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      const holder = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
      if (holder > 0 && !existsSync(`/proc/${holder}`)) rmSync(path, { force: true });
      await sleep(200);
    }
  }
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
};

const build = async (folder: string, key: string): Promise<BuiltImage> => {
  const kept = join(folder, `${key}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  const tag = `twl-test:${key}`;
  const image = await runImage([
    '--cached',
    '--name',
    `docker.io/library/${tag}`,
    '--output',
    join(folder, `${key}.oci.tar`),
  ]);
  const built: BuiltImage = { ...image, tag };
  writeFileSync(`${kept}.new`, JSON.stringify(built));
  renameSync(`${kept}.new`, kept);
  for (const name of readdirSync(folder)) {
    if (/^[0-9a-f]{16}[-.]/.test(name) && !name.startsWith(key)) rmSync(join(folder, name), { force: true });
  }
  return built;
};

/** An image that was built before, such as the one that is about to be signed: the tests are then of exactly its bytes. */
const givenImage = async (engine: Engine, archive: string): Promise<BuiltImage> => {
  const said = await engine.docker('load', '--input', archive);
  const tag = /^Loaded image: (\S+)$/m.exec(said)?.[1];
  if (tag === undefined) throw new Error(`docker load of ${archive} names no image: ${said}`);
  return { ...readOciArchive(archive), archive, tag };
};

/** The image of the files that lie here, or of the archive that `TWL_TEST_IMAGE` names, loaded into the engine; built once for all test files. */
export const launcherImage = async (engine: Engine): Promise<BuiltImage> => {
  const given = process.env.TWL_TEST_IMAGE ?? '';
  if (given !== '') return await givenImage(engine, given);
  const folder = sharedFolder();
  // Its labels name the commit, where the clone is one.
  const key = `${keyOf(INPUTS)}-${readRevision().commit?.slice(0, 16) ?? 'changed'}`;
  return await locked(join(folder, 'lock'), async () => {
    const built = await build(folder, key);
    const { stdout: id } = await engine.try(['image', 'inspect', '--format', '{{.Id}}', built.tag]);
    // By its manifest or by its config, as the store of the engine has it.
    if (![built.digest, built.platforms[0]?.config].includes(id.trim())) {
      await engine.docker('load', '--quiet', '--input', built.archive);
    }
    return built;
  });
};
