import type { Logger } from '../../base/log.ts';
import { MpcError } from '../errors.ts';
import { type Docker, describeOutcome, writePrivate } from './docker.ts';

/**
 * `docker compose up -d` of a compose file. The folder, the file and the empty env file are named, so that compose looks for
 * none of its own; the project's name stands in the file. A container that is as the file says is left running.
 * Throws MpcError `compose-failed`, `private-folder-failed`.
 */
export const composeUp = async (docker: Docker, text: string, timeoutMs: number, log: Logger): Promise<void> => {
  const file = writePrivate(docker, 'docker-compose.yml', text);
  const environment = writePrivate(docker, 'empty.env', '');
  log.info('launching MPC node');
  const args = ['compose', '--project-directory', docker.folder, '--env-file', environment, '-f', file, 'up', '-d'];
  const outcome = await docker.run(args);
  if (outcome.ending.kind === 'exit' && outcome.ending.status === 0) return;
  throw new MpcError('compose-failed', `docker compose up ${describeOutcome(outcome, timeoutMs)}`, {
    hint: 'the image is there and, in a TEE, its event is recorded: once the cause is gone, start the launcher again',
  });
};
