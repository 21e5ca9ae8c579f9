import fs from 'node:fs';
import git from 'isomorphic-git';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import type { RepoUrl } from '../../pin/types.ts';
import { SourceError } from '../errors.ts';
import { objectId, type ObjectType } from '../objects/object-id.ts';
import { findGitFolder } from '../transport/local-fetch.ts';
import { RefCollector } from './refs.ts';
import type { HistoryAddress, RemoteHistory } from './remote.ts';

type LocalUrl = Extract<RepoUrl, { kind: 'local' }>;

const broken = (path: string, error: unknown): SourceError =>
  new SourceError('local-repository', `the repository at '${escapeText(path)}': ${escapeText(messageOf(error))}`, {
    hint: 'check it with git fsck; a shallow or partial clone does not hold its history (git fetch --unshallow)',
    cause: error,
  });

/** A repository on this machine, read and never opened by git: branches and tags of its own, remote-tracking ones do not count. */
export const openLocalHistory = async (options: HistoryAddress & { url: LocalUrl }): Promise<RemoteHistory> => {
  const { url, want, settings, bounds } = options;
  const { format } = want;
  const gitdir = findGitFolder(url.path);
  const cache = {};
  const at = { fs, dir: url.path, gitdir };
  const read = async (oid: string): Promise<{ type: ObjectType; data: Buffer }> => {
    const { type, object } = await git.readObject({ ...at, oid, format: 'content', cache });
    const data = Buffer.from(object as Uint8Array);
    if (objectId(format, type as ObjectType, data) !== oid) throw new Error(`${type} ${oid} does not hash to its name`);
    return { type: type as ObjectType, data };
  };
  const refs = new RefCollector(format, bounds);
  try {
    for (const folder of ['heads', 'tags'] as const) {
      const names = folder === 'heads' ? await git.listBranches(at) : await git.listTags(at);
      for (const name of names) {
        const ref = `refs/${folder}/${name}`;
        refs.add(`${await git.resolveRef({ ...at, ref })} ${ref}`);
      }
    }
  } catch (error) {
    throw error instanceof SourceError ? error : broken(url.path, error);
  }
  let isCut = false;
  return {
    list: refs.list,
    filters: true,
    isCut: () => isCut,
    // All of it, whatever is said to be there: nothing is sent, and how far a ref is ahead can be told exactly.
    fetch: async ({ wants }, graph) => {
      const queue = [...wants];
      const missing = new Set<string>();
      let bytes = 0;
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
        if (graph.parents(id) !== undefined || missing.has(id)) continue;
        if (performance.now() > settings.deadline) {
          throw new SourceError('timed-out', `reading the history took longer than ${settings.limits.TOTAL_MS} ms`);
        }
        try {
          const { type, data } = await read(id);
          bytes += data.length;
          graph.add({ type, id, data });
          if (type === 'tag') queue.push(graph.peel(id));
          else if (type === 'commit') queue.push(...(graph.parents(id) ?? []));
        } catch (error) {
          if (error instanceof SourceError) throw error;
          // Where a shallow clone ends: what lies beyond may hold the commit.
          if (!(error instanceof Error && 'code' in error && error.code === 'NotFoundError'))
            throw broken(url.path, error);
          isCut = true;
          missing.add(id);
        }
      }
      return bytes;
    },
  };
};
