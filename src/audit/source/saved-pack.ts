import type { Attempt } from '../../source/transport/fetch.ts';
import type { PackSink } from '../../source/transport/pack-sink.ts';

/** Called as a pack begins to come, from its first byte; what it gives is told each piece, which is the caller's to copy. */
export type PackRecorder = (commitId: string) => (bytes: Uint8Array) => void;

/** Takes what `sink` takes, and tells `record` of it. */
export const recorded = (sink: PackSink, commitId: string, record: PackRecorder | undefined): PackSink => {
  if (record === undefined) return sink;
  const tell = record(commitId);
  return {
    get received() {
      return sink.received;
    },
    push: (bytes) => {
      tell(bytes);
      sink.push(bytes);
    },
    settle: () => sink.settle(),
  };
};

/** As much as a network gives at once. */
const PIECE_BYTES = 64 * 1024;

/**
 * A pack that was saved, on the way that one of a server takes: both readers, every hash, every rule.
 * @throws SourceError
 */
export const receiveSaved = async <T>(pack: Uint8Array, { openSink, complete, discard }: Attempt<T>): Promise<T> => {
  try {
    const sink = await openSink();
    for (let at = 0; at < pack.length; at += PIECE_BYTES) {
      sink.push(Buffer.from(pack.subarray(at, at + PIECE_BYTES)));
      await sink.settle();
    }
    return await complete();
  } catch (error) {
    await discard();
    throw error;
  }
};
