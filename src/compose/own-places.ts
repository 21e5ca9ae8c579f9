import type { LauncherContext } from './context.ts';
import { inlineContent } from './locate-pin.ts';
import type { Mount } from './mounts.ts';

/**
 * Folders of /etc whose files programs and libraries read or follow by themselves. A config at a place of one's own beside them,
 * `/etc/app/launcher.conf`, is read by nobody but whoever was told its name.
 */
const READ_BY_OTHERS = [
  'alternatives apk apparmor apparmor.d apt bash_completion.d binfmt.d ca-certificates conf.d cron.d cron.daily crypto-policies',
  'dbus-1 default dpkg fonts gcrypt gnutls gss gtk-3.0 init.d java krb5.conf.d ld.so.conf.d libnl-3 logrotate.d modprobe.d',
  'modules-load.d nix openssl opt pam.d perl php pki profile.d python python3 security selinux skel ssh ssl sudoers.d sysctl.d',
  'systemd terminfo tmpfiles.d udev xdg',
].flatMap((names) => names.split(' '));
const OWN_FOLDER = /^\/etc\/([a-zA-Z0-9][a-zA-Z0-9._-]*)\/[^/]/;

/** The paths that the command and the pin tell the launcher. */
const toldPaths = ({ launcher, pin }: LauncherContext): readonly (string | undefined)[] => [
  launcher.command?.words?.[0],
  pin?.childEnvFile,
  pin?.repoCredentialFile,
  pin?.repoCaFile,
  pin?.sshKeyFile,
  pin?.sshKnownHostsFile,
];

/**
 * Whether a mount is an inline config, in a folder of /etc of its own, under the very name that the launcher was told. That the
 * launcher was told a name is not enough: it may be the launcher's own. Nor is it that the text holds the bytes: it may be a
 * list of libraries to load.
 */
export const isToldConfig = (context: LauncherContext, mount: Mount): boolean => {
  const [, folder] = OWN_FOLDER.exec(mount.target ?? '') ?? [];
  if (folder === undefined || READ_BY_OTHERS.includes(folder)) return false;
  return toldPaths(context).includes(mount.target) && inlineContent(context.file, mount) !== undefined;
};
