import { createHash } from 'node:crypto';
import type { Service } from './document.ts';
import type { ComposeNode } from './tree.ts';

/** Plain data in one order of keys; a scalar by type and by what stands in the file, its variables included. */
const plainOf = (node: ComposeNode): unknown => {
  if (node.kind === 'scalar') return { [node.type]: node.source };
  if (node.kind === 'list') return node.items.map(plainOf);
  const keys = [...node.entries.keys()].sort();
  return keys.map((key) => [key, plainOf(node.entries.get(key)!)]);
};

/**
 * SHA-256 over all that a service says, 64 lower-case hex: what a policy admits that has read the whole definition. Order of
 * keys, comments and anchors do not count; what is defined elsewhere (volumes, configs, networks) is not covered.
 */
export const definitionHash = ({ node }: Service): string =>
  createHash('sha256')
    .update(JSON.stringify(plainOf(node)))
    .digest('hex');
