import type { Service } from './document.ts';
import { childOf, type ComposeNode, itemsOf, literalOf } from './tree.ts';

/** A network that a service is in, by its key at the top of the file, and where that is said. */
export interface NetworkKey {
  readonly key: string;
  readonly node: ComposeNode;
}

/** What compose calls the network of a service that names none. */
export const DEFAULT_NETWORK = 'default';

/**
 * The networks that a service is in: named in a list or a map, or the default one. None where `network_mode` decides, and none
 * for an item that is no literal, which compose itself refuses or takes for a key that is not there.
 */
export const networkKeys = ({ node }: Service): NetworkKey[] => {
  if (childOf(node, 'network_mode') !== undefined) return [];
  const networks = childOf(node, 'networks');
  const named =
    networks?.kind === 'map'
      ? [...networks.entries].map(([key, value]) => ({ key, node: value }))
      : itemsOf(networks).flatMap((item) => {
          const key = literalOf(item);
          return key === undefined ? [] : [{ key, node: item }];
        });
  return named.length > 0 || itemsOf(networks).some((item) => item.kind !== 'map')
    ? named
    : [{ key: DEFAULT_NETWORK, node }];
};
