import { limitExceeded, SourceError } from '../errors.ts';
import { parseCommit } from '../objects/commit.ts';
import type { ObjectFormat, ObjectType } from '../objects/object-id.ts';

/** Tags of tags: git itself peels without a bound, nobody makes more than two. */
const MAX_TAG_DEPTH = 16;

/** Commits and their parents, tags and what they name. Only what was hashed is added: a name here is the hash of bytes we saw. */
export class CommitGraph {
  readonly #parents = new Map<string, readonly string[]>();
  readonly #tags = new Map<string, string>();
  readonly #format: ObjectFormat;
  readonly #maxCommits: number;
  readonly #onObject: ((object: { type: ObjectType; id: string; data: Buffer }) => void) | undefined;

  /** @param onObject told of each commit and tag that is taken */
  constructor(
    format: ObjectFormat,
    maxCommits: number,
    onObject?: (object: { type: ObjectType; id: string; data: Buffer }) => void,
  ) {
    this.#format = format;
    this.#maxCommits = maxCommits;
    this.#onObject = onObject;
  }

  /** Commits so far. */
  get size(): number {
    return this.#parents.size;
  }

  /**
   * Takes a commit or tag whose `id` was computed from `data`; other objects are passed over.
   * @throws SourceError `commit-malformed`, `limit-exceeded`
   */
  readonly add = ({ type, id, data }: { type: ObjectType; id: string; data: Buffer }): void => {
    if (type === 'tag') {
      const target = /^object ([0-9a-f]{40,64})\n/.exec(data.toString('latin1', 0, 80))?.[1];
      if (target === undefined) {
        throw new SourceError('commit-malformed', `tag ${id} is malformed: it does not begin with an object line`);
      }
      this.#tags.set(id, target);
      this.#onObject?.({ type, id, data });
    } else if (type === 'commit') {
      if (this.#parents.size >= this.#maxCommits) {
        throw limitExceeded('COMMITS', `the history between holds more than ${this.#maxCommits} commits`);
      }
      this.#parents.set(id, parseCommit(data, this.#format, id).parents);
      this.#onObject?.({ type, id, data });
    }
  };

  /** What a tag names in the end, as far as its objects were seen; anything else is itself. */
  peel(id: string): string {
    let at = id;
    for (let depth = 0; depth < MAX_TAG_DEPTH; depth++) {
      const target = this.#tags.get(at);
      if (target === undefined) return at;
      at = target;
    }
    return at;
  }

  parents(id: string): readonly string[] | undefined {
    return this.#parents.get(id);
  }

  /** Everything that can be walked to from `id`, itself included; what is named and was not seen is in it too. */
  reachedFrom(id: string): Set<string> {
    const start = this.peel(id);
    const reached = new Set([start]);
    // A set hands out what was added while it is walked.
    for (const at of reached) for (const parent of this.#parents.get(at) ?? []) reached.add(parent);
    return reached;
  }

  /** Commits that `tip` has and `commit` has not, as far as they were seen. */
  ahead(tip: string, commit: string): number {
    const below = this.reachedFrom(commit);
    let count = 0;
    for (const id of this.reachedFrom(tip)) if (!below.has(id) && this.#parents.has(id)) count++;
    return count;
  }
}
