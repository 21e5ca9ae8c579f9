// `npm run bench [-- --rounds N] [-- --files 150,1000] [-- --repository BARE_REPOSITORY COMMIT]`
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeLargeRepository } from '../support/large-repository.ts';
import { git, allowServing } from '../support/git-command.ts';
import { mountTmpfs } from '../support/tmpfs.ts';
import { type Contender, median, ratio, takeTurns } from './measure.ts';
import { measureMemory } from './memory.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/trusted-workload-launcher');
const TMPFS_BYTES = 8 * 1024 ** 3;

/** The predecessor's procedure, first start and restart, as its users run it. */
const PREDECESSOR = `set -e
url=$1 sha=$2 dir=$3
if [ -d "$dir/.git" ]; then git -C "$dir" fetch -q --tags --prune origin; else git clone -q "$url" "$dir"; fi
git -C "$dir" checkout -q --detach "$sha"
git -C "$dir" reset -q --hard "$sha"
git -C "$dir" clean -ffdxq
[ "$(git -C "$dir" rev-parse HEAD)" = "$sha" ]
cd "$dir" && exec bash tee-launch.sh`;

const NATIVE = `set -e
git init -q "$3" && cd "$3"
git fetch -q --no-tags --depth 1 "$1" "$2"
git -c advice.detachedHead=false checkout -q --detach "$2"
exec bash tee-launch.sh`;

interface Case {
  name: string;
  url: string;
  commit: string;
  treeSha256: string;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    files: { type: 'string', default: '150,1000,5000,13000' },
    history: { type: 'string', default: '0' },
    repository: { type: 'string' },
    commit: { type: 'string' },
    'no-predecessor': { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const scratch = mkdtempSync(join(tmpdir(), 'twl-bench-'));
const work = join(scratch, 'w');
mkdirSync(work);
const tmpfs = mountTmpfs(work, { bytes: TMPFS_BYTES });
let folders = 0;
const fresh = (): string => join(work, String(++folders));

const writePin = ({ url, commit }: Case, workDir: string, extra = ''): string => {
  const path = join(scratch, `pin-${++folders}`);
  writeFileSync(path, `REPO_URL=${url}\nCOMMIT_SHA=${commit}\nWORK_DIR=${workDir}\n${extra}`);
  return path;
};

const ours = (name: string, one: Case, extra: string, workDir = fresh): Contender => ({
  name,
  prepare: () => ({ command: LAUNCHER, args: [writePin(one, workDir(), extra)] }),
});

const script = (name: string, text: string, one: Case, workDir = fresh): Contender => ({
  name,
  prepare: () => ({ command: '/bin/bash', args: ['-c', text, 'bench', one.url, one.commit, workDir()] }),
});

const show = (milliseconds: number): string => `${milliseconds.toFixed(0)} ms`.padStart(9);

const bench = async (one: Case): Promise<void> => {
  console.log(`\n${one.name}`);
  const tree = `TREE_SHA256=${one.treeSha256}\n`;
  const cold = await takeTurns(
    [
      script('native depth 1', NATIVE, one),
      ours('launcher', one, ''),
      ours('launcher, TREE_SHA256', one, tree),
      ...(values['no-predecessor'] ? [] : [script('predecessor', PREDECESSOR, one)]),
    ],
    rounds,
  );
  for (const timing of cold) {
    console.log(`  cold  ${timing.name.padEnd(24)}${show(median(timing.milliseconds))}   x${ratio(timing, cold[0]!).toFixed(2)} of native`);
  }
  const kept = fresh();
  const keptByPredecessor = fresh();
  const warmOnes = [script('predecessor', PREDECESSOR, one, () => keptByPredecessor), ours('launcher', one, '', () => kept)];
  await takeTurns(warmOnes, 1);
  const warm = await takeTurns(warmOnes, rounds);
  for (const timing of warm) {
    console.log(`  warm  ${timing.name.padEnd(24)}${show(median(timing.milliseconds))}   x${ratio(timing, warm[0]!).toFixed(2)} of the predecessor`);
  }
  const memory = await measureMemory(LAUNCHER, (extra) => writePin(one, fresh(), extra));
  console.log(`  peak memory of the launcher ${memory.toFixed(0)} MB`);
};

const dryRun = async (one: Omit<Case, 'treeSha256'>): Promise<{ treeSha256: string; packBytes: number }> => {
  const { runLauncher } = await import('../support/run-launcher.ts');
  const result = await runLauncher({ args: ['--dry-run'], config: `REPO_URL=${one.url}\nCOMMIT_SHA=${one.commit}\nWORK_DIR=${fresh()}\n`, timeoutMs: 300_000 });
  const treeSha256 = /TREE_SHA256=([0-9a-f]{64})/.exec(result.stderr)?.[1];
  const packBytes = /received \d+ objects, (\d+) bytes/.exec(result.stderr)?.[1];
  if (treeSha256 === undefined || packBytes === undefined) throw new Error(result.stderr);
  return { treeSha256, packBytes: Number(packBytes) };
};

try {
  const cases: { name: string; path: string; commit: string }[] = [];
  if (values.repository !== undefined) {
    const path = values.repository;
    await allowServing(path);
    cases.push({ name: basename(path), path, commit: values.commit ?? (await git(['rev-parse', 'HEAD'], { cwd: path })) });
  } else {
    for (const files of values.files.split(',').map(Number)) {
      const { gitDir, commit } = await makeLargeRepository({
        files,
        history: Number(values.history),
        path: join(scratch, `r${files}.git`),
        entry: { name: 'tee-launch.sh', content: ':\n' },
      });
      cases.push({ name: `${files} files, ${values.history} commits before`, path: gitDir, commit });
    }
  }
  for (const { name, path, commit } of cases) {
    const server = spawn(process.execPath, [join(import.meta.dirname, 'server.ts'), dirname(path)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const port = await new Promise<string>((resolve) => server.stdout.once('data', (bytes) => resolve(String(bytes).trim())));
    const one = { name, url: `http://127.0.0.1:${port}/${basename(path)}`, commit };
    const { treeSha256, packBytes } = await dryRun(one);
    await bench({ ...one, treeSha256 });
    console.log(`  received by the launcher ${(packBytes / 1e6).toFixed(2)} MB, in one request`);
    server.kill();
  }
} finally {
  tmpfs?.unmount();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
