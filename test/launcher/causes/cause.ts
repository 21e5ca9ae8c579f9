import { type RunOptions, type RunResult, runLauncher } from '../../support/run-launcher.ts';

/** How a user comes to see an error. */
export interface Cause {
  how: string;
  /** Brings it about with the real launcher; absent where only a fault from within can. Inside a test only. */
  drive?: () => Promise<RunResult>;
}

/** One try at each address, and a log that says the code. */
export const run = (options: RunOptions): Promise<RunResult> =>
  runLauncher({ ...options, env: { LOG_FORMAT: 'json', TWL_LIMIT_ATTEMPTS: '1', ...options.env } });

/** What a workload prints that must not have run. */
export const SCRIPT = 'echo the workload ran\n';
