import { launcherTemplate as fill } from '../../src/audit/profile-mpc/template.ts';

/** The compose file that NEAR's contract has as its template, filled with two digests as bare hex. golden.test.ts holds its hash. */
export const launcherTemplate = (launcher: string, image: string): string => fill({ launcher, image });
