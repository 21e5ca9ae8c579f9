/** Where the bytes of a pack go while they arrive. */
export interface PackSink {
  /** Bytes taken so far. */
  readonly received: number;
  push(bytes: Buffer): void;
  /** Awaited after each piece from the network, so that a slow reader slows the network and not memory. */
  settle(): Promise<void> | undefined;
}

export type OpenSink = () => Promise<PackSink>;
