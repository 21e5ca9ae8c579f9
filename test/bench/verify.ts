// npm run bench -- verify [--rounds N]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fixtures, hasFixtures } from '../support/fixtures.ts';
import { benchDcap } from './dcap.ts';
import { median } from './measure.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30' } } });
const rounds = Number(values.rounds);
const TWL = join(import.meta.dirname, '../../bin/twl');
const CAPTURE = join(fixtures, 'tdx/near-mpc-2026-08/public_data.json');
/** All of step 1, from a saved answer that brings its collateral: nothing is fetched. */
const ARGUMENTS = ['verify', CAPTURE, '--at', '1786622400', '--offline', '--only', 'attestation', '--json'];
/** Prints the peak resident memory of what it runs, in KiB, on the last line of standard error (GNU time is not everywhere). */
const PEAK = `import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)`;

const time = (command: string, args: readonly string[]): number => {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  if (status !== 0 && status !== 10) throw new Error(`${command} ended with ${status}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
};

const benchProcess = (): void => {
  const rows = Array.from({ length: rounds }, () => ({
    node: time(process.execPath, ['-e', '0']),
    twl: time(TWL, ARGUMENTS),
  }));
  const show = (name: string, value: number, rest = ''): void =>
    console.log(`  ${name.padEnd(30)}${`${value.toFixed(0)} ms`.padStart(9)}   ${rest}`);
  const ratio = median(rows.map(({ node, twl }) => twl / node));
  console.log('\nstep 1 offline, as a process (near-mpc-2026-08)');
  show('node that does nothing', median(rows.map(({ node }) => node)));
  show('twl verify --only attestation', median(rows.map(({ twl }) => twl)), `x${ratio.toFixed(1)} of node`);
  const { stdout, status } = spawnSync('python3', ['-c', PEAK, TWL, ...ARGUMENTS], { encoding: 'utf8' });
  if (status === 0) console.log(`  peak memory ${(Number(stdout) / 1024).toFixed(0)} MB`);
  else console.log('  peak memory was not measured: there is no python3');
};

if (hasFixtures) {
  benchDcap();
  benchProcess();
} else {
  console.log('verify: nothing is measured without the captures (npm run fixtures)');
}
