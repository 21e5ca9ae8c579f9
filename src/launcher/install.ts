import { escapeText } from '../base/escape.ts';
import { LaunchError } from './errors.ts';
import { checkSize, type Command } from './exec.ts';
import { forwardSignals } from './signals.ts';

/**
 * Runs INSTALL_CMD to its end with our standard streams. Signals to the launcher reach it: as process 1 of a container
 * nobody else would pass them on.
 * @throws LaunchError `install-failed`, `environment-too-large`
 */
export const runInstall = async ({ file, argv }: Command, cwd: string, env: Record<string, string>): Promise<void> => {
  checkSize(argv, env);
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(file, argv.slice(1), { argv0: argv[0] ?? file, cwd, env, stdio: 'inherit' });
  let how: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      how = escapeText(error.message);
      resolve();
    });
    child.on('exit', (code, signal) => {
      how = code === 0 ? undefined : signal === null ? `status ${code}` : signal;
      resolve();
    });
  });
  const asked = await forwardSignals((signal) => child.kill(signal), ended);
  // Told to end, and INSTALL_CMD ended well: RUN_CMD must not start all the same.
  if (how === undefined && asked !== undefined) process.exit(asked);
  if (how === undefined) return;
  throw new LaunchError('install-failed', `INSTALL_CMD ended with ${how}; RUN_CMD was not started`, {
    hint: 'its own output stands above',
  });
};
