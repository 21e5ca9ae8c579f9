import type { ComposeFile } from './document.ts';
import { cleanPath } from './paths.ts';
import { isExtension } from './service-keys.ts';
import { childOf, type ComposeNode, literalOf, type MapNode, switchOf, type Variable, variablesOf } from './tree.ts';

/** What the definition of a named volume makes it, as far as the text alone decides it. */
export type VolumeReading =
  /** A folder that the engine keeps on the machine's own disk. */
  | { readonly kind: 'plain' }
  /** Memory of the machine. */
  | { readonly kind: 'memory' }
  /** A folder of the machine under another name. */
  | { readonly kind: 'bind'; readonly path: string }
  /** Made by somebody else, before. */
  | { readonly kind: 'external' }
  | { readonly kind: 'undecided'; readonly variables: readonly Variable[] }
  /** Whatever serves the bytes may serve others later. `what` goes on after "the volume x ". */
  | { readonly kind: 'foreign'; readonly what: string };

/** What the engine calls a volume: without a name of its own it is its key, with the project's name before it. */
export interface VolumeName {
  readonly name: string;
  readonly isOwnName: boolean;
}

const KEYS = ['driver', 'driver_opts', 'external', 'name'];
const OPTIONS = ['type', 'o', 'device'];
/** Options of tmpfs (tmpfs(5)) and of mount(8) that bring no other bytes along: `bind`, `remount` or `move` would. */
const TMPFS_OPTION = /^(?:ro|rw|nosuid|nodev|noexec|(?:size|mode|uid|gid|nr_inodes|nr_blocks)=[0-9a-zA-Z%]+)$/;
const BIND_OPTION = /^(?:bind|rbind|ro|rw)$/;

/** Names that the engine gives volumes. With another one a mount of it may be taken for a path. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

const foreign = (what: string): VolumeReading => ({ kind: 'foreign', what });
const NAMELESS = foreign('has a name that is none of a volume');
const NEITHER = foreign('has driver_opts that are neither a bind of an absolute path nor a tmpfs');

const definitionOf = (file: ComposeFile, key: string): ComposeNode | undefined =>
  childOf(childOf(file.root, 'volumes'), key);

/** The engine's local driver hands `type`, `o` and `device` to mount(2): of what that can do, two ways are let pass. */
const fromOptions = (options: MapNode): VolumeReading => {
  const [type, o = '', device] = OPTIONS.map((key) => literalOf(options.entries.get(key)));
  if ([...options.entries.keys()].some((key) => !OPTIONS.includes(key))) return NEITHER;
  const words = o.split(',');
  const isBind = words.includes('bind') || words.includes('rbind');
  if (type === 'none' && isBind && words.every((word) => BIND_OPTION.test(word))) {
    // What a relative path is relative to differs between versions of compose.
    const path = cleanPath(device ?? '');
    return path === undefined ? NEITHER : { kind: 'bind', path };
  }
  if (type === 'tmpfs' && device !== undefined && (o === '' || words.every((word) => TMPFS_OPTION.test(word)))) {
    return { kind: 'memory' };
  }
  return NEITHER;
};

const fromDriver = (definition: MapNode): VolumeReading => {
  const driver = childOf(definition, 'driver');
  const name = literalOf(driver);
  if (driver !== undefined && name !== 'local' && name !== '') {
    return foreign(`is kept by the driver ${name ?? 'that cannot be read'}`);
  }
  const options = childOf(definition, 'driver_opts');
  if (options === undefined || (options.kind === 'map' && options.entries.size === 0)) return { kind: 'plain' };
  return options.kind === 'map' ? fromOptions(options) : NEITHER;
};

/** `external` is a switch, or in old files a map with the name. */
const isExternal = (node: ComposeNode | undefined): boolean => node !== undefined && switchOf(node) !== false;

/** What the engine calls the volume of a key; undefined where the text does not say so in a form that is read. */
export const volumeName = (file: ComposeFile, key: string): VolumeName | undefined => {
  const definition = definitionOf(file, key);
  const external = childOf(definition, 'external');
  const nameNode = childOf(definition, 'name') ?? childOf(external, 'name');
  // An external volume keeps the name of its key.
  if (nameNode === undefined) return { name: key, isOwnName: isExternal(external) };
  const name = literalOf(nameNode);
  return name === undefined ? undefined : { name, isOwnName: true };
};

/** The definition of a volume. Without one it is plain: compose itself refuses a name that is not declared. */
export const readVolume = (file: ComposeFile, key: string): VolumeReading => {
  const definition = definitionOf(file, key);
  if (!NAME.test(volumeName(file, key)?.name ?? key)) return NAMELESS;
  if (definition === undefined) return { kind: 'plain' };
  if (definition.kind !== 'map') return foreign('has a definition that cannot be read');
  const entries = [...definition.entries].filter(([name]) => name !== 'labels' && !isExtension(name));
  const variables = entries.flatMap(([, value]) => variablesOf(value));
  if (variables.length > 0) return { kind: 'undecided', variables };
  if (volumeName(file, key) === undefined) return NAMELESS;
  const stranger = entries.find(([name]) => !KEYS.includes(name));
  if (stranger !== undefined) return foreign(`has the key ${stranger[0]}, and what it does is not known`);
  const reading = fromDriver(definition);
  return reading.kind !== 'foreign' && isExternal(childOf(definition, 'external')) ? { kind: 'external' } : reading;
};

const isPrefixed = (one: VolumeName, other: VolumeName): boolean =>
  one.isOwnName === other.isOwnName ? one.name === other.name : one.isOwnName && one.name.endsWith(`_${other.name}`);

/** Whether two names may be one volume. Compose puts the project's name and `_` before a key, unless the file names the volume. */
export const isSameVolume = (one: VolumeName, other: VolumeName): boolean =>
  isPrefixed(one, other) || isPrefixed(other, one);

const asText = (reading: VolumeReading): string => JSON.stringify(reading);

/** The first other key that names the same volume and makes something else of it: the first that is used decides. */
export const otherDefinition = (file: ComposeFile, key: string): string | undefined => {
  const volumes = childOf(file.root, 'volumes');
  const own = volumeName(file, key);
  if (own === undefined || volumes?.kind !== 'map') return undefined;
  const reading = asText(readVolume(file, key));
  return [...volumes.entries.keys()].find((other) => {
    const name = volumeName(file, other);
    return name !== undefined && isSameVolume(own, name) && asText(readVolume(file, other)) !== reading;
  });
};
