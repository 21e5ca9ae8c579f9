import { canonicalPin } from '../../pin/canonical.ts';
import { readValues, toPin } from '../../pin/schema.ts';
import type { Pin } from '../../pin/types.ts';
import { LAUNCHER_PROGRAMS } from '../../compose/programs.ts';
import type { Limits } from '../../source/limits.ts';
import { shown } from '../report/shown.ts';
import { withScratch } from '../source/scratch.ts';
import { checkOutput } from './check-output.ts';
import { composeText, configText, PLACEHOLDER_IMAGE } from './deployment.ts';
import { PinningError } from './errors.ts';
import { type Measured, measure } from './measure.ts';
import type { PinRequest } from './request.ts';
import { type Resolved, resolveRef } from './resolve.ts';
import { checkFree, writeFiles } from './write-files.ts';

export const CONFIG_NAME = 'launcher.conf';
export const COMPOSE_NAME = 'docker-compose.yml';

export interface PinSettings {
  readonly limits: Limits;
  /** Seconds since 1970, for the comments. */
  readonly now: number;
  /** Gets what is being done, escaped, without a line feed. */
  readonly say: (message: string) => void;
}

export interface Pinned {
  readonly pin: Pin;
  readonly resolved: Resolved;
  readonly measured: Measured;
  readonly written: readonly string[];
  /** Whether the image is still to be filled in. */
  readonly isImageOpen: boolean;
}

const { defaults } = LAUNCHER_PROGRAMS['trusted-workload-launcher'];

/** The pin by the launcher's own rules. */
const pinOf = ({ url, workDir, entry }: PinRequest, commit: string, treeSha256?: string): Pin => {
  const read = readValues({
    REPO_URL: url.text,
    COMMIT_SHA: commit,
    WORK_DIR: workDir,
    ...(entry === undefined ? {} : { ENTRYPOINT_SCRIPT: entry }),
    ...(treeSha256 === undefined ? {} : { TREE_SHA256: treeSha256 }),
  });
  if (!read.ok) {
    const [problem] = read.problems;
    const why = problem?.kind === 'fault' ? ` ${problem.fault.message}` : '';
    throw new PinningError('bad-value', `no pin can hold this: ${problem?.key}${why}`, {
      hint: 'choose another value',
    });
  }
  return toPin(read.values, defaults);
};

/** A value may be fine by itself and still not be writable: one that opens with a quote and holds the other kind. */
const checkWritable = (pin: Pin): void => {
  try {
    canonicalPin(pin);
  } catch (cause) {
    throw new PinningError('bad-value', 'no config can hold these values: one needs quotes and holds both kinds', {
      hint: 'choose another --work-dir or --entry',
      cause,
    });
  }
};

/**
 * Resolves a branch or tag once, brings the commit as the launcher would, and writes a config and a compose file that pin it. Nothing of
 * the repository is executed, and nothing is written unless all of it went well.
 * @throws PinningError; SourceError; StateError
 */
export const pinRepository = async (request: PinRequest, { limits, now, say }: PinSettings): Promise<Pinned> => {
  const { url, ref, out, force, image = PLACEHOLDER_IMAGE } = request;
  if (!force) checkFree(out, [CONFIG_NAME, COMPOSE_NAME]);
  // With any commit, so that what cannot be written costs no connection.
  checkWritable(pinOf(request, 'f'.repeat(40)));
  return await withScratch(async (folder) => {
    if (ref.kind === 'name') say(`asking ${shown(url.text)} for its branches and tags`);
    const resolved = await resolveRef(ref, { url, limits, scratch: `${folder}/history` });
    say(`bringing commit ${resolved.commit}`);
    const plain = pinOf(request, resolved.commit);
    const measured = await measure({ pin: plain, limits, folder, warn: (message) => say(`warning: ${message}`) });
    const pin = pinOf(request, resolved.commit, measured.treeSha256);
    const deployment = { pin, resolved, at: now, image };
    const texts = { [CONFIG_NAME]: configText(deployment), [COMPOSE_NAME]: composeText(deployment) };
    checkOutput(texts, pin, image);
    const written = writeFiles(out, texts, force);
    return { pin, resolved, measured, written, isImageOpen: image === PLACEHOLDER_IMAGE };
  });
};
