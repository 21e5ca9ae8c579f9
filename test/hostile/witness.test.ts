import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { whyNoMounts } from '../support/own-mounts.ts';
import { makeRepository, type Repository } from '../support/repositories.ts';
import type { RunResult } from '../support/run-launcher.ts';
import { makeScratch } from '../support/scratch.ts';
import { listFolder } from './support/files.ts';
import { write } from './support/git-plants.ts';
import { errorOf, launchPin, type PinKeys, rawCharacterOf } from './support/launch.ts';

const GIT = '/usr/bin/git';
const BIN = fileURLToPath(new URL('../../bin/trusted-workload-launcher', import.meta.url));
const FILES = { 'tee-launch.sh': '#!/bin/bash\necho pinned\n', 'data/x': 'x\n', link: { symlink: 'data/x' } };
const scratch = makeScratch();
let repository: Repository;
let server: GitServer;
let treeSha256: string;
let count = 0;

beforeAll(async () => {
  repository = await makeRepository({ files: FILES, path: scratch.join('repo.git') });
  const other = await makeRepository({ files: FILES, path: scratch.join('sha256.git'), format: 'sha256' });
  treeSha256 = await other.tree();
  server = await startGitServer({ root: scratch.path });
  copyFileSync(GIT, scratch.join('real-git'));
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

interface Launched {
  run: RunResult;
  workDir: string;
  requests: number;
}

/** A launch where git is another program: a script, or a file that is no program at all. */
const launchWith = async (fakeGit: string | undefined, keys: PinKeys = {}): Promise<Launched> => {
  const name = `fake-${count++}`;
  const fake = fakeGit === undefined ? '/dev/null' : scratch.join(name);
  if (fakeGit !== undefined) write(fake, fakeGit, 0o755);
  const program = scratch.join(`${name}-wrapper`);
  const mounts = `mount --make-rprivate / && mount --bind '${fake}' ${GIT}`;
  write(
    program,
    `#!/bin/sh\nexec /usr/bin/unshare -m /bin/sh -c "${mounts} && exec '${BIN}' \\"\\$@\\"" sh "$@"\n`,
    0o755,
  );
  const workDir = keys.WORK_DIR ?? scratch.join(`work-${name}`);
  const before = server.requests.length;
  const all = { REPO_URL: `${server.url}/repo.git`, COMMIT_SHA: repository.commit, WORK_DIR: workDir, ...keys };
  const run = await launchPin(all, { program, env: { TWL_LIMIT_ATTEMPTS: '1' } });
  return { run, workDir, requests: server.requests.length - before };
};

const expectRefused = ({ run, workDir }: Launched, message: RegExp, code = 10): void => {
  expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code, stdout: '' });
  expect(errorOf(run)).toMatch(message);
  expect(listFolder(workDir)).toEqual({});
  expect(rawCharacterOf(run.stderr)).toBeUndefined();
};

const expectRan = ({ run }: Launched): void =>
  expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 0, stdout: 'pinned\n' });

const refusing = (message: string): string => `#!/bin/sh\ncat > ${'/dev/null'}\nprintf '${message}\\n' >&2\nexit 128\n`;

/** Lets the real git index the pack and then changes what it says of it. */
const twisting = (twist: string): string => `#!/bin/sh\nsaid=$('${scratch.path}/real-git' "$@") || exit\n${twist}\n`;

const REASON = whyNoMounts();

describe.skipIf(REASON !== undefined)(
  `the second reader of a pack${REASON === undefined ? '' : ` (skipped: ${REASON})`}`,
  () => {
    for (const message of [
      'fatal: SHA-1 appears to be part of a collision attack: 38762cf7f55934b34d179ae6a4c80cadccbb7f0a',
      'fatal: SHA1 COLLISION FOUND WITH 38762cf7f55934b34d179ae6a4c80cadccbb7f0a !',
    ]) {
      test(`git refuses: ${message.slice(7, 30)}`, async () => {
        expectRefused(await launchWith(refusing(message)), /git refuses the pack: '.*collision/i);
      });
    }

    test('git refuses for another reason, with control characters', async () => {
      expectRefused(
        await launchWith(refusing('fatal: \\033[2Kbad pack')),
        /git index-pack refuses the pack.*\\x1b\[2K/,
      );
    });

    test('git has another index of the same pack', async () => {
      const flip =
        'for f in objects/pack/*.idx; do chmod 644 "$f"; printf X | dd of="$f" bs=1 seek=1040 conv=notrunc 2>&-; done';
      expectRefused(await launchWith(twisting(`${flip}; echo "$said"`)), /read different objects from the same pack/);
    });

    test('git reports another pack', async () => {
      expectRefused(await launchWith(twisting(`echo "pack\t${'0'.repeat(40)}"`)), /read different objects/);
    });

    test('git says yes and has read nothing', async () => {
      expectRefused(await launchWith('#!/bin/sh\nexit 0\n'), /read different objects/);
    });

    test('git dies: nothing runs', async () => {
      const { run, workDir } = await launchWith('#!/bin/sh\nkill -9 $$\n');
      expect(run.stdout).toBe('');
      expect([10, 50]).toContain(run.code);
      expect(listFolder(workDir)).toEqual({});
    });

    test('no git and no TREE_SHA256: ended before anything is asked', async () => {
      const launched = await launchWith(undefined);
      expectRefused(launched, /no git on this machine, so nothing here can detect a SHA-1 collision/, 50);
      expect(launched.run.stderr).toContain('add TREE_SHA256 to the pin');
      expect(launched.requests).toBe(0);
    });

    test('no git and the right TREE_SHA256: launched', async () => {
      expectRan(await launchWith(undefined, { TREE_SHA256: treeSha256 }));
    });

    test('a git that refuses is not asked where TREE_SHA256 makes it moot', async () => {
      expectRan(await launchWith(refusing('fatal: collision'), { TREE_SHA256: treeSha256 }));
    });

    test('another TREE_SHA256: refused, with git and without', async () => {
      const keys = { TREE_SHA256: treeSha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) };
      expectRefused(await launchWith(undefined, keys), /the tree of the commit has the SHA-256 name/);
      expectRefused(await launchWith(twisting('echo "$said"'), keys), /the tree of the commit has the SHA-256 name/);
    });

    test('a SHA-256 repository needs no second reader', async () => {
      const url = `${server.url}/sha256.git`;
      const { commit } = await makeRepository({ files: FILES, path: scratch.join('again.git'), format: 'sha256' });
      expectRan(await launchWith(undefined, { REPO_URL: url, COMMIT_SHA: commit }));
    });

    test('a restart of what was checked needs no second reader, and a changed file is found without it', async () => {
      const WORK_DIR = scratch.join('restarted');
      expectRan(await launchWith(twisting('echo "$said"'), { WORK_DIR }));
      expectRan(await launchWith(undefined, { WORK_DIR }));
      write(`${WORK_DIR}/tee-launch.sh`, 'echo EVIL\n', 0o755);
      const { run } = await launchWith(undefined, { WORK_DIR });
      expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 50, stdout: '' });
    });
  },
);
