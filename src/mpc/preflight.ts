import { accessSync, constants, statSync } from 'node:fs';
import { messageOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { findAgent } from '../guest/find-agent.ts';
import { checkEngineSocket } from './docker/docker.ts';
import { MpcError } from './errors.ts';
import type { Paths } from './paths.ts';
import type { Platform } from './settings.ts';

const checkSharedFolder = ({ sharedFolder }: Paths): void => {
  try {
    if (!statSync(sharedFolder).isDirectory()) throw new Error('it is not a folder');
    accessSync(sharedFolder, constants.W_OK);
  } catch (cause) {
    const what = `${escapeText(sharedFolder)} cannot be written to: ${escapeText(messageOf(cause))}`;
    throw new MpcError('shared-folder-unusable', what, {
      hint: 'mount the volume there, which the node has too: shared-volume:/mnt/shared:rw',
      cause,
    });
  }
};

/**
 * Looks for what will be needed, without asking anybody: after the event a launch that cannot go on costs a reboot.
 * @throws MpcError `docker-unreachable`, `shared-folder-unusable`; GuestError `agent-missing`
 */
export const preflight = (paths: Paths, platform: Platform): void => {
  checkEngineSocket(paths);
  checkSharedFolder(paths);
  if (platform !== 'TEE') return;
  // By its path and no variable: where the node will look for it too.
  const found = findAgent({}, [paths.dstackSocket]);
  if ('missing' in found) throw found.missing;
};
