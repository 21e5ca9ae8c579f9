/** What a terminal, a user or a machine that goes down ends a program with. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `use`, whose signal is aborted where this program is told to end. It ends by that when `use` has: a process group of its own hears
 * nothing of a terminal's Ctrl-C.
 */
export const untilSignal = async <T>(use: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const controller = new AbortController();
  let caught: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    caught ??= signal;
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await use(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    if (caught !== undefined) process.kill(process.pid, caught);
  }
};
