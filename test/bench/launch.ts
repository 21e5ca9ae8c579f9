// npm run bench -- launch [--rounds N] [--only FILES] [--repository BARE_REPOSITORY [--commit SHA]]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * The predecessor's procedure, first start and restart, as its users know it: a config of lines read by bash, a clone or a
 * fetch, a detached checkout, reset, clean, and a look at HEAD.
 */
const PREDECESSOR = `set -euo pipefail
while IFS= read -r line || [[ -n $line ]]; do
  [[ $line =~ ^[[:space:]]*(#|$) ]] && continue
  key=\${line%%=*} value=\${line#*=}
  case $key in REPO_URL) url=$value ;; COMMIT_SHA) sha=$value ;; WORK_DIR) dir=$value ;; esac
done < "$1"
[[ $sha =~ ^[0-9a-f]{40}$ ]]
if [[ -d $dir/.git ]]; then
  [[ $(git -C "$dir" config --get remote.origin.url) == "$url" ]]
  git -C "$dir" fetch -q --tags --prune origin
else
  mkdir -p "$dir"
  git clone -q "$url" "$dir"
fi
git -C "$dir" checkout -q --detach "$sha"
git -C "$dir" reset -q --hard "$sha"
git -C "$dir" clean -ffdxq
[[ $(git -C "$dir" rev-parse HEAD) == "$sha" ]]
cd "$dir" && exec bash tee-launch.sh`;

/** The least that native git can do. */
const NATIVE = `set -e
. "$1"
git init -q "$WORK_DIR" && cd "$WORK_DIR"
git fetch -q --no-tags --depth 1 "$REPO_URL" "$COMMIT_SHA"
git checkout -q --detach "$COMMIT_SHA"
exec bash tee-launch.sh`;

/** Files, average bytes of a file, commits before the pinned one: as in public repositories of these sizes. */
const SHAPES = [
  { files: 150, averageBytes: 5_000, history: 0 },
  { files: 1_000, averageBytes: 20_000, history: 0 },
  { files: 5_000, averageBytes: 10_000, history: 0 },
  { files: 13_000, averageBytes: 8_000, history: 0 },
  { files: 1_000, averageBytes: 20_000, history: 5_000 },
];

interface Case {
  name: string;
  url: string;
  commit: string;
  treeSha256: string;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
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
  prepare: () => ({ command: '/bin/bash', args: ['-c', text, 'bench', writePin(one, workDir())] }),
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
    console.log(
      `  cold  ${timing.name.padEnd(24)}${show(median(timing.milliseconds))}   x${ratio(timing, cold[0]!).toFixed(2)} of native`,
    );
  }
  const kept = fresh();
  const keptByPredecessor = fresh();
  const warmOnes = [
    script('predecessor', PREDECESSOR, one, () => keptByPredecessor),
    ours('launcher', one, '', () => kept),
  ];
  await takeTurns(warmOnes, 1);
  const warm = await takeTurns(warmOnes, rounds);
  for (const timing of warm) {
    console.log(
      `  warm  ${timing.name.padEnd(24)}${show(median(timing.milliseconds))}   x${ratio(timing, warm[0]!).toFixed(2)} of the predecessor`,
    );
  }
  const memory = await measureMemory(LAUNCHER, (extra) => writePin(one, fresh(), extra));
  console.log(`  peak memory of the launcher ${memory.toFixed(0)} MB`);
};

const dryRun = async (one: Omit<Case, 'treeSha256'>): Promise<{ treeSha256: string; packBytes: number }> => {
  const { runLauncher } = await import('../support/run-launcher.ts');
  const result = await runLauncher({
    args: ['--dry-run'],
    config: `REPO_URL=${one.url}\nCOMMIT_SHA=${one.commit}\nWORK_DIR=${fresh()}\n`,
    timeoutMs: 300_000,
  });
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
    cases.push({
      name: basename(path),
      path,
      commit: values.commit ?? (await git(['rev-parse', 'HEAD'], { cwd: path })),
    });
  } else {
    for (const shape of SHAPES.filter(({ files }) => values.only === undefined || values.only === String(files))) {
      const { files, averageBytes, history } = shape;
      const { gitDir, commit } = await makeLargeRepository({
        ...shape,
        path: join(scratch, `r${files}-${history}.git`),
        entry: { name: 'tee-launch.sh', content: ':\n' },
      });
      const mb = ((files * averageBytes) / 1e6).toFixed(1);
      cases.push({ name: `${files} files, ${mb} MB, ${history} commits before`, path: gitDir, commit });
    }
  }
  for (const { name, path, commit } of cases) {
    const server = spawn(process.execPath, [join(import.meta.dirname, 'server.ts'), dirname(path)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const port = await new Promise<string>((resolve) =>
        server.stdout.once('data', (bytes) => resolve(String(bytes).trim())),
      );
      const one = { name, url: `http://127.0.0.1:${port}/${basename(path)}`, commit };
      const { treeSha256, packBytes } = await dryRun(one);
      await bench({ ...one, treeSha256 });
      console.log(`  received by the launcher ${(packBytes / 1e6).toFixed(2)} MB, in one request`);
    } finally {
      server.kill();
    }
    // Only in memory: on a disk file systems are slow for a while where many files were just deleted.
    if (tmpfs !== undefined) for (const used of readdirSync(work)) rmSync(join(work, used), { recursive: true });
  }
} finally {
  tmpfs?.unmount();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
