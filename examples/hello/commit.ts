import fs, { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import git, { type TreeEntry } from 'isomorphic-git';

const PERSON = { name: 'Example', email: 'example@example.com', timestamp: 1_700_000_000, timezoneOffset: 0 };

/** The script is executable and nothing else is, whatever modes the files happen to have here. */
const modeOf = (name: string): string => (name.endsWith('.sh') ? '100755' : '100644');

const writeTree = async (gitdir: string, folder: string): Promise<string> => {
  const tree: TreeEntry[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isFolder = entry.isDirectory();
    const oid = isFolder
      ? await writeTree(gitdir, path)
      : await git.writeBlob({ fs, gitdir, blob: readFileSync(path) });
    tree.push({
      mode: isFolder ? '040000' : modeOf(entry.name),
      path: entry.name,
      oid,
      type: isFolder ? 'tree' : 'blob',
    });
  }
  return await git.writeTree({ fs, gitdir, tree });
};

/**
 * Commits the files of `folder` into a new bare repository at `gitdir`. No git is needed, and author, date and modes are
 * fixed: the same files give the same commit on every machine.
 */
export const commitFolder = async (folder: string, gitdir: string): Promise<string> => {
  mkdirSync(gitdir, { recursive: true });
  await git.init({ fs, gitdir, bare: true, defaultBranch: 'main' });
  const tree = await writeTree(gitdir, folder);
  const commit = { message: 'Say hello\n', tree, parent: [], author: PERSON, committer: PERSON };
  const oid = await git.writeCommit({ fs, gitdir, commit });
  await git.writeRef({ fs, gitdir, ref: 'refs/heads/main', value: oid });
  return oid;
};
