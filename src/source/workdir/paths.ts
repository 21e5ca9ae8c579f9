/** Names inside WORK_DIR. All of ours is in `.git`, the one name that no tree can hold. */
export interface WorkDirPaths {
  /** WORK_DIR with every symlink on the way resolved. */
  root: string;
  git: string;
  /** What only the launcher uses. */
  state: string;
  lock: string;
  /** REPO_URL of what is here, in case the config is lost. */
  origin: string;
  /** Commit and trees of what is checked out, as bytes that hash right. */
  objects: string;
  /** A complete checkout that waits to be switched in. */
  ready: string;
  /** The same, when what was there before is out of the way. */
  placing: string;
}

export const STATE_NAME = 'trusted-workload-launcher';

export const workDirPaths = (root: string): WorkDirPaths => {
  const git = `${root}/.git`;
  const state = `${git}/${STATE_NAME}`;
  return {
    root,
    git,
    state,
    lock: `${state}/lock`,
    origin: `${state}/origin`,
    objects: `${state}/objects`,
    ready: `${state}/ready`,
    placing: `${state}/placing`,
  };
};
