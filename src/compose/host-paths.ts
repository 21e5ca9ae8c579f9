import type { ComposeFile } from './document.ts';
import type { Mount } from './mounts.ts';
import { cleanPath, doOverlap, isWithin } from './paths.ts';
import { childOf, literalOf } from './tree.ts';

/** Whoever reaches these starts containers of his own, or changes those that are there. */
const ENGINE_PATHS = [
  '/var/run/docker.sock /run/docker.sock /var/run/docker /run/docker /var/run/containerd /run/containerd /var/lib/docker',
  '/var/lib/containerd /var/run/podman /run/podman /run/user /var/run/user',
].flatMap((paths) => paths.split(' '));

/** The guest agent: quotes, keys, and events of the log in the name of the whole machine. */
const AGENT_PATHS = [
  '/var/run/dstack.sock /run/dstack.sock /var/run/dstack /run/dstack /var/run/tappd.sock /run/tappd.sock',
  '/dstack/dstack.sock /dstack/tappd.sock /run/log/dstack',
].flatMap((paths) => paths.split(' '));

/** What the machine itself runs from. A folder above one of them counts too. */
const SYSTEM_PATHS = '/bin /boot /dev /etc /lib /lib64 /proc /sbin /sys /usr'.split(' ');

/** Where dstack keeps the app's own files; older versions call it `/tapp`. What a service puts there itself is its own. */
const APP_FOLDERS = ['/dstack', '/tapp'];
const APP_FILES = ['app-compose.json', 'docker-compose.yaml', 'user_config', 'runtime_events.log'];
const isAppFile = (name: string): boolean => name.startsWith('.') || APP_FILES.includes(name);

const reachesApp = (path: string): boolean =>
  APP_FOLDERS.some((folder) => {
    if (!isWithin(path, folder)) return isWithin(folder, path);
    const [, name] = path.slice(folder.length).split('/');
    return name === undefined || isAppFile(name);
  });

/** Where dstack keeps the compose file, so that relative paths begin there. */
const PROJECT_FOLDER = '/dstack';

/** Where the bytes of a mount come from. */
export type MountSource =
  | { readonly kind: 'host'; readonly path: string }
  /** Without a name of its own a volume is called by its key, with the project's name before it. */
  | { readonly kind: 'volume'; readonly name: string; readonly isOwnName: boolean }
  | { readonly kind: 'none' }
  /** It cannot be said. */
  | { readonly kind: 'unknown' };

const hostPath = (source: string): MountSource => {
  const whole = source.startsWith('~')
    ? `/root/${source.slice(1)}`
    : source.startsWith('/')
      ? source
      : `${PROJECT_FOLDER}/${source}`;
  const path = cleanPath(whole);
  return path === undefined ? { kind: 'unknown' } : { kind: 'host', path };
};

/** A named volume is what its definition says: by its own name, and a path of the host where the driver is told to bind one. */
const volumeOf = (file: ComposeFile, source: string): MountSource => {
  const definition = childOf(childOf(file.root, 'volumes'), source);
  const device = childOf(childOf(definition, 'driver_opts'), 'device');
  if (device !== undefined) {
    const path = literalOf(device);
    return path === undefined ? { kind: 'unknown' } : hostPath(path);
  }
  const nameNode = childOf(definition, 'name');
  if (nameNode !== undefined) {
    const name = literalOf(nameNode);
    return name === undefined ? { kind: 'unknown' } : { kind: 'volume', name, isOwnName: true };
  }
  // An external volume keeps the name of its key.
  return { kind: 'volume', name: source, isOwnName: childOf(definition, 'external') !== undefined };
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
  if (ENGINE_PATHS.some((one) => doOverlap(path, one))) return 'engine';
  if (AGENT_PATHS.some((one) => doOverlap(path, one))) return 'agent';
  return reachesApp(path) || SYSTEM_PATHS.some((one) => doOverlap(path, one)) ? 'system' : 'nothing';
};
