import type { Logger } from '../base/log.ts';
import type { Sleep } from './backoff.ts';
import { imageByManifest, type Plan } from './plan.ts';

/**
 * The image of a plan by its manifest's digest. Asks a registry only where the digest is that of a config.
 * @returns `name@sha256:…`
 * @throws MpcError `image-not-among-tags`, `tags-unavailable`
 */
export const resolveImage = async ({ launcher, selection }: Plan, log: Logger, sleep: Sleep): Promise<string> => {
  const { image } = launcher;
  if (image.kind === 'manifest') return imageByManifest(image.reference, selection.digest);
  const { findManifest } = await import('./tags/find-manifest.ts');
  return await findManifest({ source: image, wanted: selection.digest, log, sleep });
};
