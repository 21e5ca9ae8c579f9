import { statSync } from 'node:fs';
import type { Limits } from '../limits.ts';
import { type StoredPackFile, type VerifiedPack, verifyPack } from './verify-pack.ts';

/** Below this many bytes a pack is checked sooner than a thread starts. */
const WORKER_FROM_BYTES = 1024 * 1024;

export interface PackVerification {
  results: () => Promise<(VerifiedPack | undefined)[]>;
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Begins to check inherited packs, large ones in a thread beside the caller. */
export const beginVerifyPacks = async (packs: StoredPackFile[], limits: Limits): Promise<PackVerification> => {
  const here = async (): Promise<(VerifiedPack | undefined)[]> => packs.map((pack) => verifyPack(pack, limits));
  if (packs.reduce((sum, { path }) => sum + sizeOf(path), 0) < WORKER_FROM_BYTES) return { results: here };
  const { Worker } = await import('node:worker_threads');
  const file = import.meta.url.endsWith('.ts') ? './verify-pack-worker.ts' : './verify-pack-worker.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { packs, limits },
    stdout: true,
    stderr: true,
  });
  const answer = new Promise<(VerifiedPack | undefined)[]>((resolve) => {
    worker.once('message', resolve);
    // A thread that fails has found nothing good.
    worker.once('error', () => resolve([]));
    worker.once('exit', () => resolve([]));
  });
  return {
    results: async () => {
      const results = await answer;
      await worker.terminate();
      return results;
    },
  };
};
