import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { escapeText } from '../../base/escape.ts';
import type { Instance } from '../../provenance/instance.ts';
import { sha256 } from '../../provenance/sha256.ts';
import { readAddress } from '../collect/address.ts';
import { readNamedFile } from '../collect/named-file.ts';
import { TrustError } from './errors.ts';
import { MAX_METADATA_BYTES } from './limits.ts';

/** Where a chain of trusted roots begins: a TUF root that was had some other way, and where its successors are served. */
export interface Anchor {
  /** What the record is called that is kept of it. */
  readonly name: string;
  /** Which instance the trusted root has to be of; undefined for whichever. */
  readonly instance: Instance | undefined;
  readonly root: Uint8Array;
  /** Where `root` came from, for messages. */
  readonly source: string;
  readonly mirror: URL;
  /** The user named the mirror: then it may be at a private address. */
  readonly mirrorNamed: boolean;
}

/** What was asked for: `instance` is a name or the path of a TUF root. */
export interface AnchorRequest {
  readonly instance: string;
  /** Path of the TUF root of an instance that this program has none of. */
  readonly tufRoot: string | undefined;
  readonly mirror: string | undefined;
}

/** Where the public instance serves its own (sigstore/root-signing), and under what the npm package keeps what it embeds. */
export const PUBLIC_GOOD_MIRROR = 'https://tuf-repo-cdn.sigstore.dev';
/** Where GitHub serves its own; `gh attestation trusted-root` reads it too. */
const GITHUB_MIRROR = 'https://tuf-repo.github.com';

/** SHA-256 of version 16 of the public instance's TUF root, in force until April 2027 and a beginning for all that follow. */
export const PUBLIC_GOOD_TUF_SHA256 = '27aea7e372aa7864065174f0661784fcf8b0e28b1dbfebeada31a0f1fb19167f';

/** A base to which names of files are added. */
const mirrorOf = (text: string): URL => {
  const url = readAddress(text);
  if (url.search === '') return url;
  throw new TrustError('bad-request', `${escapeText(text)} has a query, behind which no file can be named`, {
    hint: 'end the URL before the ?',
  });
};

/** The TUF root that comes with the npm package. The package is not believed: it must have the hash that is written here. */
export const publicGoodAnchor = (mirror?: string): Anchor => {
  const root = Buffer.from(seeds[PUBLIC_GOOD_MIRROR]['root.json'], 'base64');
  const source = 'built in, from @sigstore/tuf';
  if (sha256(root) !== PUBLIC_GOOD_TUF_SHA256) {
    throw new TrustError('not-trusted', `the TUF root ${source}, is ${sha256(root)}, not ${PUBLIC_GOOD_TUF_SHA256}`, {
      hint: 'take the version of @sigstore/tuf that package-lock.json names',
    });
  }
  return {
    name: 'public-good',
    instance: 'public-good',
    root,
    source,
    mirror: mirrorOf(mirror ?? PUBLIC_GOOD_MIRROR),
    mirrorNamed: mirror !== undefined,
  };
};

const fromFile = (path: string, mirror: string, rest: Pick<Anchor, 'instance' | 'mirrorNamed'>): Anchor => {
  const root = readNamedFile(path, MAX_METADATA_BYTES);
  // Of two repositories each has its own record: what was seen of one says nothing of the other.
  return { ...rest, name: `tuf-${sha256(root)}`, root, source: path, mirror: mirrorOf(mirror) };
};

/**
 * Where to begin. The public instance needs nothing; GitHub's a TUF root, of which none comes with this program; any other one a TUF root,
 * as `instance`, and a mirror. Throws TrustError `bad-request`, and CollectError for a file that cannot be read or a mirror that
 * is neither https nor on loopback.
 */
export const anchorOf = ({ instance, tufRoot, mirror }: AnchorRequest): Anchor => {
  if (instance === 'github') {
    if (tufRoot === undefined) {
      throw new TrustError('bad-request', "GitHub's instance begins at a TUF root, and none comes with this program", {
        hint: 'give --tuf-root FILE; or give verify --trusted-root with the output of `gh attestation trusted-root`',
      });
    }
    return fromFile(tufRoot, mirror ?? GITHUB_MIRROR, { instance: 'github', mirrorNamed: mirror !== undefined });
  }
  if (tufRoot !== undefined) {
    throw new TrustError('bad-request', "a TUF root is given apart only for GitHub's instance", {
      hint: 'write --instance FILE --mirror URL',
    });
  }
  if (instance === 'public-good') return publicGoodAnchor(mirror);
  if (mirror === undefined) {
    throw new TrustError('bad-request', 'a TUF root does not say where its successors are served', {
      hint: 'give --mirror URL; the instances with a name are public-good and github',
    });
  }
  return fromFile(instance, mirror, { instance: undefined, mirrorNamed: true });
};
