import type { PinDefaults } from '../pin/types.ts';

/** One launcher under two names; the second is its predecessor's. */
export interface Program {
  name: string;
  defaultConfig: string;
  defaults: PinDefaults;
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'trusted-workload-launcher',
    defaultConfig: '/etc/trusted-workload-launcher/launcher.conf',
    defaults: { entrypointScript: 'tee-launch.sh', submodules: 'no' },
  },
  {
    name: 'git-launcher',
    defaultConfig: '/etc/git-launcher/config.conf',
    defaults: { entrypointScript: 'entrypoint.sh', submodules: 'ignore' },
  },
];

/** The program by the name it was called by; any other name is the first one's. */
export const programByName = (name: string | undefined): Program =>
  PROGRAMS.find((program) => program.name === name) ?? PROGRAMS[0]!;
