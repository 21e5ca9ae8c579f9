/** Signals that end a process, and the status a shell gives for each. */
const STATUS_OF = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;

type EndingSignal = keyof typeof STATUS_OF;

const end = (signal: EndingSignal): void => process.exit(STATUS_OF[signal]);

/** Who gets a signal. Listeners stay the same ones: a signal that waits for one that was removed would be lost. */
let receiver: (signal: EndingSignal) => void = end;

/** A launcher that is process 1 gets no default action for signals; what a kill leaves behind the next start heals. */
export const endOnSignals = (): void => {
  for (const signal of Object.keys(STATUS_OF) as EndingSignal[]) process.on(signal, () => receiver(signal));
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
  receiver = (signal) => {
    came ??= signal;
    to(signal);
  };
  await work;
  // A signal that came while the work ended waits for its turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  receiver = end;
  return came === undefined ? undefined : STATUS_OF[came];
};
