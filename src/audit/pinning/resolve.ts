import type { ObjectFormat, RepoUrl } from '../../pin/types.ts';
import { tipOf } from '../../source/history/refs.ts';
import type { Limits } from '../../source/limits.ts';
import type { SourceNetwork } from '../source/network.ts';
import { chooseRef } from './choose-ref.ts';
import { listRefs } from './list-refs.ts';
import { peelLocal } from './peel-local.ts';
import type { GivenRef } from './ref.ts';

/** The commit that a ref held when it was asked for. */
export interface Resolved {
  readonly commit: string;
  readonly format: ObjectFormat;
  /** In full, unescaped; undefined where the commit was named by its hash. */
  readonly ref: string | undefined;
  /** The object of an annotated tag, which leads to the commit. */
  readonly tag: string | undefined;
}

interface ResolveRequest {
  readonly url: RepoUrl;
  readonly limits: Limits;
  readonly network: SourceNetwork;
  /** A path that does not exist yet. */
  readonly scratch: string;
}

/**
 * Finds out once which commit a ref holds, by the server's word: what is pinned is the commit, whatever the ref holds later. A hash
 * stands for itself, and nothing is asked.
 * @throws PinningError `ref-missing`, `ref-ambiguous`, `ref-malformed`; SourceError
 */
export const resolveRef = async (given: GivenRef, request: ResolveRequest): Promise<Resolved> => {
  if (given.kind === 'commit') return { commit: given.id, format: given.format, ref: undefined, tag: undefined };
  const { list, format } = await listRefs(request);
  const found = chooseRef(list, given.name);
  const { url } = request;
  const commit = url.kind === 'local' ? await peelLocal(url.path, found.id) : tipOf(found);
  return { commit, format, ref: found.name, tag: commit === found.id ? undefined : found.id };
};
