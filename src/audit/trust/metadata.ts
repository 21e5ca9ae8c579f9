import { createHash } from 'node:crypto';
import { Metadata, MetadataKind, type Root, type TargetFile, type Targets } from '@tufjs/models';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { objectOf, parseJson } from '../../base/json.ts';
import { TrustError } from './errors.ts';
import { MAX_METADATA_BYTES, MAX_METADATA_DEPTH } from './limits.ts';

/** The target of a Sigstore repository that is the trusted root. */
export const TRUSTED_ROOT = 'trusted_root.json';

/** Throws TrustError `malformed` for what is not strict JSON of an object, within the limits. */
export const requireJson = (bytes: Uint8Array, what: string, maxBytes = MAX_METADATA_BYTES): void => {
  try {
    objectOf(parseJson(bytes, { maxBytes, maxDepth: MAX_METADATA_DEPTH, name: what }), what);
  } catch (cause) {
    throw new TrustError('malformed', messageOf(cause), { cause });
  }
};

const read = <T>(bytes: Uint8Array, what: string, fromJson: (json: never) => T): T => {
  requireJson(bytes, what);
  try {
    return fromJson(JSON.parse(Buffer.from(bytes).toString('utf8')) as never);
  } catch (cause) {
    throw new TrustError('malformed', `${what}: ${escapeText(messageOf(cause))}`, { cause });
  }
};

/** `verify` throws what the library does for too few signatures. */
const signed = (what: string, verify: () => void): void => {
  try {
    verify();
  } catch (cause) {
    throw new TrustError('not-trusted', `${what}: ${escapeText(messageOf(cause))}`, { cause });
  }
};

const readRoot = (bytes: Uint8Array, what: string): Metadata<Root> =>
  read(bytes, what, (json) => Metadata.fromJSON(MetadataKind.Root, json));

/**
 * The newest of a chain of TUF roots: the first is believed, each further one is of the next version and signed by the one before and
 * by itself (TUF specification 1.0, 5.3). When a root expires is not looked at: whoever asks a server does that.
 */
export const lastRoot = (first: Uint8Array, more: readonly Uint8Array[]): Metadata<Root> => {
  let last = readRoot(first, 'the first TUF root');
  signed('the first TUF root', () => last.verifyDelegate(MetadataKind.Root, last));
  for (const bytes of more) {
    const version = last.signed.version + 1;
    const what = `version ${version} of the TUF root`;
    const next = readRoot(bytes, what);
    if (next.signed.version !== version) {
      throw new TrustError('not-trusted', `${what} says that it is version ${next.signed.version}`);
    }
    for (const root of [last, next]) signed(what, () => root.verifyDelegate(MetadataKind.Root, next));
    last = next;
  }
  return last;
};

/** A file of targets that is signed by as many keys as `root` wants. Throws TrustError. */
export const readTargets = (bytes: Uint8Array, root: Metadata<Root>): Targets => {
  const targets = read(bytes, 'the TUF targets', (json) => Metadata.fromJSON(MetadataKind.Targets, json));
  signed('the TUF targets', () => root.verifyDelegate(MetadataKind.Targets, targets));
  return targets.signed;
};

/** Of the names of one algorithm the bytes have each its own hash; SHA-2 with at least 256 bits has to be among them. */
const HASHES: readonly string[] = ['sha256', 'sha512'];

/** Throws TrustError unless `bytes` are the target that is described. */
export const requireTarget = ({ length, hashes }: TargetFile, bytes: Uint8Array): void => {
  const known = HASHES.filter((name) => Object.hasOwn(hashes, name));
  if (known.length === 0) throw new TrustError('malformed', `the TUF targets name ${TRUSTED_ROOT} by no known hash`);
  const wrong = known.find((name) => createHash(name).update(bytes).digest('hex') !== hashes[name]);
  if (bytes.length === length && wrong === undefined) return;
  throw new TrustError('not-trusted', `${TRUSTED_ROOT} is not the one that the TUF targets name`);
};

/** The description of the trusted root. It has to be in the targets that TUF's root signs for: no role below them speaks for it. */
export const trustedRootTarget = ({ targets }: Targets): TargetFile => {
  const target = Object.hasOwn(targets, TRUSTED_ROOT) ? targets[TRUSTED_ROOT] : undefined;
  if (target !== undefined) return target;
  throw new TrustError('no-root', `the TUF targets name no ${TRUSTED_ROOT}`, {
    hint: 'see whether this is the repository of a Sigstore instance',
  });
};
