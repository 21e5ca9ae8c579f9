import { parseArgs } from 'node:util';
import { messageOf } from '../base/error.ts';
import { MpcError } from './errors.ts';

export type Action = 'launch' | 'check' | 'render' | 'help' | 'version';

export interface Arguments {
  readonly action: Action;
  /** Flags that stand for a variable of the environment, by that variable's name. */
  readonly settings: Readonly<Record<string, string>>;
  /** The folder that all paths are below; `/` but in tests. */
  readonly root: string;
  /** A user config in place of `/tapp/user_config`: for `check` and `render` only. */
  readonly userConfig: string | undefined;
}

const ACTIONS = ['check', 'render'] as const;
/** As near/mpc's launcher has them. */
const SETTINGS = {
  platform: 'PLATFORM',
  'docker-content-trust': 'DOCKER_CONTENT_TRUST',
  'default-image-digest': 'DEFAULT_IMAGE_DIGEST',
} as const;

const HINT = 'call it with --help';
const usage = (what: string, cause?: unknown): MpcError => new MpcError('usage', what, { hint: HINT, cause });

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        platform: { type: 'string' },
        'docker-content-trust': { type: 'string' },
        'default-image-digest': { type: 'string' },
        'test-root': { type: 'string' },
        check: { type: 'boolean' },
        render: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw usage(messageOf(error).replace(/\. To specify.*$/s, ''), error);
  }
};

/** Reads the command line. Throws MpcError `usage`. */
export const readArguments = (args: readonly string[]): Arguments => {
  const { values, positionals } = parse(args);
  const settings: Record<string, string> = {};
  for (const [flag, variable] of Object.entries(SETTINGS)) {
    const value = values[flag as keyof typeof SETTINGS];
    if (value !== undefined) settings[variable] = value;
  }
  const root = values['test-root'] ?? '/';
  if (!root.startsWith('/')) throw usage('--test-root is no absolute path');
  const rest = { settings, root, userConfig: positionals[0] };
  if (values.help === true) return { action: 'help', ...rest };
  if (values.version === true) return { action: 'version', ...rest };
  const actions = ACTIONS.filter((action) => values[action] === true);
  if (actions.length > 1) throw usage('--check and --render do not go together');
  const action = actions[0] ?? 'launch';
  if (positionals.length > 1) throw usage(`one user config is read, ${positionals.length} are given`);
  if (action === 'launch' && positionals.length > 0) {
    throw usage('a user config is named for --check or --render only: a launch reads /tapp/user_config');
  }
  return { action, ...rest };
};
