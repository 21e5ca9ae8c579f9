import type { ComposeFile, Service } from '../document.ts';
import { type ComposeFinding, failing } from '../findings.ts';
import { FolderTree } from '../folder-tree.ts';
import { reachOf, sourceOf } from '../host-paths.ts';
import type { Mount } from '../mounts.ts';

/** Made once for a service, and once for a file: both hold thousands of mounts in a hostile text. */
const remembered = <K extends object, T extends {}>(make: (key: K) => FolderTree<T>): ((key: K) => FolderTree<T>) => {
  const made = new WeakMap<K, FolderTree<T>>();
  return (key) => {
    const tree = made.get(key) ?? make(key);
    made.set(key, tree);
    return tree;
  };
};

/** The targets of a service in which links can lie when the engine starts it: a tmpfs is empty at each start. */
const linkable = remembered(({ mounts }: Service) => {
  const tree = new FolderTree<string>();
  for (const { kind, target } of mounts) if (kind !== 'tmpfs' && target !== undefined) tree.add(target, target);
  return tree;
});

/**
 * A mount inside of another one of the same container. The engine looks for its target at each start, through links that lie in
 * what is already mounted: whoever writes there decides what it hides.
 */
export const nestedFindings = (service: Service, mount: Mount, target: string): ComposeFinding[] => {
  const outer = linkable(service).above(target);
  if (outer === undefined) return [];
  const text = `a mount at ${target} lies inside of the one at ${outer}, where a link can lead it over files of the image`;
  return [failing(mount, text)];
};

/** The folders of the machine that services can write to. Those of the engine and of the system are told where they are mounted. */
const writable = remembered((file: ComposeFile) => {
  const tree = new FolderTree<{ readonly name: string; readonly path: string }>();
  for (const { name, mounts } of file.services) {
    for (const mount of mounts.filter(({ readOnly }) => !readOnly)) {
      const source = sourceOf(file, mount);
      if (source.kind !== 'host' || ['engine', 'system'].includes(reachOf(source.path))) continue;
      tree.add(source.path, { name, path: source.path });
    }
  }
  return tree;
});

/**
 * A path of the machine below a folder that a container writes to. The engine follows links in it at each start, so that whoever
 * writes there decides which path of the machine is mounted, the engine's socket among them.
 */
export const belowFindings = (file: ComposeFile, mount: Mount): ComposeFinding[] => {
  const source = sourceOf(file, mount);
  const outer = source.kind === 'host' ? writable(file).above(source.path) : undefined;
  if (source.kind !== 'host' || outer === undefined) return [];
  const text = `${source.path} lies below ${outer.path}, where ${outer.name} can put a link to any path of the machine in its place`;
  return [failing(mount, text)];
};
