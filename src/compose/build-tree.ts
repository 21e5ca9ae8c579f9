import { isAlias, isMap, isNode, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { escapeText } from '../base/escape.ts';
import { ComposeError } from './errors.ts';
import { findVariables, InterpolationFault, interpolate } from './interpolate.ts';
import { MAX_DEPTH, MAX_NODES } from './limits.ts';
import type { YamlText } from './read-yaml.ts';
import { type PlainScalar, readPlain } from './scalars.ts';
import type { ComposeNode, MapNode, ScalarNode, Variable } from './tree.ts';

const STRING_TAG = 'tag:yaml.org,2002:str';
const MERGE_KEY = '<<';

/** The first line of a block that says itself how far it is indented. */
const INDENTED_BLOCK = /^[|>][-+]?[1-9]/;

interface Place {
  line: number;
  path: string;
  depth: number;
}

/** The tree of one text. A class because the budget of nodes is one for the whole text. */
class Builder {
  readonly #yaml: YamlText;
  #nodes = 0;

  constructor(yaml: YamlText) {
    this.#yaml = yaml;
  }

  build(node: unknown, place: Place): ComposeNode {
    if (++this.#nodes > MAX_NODES) {
      throw new ComposeError('too-many-nodes', `more than ${MAX_NODES} values, aliases written out`, place);
    }
    if (place.depth > MAX_DEPTH) {
      throw new ComposeError('too-deep', `more than ${MAX_DEPTH} levels, aliases written out`, place);
    }
    if (isAlias(node)) return this.build(this.#yaml.targets.get(node), { ...place, depth: place.depth + 1 });
    if (isMap(node)) {
      this.#checkTag(node.tag, place.line);
      const { line, path } = place;
      return { kind: 'map', line, path, entries: this.#entriesOf(node, place) };
    }
    if (isSeq(node)) {
      this.#checkTag(node.tag, place.line);
      const items = node.items.map((item, index) => {
        const path = `${place.path}[${index}]`;
        return this.build(item, { line: this.#lineOf(item) ?? place.line, path, depth: place.depth + 1 });
      });
      return { kind: 'list', line: place.line, path: place.path, items };
    }
    return this.#scalarOf(isScalar(node) ? node : undefined, place);
  }

  #entriesOf(map: YAMLMap, place: Place): ReadonlyMap<string, ComposeNode> {
    const own = new Map<string, ComposeNode>();
    let merged: { value: unknown; line: number } | undefined;
    for (const pair of map.items as Pair[]) {
      const line = this.#lineOf(pair.key) ?? place.line;
      const key = this.#keyOf(pair.key, line);
      const isMerge = this.#isMerge(pair.key as Scalar, line);
      if (isMerge ? merged !== undefined : own.has(key)) {
        throw new ComposeError('duplicate-key', `the key '${escapeText(key)}' is given twice`, { line });
      }
      if (isMerge) merged = { value: pair.value, line };
      else own.set(key, this.build(pair.value, { line, path: join(place.path, key), depth: place.depth + 1 }));
    }
    if (merged === undefined) return own;
    // What stands in the map itself counts before what is merged in, wherever it stands; in a list the first one counts.
    for (const one of this.#mergedMaps(merged.value, { ...place, line: merged.line })) {
      for (const [key, value] of one.entries) if (!own.has(key)) own.set(key, value);
    }
    return own;
  }

  /**
   * A plain `<<` merges. A quoted one is a key like any other, but compose drops it from a map that is merged into another one,
   * and a service with it; of one with a tag readers differ, on the tag and on what it means.
   */
  #isMerge({ value, type, tag }: Scalar, line: number): boolean {
    if (value !== MERGE_KEY) return false;
    if (tag !== undefined) {
      throw new ComposeError('bad-merge', 'the key << has a tag', { line, hint: 'write << without a tag' });
    }
    if (type === 'PLAIN') return true;
    const hint = 'write << without quotes to merge, and call a key of your own something else';
    throw new ComposeError('bad-merge', 'the key << is in quotes', { line, hint });
  }

  #mergedMaps(value: unknown, place: Place): MapNode[] {
    const target = isAlias(value) ? this.#yaml.targets.get(value) : value;
    const maps = isSeq(target) && !isAlias(value) ? target.items : [value];
    return maps.map((one) => {
      const node = this.build(one, { ...place, depth: place.depth + 1 });
      if (node.kind === 'map') return node;
      throw new ComposeError('bad-merge', '<< takes a map or a list of maps', place);
    });
  }

  #keyOf(key: unknown, line: number): string {
    if (!isScalar(key) || typeof key.value !== 'string' || (key.tag !== undefined && key.tag !== STRING_TAG)) {
      throw new ComposeError('bad-key', 'a key is not a string', { line, hint: 'quote it' });
    }
    if (key.type === 'PLAIN' && key.tag === undefined && readPlain(key.value).type !== 'string') {
      throw new ComposeError('bad-key', `the key ${escapeText(key.value)} is not a string`, { line, hint: 'quote it' });
    }
    this.#checkText(key.value, line);
    return key.value;
  }

  #scalarOf(node: Scalar | undefined, { line, path }: Place): ScalarNode {
    this.#checkTag(node?.tag, line);
    const source = typeof node?.value === 'string' ? node.value : '';
    this.#checkText(source, line);
    this.#checkBlock(node, line);
    const isPlain = node === undefined || (node.type === 'PLAIN' && node.tag === undefined);
    const { type, text }: PlainScalar = isPlain ? readPlain(source) : { type: 'string', text: source };
    const [start = 0] = node?.range ?? [];
    const firstLine = node?.type === 'BLOCK_LITERAL' ? this.#yaml.lineAt(start) + 1 : undefined;
    const variables = this.#variablesOf(source, node, line);
    try {
      return { kind: 'scalar', type, text: interpolate(text), source, variables, firstLine, line, path };
    } catch (fault) {
      if (!(fault instanceof InterpolationFault)) throw fault;
      throw new ComposeError('bad-interpolation', `${escapeText(path)} holds ${fault.message}`, {
        line,
        hint: 'a $ that is meant as itself is written $$',
      });
    }
  }

  /** The variables of a scalar with their lines, where they stand in the text as they stand in the value. */
  #variablesOf(value: string, node: Scalar | undefined, line: number): Variable[] {
    const found = findVariables(value);
    const [start = 0, end = 0] = node?.range ?? [];
    const written = findVariables(this.#yaml.text.slice(start, end));
    const isSame = written.length === found.length;
    return found.map(({ name }, index) => {
      const at = isSame && written[index]?.name === name ? written[index].at : undefined;
      return { name, line: at === undefined ? line : this.#yaml.lineAt(start + at) };
    });
  }

  /**
   * A NUL, which quotes can bring along as an escape. To compose it ends a short volume, and another one begins: what follows
   * it becomes the source, and what stands before it the place. Nothing that a container is given can hold one.
   */
  #checkText(text: string, line: number): void {
    if (!text.includes('\0')) return;
    throw new ComposeError('control-character', `it holds ${escapeText('\0')}`, { line, hint: 'write it without' });
  }

  /** Where the blanks of empty lines reach further than the number says, compose keeps them and other readers do not. */
  #checkBlock(node: Scalar | undefined, line: number): void {
    const isBlock = node?.type === 'BLOCK_LITERAL' || node?.type === 'BLOCK_FOLDED';
    const [start = 0] = node?.range ?? [];
    const [found] = isBlock ? (INDENTED_BLOCK.exec(this.#yaml.text.slice(start, start + 3)) ?? []) : [];
    if (found === undefined) return;
    const hint = 'write it without the number, or as a text in double quotes';
    throw new ComposeError('syntax', `the block ${found} says how far it is indented`, { line, hint });
  }

  #checkTag(tag: string | undefined, line: number): void {
    if (tag === undefined || tag === STRING_TAG) return;
    const hint = 'write the value without a tag';
    throw new ComposeError('bad-tag', `the tag ${escapeText(tag)} is not read`, { line, hint });
  }

  #lineOf(node: unknown): number | undefined {
    const range = isNode(node) ? node.range : undefined;
    return range ? this.#yaml.lineAt(range[0]) : undefined;
  }
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/**
 * The tree of a compose text: aliases and merge keys as compose resolves them, scalars typed and interpolated with no
 * variable set.
 * @throws ComposeError
 */
export const buildTree = (yaml: YamlText): ComposeNode =>
  new Builder(yaml).build(yaml.contents, { line: 1, path: '', depth: 1 });
