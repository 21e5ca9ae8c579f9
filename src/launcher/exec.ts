import { readFileSync } from 'node:fs';
import { messageOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { findTool } from '../source/tools.ts';
import { LaunchError } from './errors.ts';

/** What is to be run, and as what. */
export interface Command {
  file: string;
  argv: string[];
}

/** Longest single string that execve takes (MAX_ARG_STRLEN: 32 pages), with its NUL. */
const MAX_STRING_BYTES = 128 * 1024;
/** Largest sum whatever the stack limit is (three quarters of the kernel's _STK_LIM). */
const MAX_TOTAL_BYTES = 6 * 1024 * 1024;
/** Smallest sum that the kernel grants (ARG_MAX). */
const MIN_TOTAL_BYTES = 128 * 1024;
const POINTER_BYTES = 8;

/** bash, from the fixed PATH. @throws LaunchError `bash-missing` */
export const findBash = (): string => {
  const bash = findTool('bash');
  if (bash !== undefined) return bash;
  throw new LaunchError('bash-missing', 'there is no bash on this machine, and the workload is started with it', {
    hint: 'use the launcher image, or install bash',
  });
};

/** Soft limits of this process by the name that /proc gives them. */
const readSoftLimit = (name: string): string | undefined => {
  try {
    const line = readFileSync('/proc/self/limits', 'utf8')
      .split('\n')
      .find((text) => text.startsWith(name));
    return line?.slice(name.length).trim().split(/\s+/)[0];
  } catch {
    return undefined;
  }
};

/**
 * Node raises the soft limit of open files to the hard one at its start and cannot lower it; a workload would inherit that
 * (programs that close every possible descriptor become slow). A bash in between sets it back; `-p` keeps it from
 * reading BASH_ENV or importing functions, `--norc` from sourcing ~/.bashrc.
 * @param softFiles the limit before Node started; undefined or equal to the present one: nothing to do
 */
export const withFileLimit = (bash: string, command: Command, softFiles: string | undefined): Command => {
  if (softFiles === undefined || !/^[0-9]+$/.test(softFiles) || softFiles === readSoftLimit('Max open files'))
    return command;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: bash expands it
  const script = 'ulimit -Sn "$1" && shift && exec -a "$1" "${@:2}"';
  const [name, ...rest] = command.argv;
  return {
    file: bash,
    argv: ['bash', '--norc', '-p', '-c', script, 'bash', softFiles, name ?? '', command.file, ...rest],
  };
};

/**
 * The kernel's limits on arguments and environment, checked before: Node answers a failing execve with abort().
 * @throws LaunchError `environment-too-large`
 */
export const checkSize = (argv: readonly string[], env: Readonly<Record<string, string>>): void => {
  const strings = [
    ...argv.map((text) => ['an argument', text]),
    ...Object.entries(env).map(([name, value]) => [`'${escapeText(name)}'`, `${name}=${value}`]),
  ];
  let total = 0;
  for (const [what, text] of strings) {
    const bytes = Buffer.byteLength(text ?? '') + 1;
    if (bytes > MAX_STRING_BYTES) {
      throw new LaunchError(
        'environment-too-large',
        `${what} has ${bytes} bytes, and the kernel takes ${MAX_STRING_BYTES} in one`,
        {
          hint: 'hand large values to the workload in a file',
        },
      );
    }
    total += bytes + POINTER_BYTES;
  }
  const stack = Number(readSoftLimit('Max stack size'));
  const limit = Math.max(
    MIN_TOTAL_BYTES,
    Math.min(MAX_TOTAL_BYTES, Number.isFinite(stack) ? stack / 4 : MAX_TOTAL_BYTES),
  );
  if (total > limit) {
    throw new LaunchError(
      'environment-too-large',
      `arguments and environment come to ${total} bytes, and the kernel takes ${limit}`,
      {
        hint: 'hand large values to the workload in a file',
      },
    );
  }
};

/**
 * Becomes the workload: same process, so also process 1 stays process 1. Does not return.
 *
 * Node ignores SIGPIPE and SIGXFSZ, and what is ignored stays so after execve, where nothing in the workload can see why:
 * a handler is reset to the default instead. Standard streams were never touched by Node's own (see base/log), so they are
 * as blocking as they were.
 */
export const becomeWorkload = ({ file, argv }: Command, env: Record<string, string>): never => {
  checkSize(argv, env);
  process.on('SIGPIPE', () => undefined);
  process.on('SIGXFSZ', () => undefined);
  const execve = process.execve as ((file: string, argv: string[], env: Record<string, string>) => never) | undefined;
  if (execve === undefined) throw new Error('this Node has no process.execve');
  return execve(file, argv, env);
};

/** @throws LaunchError `folder-unusable` */
export const enterFolder = (folder: string): void => {
  try {
    process.chdir(folder);
  } catch (error) {
    throw new LaunchError(
      'folder-unusable',
      `'${escapeText(folder)}' cannot be entered: ${escapeText(messageOf(error))}`,
      {
        hint: 'check the mode of WORK_DIR and of what is above it',
        cause: error,
      },
    );
  }
};
