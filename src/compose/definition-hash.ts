import { createHash } from 'node:crypto';
import type { ComposeFile, Service } from './document.ts';
import { networkKeys } from './networks.ts';
import { childOf, type ComposeNode } from './tree.ts';

/** Plain data in one order of keys; a scalar by type and by what stands in the file, its variables included. */
const plainOf = (node: ComposeNode): unknown => {
  if (node.kind === 'scalar') return { [node.type]: node.source };
  if (node.kind === 'list') return node.items.map(plainOf);
  const keys = [...node.entries.keys()].sort();
  return keys.map((key) => [key, plainOf(node.entries.get(key)!)]);
};

const SECTION_OF = { volume: 'volumes', config: 'configs', secret: 'secrets' } as const;

/** The definitions at the top of the file that a service names, each once: `[section, key]`. */
const referencesOf = (service: Service): [section: string, key: string][] => {
  const mounted = service.mounts.flatMap(({ kind, source }): [string, string][] =>
    source !== undefined && (kind === 'volume' || kind === 'config' || kind === 'secret')
      ? [[SECTION_OF[kind], source]]
      : [],
  );
  const networks = networkKeys(service).map(({ key }): [string, string] => ['networks', key]);
  const byText = new Map([...mounted, ...networks].map((pair) => [JSON.stringify(pair), pair]));
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
};

/**
 * SHA-256, 64 lower-case hex, over all that a service says and all that the volumes, configs, secrets and networks say that it
 * names, its default network included: what a policy admits that has read the whole definition. Order of keys, comments and
 * anchors do not count.
 *
 * What is hashed is JSON without blanks: `{"service":…,"references":[[section,key,definition|null],…]}`, the references sorted.
 */
export const definitionHash = ({ root }: ComposeFile, service: Service): string => {
  const references = referencesOf(service).map(([section, key]) => {
    const definition = childOf(childOf(root, section), key);
    return [section, key, definition === undefined ? null : plainOf(definition)];
  });
  return createHash('sha256')
    .update(JSON.stringify({ service: plainOf(service.node), references }))
    .digest('hex');
};
