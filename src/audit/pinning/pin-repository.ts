import { canonicalPin } from '../../pin/canonical.ts';
import { parsePin } from '../../pin/parse.ts';
import { readValues, toPin } from '../../pin/schema.ts';
import type { Pin } from '../../pin/types.ts';
import { LAUNCHER_PROGRAMS } from '../../compose/programs.ts';
import type { Limits } from '../../source/limits.ts';
import { shown } from '../report/shown.ts';
import { withScratch } from '../source/scratch.ts';
import { checkOutput } from './check-output.ts';
import { composeText, configText, type Deployment, PLACEHOLDER_IMAGE } from './deployment.ts';
import { derivedComposeText, dockerfileText } from './derived-image.ts';
import { PinningError } from './errors.ts';
import { type Measured, measure } from './measure.ts';
import { readNetwork } from './network.ts';
import type { PinForm, PinRequest } from './request.ts';
import { type Resolved, resolveRef } from './resolve.ts';
import { checkFree, writeFiles } from './write-files.ts';

export const CONFIG_NAME = 'launcher.conf';
export const COMPOSE_NAME = 'docker-compose.yml';
export const BUILD_NAME = 'Dockerfile';

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
  readonly form: PinForm;
  readonly written: readonly string[];
  /** Whether the image is still to be filled in. */
  readonly isImageOpen: boolean;
}

const { defaults } = LAUNCHER_PROGRAMS['trusted-workload-launcher'];

/** The pin by the launcher's own rules. */
const pinOf = (request: PinRequest, commit: string, treeSha256?: string): Pin => {
  const { url, workDir, entry, submodules, receipt, network } = request;
  const given = {
    ENTRYPOINT_SCRIPT: entry,
    TREE_SHA256: treeSha256,
    REPO_CREDENTIAL_FILE: network.credential?.inContainer,
    REPO_CA_FILE: network.ca?.inContainer,
    REPO_PROXY: network.proxy,
    SSH_KEY_FILE: network.sshKey?.inContainer,
    SSH_KNOWN_HOSTS_FILE: network.sshKnownHosts?.inContainer,
    SUBMODULES: submodules,
  };
  const read = readValues({
    REPO_URL: url.text,
    COMMIT_SHA: commit,
    WORK_DIR: workDir,
    RECEIPT: receipt,
    ...Object.fromEntries(Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
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

/**
 * A value may be fine by itself and still not be writable: one that opens with a quote and holds the other kind; or not beside the others: a
 * credential for https where the address is of ssh.
 */
const checkWritable = (pin: Pin): void => {
  let text: string;
  try {
    text = canonicalPin(pin);
  } catch (cause) {
    throw new PinningError('bad-value', 'no config can hold these values: one needs quotes and holds both kinds', {
      hint: 'choose another --work-dir or --entry',
      cause,
    });
  }
  const parsed = parsePin(new TextEncoder().encode(text), { source: CONFIG_NAME, defaults });
  if (parsed.ok) return;
  const [error] = parsed.errors;
  throw new PinningError('bad-value', `no pin can hold this: ${error?.message.split('\n')[0]}`, {
    hint: 'leave one of the options out',
    cause: error,
  });
};

/** The files of each form, in the order in which they are written. */
const textsOf = (form: PinForm, deployment: Deployment): Readonly<Record<string, string>> =>
  form === 'compose'
    ? { [CONFIG_NAME]: configText(deployment), [COMPOSE_NAME]: composeText(deployment) }
    : {
        [CONFIG_NAME]: configText(deployment),
        [BUILD_NAME]: dockerfileText(deployment, CONFIG_NAME),
        [COMPOSE_NAME]: derivedComposeText(deployment),
      };

/**
 * Resolves a branch or tag once, brings the commit as the launcher would, and writes a config and a compose file that pin it. Nothing of
 * the repository is executed, and nothing is written unless all of it went well.
 * @throws PinningError; SourceError; StateError
 */
export const pinRepository = async (request: PinRequest, { limits, now, say }: PinSettings): Promise<Pinned> => {
  const { url, ref, out, force, form, attest, image = PLACEHOLDER_IMAGE } = request;
  const names = form === 'compose' ? [CONFIG_NAME, COMPOSE_NAME] : [CONFIG_NAME, BUILD_NAME, COMPOSE_NAME];
  if (!force) checkFree(out, names);
  // With any commit, so that what cannot be written costs no connection.
  checkWritable(pinOf(request, 'f'.repeat(40)));
  const network = readNetwork(request.network);
  return await withScratch(async (folder) => {
    if (ref.kind === 'name') say(`asking ${shown(url.text)} for its branches and tags`);
    const resolved = await resolveRef(ref, { url, limits, network, scratch: `${folder}/history` });
    say(`bringing commit ${resolved.commit}`);
    const plain = pinOf(request, resolved.commit);
    const measured = await measure({
      pin: plain,
      limits,
      network: request.network,
      folder,
      warn: (message) => say(`warning: ${message}`),
    });
    const pin = pinOf(request, resolved.commit, measured.treeSha256);
    const texts = textsOf(form, { pin, resolved, at: now, image, attest });
    checkOutput(texts, pin, image, form);
    const written = writeFiles(out, texts, force);
    return { pin, resolved, measured, form, written, isImageOpen: image === PLACEHOLDER_IMAGE };
  });
};
