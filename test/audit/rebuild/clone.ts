/** A clone of a launcher's repository, whose build is a script that does what it is told. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { useScratch } from '../../support/use-scratch.ts';

export const OTHER = `sha256:${'0e'.repeat(32)}`;

/** What the script does, by name. It is started as `npm run image:verify -- COMMIT DIGEST --stage STAGE` starts the real one. */
const BEHAVIOURS = {
  same: 'result({ digest: image })',
  platform: 'result({ amd64: image })',
  another: 'result({}, 10)',
  'another, and ends with 0': 'result({}, 0)',
  'the same, and ends with 10': 'result({ digest: image }, 10)',
  'another commit': "result({ digest: image, commit: 'c0'.repeat(20) })",
  'cannot build':
    "console.error('docker: there is no \\x1b[31mengine'); console.error('\\nimage:verify: error: no'); process.exit(1)",
  'ends with 11': 'result({ digest: image }, 11)',
  nonsense: "console.log('hello')",
  nothing: '',
  'two results': 'result({ digest: image }); result({ digest: image })',
  'results without end': 'flood(1)',
  'progress without end': 'flood(2)',
  'never ends': 'hang()',
  'never ends, and does not listen': "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); hang()",
  'leaves something behind': 'hang(); result({ digest: image }); process.exit(0)',
  'leaves something behind, without its pipes': "hang('ignore'); result({ digest: image }); process.exit(0)",
  'wants the commit': 'commitIsThere(); result({ digest: image })',
} as const;
export type Behaviour = keyof typeof BEHAVIOURS;

const SCRIPT = `
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
const [commit, image, ...options] = process.argv.slice(2);
appendFileSync('ran', JSON.stringify({ commit, image, options, cwd: process.cwd(), tmp: tmpdir() }) + '\\n');
writeFileSync(join(tmpdir(), 'left'), 'left');
const result = ({ digest = '${OTHER}', amd64 = '${OTHER}', ...more }, status = 0) => {
  const platforms = [{ architecture: 'amd64', digest: amd64, layers: [] }, { architecture: 'arm64', digest: '${OTHER}' }];
  console.log(JSON.stringify({ commit, expected: image, digest, platforms, ...more }, undefined, 2));
  process.exitCode = status;
};
const hang = (stdio = 'inherit') => {
  const child = spawn('sleep', ['1000'], { stdio });
  writeFileSync('pids', process.pid + ' ' + child.pid);
};
const flood = (to) => spawnSync('yes', ['x'.repeat(1000)], { stdio: ['ignore', to, to] });
const commitIsThere = () => {
  if (spawnSync('git', ['cat-file', '-e', commit + '^{commit}'], { stdio: 'inherit' }).status !== 0) process.exit(1);
};
console.error('building');
`;

export interface Clone {
  readonly path: string;
  /** With what each build was started. */
  readonly runs: () => readonly { commit: string; image: string; options: string[]; cwd: string; tmp: string }[];
  /** Programs of the build that are still there. */
  readonly alive: () => number[];
  /** Its one commit. */
  readonly commit: () => string;
}

const isAlive = (pid: number): boolean => {
  try {
    // A zombie is none that does anything.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Inside a test only. */
export const makeClone = (behaviour: Behaviour): Clone => {
  const scratch = useScratch();
  const path = scratch.path;
  const read = (name: string): string =>
    existsSync(scratch.join(name)) ? readFileSync(scratch.join(name), 'utf8').trim() : '';
  writeFileSync(scratch.join('verify.mjs'), `${SCRIPT}${BEHAVIOURS[behaviour]};\n`);
  writeFileSync(
    scratch.join('package.json'),
    JSON.stringify({ name: 'launcher', version: '1.0.0', scripts: { 'image:verify': 'node verify.mjs' } }),
  );
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: path, encoding: 'utf8' }).trim();
  return {
    path,
    runs: () =>
      read('ran')
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line)])),
    alive: () => read('pids').split(' ').filter(Boolean).map(Number).filter(isAlive),
    commit: () => {
      git('init', '--quiet');
      git('add', 'package.json', 'verify.mjs');
      git('commit', '--quiet', '--message', 'one');
      return git('rev-parse', 'HEAD');
    },
  };
};
