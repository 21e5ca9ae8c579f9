/** SIMULATED: a TUF repository (TUF specification 1.0) of one target, signed with keys made from names. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../mocks-sigstore/canonical.ts';
import { type KeyPair, keyPair, sha256, signDer } from '../../mocks-sigstore/keys.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';

export type Json = Record<string, unknown>;
export type Role = 'root' | 'timestamp' | 'snapshot' | 'targets';

const FAR = '2099-01-01T00:00:00Z';
export const PAST = '2020-01-01T00:00:00Z';

export const tufKey = (name: string): KeyPair => keyPair(`SIMULATED TUF ${name}`);

// As a point in hex: TUF's canonical JSON would leave the line feeds of a PEM as they are.
const publicOf = (key: KeyPair): Json => ({
  keytype: 'ecdsa',
  scheme: 'ecdsa-sha2-nistp256',
  keyval: { public: Buffer.concat([Buffer.from([4]), key.point]).toString('hex') },
});
const idOf = (key: KeyPair): string => sha256(Buffer.from(canonicalJson(publicOf(key)))).toString('hex');

/** Metadata as its file, signed with these keys. */
export const signedBy = (signed: Json, keys: readonly KeyPair[]): Buffer => {
  const bytes = Buffer.from(canonicalJson(signed));
  const signatures = keys.map((key) => ({ keyid: idOf(key), sig: signDer(bytes, key).toString('hex') }));
  return Buffer.from(JSON.stringify({ signed, signatures }));
};

const common = (role: Role, version: number, expires: string): Json => ({
  _type: role,
  spec_version: '1.0.31',
  version,
  expires,
});

export interface RootOptions {
  readonly version?: number;
  readonly expires?: string;
  /** Names of the keys of each role; its own name where left out. */
  readonly keys?: Partial<Record<Role, readonly string[]>>;
  readonly threshold?: number;
  /** Names of the keys that sign; those of the role where left out. */
  readonly signers?: readonly string[];
}

/** TUF's root. */
export const tufRoot = ({
  version = 1,
  expires = FAR,
  keys = {},
  threshold = 1,
  signers,
}: RootOptions = {}): Buffer => {
  const names = (role: Role): readonly string[] => keys[role] ?? [role];
  const roles: Role[] = ['root', 'timestamp', 'snapshot', 'targets'];
  const all = [...new Set(roles.flatMap(names))].map(tufKey);
  const root = {
    ...common('root', version, expires),
    consistent_snapshot: true,
    keys: Object.fromEntries(all.map((key) => [idOf(key), publicOf(key)])),
    roles: Object.fromEntries(
      roles.map((role) => [
        role,
        { keyids: names(role).map((name) => idOf(tufKey(name))), threshold: role === 'root' ? threshold : 1 },
      ]),
    ),
  };
  return signedBy(root, (signers ?? names('root')).map(tufKey));
};

export interface RepositoryOptions {
  readonly trustedRoot?: Uint8Array;
  /** What is served in the place of the target. */
  readonly served?: Uint8Array;
  readonly versions?: Partial<Record<Role, number>>;
  readonly expires?: Partial<Record<Role, string>>;
  readonly signers?: Partial<Record<Role, string>>;
  /** Further roots, each the whole file of its version. */
  readonly roots?: readonly Buffer[];
  /** Name of the target. */
  readonly target?: string;
  readonly hashes?: (bytes: Uint8Array) => Record<string, string>;
  /** Changes the targets before they are signed. */
  readonly targets?: (targets: Json) => Json;
}

export const TRUSTED = new Sigstore({ name: 'tuf', uri: 'https://fulcio.sigstore.dev' }).root();

const hashOf = (bytes: Uint8Array): Record<string, string> => ({ sha256: sha256(bytes).toString('hex') });

/** The files of a repository by path. */
export const repository = (options: RepositoryOptions = {}): Map<string, Buffer> => {
  const { trustedRoot = TRUSTED, served = trustedRoot, target = 'trusted_root.json', hashes = hashOf } = options;
  const version = (role: Role): number => options.versions?.[role] ?? 1;
  const made = (role: Role, rest: Json): Buffer =>
    signedBy({ ...common(role, version(role), options.expires?.[role] ?? FAR), ...rest }, [
      tufKey(options.signers?.[role] ?? role),
    ]);
  const meta = (role: Role, bytes: Buffer): Json => ({
    meta: { [`${role}.json`]: { version: version(role), length: bytes.length, hashes: hashOf(bytes) } },
  });
  const described = { targets: { [target]: { length: trustedRoot.length, hashes: hashes(trustedRoot) } } };
  const targets = made('targets', (options.targets ?? ((same) => same))(described));
  const snapshot = made('snapshot', meta('targets', targets));
  const timestamp = made('timestamp', meta('snapshot', snapshot));
  const first = createHash(Object.keys(hashes(trustedRoot))[0] ?? 'sha256')
    .update(trustedRoot)
    .digest('hex');
  return new Map([
    ['/timestamp.json', timestamp],
    [`/${version('snapshot')}.snapshot.json`, snapshot],
    [`/${version('targets')}.targets.json`, targets],
    [`/targets/${first}.${target}`, Buffer.from(served)],
    ...(options.roots ?? []).map((root, index): [string, Buffer] => [`/${index + 2}.root.json`, root]),
  ]);
};
