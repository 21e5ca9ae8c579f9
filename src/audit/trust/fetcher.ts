import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaseFetcher } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { CollectError } from '../collect/errors.ts';
import { httpGet } from '../collect/http-get.ts';
import type { HttpLimits } from '../collect/limits.ts';
import { HTTP_LIMITS, MAX_METADATA_BYTES, MAX_TRUSTED_ROOT_BYTES } from './limits.ts';
import { requireJson } from './metadata.ts';

/** Where to fetch from, and how patiently. */
export interface MirrorOptions {
  readonly mirror: URL;
  readonly mirrorNamed: boolean;
  readonly limits?: Partial<HttpLimits>;
  /** PEM certificates that replace the built-in roots of TLS. */
  readonly ca?: string;
}

const ROOT_FILE = /\/[1-9]\d*\.root\.json$/;

/**
 * Fetches for the TUF client by this program's own rules: https (or loopback), public addresses unless the user named the mirror, bounded
 * bytes and time, strict JSON. The client hides what went wrong in texts of its own, so the last failure is kept.
 */
export class MirrorFetcher extends BaseFetcher {
  /** What the last request failed with; what the client makes of it says less. */
  failure: unknown;
  /** The TUF roots that were brought, in their order. */
  readonly roots: Uint8Array[] = [];
  readonly #options: MirrorOptions;
  readonly #deadline: number;

  constructor(options: MirrorOptions) {
    super();
    this.#options = options;
    this.#deadline = performance.now() + (options.limits?.totalMs ?? HTTP_LIMITS.totalMs);
  }

  /** The base class wants it; what reads streams is overridden below. */
  override fetch(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return Promise.reject(new Error('bytes are fetched whole'));
  }

  override async downloadBytes(url: string, maxLength: number): Promise<Buffer> {
    const bytes = await this.#get(url, Math.min(maxLength, MAX_METADATA_BYTES));
    try {
      requireJson(bytes, new URL(url).pathname.split('/').at(-1) ?? '');
    } catch (error) {
      this.failure = error;
      throw error;
    }
    if (ROOT_FILE.test(url)) this.roots.push(bytes);
    return bytes;
  }

  override async downloadFile<T>(url: string, maxLength: number, handler: (file: string) => Promise<T>): Promise<T> {
    const bytes = await this.#get(url, Math.min(maxLength, MAX_TRUSTED_ROOT_BYTES));
    const folder = mkdtempSync(join(tmpdir(), 'twl-trust-'));
    try {
      const file = join(folder, 'target');
      writeFileSync(file, bytes);
      return await handler(file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #get(url: string, maxBytes: number): Promise<Buffer> {
    this.failure = undefined;
    const { mirrorNamed, limits, ca } = this.#options;
    try {
      const { body } = await httpGet(new URL(url), {
        maxBytes,
        named: mirrorNamed,
        deadline: this.#deadline,
        limits: { ...HTTP_LIMITS, ...limits },
        ...(ca === undefined ? {} : { ca }),
      });
      return Buffer.from(body);
    } catch (error) {
      // That there is no next root is how a chain of roots ends; some servers say so with 403.
      if (ROOT_FILE.test(url) && error instanceof CollectError && isMissing(error)) {
        throw new DownloadHTTPError('there is no newer root', 404);
      }
      this.failure = error;
      throw error;
    }
  }
}

const isMissing = ({ code, message }: CollectError): boolean =>
  code === 'not-found' || (code === 'server-refused' && message.endsWith(' 403'));
