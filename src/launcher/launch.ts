import type { Logger } from '../base/log.ts';
import { escapeText } from '../base/escape.ts';
import type { Pin, RunMode } from '../pin/types.ts';
import { bringSource, type BroughtSource } from '../source/bring.ts';
import type { Limits } from '../source/limits.ts';
import { becomeWorkload, type Command, enterFolder, findBash, withFileLimit } from './exec.ts';
import { runInstall } from './install.ts';
import { dropReceipt } from './receipt/drop.ts';
import type { StartFacts } from './receipt/facts.ts';
import { seekAgent } from './receipt/seek-agent.ts';

export interface LaunchOptions {
  pin: Pin;
  limits: Limits;
  log: Logger;
  /** The workload's environment. */
  env: Record<string, string>;
  /** Soft limit of open files before Node raised it. */
  softFiles: string | undefined;
  dryRun: boolean;
  /** For the receipt. */
  facts: StartFacts;
}

/**
 * Says what is about to be launched, in the order that the predecessor's users know.
 * @param configName where the pin was read from
 */
export const announce = (pin: Pin, configName: string, log: Logger): void => {
  log.info(`config:   ${escapeText(configName)}`);
  log.info(`repo:     ${escapeText(pin.repoUrl.text)}`);
  log.info(`commit:   ${pin.commitSha}`);
  log.info(`workdir:  ${escapeText(pin.workDir)}`);
  if (pin.repoSubdir !== undefined) log.info(`subdir:   ${escapeText(pin.repoSubdir)}`);
  if (pin.mode.kind === 'default') {
    log.info(`mode:     default (${escapeText(pin.mode.entrypointScript)})`);
    log.info(`entry:    ${escapeText(pin.mode.entrypointScript)}`);
    return;
  }
  log.info('mode:     advanced (RUN_CMD)');
  if (pin.mode.installCmd !== undefined) log.info(`install:  ${escapeText(pin.mode.installCmd)}`);
  log.info(`run:      ${escapeText(pin.mode.runCmd)}`);
};

// With -c, bash sources ~/.bashrc where it thinks that ssh or rsh started it (SSH_CLIENT is set, or stdin is a socket): --norc.
const commandOf = (bash: string, mode: RunMode): Command & { shown: string } =>
  mode.kind === 'default'
    ? { file: bash, argv: ['bash', mode.entrypointScript], shown: `bash ${escapeText(mode.entrypointScript)}` }
    : { file: bash, argv: ['bash', '--norc', '-c', mode.runCmd], shown: `bash -c ${escapeText(mode.runCmd)}` };

const reportSource = ({ pin, log }: LaunchOptions, source: BroughtSource): void => {
  for (const { path, commit } of source.submodules) log.info(`submodule: ${path} at ${commit}`);
  log.info(`tree:     ${source.tree}`);
  if (source.treeSha256 !== undefined) log.info(`TREE_SHA256=${source.treeSha256}`);
  log.info(`HEAD verified: ${pin.commitSha}`, {
    commit: pin.commitSha,
    tree: source.tree,
    files: source.files,
    origin: source.origin,
  });
};

/**
 * One launch, from a pin that was read to the workload: source, check, receipt, install, exec. Does not return but for a dry run.
 * @throws LaunchError, SourceError
 */
export const launch = async (options: LaunchOptions): Promise<void> => {
  const { pin, limits, log, env, softFiles, dryRun } = options;
  const { mode } = pin;
  // Everything that could still go wrong after the fetch and is known now is asked for now.
  const bash = findBash();
  const socketPath = dryRun ? undefined : seekAgent(pin, log);
  if (!dryRun && socketPath === undefined) dropReceipt(process.env, log);
  const source = await bringSource({ pin, limits, log, wantsTreeSha256: dryRun });
  reportSource(options, source);
  const folder = pin.repoSubdir === undefined ? source.root : `${source.root}/${pin.repoSubdir}`;
  const { shown, ...command } = commandOf(bash, mode);
  if (dryRun) {
    log.info(`dry run, so nothing is started; it would be in ${escapeText(folder)}: ${shown}`);
    source.lock.release();
    return;
  }
  if (socketPath !== undefined) {
    // Loaded here: a start without an agent does without. Before INSTALL_CMD, which is the commit's and may have the socket.
    const { leaveReceipt } = await import('./receipt/leave.ts');
    await leaveReceipt({ pin, source, facts: options.facts, socketPath, environment: process.env, log });
  }
  enterFolder(folder);
  if (mode.kind === 'advanced' && mode.installCmd !== undefined) {
    log.info(`running install in ${escapeText(folder)}`);
    await runInstall(
      withFileLimit(bash, { file: bash, argv: ['bash', '--norc', '-c', mode.installCmd] }, softFiles),
      folder,
      env,
    );
  }
  log.info(`exec in ${escapeText(folder)}: ${shown}`);
  source.lock.check();
  source.lock.release();
  becomeWorkload(withFileLimit(bash, command, softFiles), env);
};
