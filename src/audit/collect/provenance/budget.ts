import { MAX_BUNDLES } from '../../../provenance/limits.ts';
import { CollectError } from '../errors.ts';
import { type ProvenanceDocument, unavailable } from './document.ts';

/** What one place may give: documents, and bytes of all that comes from it. */
export interface Allowance {
  readonly documents: number;
  readonly bytes: number;
}

const MIB = 1024 * 1024;

/**
 * What each place may give. Together MAX_BUNDLES documents and 64 MiB, which a small machine holds and reads in some seconds; apart, so that one
 * that is full of them hides nothing of the others. Real images have one to ten, of some 30 KiB each. The largest bundle has 16 MiB.
 */
export const ALLOWANCES = {
  referrers: { documents: 60, bytes: 24 * MIB },
  attestationTag: { documents: 20, bytes: 4 * MIB },
  signatureTag: { documents: 20, bytes: 4 * MIB },
  github: { documents: MAX_BUNDLES - 100, bytes: 32 * MIB },
} as const satisfies Record<string, Allowance>;

/** Counts what a place gives, and what is left out. */
export class Budget {
  readonly #place: string;
  readonly #allowance: Allowance;
  readonly #seen = new Set<string>();
  #documents = 0;
  #bytes = 0;
  #leftOut = 0;

  constructor(place: string, allowance: Allowance) {
    this.#place = place;
    this.#allowance = allowance;
  }

  /** Whether nothing more is to be fetched. */
  get isSpent(): boolean {
    return this.#documents >= this.#allowance.documents || this.#bytes >= this.#allowance.bytes;
  }

  /** Counts bytes that came and are no document. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Counts what is not looked at. */
  leaveOut(documents: number): void {
    this.#leftOut += documents;
  }

  /** Whether a document of so many bytes may be kept; then it is counted, else left out. */
  admit(bytes: number): boolean {
    if (this.isSpent || this.#bytes + bytes > this.#allowance.bytes) {
      this.leaveOut(1);
      return false;
    }
    this.#documents += 1;
    this.#bytes += bytes;
    return true;
  }

  /** Whether `keep` was told of the same: the same again proves nothing more. */
  has(identity: string): boolean {
    return this.#seen.has(identity);
  }

  keep(identity: string): void {
    this.#seen.add(identity);
  }

  /** That something was left out, where it was. */
  told(): readonly ProvenanceDocument[] {
    if (this.#leftOut === 0) return [];
    const { documents, bytes } = this.#allowance;
    const most = `${documents} documents and ${bytes / MIB} MiB are looked at`;
    return [unavailable(this.#place, new CollectError('too-large', `${this.#leftOut} more are left out: ${most}`))];
  }
}
