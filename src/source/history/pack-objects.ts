import type { Limits } from '../limits.ts';
import { SourceError } from '../errors.ts';
import type { ObjectFormat } from '../objects/object-id.ts';
import { PackFile } from '../pack/pack-file.ts';
import { type PackObject, PackReader } from '../pack/pack-reader.ts';
import { diskError, remove } from '../workdir/files.ts';

export interface PackObjectsOptions {
  format: ObjectFormat;
  limits: Limits;
  /** Monotonic time (`performance.now()`) at which the work ends. */
  deadline: number;
  /** A file that does not exist yet; it is gone afterwards. */
  path: string;
  onObject: (object: PackObject) => void;
}

/** The launcher's reader of packs over a file that is thrown away: every object is hashed, none is kept. */
export class PackObjects {
  readonly #options: PackObjectsOptions;
  readonly #file: PackFile;
  readonly #reader: PackReader;

  constructor(options: PackObjectsOptions) {
    const { format, limits, onObject, path } = options;
    this.#options = options;
    try {
      this.#file = new PackFile(path);
    } catch (error) {
      throw diskError(error, 'writing the history');
    }
    this.#reader = new PackReader({ format, limits, file: this.#file, onObject, onWork: () => this.#checkTime() });
  }

  get received(): number {
    return this.#file.length;
  }

  readonly push = (bytes: Buffer): void => {
    try {
      this.#reader.push(bytes);
    } catch (error) {
      throw diskError(error, 'writing the history');
    }
  };

  /** To be called when all bytes were pushed. */
  finish(): void {
    this.#reader.finish();
  }

  remove(): void {
    this.#file.close();
    remove(this.#options.path);
  }

  #checkTime(): void {
    if (performance.now() < this.#options.deadline) return;
    throw new SourceError('timed-out', `reading the history took longer than ${this.#options.limits.TOTAL_MS} ms`);
  }
}
