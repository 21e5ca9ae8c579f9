import {
  type Alias,
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
} from 'yaml';
import { escapeText } from '../base/escape.ts';
import { ComposeError, type ComposeErrorCode } from './errors.ts';
import { MAX_COMPOSE_BYTES, MAX_DEPTH } from './limits.ts';

/** A YAML text that is one document, with what is needed to find one's way in it. */
export interface YamlText {
  readonly text: string;
  readonly contents: unknown;
  /** What each alias stands for: the last anchor of its name above it. */
  readonly targets: ReadonlyMap<Alias, unknown>;
  /** 1-based line of an offset. */
  readonly lineAt: (offset: number) => number;
}

/**
 * Characters at which readers of YAML 1.1 and 1.2 part: line breaks of one that are none of the other, a byte order mark, and
 * controls and non-characters that YAML forbids. CR is among them: alone it is a break to one and not to all.
 */
const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/u;

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

const decode = (source: string | Uint8Array): string => {
  if (Buffer.byteLength(source) > MAX_COMPOSE_BYTES) {
    throw new ComposeError('too-large', `it is larger than ${MAX_COMPOSE_BYTES} bytes`, { line: undefined });
  }
  if (typeof source === 'string') return source;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source);
  } catch (cause) {
    throw new ComposeError('not-utf8', 'it is not UTF-8', { line: undefined, cause });
  }
};

const checkCharacters = (text: string): void => {
  const found = FORBIDDEN.exec(text);
  if (found !== null) {
    throw new ComposeError('control-character', `it holds ${escapeText(found[0])}`, {
      line: lineOf(text, found.index),
      hint: 'write it with \\n line ends and without control characters',
    });
  }
  const directive = /^%/m.exec(text);
  if (directive === null) return;
  throw new ComposeError('directive', 'a line that begins with % is a YAML directive', {
    line: lineOf(text, directive.index),
    hint: 'remove it: compose files need none',
  });
};

const parse = (text: string, lineCounter: LineCounter): readonly Document.Parsed[] => {
  // Every scalar stays the text that it is: compose's own rules on types follow in scalars.ts. Keys given twice are found
  // while the tree is built, in one pass; the library compares each with each.
  const options = { schema: 'failsafe', version: '1.2', uniqueKeys: false, logLevel: 'silent' } as const;
  return parseAllDocuments(text, { ...options, prettyErrors: false, lineCounter });
};

/** Errors of the library that have a code of their own here. It calls itself for each level, and says so when it cannot. */
const CODES: Readonly<Partial<Record<ErrorCode, ComposeErrorCode>>> = {
  TAG_RESOLVE_FAILED: 'bad-tag',
  RESOURCE_EXHAUSTION: 'too-deep',
};

/** Which node each alias means. A walk in the order of the text, because an anchor may be given anew further down. */
const findTargets = (contents: unknown, lineAt: YamlText['lineAt']): Map<Alias, unknown> => {
  const anchors = new Map<string, unknown>();
  const targets = new Map<Alias, unknown>();
  const visit = (node: unknown, depth: number): void => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) {
        const line = lineAt(node.range?.[0] ?? 0);
        throw new ComposeError('syntax', `there is no anchor ${escapeText(node.source)} above its alias`, { line });
      }
      targets.set(node, target);
      return;
    }
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return;
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isScalar(node)) return;
    if (depth > MAX_DEPTH) {
      throw new ComposeError('too-deep', `more than ${MAX_DEPTH} levels`, { line: lineAt(node.range?.[0] ?? 0) });
    }
    for (const item of node.items) {
      if (isMap(node)) {
        visit((item as { key: unknown }).key, depth + 1);
        visit((item as { value: unknown }).value, depth + 1);
      } else visit(item, depth + 1);
    }
  };
  visit(contents, 1);
  return targets;
};

/**
 * Parses a compose text as YAML 1.2, refusing what readers of YAML are known to understand differently.
 * @throws ComposeError
 */
export const readYaml = (source: string | Uint8Array): YamlText => {
  const text = decode(source);
  checkCharacters(text);
  const lineCounter = new LineCounter();
  const [document, ...others] = parse(text, lineCounter);
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line;
  const fault = [document, ...others].flatMap((one) => [...(one?.errors ?? []), ...(one?.warnings ?? [])])[0];
  if (fault !== undefined) {
    throw new ComposeError(CODES[fault.code] ?? 'syntax', escapeText(fault.message), {
      line: lineAt(fault.pos[0]),
      cause: fault,
    });
  }
  if (others.length > 0) {
    throw new ComposeError('several-documents', 'it holds more than one YAML document', {
      line: lineAt(others[0]?.range[0] ?? 0),
      hint: 'compose merges them into one: write one',
    });
  }
  const contents = document?.contents;
  return { text, contents, targets: findTargets(contents, lineAt), lineAt };
};
