import { cleanPath } from './paths.ts';
import {
  childOf,
  type ComposeNode,
  itemsOf,
  literalOf,
  type MapNode,
  type ScalarNode,
  switchOf,
  type Variable,
  variablesOf,
} from './tree.ts';

export type MountKind = 'bind' | 'volume' | 'tmpfs' | 'config' | 'secret' | 'unknown';

/** One thing that a service has in its file system beside its image. */
export interface Mount {
  /** `unknown`: a kind that is not read, or one that a variable decides about. */
  readonly kind: MountKind;
  /** Path of the host, name of the volume, config or secret; undefined for none, and where it is not known. */
  readonly source: string | undefined;
  /** Clean and absolute; undefined where it is not known, and for every `unknown`. */
  readonly target: string | undefined;
  readonly readOnly: boolean;
  readonly variables: readonly Variable[];
  readonly line: number;
  readonly path: string;
}

const isDrive = (text: string): boolean => /^\p{L}$/u.test(text);
const isHostPath = (source: string): boolean => /^[./~]/.test(source);

const placeOf = (node: ComposeNode) => ({ line: node.line, path: node.path, variables: variablesOf(node) });
const unknownAt = (node: ComposeNode): Mount => ({
  kind: 'unknown',
  source: undefined,
  target: undefined,
  readOnly: false,
  ...placeOf(node),
});

/** `[SOURCE:]TARGET[:OPTIONS]` */
const fromShort = (node: ScalarNode): Mount => {
  const parts = node.text.split(':');
  const [first = '', target, options = ''] = parts;
  if (node.variables.length > 0 || parts.length > 3 || parts.includes('')) return unknownAt(node);
  const place = placeOf(node);
  if (target === undefined) {
    return { kind: 'volume', source: undefined, target: cleanPath(first), readOnly: false, ...place };
  }
  // Compose takes a single letter before a colon for a drive of Windows, and goes on to read the rest otherwise.
  if (isDrive(first) || isDrive(target)) return unknownAt(node);
  // The last of the two wins in compose.
  const readOnly =
    options
      .split(',')
      .filter((option) => option === 'ro' || option === 'rw')
      .at(-1) === 'ro';
  const kind = isHostPath(first) ? 'bind' : 'volume';
  return { kind, source: first, target: cleanPath(target), readOnly, ...place };
};

const KINDS: readonly MountKind[] = ['bind', 'volume', 'tmpfs'];

/** With any other word `read_only` leaves what is mounted below writable (compose-spec, volumes, `bind.recursive`). */
const DEEP: readonly (string | undefined)[] = ['enabled', 'readonly'];

const isDeep = (bind: ComposeNode | undefined): boolean => {
  const recursive = childOf(bind, 'recursive');
  return recursive === undefined || DEEP.includes(literalOf(recursive));
};

const fromLong = (node: MapNode): Mount => {
  const type = literalOf(childOf(node, 'type'));
  const kind = KINDS.find((one) => one === type);
  const target = literalOf(childOf(node, 'target'));
  const sourceNode = childOf(node, 'source');
  const source = literalOf(sourceNode);
  if (kind === undefined || target === undefined) return unknownAt(node);
  if (sourceNode !== undefined && source === undefined) return unknownAt(node);
  const readOnly = switchOf(childOf(node, 'read_only')) === true && isDeep(childOf(node, 'bind'));
  return { kind, source, target: cleanPath(target), readOnly, ...placeOf(node) };
};

const fromVolume = (node: ComposeNode): Mount => {
  if (node.kind === 'map') return fromLong(node);
  return node.kind === 'scalar' ? fromShort(node) : unknownAt(node);
};

const fromTmpfs = (node: ComposeNode): Mount => {
  const [target] = literalOf(node)?.split(':', 1) ?? [];
  if (target === undefined) return unknownAt(node);
  return { kind: 'tmpfs', source: undefined, target: cleanPath(target), readOnly: false, ...placeOf(node) };
};

/** A config or a secret; without a target it lies in `folder` under its own name. */
const fromFile =
  (kind: 'config' | 'secret', folder: string) =>
  (node: ComposeNode): Mount => {
    const source = literalOf(node.kind === 'map' ? childOf(node, 'source') : node);
    const targetNode = childOf(node, 'target');
    const target = targetNode === undefined ? source : literalOf(targetNode);
    if (source === undefined || target === undefined) return unknownAt(node);
    // Relative targets are documented for secrets only.
    const isRelative = !target.startsWith('/');
    if (isRelative && targetNode !== undefined && kind === 'config') return unknownAt(node);
    const whole = cleanPath(isRelative ? `${folder}/${target}` : target);
    return { kind, source, target: whole, readOnly: true, ...placeOf(node) };
  };

/** All mounts of a service: volumes, tmpfs, configs and secrets, in short and long form. */
export const readMounts = (service: ComposeNode): Mount[] => [
  ...itemsOf(childOf(service, 'volumes')).map(fromVolume),
  ...itemsOf(childOf(service, 'tmpfs')).map(fromTmpfs),
  ...itemsOf(childOf(service, 'configs')).map(fromFile('config', '')),
  ...itemsOf(childOf(service, 'secrets')).map(fromFile('secret', '/run/secrets')),
];
