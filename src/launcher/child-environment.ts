import { messageOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import type { Logger } from '../base/log.ts';
import { parseEnvFile } from '../pin/env-file.ts';
import { filterEnvironment } from '../pin/environment.ts';
import type { PinError } from '../pin/errors.ts';
import { MAX_ENV_FILE_BYTES } from '../pin/limits.ts';
import type { Pin } from '../pin/types.ts';
import { LaunchError } from './errors.ts';
import { readBounded } from './read-bounded.ts';

export type ChildEnvironment =
  | { ok: true; env: Record<string, string>; dropped: string[]; allowed: string[] }
  | { ok: false; errors: PinError[] };

/**
 * The environment of the workload: the launcher's own without what steers code, then what CHILD_ENV_FILE says. What is
 * dropped or let through by ALLOW_ENV is named in the log; values never are.
 * @throws LaunchError `child-env-unreadable`
 */
export const childEnvironment = (pin: Pin, own: Record<string, string>, log: Logger): ChildEnvironment => {
  const { env, dropped, allowed } = filterEnvironment(own, pin.allowEnv);
  for (const { name, reason } of dropped) log.info(`dropped from the environment: ${name} (${reason})`);
  if (allowed.length > 0) log.info(`let through by ALLOW_ENV: ${allowed.join(' ')}`);
  const names = { dropped: dropped.map(({ name }) => name), allowed };
  if (pin.childEnvFile === undefined) return { ok: true, env, ...names };
  const bytes = readEnvFile(pin.childEnvFile);
  const parsed = parseEnvFile(bytes, { source: pin.childEnvFile, allowEnv: pin.allowEnv });
  return parsed.ok ? { ok: true, env: { ...env, ...parsed.env }, ...names } : parsed;
};

const readEnvFile = (path: string): Uint8Array => {
  try {
    return readBounded(path, MAX_ENV_FILE_BYTES + 1);
  } catch (error) {
    const what = `CHILD_ENV_FILE '${escapeText(path)}' cannot be read: ${escapeText(messageOf(error))}`;
    throw new LaunchError('child-env-unreadable', what, {
      hint: 'mount the file there, or take CHILD_ENV_FILE out of the pin',
      cause: error,
    });
  }
};
