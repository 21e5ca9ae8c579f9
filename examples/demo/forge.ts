/** The repository of the workload, on a real git server: two commits on `main`, and a pull request that nobody accepted. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GitServer, startGitServer } from '../../test/support/git-server.ts';
import { makeRepository } from '../../test/support/repositories.ts';
import type { Folder } from './folder.ts';

const NAME = 'prize-draw.git';
/** Where forges keep what others offer: it is served under the address of the repository, and belongs to no branch of it. */
export const PULL_REQUEST = 'refs/pull/7/head';

export interface Forge {
  readonly url: string;
  /** What `main` holds. */
  readonly commit: string;
  /** What the pull request holds. */
  readonly offered: string;
  close(): Promise<void>;
}

const filesOf = (name: string): Record<string, Uint8Array> => {
  const folder = fileURLToPath(new URL(name, import.meta.url));
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))]));
};

export const openForge = async (folder: Folder): Promise<Forge> => {
  const path = folder.join(NAME);
  const { 'README.md': readme = '', ...rest } = filesOf('workload');
  const { commitAgain, git } = await makeRepository({ files: { 'README.md': readme }, path });
  const commit = await commitAgain(rest, { message: 'Draw a winner\n' });
  const offered = await commitAgain(filesOf('fork'), { branch: 'offered', parent: commit, message: 'Tidy up\n' });
  await git('update-ref', PULL_REQUEST, offered);
  await git('update-ref', '-d', 'refs/heads/offered');
  const server: GitServer = await startGitServer({ root: folder.path });
  return { url: `${server.url}/${NAME}`, commit, offered, close: server.close };
};
