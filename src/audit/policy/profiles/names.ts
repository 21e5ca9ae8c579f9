/** Names of the policies that come with the program. Alone, so that the command line need not read a policy to know them. */
export const PROFILE_NAMES = ['mpc'] as const;

export type ProfileName = (typeof PROFILE_NAMES)[number];
