import { spawn } from 'node:child_process';

/** One thing that is timed: a command in a fresh folder, or in one that `prepare` made. */
export interface Contender {
  name: string;
  /** Makes what the run needs, untimed. */
  prepare: (round: number) => { command: string; args: string[]; env?: Record<string, string> };
}

export interface Timing {
  name: string;
  milliseconds: number[];
}

const run = (command: string, args: string[], env: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    let output = '';
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.on('data', (bytes) => {
      output = (output + bytes).slice(-2000);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const took = Number(process.hrtime.bigint() - start) / 1e6;
      if (code === 0) resolve(took);
      else reject(new Error(`${command} ended with ${signal ?? code}: ${output}`));
    });
  });

const CLEAN_ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

/** Wall time of whole processes, the contenders taking turns: a busy machine slows all of them alike. */
export const takeTurns = async (contenders: readonly Contender[], rounds: number): Promise<Timing[]> => {
  const timings = contenders.map(({ name }): Timing => ({ name, milliseconds: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [place, contender] of contenders.entries()) {
      const { command, args, env } = contender.prepare(round);
      timings[place]!.milliseconds.push(await run(command, args, { ...CLEAN_ENVIRONMENT, ...env }));
    }
  }
  return timings;
};

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Median of the ratios round by round. */
export const ratio = (timing: Timing, to: Timing): number =>
  median(timing.milliseconds.map((value, round) => value / to.milliseconds[round]!));
