import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import qvl from '@phala/dcap-qvl';
import { intelRootDer } from '../../src/tdx/intel-root.ts';
import { verifyDcap } from '../../src/tdx/verify-dcap.ts';
import { median } from './measure.ts';

export interface DcapTimings {
  /** Medians of one verification, in milliseconds. */
  readonly ours: number;
  readonly theirs: number;
  /** Median of the ratios round by round: under 1 where ours is the faster. */
  readonly ratio: number;
}

const FOLDER = join(import.meta.dirname, '../../../shared/fixtures/tdx/near-mpc-2026-08');
const NOW = 1_786_622_400;
/** Verifications before anything is timed, so that both are compiled. */
const WARM_UP = 30;

const time = (run: () => unknown): number => {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e6;
};

/** Times all of DCAP on one real capture, ours and that of dcap-qvl by turns, in this process. */
export const measureDcap = (rounds = 200, folder = FOLDER): DcapTimings => {
  const quote = Uint8Array.from(JSON.parse(readFileSync(join(folder, 'quote.json'), 'utf8')) as number[]);
  const collateral: unknown = JSON.parse(readFileSync(join(folder, 'collateral.json'), 'utf8'));
  const root = intelRootDer();
  const verifier = qvl.QuoteVerifier.newWithRootCa(Buffer.from(root));
  const runOurs = (): string => verifyDcap(quote, collateral, { root, now: NOW }).tcb.status;
  const runTheirs = (): string => verifier.verify(quote, collateral as never, NOW).status;
  if (runOurs() !== 'UpToDate' || runTheirs() !== 'UpToDate') throw new Error('the capture is not UpToDate');
  for (let round = 0; round < WARM_UP; round++) [runOurs, runTheirs].forEach(time);
  const rows = Array.from({ length: rounds }, (_, round) => {
    // Whoever comes second may find caches warm or a collector at work: they take turns at that too.
    if (round % 2 === 0) return { ours: time(runOurs), theirs: time(runTheirs) };
    const theirs = time(runTheirs);
    return { ours: time(runOurs), theirs };
  });
  return {
    ours: median(rows.map(({ ours }) => ours)),
    theirs: median(rows.map(({ theirs }) => theirs)),
    ratio: median(rows.map(({ ours, theirs }) => ours / theirs)),
  };
};

/** As {@link measureDcap}, and prints it. */
export const benchDcap = (rounds?: number): DcapTimings => {
  const timings = measureDcap(rounds);
  const line = (name: string, value: number, rest: string): string =>
    `  dcap  ${name.padEnd(24)}${`${value.toFixed(2)} ms`.padStart(9)}   ${rest}`;
  console.log('\nDCAP of one quote (near-mpc-2026-08)');
  console.log(line('dcap-qvl', timings.theirs, ''));
  console.log(line('ours', timings.ours, `x${timings.ratio.toFixed(2)} of dcap-qvl`));
  return timings;
};

if (import.meta.main) benchDcap();
