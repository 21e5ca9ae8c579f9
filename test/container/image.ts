import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../support/container-engine.ts';
import { makeScratch } from '../support/scratch.ts';
import { rootfs } from './rootfs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dockerfile = fileURLToPath(new URL('Dockerfile', import.meta.url));

/** The user of the image that is not root. */
export const USER = 10001;
const PASSWD = `root:x:0:0:root:/root:/bin/bash\nworkload:x:${USER}:${USER}::/:/bin/bash\n`;
const GROUP = `root:x:0:\nworkload:x:${USER}:\n`;

/** A name for all that goes into the image. */
const tagOf = (tar: string): string => {
  const hash = createHash('sha256').update(`${basename(tar)} ${statSync(tar).mtimeMs} ${process.version}`);
  hash.update(readFileSync(dockerfile)).update(PASSWD);
  for (const folder of ['bin', 'dist']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      const path = join(root, folder, name);
      if (statSync(path).isFile()) hash.update(`${folder}/${name}\0`).update(readFileSync(path));
    }
  }
  return `twl-test:${hash.digest('hex').slice(0, 16)}`;
};

const linkOrCopy = (from: string, to: string): void => {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
};

/** Builds the image from this project's `bin/` and `dist/`, this Node and a Debian root file system. Gives its tag. */
export const buildImage = async (engine: Engine): Promise<string> => {
  const tar = rootfs();
  const tag = tagOf(tar);
  const { stdout: known } = await engine.try(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'twl-test']);
  if (known.split('\n').includes(tag)) return tag;
  const context = makeScratch();
  linkOrCopy(tar, context.join('rootfs.tar'));
  linkOrCopy(process.execPath, context.join('node'));
  for (const folder of ['bin', 'dist'])
    cpSync(join(root, folder), context.join(folder), { recursive: true, verbatimSymlinks: true });
  for (const folder of ['etc', 'empty']) mkdirSync(context.join(folder));
  writeFileSync(context.join('etc/passwd'), PASSWD);
  writeFileSync(context.join('etc/group'), GROUP);
  const built = await engine.try(['build', '-q', '-t', tag, '-f', dockerfile, context.path]);
  // Test files run side by side: another one may have built and named the same image in this moment.
  if (built.code !== 0 && (await engine.try(['image', 'inspect', tag])).code !== 0) {
    throw new Error(`the image of the container tests cannot be built: ${built.stderr}`);
  }
  context.remove();
  for (const old of known.split('\n').filter((name) => name !== '')) await engine.try(['image', 'rm', old]);
  return tag;
};
