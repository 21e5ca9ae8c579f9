import fs from 'node:fs';
import { join, resolve } from 'node:path';
import git from 'isomorphic-git';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { limitExceeded, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { parseCommit } from '../objects/commit.ts';
import { objectId, type ObjectType } from '../objects/object-id.ts';
import { parseTree } from '../objects/tree.ts';
import { PackWriter } from '../pack/pack-writer.ts';
import type { PackSink } from './pack-sink.ts';
import type { Want } from './protocol.ts';

/**
 * Brings one commit out of a repository on this machine. isomorphic-git finds and inflates the objects, no program of the
 * repository's choosing runs; every object is hashed here, and then takes the way that a server's pack takes.
 */
export const fetchFromLocal = async (path: string, want: Want, limits: Limits, sink: PackSink): Promise<void> => {
  if (want.format !== 'sha1') {
    throw new SourceError('protocol-unsupported', 'a SHA-256 repository cannot be read from a local path', {
      hint: 'serve it over https or ssh',
    });
  }
  const gitdir = findGitFolder(path);
  const cache = {};
  const read = async (oid: string, expected: ObjectType): Promise<Buffer> => {
    const { type, object } = await git
      .readObject({ fs, dir: path, gitdir, oid, format: 'content', cache })
      .catch((error) => {
        const isMissing = error instanceof Error && 'code' in error && error.code === 'NotFoundError';
        if (isMissing && expected === 'commit') {
          throw new SourceError('commit-not-served', `commit ${oid} is not in '${escapeText(path)}'`, {
            hint: 'check COMMIT_SHA against the repository',
          });
        }
        throw new SourceError(
          isMissing ? 'object-missing' : 'local-repository',
          `${expected} ${oid}: ${escapeText(messageOf(error))}`,
          {
            hint: `check the repository at '${escapeText(path)}' with git fsck`,
            cause: error,
          },
        );
      });
    const content = Buffer.from(object as Uint8Array);
    if (objectId(want.format, type as ObjectType, content) !== oid) {
      throw new SourceError('object-missing', `${type} ${oid} in '${escapeText(path)}' does not hash to its name`);
    }
    if (type !== expected) {
      if (expected === 'commit') {
        throw new SourceError('not-a-commit', `COMMIT_SHA ${oid} is a ${type} and not a commit`, {
          hint: 'pin the commit itself',
        });
      }
      throw new SourceError('tree-entry-type', `${oid} should be a ${expected} and is a ${type}`);
    }
    return content;
  };
  const commit = await read(want.commit, 'commit');
  const trees = new Map<string, Buffer>();
  const blobs = new Set<string>();
  const queue = [parseCommit(commit, want.format, want.commit).tree];
  for (let at = 0; at < queue.length; at++) {
    const id = queue[at]!;
    if (trees.has(id)) continue;
    const content = await read(id, 'tree');
    trees.set(id, content);
    for (const entry of parseTree(content, want.format, '', limits)) {
      if (entry.kind === 'folder') queue.push(entry.id);
      else if (entry.kind !== 'gitlink') blobs.add(entry.id);
    }
    if (trees.size + blobs.size > limits.OBJECTS)
      throw limitExceeded('OBJECTS', `the commit has more than ${limits.OBJECTS} objects`);
  }
  const writer = new PackWriter({
    format: want.format,
    count: 1 + trees.size + blobs.size,
    compress: true,
    emit: (bytes) => sink.push(bytes),
  });
  writer.add('commit', want.commit, commit);
  for (const [id, content] of trees) writer.add('tree', id, content);
  for (const id of blobs) {
    writer.add('blob', id, await read(id, 'blob'));
    await sink.settle();
  }
  writer.finish();
};

/** The git folder of a work tree, of a linked one, or a bare repository. */
export const findGitFolder = (path: string): string => {
  const dotGit = join(path, '.git');
  const stats = fs.statSync(dotGit, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return dotGit;
  if (stats?.isFile() === true && stats.size < 8192) {
    const link = /^gitdir: (.+)$/m.exec(fs.readFileSync(dotGit, 'utf8'))?.[1];
    if (link !== undefined) return commonFolder(resolve(path, link));
  }
  if (fs.existsSync(join(path, 'HEAD')) && fs.existsSync(join(path, 'objects'))) return path;
  throw new SourceError('repository-not-found', `there is no git repository at '${escapeText(path)}'`, {
    hint: 'check REPO_URL',
  });
};

/** Where the objects are: a linked work tree has a git folder of its own, which names that of the repository. */
const commonFolder = (folder: string): string => {
  const file = join(folder, 'commondir');
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size > 8192) return folder;
  return resolve(folder, fs.readFileSync(file, 'utf8').trim());
};
