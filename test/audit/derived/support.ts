import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, type Shelf, sha256 } from '../../registry/fake-registry.ts';
import { type TarItem, tarOf } from '../../registry/tar-builder.ts';
import { FORGE, sigstore } from '../steps/support/story.ts';

export const PROGRAM = '/usr/local/bin/trusted-workload-launcher';

/** The tar of a launcher image, and how its config says that it runs. */
export const LAUNCHER_TAR = tarOf({ path: PROGRAM.slice(1), content: 'the launcher' });
export const SETTINGS = {
  Entrypoint: [PROGRAM],
  Env: ['PATH=/usr/bin'],
  Labels: { 'com.trusted-workload-launcher.pin-grammar': '1' },
};

export const CONFIG_PATH = '/etc/trusted-workload-launcher/launcher.conf';
const PLACE = CONFIG_PATH.slice(1);

/** What `COPY` writes: the folders above, and the file. */
export const configLayer = (pin: string, more: Partial<TarItem> = {}): Buffer =>
  tarOf(
    { path: 'etc/', type: '5', mode: 0o755 },
    { path: 'etc/trusted-workload-launcher/', type: '5', mode: 0o755 },
    { path: PLACE, content: `${pin}\n`, ...more },
  );

export interface Recipe {
  readonly layers?: readonly Uint8Array[];
  readonly config?: object;
  /** The same of the lower image. */
  readonly lower?: object;
  /** Annotations of the manifest in place of those that name the base. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Pushed {
  readonly digest: string;
  readonly base: string;
}

/** Puts an image on the shelf that is made from a launcher image. */
export const putDerived = (
  shelf: Shelf,
  { layers = [], config = SETTINGS, lower = SETTINGS, annotations }: Recipe,
): Pushed => {
  const base = shelf.image({ tars: [LAUNCHER_TAR], config: lower });
  const tars = [LAUNCHER_TAR, ...layers];
  const text = JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    config,
    rootfs: { type: 'layers', diff_ids: tars.map(sha256) },
  });
  const { digest } = shelf.manifest({
    mediaType: OCI_MANIFEST,
    config: shelf.blob(text, OCI_CONFIG),
    layers: tars.map((tar) => shelf.blob(tar, OCI_LAYER)),
    annotations: annotations ?? { 'org.opencontainers.image.base.digest': base.digest },
  });
  return { digest, base: base.digest };
};

/** The compose file of a derived image: nothing of the pin is in it. */
export const composeOf = (image: string, more: readonly string[] = []): string =>
  [
    'services:',
    '  workload:',
    `    image: ${image}`,
    '    read_only: true',
    "    security_opt: ['no-new-privileges:true']",
    '    cap_drop: [ALL]',
    '    volumes:',
    '      - checkout:/srv/workload',
    '      - /var/run/dstack.sock:/var/run/dstack.sock',
    ...more,
    'volumes:',
    '  checkout:',
    '',
  ].join('\n');

/** A bundle about an image. */
export const bundleOn = (digest: string): unknown =>
  sigstore.bundle({ digest: digest.replace('sha256:', ''), claims: claimsOf(FORGE) });
