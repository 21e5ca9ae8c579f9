/**
 * What the image is made of, and where it comes from. The suite is Debian 13 at one day of Debian's archive of snapshots: the same
 * addresses give the same packages for ever.
 */
export const SUITE = 'trixie';
export const SNAPSHOT = '20261115T000000Z';

/** The day of the snapshot: no file of the root file system is newer. Seconds since 1970. */
export const SNAPSHOT_EPOCH = Date.UTC(2026, 10, 15) / 1000;

export const ARCHITECTURES = ['amd64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export const TARGETS = ['launcher', 'mpc'] as const;
export type Target = (typeof TARGETS)[number];

/** What workloads use, what Node needs (libstdc++6), and the static shell that the entry point is written for. */
const BASE = [
  'base-files',
  'bash',
  'busybox-static',
  'ca-certificates',
  'coreutils',
  'dash',
  'findutils',
  'git',
  'grep',
  'libstdc++6',
  'openssh-client',
  'sed',
];

/** The packages of each target, beside what they depend on. */
export const PACKAGES: Readonly<Record<Target, readonly string[]>> = {
  launcher: BASE,
  mpc: [...BASE, 'docker-cli', 'docker-compose'],
};

/**
 * Comes along by dependencies and is taken out again: what only maintainer scripts use, and Perl, which of git only `send-email`,
 * `svn` and their like need. No program or library that stays needs one of these (a test looks).
 */
export const DROPPED = [
  'adduser',
  'debconf',
  'git-man',
  'init-system-helpers',
  'libaudit-common',
  'libaudit1',
  'libdb5.3t64',
  'libdebconfclient0',
  'liberror-perl',
  'libgdbm-compat4t64',
  'libgdbm6t64',
  'libpam-modules',
  'libpam-modules-bin',
  'libpam0g',
  'libperl5.40',
  'libsemanage-common',
  'libsemanage2',
  'libsepol2',
  'login.defs',
  'openssl',
  'openssl-provider-legacy',
  'passwd',
  'perl',
  'perl-base',
  'perl-modules-5.40',
];

/**
 * The lines of a sources.list.
 * @param mirror an address below which `debian` and `debian-security` lie; undefined for the dated snapshot
 */
export const sourcesOf = (mirror?: string): string[] => {
  const at = (archive: string): string =>
    mirror === undefined ? `https://snapshot.debian.org/archive/${archive}/${SNAPSHOT}` : `${mirror}/${archive}`;
  // What a snapshot says of its own end has passed.
  const options = '[check-valid-until=no]';
  return [
    `deb ${options} ${at('debian')} ${SUITE} main`,
    `deb ${options} ${at('debian')} ${SUITE}-updates main`,
    `deb ${options} ${at('debian-security')} ${SUITE}-security main`,
  ];
};
