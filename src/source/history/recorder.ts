import type { ObjectType } from '../objects/object-id.ts';
import type { RefList } from './refs.ts';

/** Is told what a search for a branch or tag was told: for whoever keeps it. */
export interface HistoryRecorder {
  /** What the repository lists, and the ref that was expected. */
  refs(list: RefList, expected: string | undefined): void;
  /** A commit or tag whose `id` was computed from `data`, which is the caller's to copy. */
  object(object: { type: ObjectType; id: string; data: Buffer }): void;
}
