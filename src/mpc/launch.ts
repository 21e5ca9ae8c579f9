import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../base/log.ts';
import { connectAgent } from '../guest/agent.ts';
import { writeAtomically } from '../state/atomic-write.ts';
import type { Sleep } from './backoff.ts';
import { composeUp } from './docker/compose-up.ts';
import { checkComposePlugin, type Docker, openDocker } from './docker/docker.ts';
import { pullImage } from './docker/pull.ts';
import type { EventState } from './event/recorder.ts';
import type { Paths } from './paths.ts';
import { type Plan, makePlan, render } from './plan.ts';
import { preflight } from './preflight.ts';
import { resolveImage } from './resolve-image.ts';
import type { Settings } from './settings.ts';

export interface LaunchTask {
  readonly settings: Settings;
  readonly paths: Paths;
  readonly log: Logger;
}

const sleep: Sleep = (ms) => wait(ms);

/** Says what was decided, and why. Words that operators search their logs for are near/mpc's. */
export const announce = ({ settings, launcher, selection, approvedCount }: Plan, log: Logger): void => {
  const { digest, from } = selection;
  if (approvedCount === undefined) {
    log.warning('approved hashes file does not exist on disk, falling back to default digest', { digest });
  }
  if (launcher.unknownKeys.length > 0) {
    log.warning(`launcher_config has keys that nobody reads: ${launcher.unknownKeys.join(', ')}`);
  }
  const why = {
    default: 'the default of the launcher',
    newest: `the newest of ${approvedCount} approved`,
    override: `mpc_hash_override, one of ${approvedCount} approved`,
  }[from];
  log.info(`image digest: ${digest} (${why}; of the ${settings.digestKind})`, { digest, from });
};

/** Fails where this boot has recorded another image already: before a pull that would be in vain. */
const checkBoot = async ({ selection }: Plan, paths: Paths): Promise<void> => {
  const { isRecorded } = await import('./event/boot-log.ts');
  isRecorded((await connectAgent(paths.dstackSocket).info()).eventLog, selection.digest);
};

const recordEvent = async ({ settings, selection }: Plan, paths: Paths, log: Logger): Promise<EventState> => {
  const { byEmitEvent, notOffered } = await import('./event/recorder.ts');
  // A client of its own: the time for its calls begins now and not before the pull.
  const agent = connectAgent(paths.dstackSocket);
  const recorder = byEmitEvent(agent, (cause) => notOffered(settings.requireRtmr3, log, cause));
  return await recorder.record(selection.digest);
};

const SAID: Record<EventState, string> = {
  emitted: 'recorded in RTMR3',
  found: 'was recorded by an earlier run of this boot, and is not again',
  'not-offered': 'is not recorded',
};

const startNode = async (plan: Plan, docker: Docker, { settings, paths, log }: LaunchTask): Promise<void> => {
  const { platform, dockerTimeoutMs: timeoutMs } = settings;
  await checkComposePlugin(docker);
  if (platform === 'TEE') await checkBoot(plan, paths);
  const image = await resolveImage(plan, log, sleep);
  // Both texts are made now: nothing of them can fail once the event is recorded.
  const { compose, nodeConfig } = render(plan, image);
  await pullImage({ docker, image, rule: plan.launcher.pull, timeoutMs, log, sleep });
  if (platform === 'TEE') {
    const event = await recordEvent(plan, paths, log);
    log.info(`mpc-image-digest ${SAID[event]}`, { event, digest: plan.selection.digest });
  }
  writeAtomically(paths.nodeConfig, Buffer.from(nodeConfig, 'utf8'));
  log.info(`rendered docker-compose file\n${compose.trimEnd()}`);
  await composeUp(docker, compose, timeoutMs, log);
};

/**
 * One run, to the started node: read, check, decide; pull; record the event (TEE); write the node's config; `docker compose up`.
 * @throws MpcError, GuestError, StateError
 */
export const launch = async (task: LaunchTask): Promise<void> => {
  const { settings, paths, log } = task;
  log.info(`starting launcher, PLATFORM=${settings.platform}`, { platform: settings.platform });
  const plan = await makePlan(settings, paths);
  announce(plan, log);
  preflight(paths, settings.platform);
  const docker = openDocker(paths, settings.dockerTimeoutMs);
  try {
    await startNode(plan, docker, task);
  } finally {
    docker.close();
  }
};
