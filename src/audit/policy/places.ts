import type { PolicyPlace } from './errors.ts';

/** Names and indices from the top of a document down. */
export type Path = readonly PropertyKey[];

/** The places of a TOML document's keys and values. */
export interface Places {
  /** Where the key or element stands; of what the document does not hold, where the nearest thing above it does. */
  readonly at: (path: Path) => PolicyPlace;
  /** A scalar as it is written, quotes included; undefined for tables, arrays and what is not there. */
  readonly raw: (path: Path) => string | undefined;
}

interface Spot {
  readonly offset: number;
  raw?: string;
}

const keyOf = (path: Path): string => JSON.stringify(path.map(String));

/** Walks over a document that a parser has accepted (TOML 1.1): only what stands where is of interest. */
class Scanner {
  readonly spots = new Map<string, Spot>();
  /** How many elements each array of tables has so far. */
  readonly #counts = new Map<string, number>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    let prefix: Path = [];
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) {
      if (this.#peek() === '[') prefix = this.#header();
      else this.#pair(prefix);
    }
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  /** What a sticky expression matches here, taken. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [taken = ''] = pattern.exec(this.#text) ?? [];
    this.#at += taken.length;
    return taken;
  }

  /** White space, line ends and comments. */
  #skip(): void {
    this.#take(/(?:[ \t\r\n]|#[^\n]*)*/y);
  }

  #record(path: Path, offset: number): void {
    for (let length = 1; length <= path.length; length++) {
      const key = keyOf(path.slice(0, length));
      if (!this.spots.has(key)) this.spots.set(key, { offset });
    }
  }

  #header(): Path {
    const brackets = this.#take(/\[\[?/y);
    const offset = this.#at;
    const path: PropertyKey[] = [];
    const names = this.#key();
    for (const [index, name] of names.entries()) {
      path.push(name);
      const key = keyOf(path);
      const count = this.#counts.get(key);
      if (brackets === '[[' && index === names.length - 1) {
        this.#counts.set(key, (count ?? 0) + 1);
        path.push(count ?? 0);
      } else if (count !== undefined) {
        path.push(count - 1);
      }
    }
    this.#take(/\]\]?/y);
    this.#record(path, offset);
    return path;
  }

  #key(): string[] {
    const names: string[] = [];
    do {
      this.#take(/[. \t]*/y);
      const quoted = this.#take(/"(?:[^"\\]|\\.)*"|'[^']*'/y);
      names.push(quoted === '' ? this.#take(/[A-Za-z0-9_-]+/y) : quoted.slice(1, -1));
      this.#take(/[ \t]*/y);
    } while (this.#peek() === '.');
    return names;
  }

  #pair(prefix: Path): void {
    const offset = this.#at;
    const path = [...prefix, ...this.#key()];
    this.#record(path, offset);
    this.#take(/[ \t]*=[ \t]*/y);
    this.#value(path);
    // A parser has seen to it that something was taken; if not, there is no end to be reached by going on.
    if (this.#at === offset) this.#at = this.#text.length;
  }

  #value(path: Path): void {
    if (this.#peek() === '[') this.#list(path, ']');
    else if (this.#peek() === '{') this.#list(path, '}');
    else this.#scalar(path);
  }

  #scalar(path: Path): void {
    const raw = this.#take(
      /"""(?:[^\\]|\\[\s\S])*?"{3,5}(?!")|'''[\s\S]*?'{3,5}(?!')|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^,\]}#\n]+/y,
    );
    const spot = this.spots.get(keyOf(path));
    if (spot !== undefined) spot.raw = raw.trim();
  }

  /** The elements of an array, or the pairs of an inline table. */
  #list(path: Path, end: string): void {
    this.#at++;
    this.#skip();
    for (let index = 0; this.#peek() !== end && this.#at < this.#text.length; index++) {
      if (end === '}') {
        this.#pair(path);
      } else {
        this.#record([...path, index], this.#at);
        this.#value([...path, index]);
      }
      this.#skip();
      this.#take(/,/y);
      this.#skip();
    }
    this.#at++;
  }
}

/** Where everything stands in `text`, which a TOML parser must have accepted. */
export const findPlaces = (text: string): Places => {
  const scanner = new Scanner(text);
  scanner.scan();
  const at = (path: Path): PolicyPlace => {
    for (let length = path.length; length > 0; length--) {
      const spot = scanner.spots.get(keyOf(path.slice(0, length)));
      if (spot !== undefined) return placeOf(text, spot.offset);
    }
    return placeOf(text, 0);
  };
  return { at, raw: (path) => scanner.spots.get(keyOf(path))?.raw };
};

/** Line and column of an offset in code units. */
export const placeOf = (text: string, offset: number): PolicyPlace => {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  return {
    line: text.slice(0, start).split('\n').length,
    column: Array.from(text.slice(start, offset)).length + 1,
    text: text.slice(start, end < 0 ? undefined : end),
  };
};
