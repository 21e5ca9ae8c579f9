import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { deflateSync } from 'node:zlib';
import { git } from '../../support/git-command.ts';
import { type Checkout, evilScript } from './planted-checkout.ts';

/** Something that an earlier workload, or the host, left in `.git` so that other bytes, or foreign code, would run. */
export interface GitPlant {
  name: string;
  /** A launcher that trusts git's own view runs the planted bytes: what it was seen to do is asserted. */
  fools?: true;
  plant(checkout: Checkout): Promise<void> | void;
}

export const write = (path: string, content: string | Uint8Array, mode = 0o644): void => {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true, recursive: true });
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
};

const configure = ({ git: folder }: Checkout, text: string): void => appendFileSync(`${folder}/config`, `${text}\n`);

export const evilFile = ({ workDir, canary }: Checkout): void =>
  write(`${workDir}/tee-launch.sh`, evilScript(canary), 0o755);

/** The id of an evil script as an object of the repository. */
const evilBlob = async ({ workDir, canary }: Checkout): Promise<string> =>
  git(['-C', workDir, 'hash-object', '-w', '--stdin'], { input: evilScript(canary) });

export const scriptId = ({ run }: Checkout): Promise<string> => run('rev-parse', 'HEAD:tee-launch.sh');

/** A commit like HEAD, but with the evil script. */
const evilCommit = async (checkout: Checkout): Promise<string> => {
  const { workDir, outside, run } = checkout;
  const env = { GIT_INDEX_FILE: `${outside}/index` };
  const inside = (...args: string[]): Promise<string> => git(['-C', workDir, ...args], { env });
  await inside('read-tree', 'HEAD');
  await inside('update-index', '--cacheinfo', `100755,${await evilBlob(checkout)},tee-launch.sh`);
  return run('commit-tree', '-m', 'evil', await inside('write-tree'));
};

const replaceRef = ({ git: folder }: Checkout, from: string, to: string): void =>
  write(`${folder}/refs/replace/${from}`, `${to}\n`);

/** Every object as a loose one, so that each can be overwritten. */
const unpack = async ({ git: folder, outside, workDir }: Checkout): Promise<void> => {
  for (const name of readdirSync(`${folder}/objects/pack`)) {
    const moved = `${outside}/${name}`;
    renameSync(`${folder}/objects/pack/${name}`, moved);
    if (name.endsWith('.pack')) {
      await git(['-C', workDir, 'unpack-objects', '-q'], { input: readFileSync(moved) });
    }
  }
};

const HOOKS = [
  'post-checkout',
  'reference-transaction',
  'post-index-change',
  'post-merge',
  'pre-commit',
  'fsmonitor-watchman',
  'sendemail-validate',
  'post-rewrite',
  'pre-auto-gc',
];

const hooks = (folder: string, { canary }: Checkout): void => {
  for (const hook of HOOKS) write(`${folder}/${hook}`, canary.script, 0o755);
};

/** Each class that fooled a launcher which trusted git's own view, and others of the same kinds. */
export const GIT_PLANTS: readonly GitPlant[] = [
  {
    name: 'a replace ref for the script',
    fools: true,
    plant: async (checkout) => {
      replaceRef(checkout, await scriptId(checkout), await evilBlob(checkout));
      await checkout.run('reset', '-q', '--hard');
    },
  },
  {
    name: 'a replace ref for the commit',
    fools: true,
    plant: async (checkout) => {
      const evil = await evilCommit(checkout);
      replaceRef(checkout, await checkout.run('rev-parse', 'HEAD'), evil);
      replaceRef(checkout, checkout.pin, evil);
      await checkout.run('reset', '-q', '--hard');
    },
  },
  {
    name: 'a replace ref in packed-refs',
    fools: true,
    plant: async (checkout) => {
      const [from, to] = [await scriptId(checkout), await evilBlob(checkout)];
      write(
        `${checkout.git}/packed-refs`,
        `# pack-refs with: peeled fully-peeled sorted \n${to} refs/replace/${from}\n`,
      );
      await checkout.run('reset', '-q', '--hard');
    },
  },
  {
    name: 'an overwritten loose object',
    fools: true,
    plant: async (checkout) => {
      await unpack(checkout);
      const id = await scriptId(checkout);
      const evil = Buffer.from(evilScript(checkout.canary));
      const loose = deflateSync(Buffer.concat([Buffer.from(`blob ${evil.length}\0`), evil]));
      write(`${checkout.git}/objects/${id.slice(0, 2)}/${id.slice(2)}`, loose, 0o444);
      evilFile(checkout);
    },
  },
  {
    name: 'a skip-worktree bit',
    fools: true,
    plant: async (checkout) => {
      await checkout.run('update-index', '--skip-worktree', 'tee-launch.sh', 'data/value');
      evilFile(checkout);
      write(`${checkout.workDir}/data/value`, 'EVIL\n');
    },
  },
  {
    name: 'an assume-unchanged bit',
    plant: async (checkout) => {
      await checkout.run('update-index', '--assume-unchanged', 'tee-launch.sh', 'data/value');
      evilFile(checkout);
      write(`${checkout.workDir}/data/value`, 'EVIL\n');
    },
  },
  {
    name: 'a smudge filter with info/attributes',
    fools: true,
    plant: async (checkout) => {
      const evil = `${checkout.outside}/evil.sh`;
      write(evil, evilScript(checkout.canary), 0o755);
      const smudge = `${checkout.canary.command}; cat ${evil}`.replaceAll('"', '\\"');
      configure(
        checkout,
        `[filter "x"]\n\tsmudge = "${smudge}"\n\tclean = "git show HEAD:tee-launch.sh"\n\trequired = true`,
      );
      write(`${checkout.git}/info/attributes`, 'tee-launch.sh filter=x\n');
      evilFile(checkout);
    },
  },
  {
    name: 'a core.worktree that points elsewhere',
    fools: true,
    plant: async (checkout) => {
      const elsewhere = `${checkout.outside}/elsewhere`;
      mkdirSync(elsewhere);
      configure(checkout, `[core]\n\tworktree = ${elsewhere}`);
      await checkout.run('checkout', '-q', '-f', 'HEAD');
      evilFile(checkout);
    },
  },
  {
    name: 'stat data that agrees with other bytes',
    fools: true,
    plant: async (checkout) => {
      configure(checkout, '[core]\n\ttrustctime = false\n\tcheckStat = minimal');
      const path = `${checkout.workDir}/tee-launch.sh`;
      await checkout.run('status');
      const { atime, mtime, size, mode } = statSync(path);
      writeFileSync(path, evilScript(checkout.canary).padEnd(size).slice(0, size));
      chmodSync(path, mode);
      utimesSync(path, atime, mtime);
    },
  },
  {
    name: 'core.fsmonitor',
    fools: true,
    plant: (checkout) => {
      write(`${checkout.outside}/monitor`, checkout.canary.script, 0o755);
      configure(checkout, `[core]\n\tfsmonitor = ${checkout.outside}/monitor`);
      evilFile(checkout);
    },
  },
  {
    name: 'remote.origin.uploadpack and its like',
    plant: (checkout) => {
      write(`${checkout.outside}/helper`, checkout.canary.script, 0o755);
      const helper = `${checkout.outside}/helper`;
      configure(
        checkout,
        `[remote "origin"]\n\tuploadpack = ${helper}\n\tproxy = http://127.0.0.1:1\n\tvcs = ${helper}`,
      );
      configure(checkout, `[core]\n\tsshCommand = ${helper}\n\tgitProxy = ${helper}\n\taskPass = ${helper}`);
      configure(checkout, `[credential]\n\thelper = !${helper}\n[http]\n\tproxy = http://127.0.0.1:1`);
    },
  },
  {
    name: 'core.hooksPath',
    fools: true,
    plant: (checkout) => {
      hooks(`${checkout.outside}/hooks`, checkout);
      configure(checkout, `[core]\n\thooksPath = ${checkout.outside}/hooks`);
    },
  },
  { name: 'hooks in .git', fools: true, plant: (checkout) => hooks(`${checkout.git}/hooks`, checkout) },
  {
    name: 'sparse-checkout patterns',
    plant: async (checkout) => {
      configure(checkout, '[core]\n\tsparseCheckout = true');
      write(`${checkout.git}/info/sparse-checkout`, '/data/\n');
      await checkout.run('read-tree', '-mu', 'HEAD');
    },
  },
  {
    name: 'url.insteadOf to another repository',
    plant: (checkout) => {
      const url = /url = "?([^"\n]+)"?/.exec(readFileSync(`${checkout.git}/config`, 'utf8'))![1]!;
      configure(checkout, `[url "${url.replace('/repo.git', '/evil.git')}"]\n\tinsteadOf = ${url}`);
    },
  },
  {
    name: 'a grafts and a shallow file',
    plant: (checkout) => {
      write(`${checkout.git}/info/grafts`, `${checkout.pin} ${'1'.repeat(40)}\n`);
      write(`${checkout.git}/shallow`, `${'2'.repeat(40)}\n${checkout.pin}\n`);
    },
  },
  {
    name: 'an alternates file to other bytes of the right names',
    plant: async (checkout) => {
      const id = await scriptId(checkout);
      const evil = Buffer.from(evilScript(checkout.canary));
      const other = `${checkout.outside}/objects`;
      const loose = deflateSync(Buffer.concat([Buffer.from(`blob ${evil.length}\0`), evil]));
      write(`${other}/${id.slice(0, 2)}/${id.slice(2)}`, loose);
      write(`${checkout.git}/objects/info/alternates`, `${other}\n`);
      write(`${checkout.git}/objects/info/http-alternates`, `${other}\n`);
      evilFile(checkout);
    },
  },
  {
    name: 'an included config and a config of the work tree',
    fools: true,
    plant: (checkout) => {
      write(`${checkout.outside}/monitor`, checkout.canary.script, 0o755);
      const text = `[core]\n\tfsmonitor = ${checkout.outside}/monitor\n`;
      write(`${checkout.outside}/included`, text);
      write(`${checkout.git}/config.worktree`, text);
      configure(checkout, `[include]\n\tpath = ${checkout.outside}/included\n[extensions]\n\tworktreeConfig = true`);
      evilFile(checkout);
    },
  },
  {
    name: 'a commondir that points elsewhere',
    fools: true,
    plant: async (checkout) => {
      const other = `${checkout.outside}/common`;
      await git(['init', '-q', '--bare', other]);
      write(`${other}/config`, `[core]\n\trepositoryformatversion = 0\n\tfsmonitor = ${checkout.outside}/monitor\n`);
      write(`${checkout.outside}/monitor`, checkout.canary.script, 0o755);
      write(`${checkout.git}/commondir`, `${other}\n`);
      evilFile(checkout);
    },
  },
  {
    name: 'a HEAD, an index and refs of another commit',
    plant: async (checkout) => {
      const evil = await evilCommit(checkout);
      await checkout.run('update-ref', 'refs/heads/evil', evil);
      await checkout.run('checkout', '-q', '-f', 'evil');
      await checkout.run('update-ref', `refs/heads/${checkout.pin}`, evil);
      await checkout.run('update-ref', `refs/tags/${checkout.pin}`, evil);
    },
  },
  {
    name: 'a promisor remote and a partial clone',
    plant: (checkout) => {
      configure(checkout, '[remote "origin"]\n\tpromisor = true\n\tpartialclonefilter = blob:none');
      configure(checkout, '[extensions]\n\tpartialClone = origin');
      for (const name of readdirSync(`${checkout.git}/objects/pack`)) {
        if (name.endsWith('.pack')) write(`${checkout.git}/objects/pack/${name.replace('.pack', '.promisor')}`, '');
      }
      evilFile(checkout);
    },
  },
  {
    name: 'an index, a commit-graph and a multi-pack-index that are noise',
    plant: (checkout) => {
      for (const name of ['index', 'objects/info/commit-graph', 'objects/pack/multi-pack-index']) {
        write(`${checkout.git}/${name}`, 'noise'.repeat(100));
      }
      write(`${checkout.git}/index.lock`, '');
      write(`${checkout.git}/HEAD.lock`, '');
      write(`${checkout.git}/shallow.lock`, '');
      evilFile(checkout);
    },
  },
  {
    name: 'a git folder of a submodule with hooks',
    plant: async (checkout) => {
      const module = `${checkout.git}/modules/data`;
      await git(['init', '-q', '--bare', module]);
      hooks(`${module}/hooks`, checkout);
      write(`${checkout.workDir}/data/.git`, 'gitdir: ../.git/modules/data\n');
      write(`${checkout.workDir}/.gitmodules`, '[submodule "data"]\n\tpath = data\n\turl = ./x\n\tupdate = !false\n');
    },
  },
  {
    name: 'links in place of what git keeps',
    plant: (checkout) => {
      const other = `${checkout.outside}/kept`;
      for (const name of ['info', 'refs', 'objects']) {
        mkdirSync(`${other}/${name}`, { recursive: true });
        renameSync(`${checkout.git}/${name}`, `${other}/${name}/moved`);
        rmSync(`${checkout.git}/${name}`, { recursive: true, force: true });
      }
      write(`${other}/HEAD`, 'ref: refs/heads/evil\n');
      for (const [name, target] of [
        ['info', `${other}/info/moved`],
        ['refs', `${other}/refs/moved`],
        ['objects', `${other}/objects/moved`],
      ] as const) {
        symlinkSync(target, `${checkout.git}/${name}`);
      }
      rmSync(`${checkout.git}/HEAD`);
      symlinkSync(`${other}/HEAD`, `${checkout.git}/HEAD`);
      evilFile(checkout);
    },
  },
];
