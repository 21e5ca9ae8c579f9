import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { atEnd } from './at-end.ts';

export interface Mount {
  readonly path: string;
  /** Turns the mount read-only, or back. */
  setReadOnly(readOnly: boolean): void;
  unmount(): void;
}

const run = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } }).status === 0;

const mounted = (path: string, remount: readonly string[]): Mount => {
  let open = true;
  const unmount = (): void => {
    forget();
    if (open) run('umount', ['-l', path]);
    open = false;
  };
  const forget = atEnd(unmount);
  return {
    path,
    unmount,
    setReadOnly: (readOnly) => {
      const options = ['remount', ...remount, readOnly ? 'ro' : 'rw'].join(',');
      if (!run('mount', ['-o', options, path])) throw new Error(`cannot remount ${path}`);
    },
  };
};

export interface TmpfsOptions {
  bytes: number;
  /** Files and folders that fit, to fill a disk by count. */
  inodes?: number;
}

/** A small file system of its own at `path`, or `undefined` where mounting is not permitted. */
export const mountTmpfs = (path: string, { bytes, inodes }: TmpfsOptions): Mount | undefined => {
  mkdirSync(path, { recursive: true });
  const options = `size=${bytes},mode=755${inodes === undefined ? '' : `,nr_inodes=${inodes}`}`;
  return run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]) ? mounted(path, []) : undefined;
};

/** `source` seen at `path` as a mount of its own, or `undefined` where mounting is not permitted. */
export const bindMount = (source: string, path: string): Mount | undefined =>
  run('mount', ['--bind', source, path]) ? mounted(path, ['bind']) : undefined;
