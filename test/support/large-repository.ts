import { commitStream, type FileContent, fastImport } from './fast-import.ts';
import { git } from './git-command.ts';
import type { ObjectFormat } from './git-objects.ts';
import { type Random, seededRandom } from './random.ts';
import { initRepository } from './repositories.ts';
import { makeScratch } from './scratch.ts';
import { type SourceWriter, sourceWriter } from './source-text.ts';

export interface LargeRepositoryOptions {
  files: number;
  /** Default 8000. */
  averageBytes?: number;
  /** Commits before the newest, each changing a few files. Default 0. */
  history?: number;
  path?: string;
  format?: ObjectFormat;
  seed?: number;
  /** The entry script at the top. */
  entry?: { name: string; content: string };
}

export interface LargeRepository {
  readonly path: string;
  readonly gitDir: string;
  /** The newest commit. */
  readonly commit: string;
}

const FOLDERS = ['src', 'lib', 'core', 'net', 'fs', 'util', 'test', 'docs', 'api', 'cmd', 'internal', 'types'];
const ENDINGS = ['.ts', '.ts', '.ts', '.go', '.rs', '.md', '.json', '.test.ts'];
/** The names that many folders have, with contents much alike; a server packs them as deltas. */
const COMMON = ['index.ts', 'Makefile'];
const FILES_A_FOLDER = 11;
const FILES_A_COMMIT = 4;
/** So many contents much alike come one after another before a new one begins. */
const ALIKE = 20;

const makePaths = (count: number, random: Random): string[] =>
  Array.from({ length: count }, (_, i) => {
    const folder = Math.floor(i / FILES_A_FOLDER);
    const parts: string[] = [];
    for (let rest = folder; rest > 0; rest = Math.floor(rest / FOLDERS.length)) {
      parts.unshift(FOLDERS[rest % FOLDERS.length]!);
    }
    const name = COMMON[i % FILES_A_FOLDER] ?? `file${i}${random.pick(ENDINGS)}`;
    return [...parts, name].join('/');
  });

/** Sizes as in real trees: many small files, a few of many times the average. */
const makeSize = (average: number, random: Random): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.round(average * 0.6 * Math.exp(normal));
};

function* firstFiles(
  paths: readonly string[],
  average: number,
  random: Random,
  writer: SourceWriter,
): Generator<readonly [string, FileContent]> {
  const alike = new Map<string, Buffer>();
  for (const [i, path] of paths.entries()) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const earlier = alike.get(name);
    const isNew = earlier === undefined || Math.floor(i / FILES_A_FOLDER) % ALIKE === 0;
    const content = isNew ? writer.file(makeSize(average, random)) : writer.variant(earlier);
    if (COMMON.includes(name)) alike.set(name, content);
    yield [path, content];
  }
}

/**
 * A bare repository of sources made up from a seed: the same options give the same commit. Its pack holds deltas as a
 * server's does that has been packed well.
 */
export const makeLargeRepository = async (options: LargeRepositoryOptions): Promise<LargeRepository> => {
  const { files, averageBytes = 8000, history = 0, format = 'sha1', path = makeScratch().join('large.git') } = options;
  const random = seededRandom(options.seed ?? 1);
  const writer = sourceWriter(random);
  const paths = makePaths(files, random);
  const entry = options.entry ?? { name: 'tee-launch.sh', content: '#!/bin/bash\necho workload ran\n' };
  const ref = 'refs/heads/main';
  function* firstCommit(): Generator<readonly [string, FileContent]> {
    yield [entry.name, { mode: '100755', content: entry.content }];
    yield* firstFiles(paths, averageBytes, random, writer);
  }
  function* stream(): Generator<Buffer> {
    yield* commitStream({ ref, files: firstCommit() });
    for (let i = 1; i <= history; i++) {
      const changed = Array.from({ length: FILES_A_COMMIT }, () => random.pick(paths));
      const contents = changed.map((file) => [file, writer.file(makeSize(averageBytes, random))] as const);
      yield* commitStream({ ref, second: i, files: contents });
    }
  }
  const gitDir = await initRepository(path, format);
  await fastImport(gitDir, stream());
  await git(['--git-dir', gitDir, 'repack', '-adfq', '--window=10', '--threads=2', '--write-bitmap-index']);
  return { path, gitDir, commit: await git(['--git-dir', gitDir, 'rev-parse', ref]) };
};
