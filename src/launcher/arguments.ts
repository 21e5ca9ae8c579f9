import { parseArgs } from 'node:util';
import { messageOf } from '../base/error.ts';
import { LaunchError } from './errors.ts';

export type Action = 'launch' | 'dry-run' | 'check' | 'print-schema' | 'help' | 'version';

export interface Arguments {
  action: Action;
  /** Path of the pin, when one was named. */
  config: string | undefined;
}

const FLAGS = ['dry-run', 'check', 'print-schema', 'help', 'version'] as const;
const HINT = 'call it with --help';

/**
 * Reads the command line: at most one flag, at most one path.
 * @throws LaunchError `usage`
 */
export const readArguments = (args: string[]): Arguments => {
  let values: Record<string, unknown>;
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean' },
        check: { type: 'boolean' },
        'print-schema': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new LaunchError('usage', messageOf(error).replace(/\. To specify.*$/s, ''), { hint: HINT, cause: error });
  }
  const actions = FLAGS.filter((flag) => values[flag] === true);
  if (actions.includes('help')) return { action: 'help', config: undefined };
  if (actions.length > 1)
    throw new LaunchError('usage', `--${actions.join(' and --')} do not go together`, { hint: HINT });
  if (positionals.length > 1) {
    throw new LaunchError('usage', `one config file is read, ${positionals.length} are given`, { hint: HINT });
  }
  return { action: actions[0] ?? 'launch', config: positionals[0] };
};
