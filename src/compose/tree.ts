/** A place where a value is left to a variable of whoever starts the file. */
export interface Variable {
  readonly name: string;
  readonly line: number;
}

interface Place {
  /** 1-based line of the key, or of the item of a list. Where an alias or a merge key brought it along: see each reader. */
  readonly line: number;
  /** Where it stands: `services.web.ports[0]`. Holds names of the text, unescaped. */
  readonly path: string;
}

/** How compose's YAML reader takes a scalar; everything quoted is a string. */
export type ScalarType = 'string' | 'integer' | 'float' | 'boolean' | 'null';

export interface ScalarNode extends Place {
  readonly kind: 'scalar';
  readonly type: ScalarType;
  /** As compose would write it into a string, with every variable unset; empty for null. */
  readonly text: string;
  /** As it stands in the file, before variables are replaced. */
  readonly source: string;
  /** The variables that decide about the text; empty where the text stands as it is. */
  readonly variables: readonly Variable[];
  /** Line of the first line of the text, where each of its lines stands on a line of its own (a literal block). */
  readonly firstLine: number | undefined;
}

export interface ListNode extends Place {
  readonly kind: 'list';
  readonly items: readonly ComposeNode[];
}

export interface MapNode extends Place {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, ComposeNode>;
}

/** A compose text, aliases and merge keys resolved and variables replaced. It has no cycles. */
export type ComposeNode = ScalarNode | ListNode | MapNode;

/** The variables of a node and of all below it, in the order of the text; none where there is no node. */
export const variablesOf = (node: ComposeNode | undefined): readonly Variable[] => {
  if (node === undefined) return [];
  if (node.kind === 'scalar') return node.variables;
  const below = node.kind === 'list' ? node.items : [...node.entries.values()];
  return below.flatMap(variablesOf);
};

/** The value under a key; undefined where the key is not there or holds nothing, which compose reads alike. */
export const childOf = (node: ComposeNode | undefined, key: string): ComposeNode | undefined => {
  const child = node?.kind === 'map' ? node.entries.get(key) : undefined;
  return child?.kind === 'scalar' && child.type === 'null' ? undefined : child;
};

/** The text of a scalar that no variable decides; undefined for everything else. */
export const literalOf = (node: ComposeNode | undefined): string | undefined =>
  node?.kind === 'scalar' && node.type !== 'null' && node.variables.length === 0 ? node.text : undefined;

/** The nodes of a list; a single value counts as a list of itself, as compose takes it in many places. */
export const itemsOf = (node: ComposeNode | undefined): readonly ComposeNode[] => {
  if (node === undefined) return [];
  return node.kind === 'list' ? node.items : [node];
};

const SWITCHES: ReadonlyMap<string | undefined, boolean> = new Map([
  ...['true', 'y', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', 'n', 'no', 'off'].map((word) => [word, false] as const),
]);

/** A switch as compose reads one, quoted or not; undefined where it is no switch or a variable decides. */
export const switchOf = (node: ComposeNode | undefined): boolean | undefined =>
  SWITCHES.get(literalOf(node)?.toLowerCase());
