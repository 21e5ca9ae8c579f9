/**
 * Keeps Node from opening its own standard streams, which leaves a pipe non-blocking for whoever shares it: the workload would
 * lose output with EAGAIN. It is not enough to use none of them: closing any socket
 * looks at `process.stderr` (`net.Socket._destroy`), and looking opens it.
 */
export const leaveStandardStreams = (): void => {
  for (const name of ['stdin', 'stdout', 'stderr']) {
    Object.defineProperty(process, name, { value: {}, configurable: true, enumerable: true });
  }
};
