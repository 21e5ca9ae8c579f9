/** A strict reader of the HTML that we write: what it does not know it refuses, where a browser would make something of it. */
export interface Element {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Node[];
}
export type Node = Element | string;

const VOID = new Set(['meta', 'circle', 'path', 'rect']);
/** Their content is text without references, or with them and without tags. */
const RAW = new Set(['style']);
const REFERENCES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const unescaped = (text: string): string => {
  if (/[<>]/.test(text)) throw new Error(`markup in text: ${text}`);
  return text.replace(/&[^;]*;?/g, (reference) => {
    const char = REFERENCES[reference];
    if (char === undefined) throw new Error(`no reference: ${reference}`);
    return char;
  });
};

const TAG = /^<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z][a-zA-Z-]*(?:="[^"<>]*")?)*)(\/?)>/;

/** The elements and texts of a whole page. Throws where it is not well-formed. */
export const parsePage = (source: string): Element => {
  const doctype = '<!doctype html>\n';
  if (!source.startsWith(doctype)) throw new Error('no doctype');
  const root: Node[] = [];
  const open: { tag: string; children: Node[] }[] = [{ tag: '', children: root }];
  let rest = source.slice(doctype.length);
  const here = (): Node[] => open.at(-1)!.children;
  while (rest !== '') {
    if (!rest.startsWith('<')) {
      const end = rest.indexOf('<');
      const text = end < 0 ? rest : rest.slice(0, end);
      here().push(unescaped(text));
      rest = rest.slice(text.length);
      continue;
    }
    const [whole, slash, tag = '', written = '', selfClosed] = TAG.exec(rest) ?? [];
    if (whole === undefined) throw new Error(`no tag: ${rest.slice(0, 80)}`);
    rest = rest.slice(whole.length);
    if (slash === '/') {
      if (open.pop()?.tag !== tag) throw new Error(`</${tag}> closes another element`);
      continue;
    }
    const attributes = new Map<string, string>();
    for (const [, name = '', value] of written.matchAll(/ ([a-zA-Z-]+)(?:="([^"]*)")?/g)) {
      if (attributes.has(name)) throw new Error(`${name} twice`);
      attributes.set(name, unescaped(value ?? ''));
    }
    const children: Node[] = [];
    here().push({ tag, attributes, children });
    if (selfClosed === '/' || VOID.has(tag)) continue;
    if (RAW.has(tag)) {
      const end = rest.indexOf(`</${tag}`);
      children.push(rest.slice(0, end));
      rest = rest.slice(end);
    }
    open.push({ tag, children });
  }
  if (open.length !== 1) throw new Error(`${open.at(-1)!.tag} is not closed`);
  const [first] = root.filter((node) => typeof node !== 'string');
  if (first === undefined) throw new Error('nothing in it');
  return first;
};

/** Every element of a page, in order. */
export const elementsOf = (node: Node): Element[] =>
  typeof node === 'string' ? [] : [node, ...node.children.flatMap(elementsOf)];

/** What a reader sees of it, without the styles. */
export const textOf = (node: Node): string => {
  if (typeof node === 'string') return node;
  return node.tag === 'style' ? '' : node.children.map(textOf).join('');
};

const BLOCKS = new Set(['dt', 'dd', 'li', 'p', 'pre']);

const spaced = (node: Node): string => {
  if (typeof node === 'string') return node;
  const inside = node.tag === 'style' ? '' : node.children.map(spaced).join('');
  return BLOCKS.has(node.tag) ? `${inside} ` : inside;
};

/** As {@link textOf}, with any white space, and the end of what is a block, as one space. */
export const wordsOf = (node: Node): string => spaced(node).replace(/\s+/g, ' ').trim();

export const all = (node: Node, tag: string, name?: string): Element[] =>
  elementsOf(node).filter(
    (element) =>
      element.tag === tag && (name === undefined || (element.attributes.get('class') ?? '').split(' ').includes(name)),
  );

export const byId = (node: Node, id: string): Element | undefined =>
  elementsOf(node).find(({ attributes }) => attributes.get('id') === id);
