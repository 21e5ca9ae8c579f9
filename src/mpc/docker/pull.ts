import type { Logger } from '../../base/log.ts';
import { nextPause, type Sleep } from '../backoff.ts';
import type { RetryRule } from '../config/launcher-config.ts';
import { MpcError, type MpcErrorCode } from '../errors.ts';
import { type Docker, describeOutcome } from './docker.ts';
import { judgePull, type PullFailureKind } from './pull-failure.ts';

const HINTS: Record<PullFailureKind, { code: MpcErrorCode; hint: string }> = {
  limited: { code: 'pull-failed', hint: 'the registry limits requests: start the machine again later' },
  transient: {
    code: 'pull-failed',
    hint: 'look at the network and the registry; pull_max_retries sets how often it is tried',
  },
  refused: {
    code: 'pull-refused',
    hint: 'check image_reference: the registry must have that digest under that name, for all to read',
  },
  engine: { code: 'docker-unreachable', hint: 'look at the docker engine, and at the mount of /var/run/docker.sock' },
  command: { code: 'docker-missing', hint: 'look at the docker command in the image of the launcher' },
  'disk-full': { code: 'disk-full', hint: 'make room on the disk of the machine (docker image prune)' },
};

export interface PullTask {
  readonly docker: Docker;
  /** `name[:tag]@sha256:…`: with a digest the tag decides nothing. */
  readonly image: string;
  readonly rule: RetryRule;
  readonly timeoutMs: number;
  readonly log: Logger;
  readonly sleep: Sleep;
}

/**
 * `docker pull` by digest, which the engine holds the bytes against. Tried again where that can help.
 * Throws MpcError `pull-refused`, `pull-failed`, `docker-unreachable`, `docker-missing`, `disk-full`.
 */
export const pullImage = async ({ docker, image, rule, timeoutMs, log, sleep }: PullTask): Promise<void> => {
  log.info(`pulling image ${image}`, { image });
  for (let retry = 0; ; retry++) {
    const outcome = await docker.run(['pull', image]);
    if (outcome.ending.kind === 'exit' && outcome.ending.status === 0) break;
    const failure = judgePull(outcome);
    const said = `docker pull ${image} ${describeOutcome(outcome, timeoutMs)}`;
    const next = nextPause(failure, retry, rule);
    if ('stop' in next) {
      const { code, hint } = HINTS[failure.kind];
      const tries = retry === 0 ? '' : ` (attempt ${retry + 1})`;
      throw new MpcError(code, `${said}${tries}; nothing has been started`, { hint });
    }
    const seconds = next.ms / 1000;
    log.warning(`docker pull failed, retrying in ${seconds} s: ${said}`, { image, retry: retry + 1, seconds });
    await sleep(next.ms);
  }
  log.info('image pulled successfully', { image });
};
