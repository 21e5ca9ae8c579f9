import { type ComposeNode, literalOf, type Variable, variablesOf } from './tree.ts';
import { splitWords } from './words.ts';

/** A command line of a compose file. */
export interface CommandLine {
  /** Undefined where a variable decides, or where it cannot be split as compose does. */
  readonly words: readonly string[] | undefined;
  readonly variables: readonly Variable[];
  readonly line: number;
  readonly path: string;
}

/** A `command`, `entrypoint` or the like, as a string or a list; undefined where there is none and the image's own counts. */
export const readCommand = (node: ComposeNode | undefined): CommandLine | undefined => {
  if (node === undefined) return undefined;
  const variables = variablesOf(node);
  const { line, path } = node;
  if (node.kind !== 'list') {
    const text = literalOf(node);
    return { words: text === undefined ? undefined : splitWords(text), variables, line, path };
  }
  const words = node.items.map((item) =>
    item.kind === 'scalar' && item.type === 'string' ? literalOf(item) : undefined,
  );
  return { words: words.includes(undefined) ? undefined : (words as string[]), variables, line, path };
};
