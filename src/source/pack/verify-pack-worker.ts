// A thread that checks inherited packs while the main thread checks the files.
import { parentPort, workerData } from 'node:worker_threads';
import type { Limits } from '../limits.ts';
import { type StoredPackFile, verifyPack } from './verify-pack.ts';

const { packs, limits } = workerData as { packs: StoredPackFile[]; limits: Limits };
parentPort?.postMessage(packs.map((pack) => verifyPack(pack, limits)));
