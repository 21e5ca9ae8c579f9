import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../../base/error.ts';
import { escapeText } from '../../../base/escape.ts';
import type { Part } from '../../../evidence/evidence.ts';
import { provenanceRebuild, provenCommit } from '../../checks/provenance-rebuild.ts';
import { Context } from '../../context.ts';
import type { AuditEvidence } from '../../evidence.ts';
import type { Expectations } from '../../expectations.ts';
import type { RebuildStage, Rebuilt } from '../../rebuilt.ts';
import { verify } from '../../verify.ts';
import { REBUILD_SCRIPT, rebuildSeconds } from './check-folder.ts';
import { RebuildError } from './errors.ts';
import { readResult } from './read-result.ts';
import { runBuild } from './run-build.ts';
import { stageOf } from './stage-of.ts';
import { untilSignal } from './until-signal.ts';

export interface RebuildOptions {
  /** A clone of the launcher's repository, absolute: the auditor named it, so what is in it is run. */
  readonly folder: string;
  /** Which image of it; undefined: the one that the deployed image says it is. */
  readonly stage: RebuildStage | undefined;
  /** What npm, git and the engine need: the auditor's own, `TWL_REBUILD_SECONDS` in it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes a line of progress, unescaped. */
  readonly note: (line: string) => void;
}

interface Order {
  readonly commit: string;
  /** `sha256:…` */
  readonly image: string;
  readonly stage: RebuildStage;
}

/** What to build: by the checks themselves, since a commit that nobody vouches for is never run. Throws RebuildError. */
const orderOf = (evidence: AuditEvidence, expectations: Expectations, stage: RebuildStage | undefined): Order => {
  const { only: _, ...all } = expectations;
  const states = new Map(verify(evidence, all).checks.map(({ id, state }) => [id, state]));
  const isProven = provenanceRebuild.needs.every((id) => states.get(id) === 'passed');
  const context = new Context(evidence, expectations);
  const commit = isProven ? provenCommit(context) : undefined;
  const image = isProven ? context.compose().subject : undefined;
  if (commit === undefined || image === undefined || !/^sha256:[0-9a-f]{64}$/.test(image)) {
    throw new RebuildError('not-proven', 'nothing was built: the provenance of the image did not pass');
  }
  return { commit, image, stage: stage ?? stageOf(context) };
};

/**
 * Runs `use` with a fresh folder for temporary files: what an ended build leaves behind goes with it. What cannot be taken away stays, which is said:
 * the build has its result all the same.
 */
const withScratch = async <T>(note: RebuildOptions['note'], use: (folder: string) => Promise<T>): Promise<T> => {
  let scratch: string;
  try {
    scratch = mkdtempSync(join(tmpdir(), 'twl-rebuild-'));
  } catch (error) {
    throw new RebuildError('not-started', `there is no folder for temporary files: ${escapeText(messageOf(error))}`, {
      hint: 'TMPDIR names the folder in which one is made',
      cause: error,
    });
  }
  try {
    return await use(scratch);
  } finally {
    try {
      rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      note(`warning: ${scratch} stays behind: ${messageOf(error)}`);
    }
  }
};

const build = async ({ commit, image, stage }: Order, options: RebuildOptions, name: string): Promise<Rebuilt> => {
  const { folder, environment, note } = options;
  const seconds = rebuildSeconds(environment);
  note(`${name}: building ${commit} again, which takes minutes`);
  const { status, stdout } = await untilSignal((signal) =>
    withScratch(note, (scratch) =>
      runBuild({
        file: 'npm',
        args: ['run', '--silent', REBUILD_SCRIPT, '--', commit, image, '--stage', stage],
        cwd: folder,
        env: { ...environment, TMPDIR: scratch },
        seconds,
        name,
        signal,
        onLine: (line) => note(`${REBUILD_SCRIPT}: ${line}`),
      }),
    ),
  );
  const rebuilt = readResult(stdout, stage);
  const isSame = [rebuilt, ...rebuilt.platforms].some(({ digest }) => digest === image);
  if (status !== 0 && isSame) {
    throw new RebuildError('contradictory', `${REBUILD_SCRIPT} printed the digest and ended with ${status}`);
  }
  return rebuilt;
};

/**
 * Builds the launcher image again, of the commit that its provenance names, by `npm run image:verify` in the auditor's clone. Nothing is run
 * unless every check of step 2 passed. What keeps it from being built is in the answer.
 */
export const collectRebuild = async (
  evidence: AuditEvidence,
  expectations: Expectations,
  options: RebuildOptions,
): Promise<Part<Rebuilt>> => {
  const name = `npm run ${REBUILD_SCRIPT} in ${options.folder}`;
  try {
    const order = orderOf(evidence, expectations, options.stage);
    return { origin: name, value: await build(order, options, name) };
  } catch (error) {
    if (error instanceof RebuildError) return { origin: name, error };
    throw error;
  }
};
