import type { Policy } from '../policy.ts';
import { mpcPolicy } from './mpc.ts';
import type { ProfileName } from './names.ts';

/** Policies that come with the program, by the name that `--profile` takes. */
export const PROFILES: Readonly<Record<ProfileName, () => Policy>> = { mpc: mpcPolicy };
