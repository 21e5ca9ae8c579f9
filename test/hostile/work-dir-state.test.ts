import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git } from '../support/git-command.ts';
import type { RunResult } from '../support/run-launcher.ts';
import { forgedPack } from './support/forged-pack.ts';
import { evilFile, write } from './support/git-plants.ts';
import { type Checkout, evilScript, PINS, PlantedBench } from './support/planted-checkout.ts';
import { inPool } from './support/pool.ts';

const bench = new PlantedBench();
beforeAll(() => bench.open());
afterAll(() => bench.close());

interface Plant {
  name: string;
  plant(checkout: Checkout): Promise<void> | void;
  /** Further than the rules for all: what is outside must be as it was, for example. */
  after?(checkout: Checkout, run: RunResult): void;
}

const stateOf = ({ git: folder }: Checkout): string => `${folder}/trusted-workload-launcher`;

/** A folder outside that must not be touched, with a file in it. */
const keep = ({ outside }: Checkout): string => {
  mkdirSync(`${outside}/kept/tree`, { recursive: true });
  writeFileSync(`${outside}/kept/tree/precious`, 'precious\n');
  return `${outside}/kept`;
};

const isKept = ({ outside }: Checkout): void => {
  expect(execFileSync('/usr/bin/find', ['.', '-type', 'f'], { cwd: `${outside}/kept`, encoding: 'utf8' })).toBe(
    './tree/precious\n',
  );
  expect(readFileSync(`${outside}/kept/tree/precious`, 'utf8')).toBe('precious\n');
};

const mknod = (path: string, ...what: string[]): void => {
  rmSync(path, { force: true, recursive: true });
  execFileSync('/bin/mknod', [path, ...what]);
};

/** A complete checkout of other bytes, as one that waits to be switched in. */
const plantWaiting = (checkout: Checkout, name: 'ready' | 'placing'): string => {
  const folder = `${stateOf(checkout)}/${name}`;
  execFileSync('/bin/mkdir', ['-p', folder, `${folder}/git/hooks`]);
  execFileSync('/bin/cp', ['-a', checkout.workDir, `${checkout.outside}/copy`]);
  rmSync(`${checkout.outside}/copy/.git`, { recursive: true });
  renameSync(`${checkout.outside}/copy`, `${folder}/tree`);
  write(`${folder}/tree/tee-launch.sh`, evilScript(checkout.canary), 0o755);
  write(`${folder}/tree/data/value`, 'EVIL\n');
  write(`${folder}/git/hooks/post-checkout`, checkout.canary.script, 0o755);
  write(`${folder}/git/HEAD`, `${checkout.pin}\n`);
  write(
    `${folder}/git/config`,
    `[core]\n\tfsmonitor = ${checkout.outside}/x\n[remote "origin"]\n\turl = ${bench.url}\n`,
  );
  return folder;
};

const script = ({ workDir }: Checkout): string => `${workDir}/tee-launch.sh`;

const packOf = ({ git: folder }: Checkout): string =>
  `${folder}/objects/pack/${readdirSync(`${folder}/objects/pack`).find((name) => name.endsWith('.pack'))}`;

let sockets = 0;

/** A socket without an owner, as a launcher leaves it that was killed. */
const deadSocket = async (path: string): Promise<void> => {
  const short = bench.scratch.join(`socket-${sockets++}`);
  const server = createServer().listen(short);
  await once(server, 'listening');
  linkSync(short, path);
  server.close();
};

const STATE_PLANTS: readonly Plant[] = [
  {
    name: 'our state folder as a symlink',
    plant: (checkout) => {
      rmSync(stateOf(checkout), { recursive: true });
      symlinkSync(keep(checkout), stateOf(checkout));
      evilFile(checkout);
    },
    after: isKept,
  },
  {
    name: 'our state folder as a file',
    plant: (checkout) => {
      rmSync(stateOf(checkout), { recursive: true });
      writeFileSync(stateOf(checkout), 'x');
    },
  },
  { name: 'our state folder as a FIFO', plant: (checkout) => mknod(stateOf(checkout), 'p') },
  {
    name: 'our state folder open to all, with things in it',
    plant: (checkout) => {
      chmodSync(stateOf(checkout), 0o777);
      writeFileSync(`${stateOf(checkout)}/odd`, 'x');
    },
  },
  {
    name: 'our state folder of another owner',
    plant: (checkout) => chownSync(stateOf(checkout), 12345, 12345),
  },
  ...(['ready', 'placing'] as const).flatMap((name): Plant[] => [
    { name: `${name} with other bytes`, plant: (checkout) => void plantWaiting(checkout, name) },
    {
      name: `${name} with other bytes and a record of the right objects`,
      plant: (checkout) => {
        const folder = plantWaiting(checkout, name);
        execFileSync('/bin/cp', [`${stateOf(checkout)}/objects`, `${folder}/objects`]);
      },
    },
    {
      name: `${name} as a symlink`,
      plant: (checkout) => symlinkSync(keep(checkout), `${stateOf(checkout)}/${name}`),
      after: isKept,
    },
    {
      name: `${name} whose tree is a symlink`,
      plant: (checkout) => {
        mkdirSync(`${stateOf(checkout)}/${name}`);
        symlinkSync(`${keep(checkout)}/tree`, `${stateOf(checkout)}/${name}/tree`);
        symlinkSync(`${keep(checkout)}/tree`, `${stateOf(checkout)}/${name}/git`);
      },
      after: isKept,
    },
    { name: `${name} that is empty`, plant: (checkout) => mkdirSync(`${stateOf(checkout)}/${name}`) },
    {
      name: `${name} that is a file`,
      plant: (checkout) => writeFileSync(`${stateOf(checkout)}/${name}`, 'x'),
    },
    {
      name: `${name} with entries that cannot be moved over what is there`,
      plant: (checkout) => {
        const folder = plantWaiting(checkout, name);
        write(`${folder}/git/trusted-workload-launcher/x`, 'x');
        rmSync(`${folder}/git/config`);
        write(`${folder}/git/config/x`, 'x');
        rmSync(`${folder}/tree/tee-launch.sh`);
        write(`${folder}/tree/tee-launch.sh/x`, 'x');
        write(`${folder}/objects/x`, 'x');
        mkdirSync(`${folder}/tree/.git`);
      },
    },
  ]),
  {
    name: 'ready and placing at once',
    plant: (checkout) => {
      plantWaiting(checkout, 'ready');
      plantWaiting(checkout, 'placing');
    },
  },
  {
    name: 'a record of objects that is noise',
    plant: (checkout) => {
      write(`${stateOf(checkout)}/objects`, 'c\0\0\0\x05noise');
      evilFile(checkout);
    },
  },
  {
    name: 'a record of objects that is a symlink to an endless file',
    plant: (checkout) => {
      rmSync(`${stateOf(checkout)}/objects`);
      symlinkSync('/dev/zero', `${stateOf(checkout)}/objects`);
    },
  },
  { name: 'a record of objects that is a FIFO', plant: (checkout) => mknod(`${stateOf(checkout)}/objects`, 'p') },
  {
    name: 'a record of objects that is a folder',
    plant: (checkout) => {
      rmSync(`${stateOf(checkout)}/objects`);
      write(`${stateOf(checkout)}/objects/x`, 'x');
    },
  },
  {
    name: 'a record of objects of a terabyte',
    plant: (checkout) => truncateSync(`${stateOf(checkout)}/objects`, 2 ** 40),
  },
  {
    name: 'a pack of other bytes under the right names',
    plant: async (checkout) => forgedPack(checkout),
  },
  {
    name: 'a pack of other bytes under the right names, and a file missing',
    plant: async (checkout) => {
      await forgedPack(checkout);
      rmSync(`${checkout.workDir}/tee-launch.sh`);
    },
  },
  {
    name: 'a pack kept apart, of other bytes under the right names, and a file missing',
    plant: async (checkout) => {
      await forgedPack(checkout);
      const folder = `${stateOf(checkout)}/quarantine/objects`;
      mkdirSync(folder, { recursive: true });
      renameSync(`${checkout.git}/objects/pack`, `${folder}/pack`);
      rmSync(script(checkout));
    },
  },
  {
    name: 'a repository with hooks and settings where packs are kept apart',
    plant: async (checkout) => {
      const folder = `${stateOf(checkout)}/quarantine`;
      await git(['init', '-q', '--bare', folder]);
      write(`${folder}/hooks/post-checkout`, checkout.canary.script, 0o755);
      write(`${checkout.outside}/hook`, checkout.canary.script, 0o755);
      await git(['-C', folder, 'config', 'uploadpack.packObjectsHook', `${checkout.outside}/hook`]);
      await git(['-C', folder, 'config', 'core.fsmonitor', `${checkout.outside}/hook`]);
      write(`${folder}/objects/info/alternates`, `${checkout.outside}\n`);
    },
  },
  {
    name: 'a link where packs are kept apart',
    plant: (checkout) => symlinkSync(keep(checkout), `${stateOf(checkout)}/quarantine`),
    after: isKept,
  },
  {
    name: 'a pack that is a FIFO',
    plant: (checkout) => mknod(packOf(checkout), 'p'),
  },
  {
    name: 'a pack that is a symlink',
    plant: (checkout) => {
      const pack = packOf(checkout);
      renameSync(pack, `${checkout.outside}/pack`);
      symlinkSync(`${checkout.outside}/pack`, pack);
    },
  },
  {
    name: 'a pack with a second name',
    plant: (checkout) => linkSync(packOf(checkout), `${checkout.outside}/pack`),
    after: (checkout) => expect(statSync(packOf(checkout)).nlink).toBe(1),
  },
  {
    name: 'a pack with a flipped bit',
    plant: (checkout) => {
      const pack = packOf(checkout);
      chmodSync(pack, 0o644);
      const bytes = readFileSync(pack);
      bytes[40] = bytes[40]! ^ 1;
      writeFileSync(pack, bytes);
      rmSync(`${checkout.workDir}/data`, { recursive: true });
    },
  },
  { name: 'a lock that is a file', plant: (checkout) => writeFileSync(`${stateOf(checkout)}/lock`, '1\n') },
  {
    name: 'a lock that is a symlink',
    plant: (checkout) => symlinkSync(`${keep(checkout)}/tree/precious`, `${stateOf(checkout)}/lock`),
    after: isKept,
  },
  {
    name: 'a lock that is a dangling symlink',
    plant: (checkout) => symlinkSync(`${checkout.outside}/nothing`, `${stateOf(checkout)}/lock`),
    after: ({ outside }) => expect(existsSync(`${outside}/nothing`)).toBe(false),
  },
  { name: 'a lock that is a FIFO', plant: (checkout) => mknod(`${stateOf(checkout)}/lock`, 'p') },
  {
    name: 'a lock that is a folder',
    plant: (checkout) => write(`${stateOf(checkout)}/lock/x/y`, 'x'),
  },
  { name: 'a lock without an owner', plant: (checkout) => deadSocket(`${stateOf(checkout)}/lock`) },
  {
    name: 'odd names in our state folder',
    plant: (checkout) => {
      for (const name of ['lock.x', 'dead.x', 'incoming-0', 'trash-0', 'config-0', 'refresh-0']) {
        symlinkSync(keep(checkout), `${stateOf(checkout)}/${name}`);
      }
    },
    after: isKept,
  },
];

const FILE_PLANTS: readonly Plant[] = [
  { name: 'a file of other bytes', plant: evilFile },
  {
    name: 'a file with a second name',
    plant: (checkout) => linkSync(script(checkout), `${checkout.outside}/second`),
    after: ({ outside }) => {
      expect(statSync(`${outside}/second`).nlink).toBe(1);
    },
  },
  {
    name: 'a file with a second name inside .git',
    plant: (checkout) => linkSync(script(checkout), `${checkout.git}/second`),
  },
  { name: 'a file of another owner', plant: (checkout) => chownSync(script(checkout), 12345, 0) },
  { name: 'a folder of another owner', plant: (checkout) => chownSync(`${checkout.workDir}/data`, 12345, 0) },
  { name: 'a file open to all', plant: (checkout) => chmodSync(script(checkout), 0o777) },
  { name: 'a file with the setuid bit', plant: (checkout) => chmodSync(script(checkout), 0o4755) },
  { name: 'a folder open to all', plant: (checkout) => chmodSync(`${checkout.workDir}/data`, 0o1777) },
  { name: 'a file that cannot be executed', plant: (checkout) => chmodSync(script(checkout), 0o644) },
  { name: 'a FIFO in place of a file', plant: (checkout) => mknod(script(checkout), 'p') },
  {
    name: 'a FIFO in place of another file',
    plant: (checkout) => mknod(`${checkout.workDir}/data/value`, 'p'),
  },
  {
    name: 'an endless device in place of a file',
    plant: (checkout) => mknod(script(checkout), 'c', '1', '5'),
  },
  {
    name: 'a socket in place of a file',
    plant: (checkout) => {
      rmSync(script(checkout));
      return deadSocket(script(checkout));
    },
  },
  {
    name: 'a symlink to the same bytes in place of a file',
    plant: (checkout) => {
      renameSync(script(checkout), `${checkout.outside}/moved.sh`);
      symlinkSync(`${checkout.outside}/moved.sh`, script(checkout));
    },
  },
  {
    name: 'a symlink in place of a folder',
    plant: (checkout) => {
      renameSync(`${checkout.workDir}/data`, `${checkout.outside}/moved`);
      symlinkSync(`${checkout.outside}/moved`, `${checkout.workDir}/data`);
    },
    after: ({ outside }) => expect(readFileSync(`${outside}/moved/value`, 'utf8')).toBe('value of A\n'),
  },
  {
    name: 'a folder in place of a file',
    plant: (checkout) => {
      rmSync(script(checkout));
      write(`${script(checkout)}/x`, 'x');
    },
  },
  {
    name: 'a symlink with another target',
    plant: (checkout) => {
      rmSync(`${checkout.workDir}/link`);
      symlinkSync('/etc/passwd', `${checkout.workDir}/link`);
    },
  },
  { name: 'a missing file', plant: (checkout) => rmSync(`${checkout.workDir}/data/value`) },
  { name: 'a further file', plant: ({ workDir }) => write(`${workDir}/data/more/extra`, 'x') },
  {
    name: 'a further file that is ignored',
    plant: ({ workDir, git: folder }) => {
      write(`${workDir}/ignored`, 'x');
      write(`${folder}/info/exclude`, 'ignored\n');
    },
  },
  { name: 'an empty folder', plant: ({ workDir }) => mkdirSync(`${workDir}/data/empty`) },
  {
    name: 'a repository inside',
    plant: async ({ workDir, canary }) => {
      await git(['init', '-q', `${workDir}/nested`]);
      write(`${workDir}/nested/.git/hooks/post-checkout`, canary.script, 0o755);
    },
  },
  {
    name: 'names that are no UTF-8',
    plant: ({ workDir }) => {
      const name = Buffer.from([0x2f, 0xff, 0xfe]);
      mkdirSync(Buffer.concat([Buffer.from(workDir), name]));
      writeFileSync(Buffer.concat([Buffer.from(workDir), name, name]), 'x');
    },
  },
  {
    name: 'folders deeper than a path can name',
    plant: ({ workDir }) => {
      const steps = 'i=0; while [ $i -lt 40 ]; do mkdir "$1" && cd -P "$1" || exit 1; i=$((i+1)); done';
      execFileSync('/bin/bash', ['-c', steps, 'sh', 'd'.repeat(200)], { cwd: workDir });
    },
  },
  {
    name: 'lost+found where nothing is mounted',
    plant: ({ workDir, canary }) => write(`${workDir}/lost+found/x`, canary.script, 0o755),
  },
];

const CASES = [...STATE_PLANTS, ...FILE_PLANTS].flatMap((plant) =>
  PINS.map((kind) => ({ plant, kind, name: `${plant.name}, launched with ${kind}` })),
);

describe('planted in a checkout of ours', () => {
  const runs = new Map<string, Promise<{ checkout: Checkout; run: RunResult }>>();

  beforeAll(() => {
    const running = inPool(CASES, 3, async ({ plant, kind }) => {
      const checkout = bench.checkout('our launcher', kind);
      await plant.plant(checkout);
      checkout.canary.reset();
      return { checkout, run: await bench.launch(checkout, {}, { timeoutMs: 15_000 }) };
    });
    CASES.forEach(({ name }, place) => void runs.set(name, running[place]!));
  });

  for (const { name, plant } of CASES) {
    test(name, async () => {
      const { checkout, run } = await runs.get(name)!;
      await bench.expectPinned(checkout, run);
      plant.after?.(checkout, run);
    });
  }
});
