// npm run bench -- bundle [--rounds N]: all four steps of the demo's evidence bundle, offline, as a process.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeScratch } from '../support/scratch.ts';
import { median } from './measure.ts';

/** What one offline verification may take on the machine that it is published from. */
const TARGET = { milliseconds: 250, megabytes: 120 };

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30' } } });
const rounds = Number(values.rounds);
const ROOT = join(import.meta.dirname, '../..');
const TWL = join(ROOT, 'bin/twl');
/** Prints the peak resident memory of what it runs, in KiB, and its processor time in ms (GNU time is not everywhere). */
const PEAK = `import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_maxrss, (usage.ru_utime + usage.ru_stime) * 1000)`;

const scratch = makeScratch();
const out = scratch.join('demo-out');
const demo = spawnSync(process.execPath, [join(ROOT, 'examples/demo/main.ts'), out], { encoding: 'utf8' });
if (demo.status !== 0) throw new Error(`the demo ended with ${demo.status}: ${demo.stderr}`);

const pin = readFileSync(join(out, 'honest/deploy/launcher.conf'), 'utf8');
const of = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(pin)?.[1] ?? '';
const saved = readFileSync(join(out, 'honest/evidence.sha256'), 'utf8').slice(0, 64);
const verifying = [
  ...['verify', join(out, 'honest/evidence.json'), '--saved-sha256', saved, '--offline'],
  ...['--repo', of('REPO_URL'), '--commit', of('COMMIT_SHA'), '--policy', join(out, 'auditor/policy.toml')],
  ...['--mock-root', join(out, 'auditor/simulated-intel-root.pem')],
  ...['--trusted-root', join(out, 'auditor/simulated-sigstore-root.json')],
];

const time = (command: string, args: readonly string[]): number => {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
};

/** Contenders take turns: a busy machine slows all of them alike. */
const rows = Array.from({ length: rounds }, () => ({
  node: time(process.execPath, ['-e', '0']),
  text: time(TWL, verifying),
  page: time(TWL, [...verifying, '--html', join(out, 'bench.html')]),
}));
const show = (name: string, milliseconds: number, rest = ''): void =>
  console.log(`  ${name.padEnd(30)}${`${milliseconds.toFixed(0)} ms`.padStart(9)}   ${rest}`);
const ratio = median(rows.map(({ node, text }) => text / node));

console.log(`\nthe demo's evidence bundle, all four steps offline, as a process`);
show('node that does nothing', median(rows.map(({ node }) => node)));
show(
  'twl verify',
  median(rows.map(({ text }) => text)),
  `x${ratio.toFixed(1)} of node; target ${TARGET.milliseconds} ms`,
);
show('twl verify --html', median(rows.map(({ page }) => page)));
const { stdout, status } = spawnSync('python3', ['-c', PEAK, TWL, ...verifying], { encoding: 'utf8' });
if (status === 0) {
  const [peak = 0, processor = 0] = stdout.trim().split(' ').map(Number);
  console.log(`  peak memory ${(peak / 1024).toFixed(0)} MB; target ${TARGET.megabytes} MB`);
  // Of a machine that does other things, too, this says more than the clock.
  console.log(`  processor time ${processor.toFixed(0)} ms`);
} else console.log('  peak memory was not measured: there is no python3');
scratch.remove();
