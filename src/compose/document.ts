import { escapeText } from '../base/escape.ts';
import { buildTree } from './build-tree.ts';
import { type CommandLine, readCommand } from './command.ts';
import { type EnvironmentEntry, readEnvironment } from './environment.ts';
import { ComposeError } from './errors.ts';
import { type ImageReference, parseImage } from './image.ts';
import { type Mount, readMounts } from './mounts.ts';
import { readYaml } from './read-yaml.ts';
import { childOf, type ComposeNode, literalOf, type MapNode } from './tree.ts';

/** One service, as far as the text alone decides it. */
export interface Service {
  readonly name: string;
  /** Line of its key. */
  readonly line: number;
  readonly path: string;
  readonly node: MapNode;
  /** Undefined where there is none, where a variable decides, and where it is no image reference. */
  readonly image: ImageReference | undefined;
  readonly environment: readonly EnvironmentEntry[];
  readonly command: CommandLine | undefined;
  readonly entrypoint: CommandLine | undefined;
  readonly mounts: readonly Mount[];
}

/** A compose text as the engine would run it, with every variable unset and every place marked where one decides. */
export interface ComposeFile {
  readonly root: MapNode;
  readonly services: readonly Service[];
}

const mapAt = (node: ComposeNode | undefined, what: string, line: number | undefined): MapNode => {
  if (node?.kind === 'map') return node;
  const hint = 'hold it against `docker compose config`';
  throw new ComposeError('wrong-shape', `${what} is no map`, { line: node?.line ?? line, hint });
};

/** What compose takes for the name of a service (`services` in compose-spec.json). It refuses a file with any other. */
const SERVICE_NAME = /^[a-zA-Z0-9._-]+$/;

const serviceOf = (name: string, value: ComposeNode): Service => {
  if (!SERVICE_NAME.test(name)) {
    const hint = 'compose takes letters, digits and the characters . _ -';
    throw new ComposeError('bad-key', `'${escapeText(name)}' is no name of a service`, { line: value.line, hint });
  }
  const node = mapAt(value, `the service '${escapeText(name)}'`, value.line);
  const image = literalOf(childOf(node, 'image'));
  return {
    name,
    line: node.line,
    path: node.path,
    node,
    image: image === undefined ? undefined : parseImage(image),
    environment: readEnvironment(childOf(node, 'environment')),
    command: readCommand(childOf(node, 'command')),
    entrypoint: readCommand(childOf(node, 'entrypoint')),
    mounts: readMounts(node),
  };
};

/**
 * Reads a compose text: the value of `docker_compose_file`, or a file.
 * @throws ComposeError where it cannot be read, or only in a way that two readers could understand differently
 */
export const readCompose = (source: string | Uint8Array): ComposeFile => {
  const root = mapAt(buildTree(readYaml(source)), 'the text', undefined);
  const services = mapAt(root.entries.get('services'), 'services', undefined);
  return { root, services: [...services.entries].map(([name, node]) => serviceOf(name, node)) };
};
