/** All that stands before the story begins: pretended hardware and Sigstore, a real git server, a registry with the launcher's image. */
import { createIntel, type MockIntel } from '../../test/mocks/intel/intel.ts';
import { Sigstore } from '../../test/mocks-sigstore/sigstore.ts';
import type { Folder } from './folder.ts';
import { type Forge, openForge } from './forge.ts';
import { IMAGE_REPOSITORY, type LauncherImage, pushLauncherImage } from './launcher-image.ts';
import { openRegistry, type Registry } from './registry.ts';

const DAY = 86_400;

export interface Stage {
  readonly folder: Folder;
  readonly intel: MockIntel;
  readonly sigstore: Sigstore;
  readonly forge: Forge;
  readonly registry: Registry;
  readonly image: LauncherImage;
  close(): Promise<void>;
}

/** Sets it up in the folder, as of now: what is signed is in force today, as it would be of real hardware. */
export const setStage = async (folder: Folder): Promise<Stage> => {
  const now = Math.floor(Date.now() / 1000);
  // A bundle is signed a month after its instance began.
  const sigstore = new Sigstore({ uri: 'https://fulcio.sigstore.dev', start: now - 40 * DAY });
  const forge = await openForge(folder);
  const registry = await openRegistry(IMAGE_REPOSITORY);
  return {
    folder,
    intel: createIntel({ now }),
    sigstore,
    forge,
    registry,
    image: await pushLauncherImage(registry, sigstore),
    close: async () => {
      await registry.close();
      await forge.close();
    },
  };
};
