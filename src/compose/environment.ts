import { type ComposeNode, type Variable, variablesOf } from './tree.ts';

/** One variable that a service gets. */
export interface EnvironmentEntry {
  /** Undefined where a variable decides about the name itself, and where it cannot be read. */
  readonly name: string | undefined;
  /** Undefined where it is taken from whoever starts the file, or is no text. */
  readonly value: string | undefined;
  /** What decides about the value from outside; a name without a value is such a variable itself. */
  readonly variables: readonly Variable[];
  readonly line: number;
  readonly path: string;
  /** Line of the first line of the value, where each of its lines stands on a line of its own. */
  readonly firstLine: number | undefined;
}

const fromMap = (key: string, node: ComposeNode): EnvironmentEntry => {
  const { line, path } = node;
  // Compose gives the container `KEY=VALUE`, and there the name ends at the first =: the key `A=B` sets A.
  const name = key.includes('=') ? undefined : key;
  const unknown = { name, value: undefined, line, path, firstLine: undefined };
  if (name === undefined) return { ...unknown, variables: variablesOf(node) };
  if (node.kind !== 'scalar') return { ...unknown, variables: variablesOf(node) };
  if (node.type === 'null') return { ...unknown, variables: [{ name, line }] };
  return { ...unknown, value: node.text, variables: node.variables, firstLine: node.firstLine };
};

const fromItem = (node: ComposeNode): EnvironmentEntry => {
  const { line, path } = node;
  const variables = variablesOf(node);
  const unknown = { name: undefined, value: undefined, variables, line, path, firstLine: undefined };
  if (node.kind !== 'scalar') return unknown;
  // A variable before the first = may bring an = along: then nothing says where the name ends.
  if (variables.length > 0 && /^[^=]*\$/.test(node.source)) return unknown;
  const equals = node.text.indexOf('=');
  if (equals < 0) return { ...unknown, name: node.text, variables: [{ name: node.text, line }] };
  const value = node.text.slice(equals + 1);
  return { ...unknown, name: node.text.slice(0, equals), value, firstLine: node.firstLine };
};

/** The environment of a service, in the order of the text. In a list a name may be given twice, and the last one counts. */
export const readEnvironment = (node: ComposeNode | undefined): EnvironmentEntry[] => {
  if (node === undefined) return [];
  if (node.kind === 'map') return [...node.entries].map(([name, value]) => fromMap(name, value));
  const entries = node.kind === 'list' ? node.items.map(fromItem) : [fromItem(node)];
  const last = new Map(entries.map((entry) => [entry.name, entry]));
  return entries.filter((entry) => entry.name === undefined || last.get(entry.name) === entry);
};
