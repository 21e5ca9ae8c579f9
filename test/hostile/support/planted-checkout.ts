import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { expect } from 'vitest';
import { type Canary, makeCanary } from '../../support/canary.ts';
import { git, tryGit } from '../../support/git-command.ts';
import { type GitServer, startGitServer } from '../../support/git-server.ts';
import { type Files, makeRepository, type Repository } from '../../support/repositories.ts';
import type { RunOptions, RunResult } from '../../support/run-launcher.ts';
import { makeScratch, type Scratch } from '../../support/scratch.ts';
import { type Listing, listFolder } from './files.ts';
import { launchPin, type PinKeys } from './launch.ts';

/** Who made the checkout in which something is planted. */
export const MAKERS = ['our launcher', 'the predecessor'] as const;
export type Maker = (typeof MAKERS)[number];

/** Which commit is launched over it: the one that is checked out, or one that was never there. */
export const PINS = ['the same pin', 'a new pin'] as const;
export type PinKind = (typeof PINS)[number];

/** A checkout of `first` that waits for something to be planted in it. */
export interface Checkout {
  workDir: string;
  git: string;
  canary: Canary;
  /** The commit that will be launched. */
  pin: string;
  /** A folder outside of it. */
  outside: string;
  run(...args: string[]): Promise<string>;
}

const script = (name: string): string =>
  `#!/bin/bash\necho "pinned ${name}"\ncat data/value\nread -r tested < <(stat -c %h tee-launch.sh); echo "links $tested"\n`;

const filesOf = (name: string): Files => ({
  'tee-launch.sh': { mode: '100755', content: script(name) },
  'data/value': `value of ${name}\n`,
  'data/more/deep': 'deep\n',
  link: { symlink: 'data/value' },
  '.gitattributes': '*.txt text eol=crlf\n',
  'note.txt': 'one\ntwo\n',
});

/** A script with the length of the true one, so that stat data can be made to agree. */
export const evilScript = (canary: Canary, length = script('A').length): string => {
  const text = `#!/bin/bash\necho "EVIL"; ${canary.command}\n`;
  return text.length < length ? text.padEnd(length - 1, ' ').concat('\n') : text;
};

/** A served repository of two commits, checkouts of the first by either maker, and what a clean launch leaves behind. */
export class PlantedBench {
  readonly scratch: Scratch = makeScratch();
  #repository!: Repository;
  #server!: GitServer;
  first = '';
  second = '';
  /**
   * What WORK_DIR and its `.git` hold after a launch of each commit with nothing planted: after the first, after a second,
   * and after a second that finds no pack.
   */
  readonly #clean = new Map<string, { files: Listing; git: GitState[] }>();
  #count = 0;

  async open(): Promise<void> {
    this.#repository = await makeRepository({ files: filesOf('A'), path: this.scratch.join('repo.git'), commits: 2 });
    this.first = this.#repository.commit;
    this.second = await this.#repository.commitAgain(filesOf('B'));
    this.#server = await startGitServer({ root: this.scratch.path });
    const predecessor = this.template('the predecessor');
    await git(['clone', '-q', this.url, predecessor]);
    await git(['-C', predecessor, 'checkout', '-q', '--detach', this.first]);
    for (const commit of [this.first, this.second]) {
      const workDir = commit === this.first ? this.template('our launcher') : this.scratch.join('clean-second');
      const run = await this.launch({ workDir, pin: commit });
      if (run.code !== 0) throw new Error(run.stderr);
      const again = this.scratch.join(`again-${commit}`);
      const withoutPack = this.scratch.join(`without-${commit}`);
      for (const copy of [again, withoutPack]) execFileSync('/bin/cp', ['-a', workDir, copy]);
      rmSync(`${withoutPack}/.git/objects/pack`, { recursive: true });
      for (const copy of [again, withoutPack]) await this.launch({ workDir: copy, pin: commit });
      this.#clean.set(commit, { files: listFolder(workDir), git: [workDir, again, withoutPack].map(gitState) });
    }
  }

  async close(): Promise<void> {
    await this.#server.close();
    this.scratch.remove();
  }

  get server(): GitServer {
    return this.#server;
  }

  get url(): string {
    return `${this.#server.url}/repo.git`;
  }

  template(maker: Maker): string {
    return this.scratch.join(`template-${MAKERS.indexOf(maker)}`);
  }

  pinOf(kind: PinKind): string {
    return kind === 'the same pin' ? this.first : this.second;
  }

  launch(
    { workDir, pin }: { workDir: string; pin: string },
    keys: PinKeys = {},
    options: Omit<RunOptions, 'config'> = {},
  ): Promise<RunResult> {
    return launchPin({ REPO_URL: this.url, COMMIT_SHA: pin, WORK_DIR: workDir, ...keys }, options);
  }

  /** A new empty folder. */
  folder(name: string): string {
    const path = this.scratch.join(`${name}-${this.#count++}`);
    execFileSync('/bin/mkdir', [path]);
    return path;
  }

  /** A checkout of the first commit, as the maker left it. */
  checkout(maker: Maker, kind: PinKind): Checkout {
    const outside = this.folder('outside');
    const workDir = `${outside}/work`;
    execFileSync('/bin/cp', ['-a', this.template(maker), workDir]);
    return {
      workDir,
      git: `${workDir}/.git`,
      canary: makeCanary(outside),
      pin: this.pinOf(kind),
      outside,
      run: (...args) => git(['-C', workDir, ...args]),
    };
  }

  /** What a launch of `commit` prints. */
  output(commit: string): string {
    const name = commit === this.first ? 'A' : 'B';
    return `pinned ${name}\nvalue of ${name}\nlinks 1\n`;
  }

  /** What WORK_DIR holds after it. */
  filesOf(commit: string): Listing {
    return this.#clean.get(commit)!.files;
  }

  /** That exactly the pinned bytes ran, and that nothing planted ran or is left. */
  async expectPinned({ workDir, pin, canary }: Checkout, run: RunResult): Promise<void> {
    const { code, stdout } = run;
    expect({ code, stdout }, run.stderr).toEqual({ code: 0, stdout: this.output(pin) });
    const clean = this.#clean.get(pin)!;
    expect(listFolder(workDir)).toEqual(clean.files);
    expect(clean.git).toContainEqual(gitState(workDir));
    const inside = async (...args: string[]): Promise<string> =>
      (await tryGit(['-C', workDir, ...args])).stdout.toString();
    expect({
      head: await inside('rev-parse', 'HEAD'),
      status: await inside('status', '--porcelain', '--ignored'),
      script: await inside('cat-file', '-p', 'HEAD:tee-launch.sh'),
      fsck: (await tryGit(['-C', workDir, 'fsck', '--full'])).code,
    }).toEqual({
      head: `${pin}\n`,
      status: '',
      script: script(pin === this.first ? 'A' : 'B'),
      fsck: 0,
    });
    expect(canary.trace()).toBe('');
  }

  /** That nothing ran and that the folder is as it was. */
  expectUntouched(run: RunResult, before: Listing, workDir: string, code = 50): void {
    expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code, stdout: '' });
    expect(listFolder(workDir, 'sha1', [])).toEqual(before);
  }
}

/** All of `.git` but what differs from launch to launch: every path, and the text of the files that steer git. */
interface GitState {
  names: string[];
  texts: Record<string, string>;
}

const STEERING = /(?:^|\/)(?:HEAD|config|shallow|attributes|[^/]*alternates)$/;

const gitState = (workDir: string): GitState => {
  const listing = Object.entries(listFolder(`${workDir}/.git`)).map(([path, what]) => ({ path: path.slice(1), what }));
  const shown = (path: string): string => path.replace(/pack-[0-9a-f]{40}/, 'pack-X');
  const texts = listing
    .filter(({ path }) => STEERING.test(path))
    .map(({ path }) => [path, readFileSync(`${workDir}/.git/${path}`, 'utf8').replaceAll(workDir, 'WORK_DIR')]);
  return {
    names: listing
      .map(
        ({ path, what }) => `${shown(path)} ${/[.](?:pack|idx)$/.test(path) ? '' : what.replace(/ [0-9a-f]{40}$/, '')}`,
      )
      .sort(),
    texts: Object.fromEntries(texts) as Record<string, string>,
  };
};
