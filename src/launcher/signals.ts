/** Signals that end a process, and the status a shell gives for each. */
const STATUS_OF = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;

type EndingSignal = keyof typeof STATUS_OF;
const SIGNALS = Object.keys(STATUS_OF) as EndingSignal[];

/** A launcher that is process 1 gets no default action for signals; what a kill leaves behind the next start heals. */
export const endOnSignals = (): void => {
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal);
    process.on(signal, () => process.exit(STATUS_OF[signal]));
  }
};

/**
 * Hands signals to somebody else for as long as `work` takes.
 * @returns the status that the first signal means, when one came
 */
export const forwardSignals = async (
  to: (signal: NodeJS.Signals) => void,
  work: Promise<void>,
): Promise<number | undefined> => {
  let came: EndingSignal | undefined;
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      came ??= signal;
      to(signal);
    });
  }
  await work;
  endOnSignals();
  return came === undefined ? undefined : STATUS_OF[came];
};
