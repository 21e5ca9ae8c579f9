import type { LauncherContext } from '../context.ts';
import { type ComposeFinding, informing, unbound, unboundBy } from '../findings.ts';
import { reachOf, sourceOf } from '../host-paths.ts';
import { PIN_VARIABLE } from '../programs.ts';
import { NO_NEW_PRIVILEGES } from '../service-keys.ts';
import { childOf, itemsOf, literalOf, switchOf, variablesOf } from '../tree.ts';
import { volumeFindings } from './volumes.ts';

const layerFindings = ({ launcher, located }: LauncherContext): ComposeFinding[] => {
  const readOnly = childOf(launcher.node, 'read_only');
  if (switchOf(readOnly) === true) return [];
  const variables = variablesOf(readOnly);
  const place = readOnly ?? launcher;
  if (variables.length > 0) {
    return unboundBy(variables, place, 'whether the container can be written to is not decided by the text');
  }
  const isFile = 'inline' in located && located.inline.origin !== PIN_VARIABLE;
  const what = isFile ? 'the pin and the launcher lie' : 'the launcher lies';
  const text = `${what} in a layer that the workload can write to, so the next start of the container may be another: set read_only`;
  return [unbound(place, text)];
};

const mountFindings = ({ file, launcher }: LauncherContext): ComposeFinding[] =>
  launcher.mounts.flatMap((mount) => {
    const source = sourceOf(file, mount);
    if (source.kind === 'unknown') {
      // A mount that cannot be read at all, and what a volume's definition leaves open, is part of compose.override.
      const isTold = mount.target === undefined || volumeFindings(file, mount).length > 0;
      return isTold ? [] : [unbound(mount, 'which path of the machine is mounted here is not decided by the text')];
    }
    if (source.kind !== 'host') return [];
    const reach = reachOf(source.path);
    if (reach === 'engine') return [unbound(mount, `with ${source.path} the workload can start and change containers`)];
    if (reach !== 'system' || mount.readOnly) return [];
    return [unbound(mount, `with ${source.path} the workload can change files of the machine`)];
  });

const rightsFindings = ({ launcher }: LauncherContext): ComposeFinding[] => {
  const dropped = itemsOf(childOf(launcher.node, 'cap_drop')).map((item) => literalOf(item)?.toUpperCase());
  const options = itemsOf(childOf(launcher.node, 'security_opt')).map((item) => literalOf(item) ?? '');
  const isHeld = options.some((option) => NO_NEW_PRIVILEGES.test(option));
  return [
    ...(dropped.includes('ALL')
      ? []
      : [informing(launcher, 'capabilities are left to the workload: cap_drop has no ALL')]),
    ...(isHeld ? [] : [informing(launcher, 'the workload can gain rights: security_opt has no no-new-privileges')]),
  ];
};

/** compose.persistence: the workload can rewrite neither the pin nor the launcher for the next start. */
export const checkPersistence = (context: LauncherContext): ComposeFinding[] => [
  ...layerFindings(context),
  ...mountFindings(context),
  ...rightsFindings(context),
];
