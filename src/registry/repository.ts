import { escapeText } from '../base/escape.ts';
import { type Connection, connectTo, type RegistryOptions } from './connection.ts';
import type { Descriptor } from './descriptor.ts';
import { checkDigest, type Digest, digestOf, isDigest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { MAX_MANIFEST_BYTES } from './limits.ts';
import { type ManifestDocument, readManifest } from './manifest.ts';
import { ACCEPTED_MANIFESTS, bareType } from './media-types.ts';
import { findReferrers, type Referrers } from './referrers.ts';
import { type Reference, showReference } from './reference.ts';

/** A manifest or an index as it came. */
export interface FetchedManifest {
  /** Of `bytes`, computed here. */
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly document: ManifestDocument;
}

/** What can be read of one repository. Each call throws RegistryError; which codes, see {@link RegistryError}. */
export interface Repository {
  /** `docker.io/library/alpine`. */
  readonly name: string;
  /**
   * The manifest or index under a tag, or with a digest, which it is then held against. What a tag names is the
   * registry's word.
   */
  readonly manifest: (tagOrDigest: string) => Promise<FetchedManifest>;
  /** Whether the registry says that it has it. Nothing is verified: no bytes come. */
  readonly has: (tagOrDigest: string) => Promise<boolean>;
  /** The bytes that a descriptor names, at most `maxBytes`, held against its digest and size. */
  readonly blob: (descriptor: Pick<Descriptor, 'digest' | 'size'>, maxBytes: number) => Promise<Uint8Array>;
  /** What the registry lists as referring to a digest: no proof that it does, nor that there is nothing else. */
  readonly referrers: (digest: Digest) => Promise<Referrers>;
}

const manifestUrl = ({ base }: Connection, tagOrDigest: string): URL => {
  if (!isDigest(tagOrDigest) && !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(tagOrDigest)) {
    throw new RegistryError('bad-reference', `'${escapeText(tagOrDigest.slice(0, 160))}' is neither tag nor digest`);
  }
  return new URL(`manifests/${tagOrDigest}`, base);
};

const fetchManifest = async (connection: Connection, name: string, tagOrDigest: string): Promise<FetchedManifest> => {
  const url = manifestUrl(connection, tagOrDigest);
  const { body, headers } = await connection.get({
    method: 'GET',
    url,
    accept: ACCEPTED_MANIFESTS,
    maxBytes: MAX_MANIFEST_BYTES,
  });
  const what = isDigest(tagOrDigest) ? `${name}@${tagOrDigest}` : `${name}:${tagOrDigest}`;
  if (isDigest(tagOrDigest)) checkDigest(body, tagOrDigest, what);
  const digest = isDigest(tagOrDigest) ? tagOrDigest : digestOf(body);
  return { digest, bytes: body, document: readManifest(body, bareType(headers['content-type']), what) };
};

const fetchBlob = async (
  connection: Connection,
  name: string,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  maxBytes: number,
): Promise<Uint8Array> => {
  const what = `the blob ${digest} of ${name}`;
  if (size > maxBytes) {
    throw new RegistryError('too-large', `${what} has ${size} bytes, more than the ${maxBytes} that are read`);
  }
  const url = new URL(`blobs/${digest}`, connection.base);
  const { body } = await connection.get({ method: 'GET', url, accept: '*/*', maxBytes: size });
  if (body.length !== size) {
    throw new RegistryError('digest-mismatch', `${what} has ${body.length} bytes, not the ${size} of its descriptor`);
  }
  checkDigest(body, digest, what);
  return body;
};

/**
 * The repository that a reference names; its tag and digest are not looked at. Throws RegistryError `address-refused`.
 */
export const openRepository = (reference: Reference, options: RegistryOptions): Repository => {
  const connection = connectTo(reference, options);
  const name = showReference({ ...reference, tag: undefined, digest: undefined });
  const manifest = (tagOrDigest: string): Promise<FetchedManifest> => fetchManifest(connection, name, tagOrDigest);
  return {
    name,
    manifest,
    has: async (tagOrDigest) => {
      const url = manifestUrl(connection, tagOrDigest);
      try {
        await connection.get({ method: 'HEAD', url, accept: ACCEPTED_MANIFESTS, maxBytes: 0 });
        return true;
      } catch (error) {
        if (error instanceof RegistryError && error.code === 'not-found') return false;
        throw error;
      }
    },
    blob: (descriptor, maxBytes) => fetchBlob(connection, name, descriptor, maxBytes),
    referrers: (digest) => findReferrers(connection, manifest, digest),
  };
};
