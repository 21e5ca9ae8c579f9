import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { type GitServer, type GitServerOptions, startGitServer } from '../support/git-server.ts';
import type { FileContent } from '../support/fast-import.ts';
import type { ObjectFormat } from '../support/git-objects.ts';
import { makeRepository, type Repository } from '../support/repositories.ts';
import { type RunOptions, type RunResult, runLauncher } from '../support/run-launcher.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';
import { mountTmpfs } from '../support/tmpfs.ts';

/** What the entry script of every repository here prints. */
export const RAN = 'workload ran\n';
export const ENTRY: FileContent = { mode: '100755', content: '#!/bin/bash\necho workload ran\n' };

export type PinValues = Record<string, string | undefined>;

export interface LogLine {
  level: 'info' | 'warning' | 'error' | 'hint';
  message: string;
  code?: string;
}

export interface Launched extends RunResult {
  log: LogLine[];
  /** The `code` of the error that ended it. */
  errorCode: string | undefined;
  error: string;
  hint: string;
  warnings: string[];
  /** Whether the pinned workload ran, and nothing else. */
  ran: boolean;
}

/** Retries as in life, but without its pauses. */
export const QUICK = { TWL_LIMIT_BACKOFF_MS: '2', TWL_LIMIT_ATTEMPTS: '2' };

export const pinText = (values: PinValues): string =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

const parseLog = (stderr: string): LogLine[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);

export const readResult = (result: RunResult): Launched => {
  const log = parseLog(result.stderr);
  // There is no guest agent here, which every start says.
  const texts = (level: LogLine['level']): string[] =>
    log.filter((line) => line.level === level && line.code !== 'receipt-no-agent').map(({ message }) => message);
  return {
    ...result,
    log,
    errorCode: log.findLast(({ level }) => level === 'error')?.code,
    error: texts('error').at(-1) ?? '',
    hint: texts('hint').at(-1) ?? '',
    warnings: texts('warning'),
    ran: result.code === 0 && result.stdout === RAN,
  };
};

/** Runs the real launcher with a pin of these values. */
export const launch = async (values: PinValues, options: RunOptions = {}): Promise<Launched> =>
  readResult(
    await runLauncher({ ...options, config: pinText(values), env: { LOG_FORMAT: 'json', ...QUICK, ...options.env } }),
  );

/** Nothing ran, for this reason, with this status and with advice. */
export const expectFailure = (launched: Launched, code: string, status: number): void => {
  expect({ code: launched.errorCode, status: launched.code, stdout: launched.stdout }, launched.stderr).toEqual({
    code,
    status,
    stdout: '',
  });
};

export const expectRan = (launched: Launched): void => {
  expect({ stdout: launched.stdout, status: launched.code }, launched.stderr).toEqual({ stdout: RAN, status: 0 });
};

const LEFT = /^(?:incoming|trash|refresh|config|witness|receiving|ready|placing|lock|dead)/;

/** What a launch left in its own folder that should have gone. */
export const leftoversIn = (workDir: string): string[] => {
  const state = join(workDir, '.git/trusted-workload-launcher');
  return existsSync(state) ? readdirSync(state).filter((name) => LEFT.test(name)) : [];
};

export interface Stand {
  readonly scratch: Scratch;
  readonly server: GitServer;
  readonly repository: Repository;
  /** A path for a work directory that is not there yet. */
  freshWorkDir(): string;
  /** The pin of the repository at the server, in a fresh work directory. */
  pin(values?: PinValues): PinValues & { REPO_URL: string; COMMIT_SHA: string; WORK_DIR: string };
  launch(values?: PinValues, options?: RunOptions): Promise<Launched>;
}

export interface StandOptions extends Partial<Pick<GitServerOptions, 'config' | 'record'>> {
  files?: Record<string, FileContent>;
  format?: ObjectFormat;
  commits?: number;
  tls?: () => { key: string; cert: string } | undefined;
  /** Work directories in memory where mounting is permitted: many files made and removed by turns are slow on some disks. */
  inMemory?: boolean;
}

/** A repository and a server for all tests of a file; the server is honest again before each. */
export const useStand = (options: StandOptions = {}): Stand => {
  let scratch: Scratch;
  let server: GitServer;
  let repository: Repository;
  let count = 0;
  beforeAll(async () => {
    scratch = makeScratch();
    mkdirSync(scratch.join('disk'));
    if (options.inMemory === true) mountTmpfs(scratch.join('disk'), { bytes: 2 ** 29 });
    repository = await makeRepository({
      path: scratch.join('r.git'),
      files: { 'tee-launch.sh': ENTRY, 'a.txt': 'a\n'.repeat(3000), 'd/ln': { symlink: '../a.txt' }, ...options.files },
      format: options.format ?? 'sha1',
      commits: options.commits ?? 2,
    });
    const tls = options.tls?.();
    const { config = {}, record = true } = options;
    server = await startGitServer({ root: scratch.path, record, config, ...(tls ? { tls } : {}) });
  });
  beforeEach(() => {
    server.behave(undefined);
    server.requests.length = 0;
  });
  afterAll(() => server.close());
  const stand: Stand = {
    get scratch() {
      return scratch;
    },
    get server() {
      return server;
    },
    get repository() {
      return repository;
    },
    freshWorkDir: () => scratch.join(`disk/work${count++}`),
    pin: (values = {}) => ({
      REPO_URL: `${server.url}/r.git`,
      COMMIT_SHA: repository.commit,
      WORK_DIR: stand.freshWorkDir(),
      ...values,
    }),
    launch: (values, runOptions) => launch(stand.pin(values), runOptions),
  };
  return stand;
};
