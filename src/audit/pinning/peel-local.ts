import fs from 'node:fs';
import git from 'isomorphic-git';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { objectId, type ObjectType } from '../../source/objects/object-id.ts';
import { findGitFolder } from '../../source/transport/local-fetch.ts';
import { PinningError } from './errors.ts';

/** Tags of tags: nobody makes more than two. */
const MAX_TAG_DEPTH = 16;

const malformed = (id: string, why: string, cause?: unknown): PinningError =>
  new PinningError('ref-malformed', `the object ${id} of the tag ${why}`, {
    hint: 'look at the repository with git fsck',
    cause,
  });

const readObject = async (path: string, gitdir: string, oid: string): Promise<{ type: ObjectType; data: Buffer }> => {
  try {
    const { type, object } = await git.readObject({ fs, dir: path, gitdir, oid, format: 'content' });
    return { type: type as ObjectType, data: Buffer.from(object as Uint8Array) };
  } catch (error) {
    throw malformed(oid, `cannot be read: ${escapeText(messageOf(error))}`, error);
  }
};

/**
 * What an object of a repository on this machine leads to: a tag's target, and so on; anything else is itself. Servers say it of
 * their tags by themselves.
 * @throws PinningError `ref-malformed`
 */
export const peelLocal = async (path: string, id: string): Promise<string> => {
  const gitdir = findGitFolder(path);
  let at = id;
  for (let depth = 0; depth < MAX_TAG_DEPTH; depth++) {
    const { type, data } = await readObject(path, gitdir, at);
    if (objectId('sha1', type, data) !== at) throw malformed(at, 'does not hash to its name');
    if (type !== 'tag') return at;
    const target = /^object ([0-9a-f]{40})\n/.exec(data.toString('latin1', 0, 80))?.[1];
    if (target === undefined) throw malformed(at, 'does not begin with an object line');
    at = target;
  }
  throw malformed(id, `leads through more than ${MAX_TAG_DEPTH} tags`);
};
