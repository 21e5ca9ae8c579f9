import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Anchor } from '../../../src/audit/trust/anchor.ts';
import { type Refreshed, type RefreshOptions, refreshTrust } from '../../../src/audit/trust/refresh.ts';
import { BaseError } from '../../../src/base/error.ts';
import { type Cache, openCache } from '../../../src/state/cache.ts';
import type { Answer } from '../../support/answer.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { type AnswerServer, reply, useServer } from '../collect/answer-server.ts';
import { tufRoot } from './tuf-repository.ts';

export const NOW = Date.UTC(2026, 5, 1) / 1000;

/** A folder of records. */
export const useCache = (): Cache => openCache(useScratch().path, 16 * 1024 * 1024);

export const anchorAt = (url: string, root: Uint8Array = tufRoot()): Anchor => ({
  name: 'public-good',
  instance: 'public-good',
  root,
  source: 'a test',
  mirror: new URL(url),
  mirrorNamed: true,
});

/** A mirror whose files can be exchanged. */
export interface Mirror extends AnswerServer {
  files: Map<string, Buffer>;
  /** Answers before the files do. */
  instead: (path: string) => Answer | undefined;
}

export const useMirror = async (files: Map<string, Buffer>): Promise<Mirror> => {
  const mirror: { files: Map<string, Buffer>; instead: Mirror['instead'] } = { files, instead: () => undefined };
  const server = await useServer(({ url }) => {
    const bytes = mirror.files.get(url);
    return mirror.instead(url) ?? (bytes === undefined ? reply(404) : reply(200, bytes));
  });
  return Object.assign(mirror, server);
};

export const refresh = (mirror: { url: string }, options: Partial<RefreshOptions> = {}): Promise<Refreshed> =>
  refreshTrust({
    anchor: anchorAt(mirror.url),
    cache: undefined,
    out: undefined,
    now: NOW,
    limits: { attempts: 1, totalMs: 5000 },
    ...options,
  });

/** Waits for the promise, which must be rejected with an error of ours. */
export const refused = async (promise: Promise<unknown>): Promise<BaseError<string>> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BaseError);
  return error as BaseError<string>;
};

export const writeScratch = (bytes: Uint8Array): string => {
  const path = useScratch().join('file');
  writeFileSync(path, bytes);
  return path;
};
