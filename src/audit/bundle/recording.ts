import type { ObjectType } from '../../source/objects/object-id.ts';
import type { HistoryRecorder } from '../../source/history/recorder.ts';
import type { RefList } from '../../source/history/refs.ts';
import type { ProvenanceDocument } from '../collect/provenance/document.ts';
import type { SourceRecorder } from '../source/collect-source.ts';
import type { ImageDocument } from './image-documents.ts';
import { MAX_HELD_BYTES, MAX_IMAGE_BYTES, MAX_IMAGE_DOCUMENTS, MAX_PACKS_BYTES } from './limits.ts';

/** Bytes as they came, from where, and when: seconds since 1970. */
export interface Taken {
  readonly origin: string;
  readonly at: number;
  readonly bytes: Uint8Array;
}

export interface HeldObject {
  readonly type: ObjectType;
  readonly data: Uint8Array;
}

/** A list of refs as a repository gave it, and what it gave of the history. */
export interface HeldHistory {
  readonly at: number;
  readonly list: RefList;
  readonly expected: string | undefined;
  /** By their ids; undefined where they were more than is held. */
  objects: Map<string, HeldObject> | undefined;
}

export type FoundDocument = Exclude<ProvenanceDocument, { kind: 'unavailable' }>;

/**
 * Keeps what the collectors of one run are given, byte for byte, for a bundle. It decides nothing and the run goes on alike with it and
 * without. What is larger than a bundle may be is let go of, and `tooLarge` says so.
 */
export class Recording {
  readonly #clock: () => number;
  readonly #packs = new Map<string, { length: number; pieces: Uint8Array[] }>();
  #packBytes = 0;
  #heldBytes = 0;
  readonly #images = new Map<string, ImageDocument>();
  #packsAt = 0;

  answer: Taken | undefined;
  attest: Taken | undefined;
  readonly documents: { readonly at: number; readonly document: FoundDocument }[] = [];
  history: HeldHistory | undefined;
  /** The packs of the source come to more than is kept. */
  tooLarge = false;
  /** What was read of images is more than is kept. */
  areImagesTooLarge = false;

  /** @param clock seconds since 1970 */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  readonly takeAnswer = (bytes: Uint8Array, origin: string): void => {
    this.answer = { origin, at: this.#clock(), bytes: Uint8Array.from(bytes) };
  };

  readonly takeAttest = (bytes: Uint8Array, origin: string): void => {
    this.attest = { origin, at: this.#clock(), bytes: Uint8Array.from(bytes) };
  };

  readonly takeDocuments = (documents: readonly ProvenanceDocument[], image: readonly ImageDocument[]): void => {
    const at = this.#clock();
    for (const document of documents) if (document.kind !== 'unavailable') this.documents.push({ at, document });
    this.takeImages(image);
  };

  /** By their digests: what was read twice is kept once. */
  readonly takeImages = (documents: readonly ImageDocument[]): void => {
    // A part of what was read would look as if it were all.
    if (this.areImagesTooLarge) return;
    for (const { digest, mediaType, bytes } of documents) {
      // A manifest is known with its type, and a blob is a manifest to nobody.
      if (this.#images.has(`${mediaType} ${digest}`)) continue;
      this.#images.set(`${mediaType} ${digest}`, { digest, mediaType, bytes: Uint8Array.from(bytes) });
    }
    const size = this.images.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (this.#images.size <= MAX_IMAGE_DOCUMENTS && size <= MAX_IMAGE_BYTES) return;
    this.areImagesTooLarge = true;
    this.#images.clear();
  };

  get images(): readonly ImageDocument[] {
    return [...this.#images.values()];
  }

  /** A second try of the same commit begins anew. */
  readonly #pack = (commit: string): ((bytes: Uint8Array) => void) => {
    this.#packBytes -= this.#packs.get(commit)?.length ?? 0;
    const pack: { length: number; pieces: Uint8Array[] } = { length: 0, pieces: [] };
    // Once they were too large none is kept: a part of them would look as if it were all.
    if (!this.tooLarge) this.#packs.set(commit, pack);
    this.#packsAt = this.#clock();
    return (bytes) => {
      pack.length += bytes.length;
      this.#packBytes += bytes.length;
      if (this.#packBytes <= MAX_PACKS_BYTES) {
        pack.pieces.push(Uint8Array.from(bytes));
        return;
      }
      this.tooLarge = true;
      this.#packs.clear();
    };
  };

  readonly #history: HistoryRecorder = {
    refs: (list, expected) => {
      this.#heldBytes = 0;
      this.history = { at: this.#clock(), list, expected, objects: new Map() };
    },
    object: ({ type, id, data }) => {
      const { history } = this;
      if (history?.objects === undefined || history.objects.has(id)) return;
      this.#heldBytes += data.length;
      if (this.#heldBytes > MAX_HELD_BYTES) history.objects = undefined;
      else history.objects.set(id, { type, data: Uint8Array.from(data) });
    },
  };

  /** For `collectSource`. */
  get source(): SourceRecorder {
    return { pack: this.#pack, history: this.#history };
  }

  /** The packs by their commits, and when the last of them began to come. */
  get packs(): { readonly at: number; readonly packs: ReadonlyMap<string, Uint8Array> } {
    const whole = [...this.#packs].map(
      ([commit, { pieces }]) => [commit, new Uint8Array(Buffer.concat(pieces))] as const,
    );
    return { at: this.#packsAt, packs: new Map(whole) };
  }
}
