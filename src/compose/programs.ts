import type { PinDefaults } from '../pin/types.ts';

/** What the launcher does differently under its two names. A test holds this table against the launcher's own. */
export interface LauncherProgram {
  readonly name: string;
  /** Where it reads the pin when no file is named. */
  readonly defaultConfig: string;
  readonly defaults: PinDefaults;
}

export const LAUNCHER_PROGRAMS = {
  'trusted-workload-launcher': {
    name: 'trusted-workload-launcher',
    defaultConfig: '/etc/trusted-workload-launcher/launcher.conf',
    defaults: { entrypointScript: 'tee-launch.sh', submodules: 'no' },
  },
  'git-launcher': {
    name: 'git-launcher',
    defaultConfig: '/etc/git-launcher/config.conf',
    defaults: { entrypointScript: 'entrypoint.sh', submodules: 'ignore' },
  },
} as const satisfies Record<string, LauncherProgram>;

export type LauncherName = keyof typeof LAUNCHER_PROGRAMS;

/** The variable that holds a whole pin. */
export const PIN_VARIABLE = 'LAUNCHER_CONFIG';

/** The responder's program, which lies in the launcher's image. */
export const RESPONDER = 'twl-attest';
