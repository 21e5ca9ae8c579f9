import type { ComposeFile } from './document.ts';
import type { Mount } from './mounts.ts';
import { cleanPath, doOverlap, isWithin } from './paths.ts';
import { childOf, literalOf } from './tree.ts';
import { readVolume, type VolumeName, volumeName } from './volumes.ts';

const inRun = (names: string): string[] => names.split(' ').map((name) => `/run/${name}`);

/** What steers the machine from `/run`, where sockets and configs lie that were made since it started. A socket is used read-only as well. */
const RUN_PATHS = [
  // The engines' own sockets and the state of their containers, into which a process can be put.
  ...inRun('docker.sock docker containerd podman user runc crun crio libpod containers buildkit nerdctl cdi nri'),
  // Who may speak to systemd or over the bus starts programs as root; udev, modprobe and the like do what is written there.
  ...inRun('systemd dbus udev modprobe.d tmpfiles.d sysctl.d modules-load.d binfmt.d sysusers.d credentials'),
  // What root runs when the machine goes down (dracut), when it asks for a name, and when it brings up a network.
  ...inRun('initramfs nscd netns NetworkManager network resolvconf netconfig wpa_supplicant snapd.socket'),
];

/** Whoever reaches these starts containers of his own, or changes those that are there. */
const ENGINE_PATHS = [
  '/var/lib/docker /var/lib/containerd /var/lib/nerdctl',
  // Where dstack keeps the engine's data in place of /var/lib: on the disk, and in the upper folders of its overlays.
  '/dstack/persistent /tapp/persistent /var/volatile',
  // `/proc/N/root` is the whole machine, sockets included, and the files of every container; written to as well where the mount is
  // read-only, for what it leads to is another mount.
  '/proc',
]
  .flatMap((paths) => paths.split(' '))
  .concat(RUN_PATHS);

/** Links into `/proc/self`. A folder above them holds the links alone, which lead nowhere else in a container. */
const PROC_LINKS = '/dev/fd /dev/stdin /dev/stdout /dev/stderr'.split(' ');

/** The guest agent: quotes, keys, and events of the log in the name of the whole machine. */
const AGENT_PATHS = [
  '/run/dstack.sock /run/dstack /run/tappd.sock',
  '/dstack/dstack.sock /dstack/tappd.sock /run/log/dstack',
].flatMap((paths) => paths.split(' '));

/** The agent's socket itself, as it is mounted (dstack; guest/find-agent.ts looks there). */
export const AGENT_SOCKETS: readonly string[] = [
  '/var/run/dstack.sock',
  '/run/dstack.sock',
  '/var/run/dstack/dstack.sock',
  '/run/dstack/dstack.sock',
];

/** What the machine itself runs from. A folder above one of them counts too. */
const SYSTEM_PATHS = [
  '/bin /boot /dev /etc /init /lib /lib32 /lib64 /libx32 /nix /sbin /sys /usr',
  // Programs that containerd starts, and what root reads as programs, units or jobs: what is merged into /usr, timers, cron and at.
  '/opt/cni /opt/containerd /var/lib/cloud /var/lib/cni /var/lib/confexts /var/lib/dbus /var/lib/dstack /var/lib/extensions',
  '/var/lib/machines /var/lib/portables /var/lib/systemd /var/spool/at /var/spool/cron',
].flatMap((paths) => paths.split(' '));

/** Where the machine's own programs make files under names that can be foreseen. A folder in there is its maker's own. */
const SHARED_FOLDERS = ['/tmp', '/var/tmp'];

/** Where dstack keeps the app's own files; older versions call it `/tapp`. What a service puts there itself is its own. */
const APP_FOLDERS = ['/dstack', '/tapp'];
const APP_FILES = ['app-compose.json', 'docker-compose.yaml', 'user_config', 'runtime_events.log'];
const isAppFile = (name: string): boolean => name.startsWith('.') || APP_FILES.includes(name);

/** Whether a path holds what dstack takes from the host at each boot: no evidence covers most of it. */
export const isHostWritten = (path: string): boolean =>
  APP_FOLDERS.some((folder) => {
    if (!isWithin(path, folder)) return isWithin(folder, path);
    const [, name] = path.slice(folder.length).split('/');
    return name === undefined || isAppFile(name);
  });

/**
 * Whether a path holds what dstack keeps from all but the app: its keys and its decrypted environment lie in files and folders
 * that begin with a dot.
 */
export const isAppSecret = (path: string): boolean => APP_FOLDERS.some((folder) => path.startsWith(`${folder}/.`));

/** The home of root: programs that run on the machine read what begins with a dot there, docker's plug-ins among it. */
const ROOT_HOMES = ['/root', '/home/root'];

const isRootConfig = (path: string): boolean =>
  ROOT_HOMES.some((home) => isWithin(home, path) || path.startsWith(`${home}/.`));

/** Where dstack keeps the compose file, so that relative paths begin there. */
const PROJECT_FOLDER = '/dstack';

/** Where the bytes of a mount come from. */
export type MountSource =
  | { readonly kind: 'host'; readonly path: string }
  | ({ readonly kind: 'volume' } & VolumeName)
  | { readonly kind: 'none' }
  /** It cannot be said. */
  | { readonly kind: 'unknown' };

const hostPath = (source: string): MountSource => {
  // Where it has no HOME, compose takes `~` for a name in the folder of the project: it is left to the machine.
  if (source.startsWith('~')) return { kind: 'unknown' };
  const path = cleanPath(source.startsWith('/') ? source : `${PROJECT_FOLDER}/${source}`);
  return path === undefined ? { kind: 'unknown' } : { kind: 'host', path };
};

/** A named volume is what its definition says: by its own name, and a path of the host where the driver is told to bind one. */
const volumeOf = (file: ComposeFile, source: string): MountSource => {
  const reading = readVolume(file, source);
  if (reading.kind === 'bind') return { kind: 'host', path: reading.path };
  const name = reading.kind === 'undecided' ? undefined : volumeName(file, source);
  return name === undefined ? { kind: 'unknown' } : { kind: 'volume', ...name };
};

/** A config or secret with a `file` is a bind mount of that path, sockets included. */
const fileOf = (file: ComposeFile, section: 'configs' | 'secrets', name: string): MountSource => {
  const node = childOf(childOf(childOf(file.root, section), name), 'file');
  if (node === undefined) return { kind: 'none' };
  const path = literalOf(node);
  return path === undefined ? { kind: 'unknown' } : hostPath(path);
};

/** Where a mount's bytes come from, paths of the host in disguise included: named volumes, configs and secrets. */
export const sourceOf = (file: ComposeFile, { kind, source }: Mount): MountSource => {
  if (kind === 'unknown') return { kind: 'unknown' };
  if (kind === 'bind') return source === undefined ? { kind: 'unknown' } : hostPath(source);
  if (source === undefined) return { kind: 'none' };
  if (kind === 'config' || kind === 'secret') return fileOf(file, `${kind}s`, source);
  return kind === 'volume' ? volumeOf(file, source) : { kind: 'none' };
};

/** What a mount of a path of the host gives access to. A folder gives what is below it. */
export type Reach = 'engine' | 'agent' | 'system' | 'nothing';

/** What the path of the host reaches that is not a workload's own. */
export const reachOf = (path: string): Reach => {
  if (ENGINE_PATHS.some((one) => doOverlap(path, one)) || PROC_LINKS.some((one) => isWithin(path, one)))
    return 'engine';
  if (AGENT_PATHS.some((one) => doOverlap(path, one))) return 'agent';
  const isSystem =
    isHostWritten(path) ||
    isRootConfig(path) ||
    SHARED_FOLDERS.includes(path) ||
    SYSTEM_PATHS.some((one) => doOverlap(path, one));
  return isSystem ? 'system' : 'nothing';
};
