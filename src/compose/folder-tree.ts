import { followed } from './paths.ts';

interface Folder<T> {
  value?: T;
  readonly below: Map<string, Folder<T>>;
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

/**
 * Finds the folder that a path lies in without comparing each with each: a text names thousands of them. A path counts under both of
 * its names, as in `isWithin`.
 */
export class FolderTree<T extends {}> {
  readonly #root: Folder<T> = { below: new Map() };

  /** @param path clean; the first value of a path is kept */
  add(path: string, value: T): void {
    for (const name of [path, followed(path)]) {
      let folder = this.#root;
      for (const part of partsOf(name)) {
        const next = folder.below.get(part) ?? { below: new Map() };
        folder.below.set(part, next);
        folder = next;
      }
      folder.value ??= value;
    }
  }

  /** The value of the outermost folder that `path` lies in and is not; undefined where there is none. */
  above(path: string): T | undefined {
    for (const name of [path, followed(path)]) {
      let folder: Folder<T> | undefined = this.#root;
      for (const part of partsOf(name)) {
        if (folder?.value !== undefined) return folder.value;
        folder = folder?.below.get(part);
      }
    }
    return undefined;
  }
}
