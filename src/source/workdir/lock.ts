import { randomBytes } from 'node:crypto';
import { closeSync, constants, linkSync, lstatSync, openSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { escapeText } from '../../base/escape.ts';
import { messageOf, systemCodeOf } from '../../base/error.ts';
import { SourceError } from '../errors.ts';
import { diskError, remove } from './files.ts';

/** Rounds of taking a dead lock away; each ends with a live owner or with progress. */
const MAX_ROUNDS = 8;

export interface WorkDirLock {
  /** @throws SourceError `work-dir-lock-lost` when somebody else holds it now */
  check(): void;
  release(): void;
}

/**
 * Keeps two launchers apart that share a work directory, perhaps from two containers.
 *
 * Node has no flock, and a pid in a file means nothing in another container, where the same pids repeat. So the lock is a
 * listening unix socket: while its owner lives the kernel accepts a connection to it, from any container that sees the
 * folder; when the owner ends in any way (exit, kill, exec: the descriptor is close-on-exec) the kernel refuses. There is
 * no time-out to tune and no stale lock to remove by hand. The socket is bound under a name of its own and becomes the
 * lock by `link`, which fails when there is one.
 *
 * @param folder a private folder of ours on the volume
 * @throws SourceError `work-dir-locked`, `work-dir-unusable`
 */
export const acquireLock = async (folder: string): Promise<WorkDirLock> => {
  // A socket's path has at most 107 bytes; through the descriptor it is short wherever the folder is.
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const at = (name: string): string => `/proc/self/fd/${descriptor}/${name}`;
  const nonce = randomBytes(8).toString('hex');
  const own = at(`lock.${nonce}`);
  const lock = at('lock');
  const server = await listen(own, folder).catch((error) => {
    closeSync(descriptor);
    throw error;
  });
  // Bound and not yet listening it looks as dead as what a killed launcher left: whoever got the lock in that moment took it away.
  const inode = inodeOf(own);
  if (inode === undefined) {
    server.close();
    closeSync(descriptor);
    throw locked(folder);
  }
  const release = (): void => {
    if (inodeOf(lock) === inode) unlinkSync(lock);
    server.close();
    closeSync(descriptor);
  };
  try {
    for (let round = 0; ; round++) {
      try {
        linkSync(own, lock);
        break;
      } catch (error) {
        if (systemCodeOf(error) === 'ENOENT' && inodeOf(own) === undefined) throw locked(folder);
        if (systemCodeOf(error) !== 'EEXIST') throw unusable(folder, error);
      }
      if (round === MAX_ROUNDS || (await isAlive(lock))) throw locked(folder);
      await takeAway(lock, at(`dead.${nonce}.${round}`), folder);
    }
  } catch (error) {
    remove(own);
    server.close();
    closeSync(descriptor);
    throw error;
  }
  remove(own);
  for (const name of readdirSync(folder)) {
    // Left by launchers that were killed while they asked for the lock.
    if (/^(?:lock|dead)\../.test(name) && !(await isAlive(at(name)))) remove(at(name));
  }
  return {
    check: () => {
      if (inodeOf(lock) !== inode) {
        throw new SourceError('work-dir-lock-lost', 'another launcher took the lock of WORK_DIR over', {
          hint: 'run one launcher for each WORK_DIR; nothing was run by this one',
        });
      }
    },
    release,
  };
};

const listen = (path: string, folder: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.on('error', (error) => reject(unusable(folder, error)));
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });

/** Whether the owner of a lock lives: only then does the kernel take a connection. What is no socket has no owner. */
const isAlive = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) {
      resolve(false);
      return;
    }
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // EAGAIN: the owner lives and its queue is full.
    socket.on('error', (error) => resolve(systemCodeOf(error) === 'EAGAIN'));
  });

/** Moves a dead lock away. Whoever moved a live one by losing a race puts it back, and its owner notices if it cannot. */
const takeAway = async (lock: string, aside: string, folder: string): Promise<void> => {
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return;
    throw unusable(folder, error);
  }
  if (await isAlive(aside)) {
    try {
      linkSync(aside, lock);
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw unusable(folder, error);
    }
  }
  remove(aside);
};

const inodeOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.ino;

const locked = (folder: string): SourceError =>
  new SourceError(
    'work-dir-locked',
    `another launcher is at work in WORK_DIR (it holds '${escapeText(folder)}/lock')`,
    {
      hint: 'run one launcher for each WORK_DIR; the lock ends by itself with the other launcher, or when it starts its workload',
    },
  );

const unusable = (folder: string, error: unknown): SourceError => {
  if (error instanceof SourceError) return error;
  const doing = `making the lock in '${escapeText(folder)}'`;
  if (['ENOSPC', 'EDQUOT', 'EROFS'].includes(systemCodeOf(error))) return diskError(error, doing);
  return new SourceError('work-dir-unusable', `${doing} failed: ${escapeText(messageOf(error))}`, {
    hint: 'the volume of WORK_DIR must be able to hold a unix socket and hard links (ext4, xfs, zfs, overlayfs, tmpfs can)',
    cause: error,
  });
};
