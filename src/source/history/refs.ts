import { limitExceeded, SourceError } from '../errors.ts';
import { idLength, type ObjectFormat } from '../objects/object-id.ts';
import type { HistoryLimits } from './limits.ts';

/** A branch or tag as a server lists it. The name is the server's text, unescaped. */
export interface RemoteRef {
  /** `refs/heads/…` or `refs/tags/…`. */
  readonly name: string;
  /** What it holds: a commit, or the object of an annotated tag. */
  readonly id: string;
  /** What an annotated tag leads to in the end, by the server's word. */
  readonly peeled?: string;
}

export interface RefList {
  /** In the order of the server. */
  readonly refs: readonly RemoteRef[];
  /** The branch that HEAD names, where the server says so. */
  readonly head: string | undefined;
}

/** The object that a ref stands for: the commit, where the server tells the truth. */
export const tipOf = ({ id, peeled }: RemoteRef): string => peeled ?? id;

/** Branches and tags count; `refs/pull`, `refs/merge-requests` and the like hold what anybody may have offered. */
const COUNTS = /^refs\/(?:heads|tags)\/./;

const malformed = (): SourceError =>
  new SourceError('protocol-malformed', "the server's list of refs is not git's", {
    hint: 'check that the address is that of a git repository',
  });

/** Collects branches and tags from either version's list. */
export class RefCollector {
  readonly #refs = new Map<string, { name: string; id: string; peeled?: string }>();
  #latest: { name: string; id: string; peeled?: string } | undefined;
  readonly #line: RegExp;
  readonly #limits: HistoryLimits;
  #head: string | undefined;
  /** A version 0 server said that it does not have all of its history. */
  isShallow = false;

  constructor(format: ObjectFormat, limits: HistoryLimits) {
    this.#limits = limits;
    // Blanks beyond ASCII are letters of a name to git (git-check-ref-format).
    this.#line = new RegExp(`^([0-9a-f]{${idLength(format) * 2}}|unborn) ([^\\x00-\\x20\\x7f]+)((?: [^ ]+)*)$`);
  }

  /**
   * One line: `<id> <name>`, with ` peeled:<id>` and ` symref-target:<name>` in version 2, and `<name>^{}` on a line of its own
   * in version 0 (gitprotocol-v2 "ls-refs", gitprotocol-pack "Reference Discovery").
   * @throws SourceError `protocol-malformed`, `limit-exceeded`
   */
  readonly add = (line: string): void => {
    const parts = this.#line.exec(line);
    if (parts === null) {
      // Version 0 servers that are shallow themselves say where.
      if (!/^shallow [0-9a-f]{40,64}$/.test(line)) throw malformed();
      this.isShallow = true;
      return;
    }
    const [, id = '', name = '', attributes = ''] = parts;
    if (name === 'HEAD') {
      this.#head = / symref-target:([^ ]+)/.exec(attributes)?.[1];
      return;
    }
    if (!COUNTS.test(name) || id === 'unborn') return;
    if (name.endsWith('^{}')) {
      // The line of the tag itself is the one before.
      const tag = this.#latest;
      if (tag?.name !== name.slice(0, -3)) throw malformed();
      tag.peeled = id;
      return;
    }
    const peeled = / peeled:([0-9a-f]+)(?= |$)/.exec(attributes)?.[1];
    if (peeled !== undefined && peeled.length !== id.length) throw malformed();
    // Names that are not UTF-8 may look alike once they are text; others that do are one name given twice.
    const isText = !name.includes('\ufffd');
    if (isText && this.#refs.has(name)) throw malformed();
    this.#latest = { name, id, ...(peeled === undefined ? {} : { peeled }) };
    this.#refs.set(isText ? name : `${name} ${this.#refs.size}`, this.#latest);
    if (this.#refs.size > this.#limits.refs) {
      throw limitExceeded('REFS', `the server lists more than ${this.#limits.refs} branches and tags`);
    }
  };

  /** Version 0 names HEAD's branch among the capabilities. */
  takeHead(capabilities: ReadonlySet<string>): void {
    for (const name of capabilities) this.#head ??= /^symref=HEAD:(.+)$/.exec(name)?.[1];
  }

  get list(): RefList {
    return { refs: [...this.#refs.values()], head: this.#head };
  }
}
