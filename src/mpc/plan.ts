import { readApprovedHashes } from './approved-hashes.ts';
import { renderCompose } from './compose-file.ts';
import { type LauncherConfig, readLauncherConfig } from './config/launcher-config.ts';
import { checkNodeConfig, injectTee, toToml } from './config/node-config.ts';
import { readUserConfig } from './config/read-user-config.ts';
import type { TomlTable } from './config/toml-values.ts';
import type { ImageDigest } from './digest.ts';
import type { Paths } from './paths.ts';
import { type Selection, selectDigest } from './select-digest.ts';
import type { Settings } from './settings.ts';

/** What is to run, all of it checked and nothing of it done. */
export interface Plan {
  readonly settings: Settings;
  readonly launcher: LauncherConfig;
  readonly selection: Selection;
  /** How many digests the node's list has; undefined where there is no list. */
  readonly approvedCount: number | undefined;
  /** The node's config with `[tee]`. Secrets are in it. */
  readonly nodeConfig: TomlTable;
}

/**
 * Reads and checks the operator's config and the node's list, and decides. Whatever can be wrong with what was given is found here,
 * before anything is pulled, recorded, written or started.
 * @throws MpcError
 */
export const makePlan = async (settings: Settings, paths: Paths): Promise<Plan> => {
  const user = readUserConfig(paths.userConfig);
  const launcher = readLauncherConfig(user.launcher, settings.digestKind);
  if (launcher.image.kind === 'config') {
    // Loaded here: most fleets vote on digests of manifests and do without.
    const { readTaggedImage } = await import('./tags/tagged-image.ts');
    readTaggedImage(launcher.image);
  }
  checkNodeConfig(user.node, settings.platform);
  const approved = readApprovedHashes(paths.approvedHashes);
  const selection = selectDigest({ approved, override: launcher.override, defaultDigest: settings.defaultDigest });
  const nodeConfig = injectTee(user.node, settings.platform, selection.digest);
  return { settings, launcher, selection, approvedCount: approved?.length, nodeConfig };
};

/** The texts that a plan comes to once the image is known. */
export interface Rendered {
  readonly compose: string;
  /** Secrets are in it. */
  readonly nodeConfig: string;
}

/** @param image `name@sha256:…`, by manifest */
export const render = ({ settings, launcher, nodeConfig }: Plan, image: string): Rendered => ({
  compose: renderCompose({ platform: settings.platform, image, ports: launcher.ports, options: settings.node }),
  nodeConfig: toToml(nodeConfig),
});

/** The image where the digest is that of its manifest: the reference as the operator wrote it, and the digest. */
export const imageByManifest = (reference: string, digest: ImageDigest): string => `${reference}@${digest}`;
