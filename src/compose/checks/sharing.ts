import type { LauncherContext } from '../context.ts';
import type { Service } from '../document.ts';
import { type ComposeFinding, failing, informing, unbound, unboundBy } from '../findings.ts';
import { isAppSecret, type MountSource, reachOf, sourceOf } from '../host-paths.ts';
import type { Mount } from '../mounts.ts';
import { doOverlap } from '../paths.ts';
import { isSameVolume } from '../volumes.ts';
import { belowFindings } from './nested.ts';
import { networkFindings } from './networks.ts';
import { isSocket } from './responder.ts';
import { serviceRights } from './rights.ts';
import { volumeFindings } from './volumes.ts';

const isSame = (one: MountSource, other: MountSource): boolean => {
  if (one.kind === 'volume' && other.kind === 'volume') return isSameVolume(one, other);
  return one.kind === 'host' && other.kind === 'host' && doOverlap(one.path, other.path);
};

/** Where the files of the commit lie, as far as they lie outside of the container. With no pin, everything that is mounted. */
const workSources = ({ file, launcher, pin }: LauncherContext): MountSource[] =>
  launcher.mounts
    .filter(({ target }) => pin === undefined || target === undefined || doOverlap(target, pin.workDir))
    .map((mount) => sourceOf(file, mount));

const REACHED = {
  engine: "reaches the engine's socket or files",
  agent: "reaches the guest agent's socket",
  system: 'reaches files of the machine',
};

const workFinding = (mount: Mount, name: string): ComposeFinding =>
  mount.readOnly
    ? informing(mount, `${name} can read the work directory`)
    : failing(mount, `${name} can write to the work directory`);

/** What a path of the machine gives; `work` is what is said of it where it is the work directory. */
const pathFindings = (mount: Mount, name: string, path: string, work: ComposeFinding[]): ComposeFinding[] => {
  const reach = reachOf(path);
  // A socket can be used all the same when it is mounted read-only.
  if (reach === 'engine' || reach === 'agent') return [failing(mount, `${name} ${REACHED[reach]} (${path})`)];
  // What is read here is enough to act as the app.
  if (mount.readOnly && isAppSecret(path))
    return [failing(mount, `${name} can read the app's keys or secrets (${path})`)];
  if (work.length > 0 || reach === 'nothing') return work;
  return mount.readOnly
    ? [informing(mount, `${name} can read ${path}`)]
    : [failing(mount, `${name} ${REACHED.system} (${path})`)];
};

const sourceFindings = (
  service: Service,
  mount: Mount,
  { file }: LauncherContext,
  shared: readonly MountSource[],
  isResponder: boolean,
): ComposeFinding[] => {
  const source = sourceOf(file, mount);
  const { name } = service;
  if (source.kind === 'unknown') {
    // What a volume's definition leaves open is said by the definition.
    if (volumeFindings(file, mount).length > 0) return [];
    if (mount.variables.length > 0)
      return unboundBy(mount.variables, mount, `what ${name} mounts is not decided by the text`);
    return [unbound(mount, `what ${name} mounts here cannot be read`)];
  }
  if (isResponder && isSocket(file, mount)) return [];
  const work = shared.some((one) => isSame(one, source)) ? [workFinding(mount, name)] : [];
  const found = source.kind === 'host' ? pathFindings(mount, name, source.path, work) : work;
  return found.some(({ severity }) => severity === 'failed') ? found : [...found, ...belowFindings(file, mount)];
};

/** compose.sharing: no other service can change the launcher's files, act as the machine, or leave its container. */
export const checkSharing = (context: LauncherContext): ComposeFinding[] => {
  const { roles, launcher, file } = context;
  const shared = workSources(context);
  const ours = [launcher, ...roles.responders].map(({ name }) => name);
  const include = file.root.entries.get('include');
  const findingsOf = (service: Service, isResponder: boolean): ComposeFinding[] => [
    ...service.mounts.flatMap((mount) => [
      ...volumeFindings(file, mount),
      ...sourceFindings(service, mount, context, shared, isResponder),
    ]),
    ...serviceRights(service, ours),
    ...networkFindings(file, service),
  ];
  return [
    ...(include === undefined
      ? []
      : [unbound(include, 'what the included files share with the launcher is not in the text')]),
    ...roles.others.flatMap((service) => findingsOf(service, false)),
    ...roles.responders.flatMap((service) => findingsOf(service, true)),
  ];
};
