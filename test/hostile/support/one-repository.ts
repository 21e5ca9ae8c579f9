import { afterAll, beforeAll } from 'vitest';
import { type GitServer, startGitServer } from '../../support/git-server.ts';
import { makeRepository, type Repository } from '../../support/repositories.ts';
import { makeScratch, type Scratch } from '../../support/scratch.ts';
import type { PinKeys } from './launch.ts';

/** A repository with an entry script, and the server that has it; there from before the first test of a file to after its last. */
export interface OneRepository {
  scratch: Scratch;
  readonly repository: Repository;
  readonly server: GitServer;
  /** A pin of it, with a work directory of its own. */
  pinKeys: () => PinKeys;
}

export const serveOneRepository = (entry: string): OneRepository => {
  const scratch = makeScratch();
  let repository: Repository;
  let server: GitServer;
  let count = 0;
  beforeAll(async () => {
    repository = await makeRepository({ files: { 'tee-launch.sh': entry }, path: scratch.join('repo.git') });
    server = await startGitServer({ root: scratch.path });
  });
  afterAll(async () => {
    await server.close();
    scratch.remove();
  });
  return {
    scratch,
    get repository() {
      return repository;
    },
    get server() {
      return server;
    },
    pinKeys: () => ({
      REPO_URL: `${server.url}/repo.git`,
      COMMIT_SHA: repository.commit,
      WORK_DIR: scratch.join(`work-of-one-${count++}`),
    }),
  };
};
