import type { ChildProcess } from 'node:child_process';

/** Sends a signal to a child that was started `detached`, and to all that it started in its group. */
export const killGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals): void => {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
};

/** For a child that has ended while something that it started keeps its pipes: ends that, and lets go of them. */
export const dropGroup = (child: ChildProcess): void => {
  killGroup(child, 'SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
};
