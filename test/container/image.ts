import type { Engine } from '../support/container-engine.ts';
import { launcherImage } from '../image/build-once.ts';

/** The user of the image that is not root. */
export const USER = 10001;

/** Gives the tag of the launcher's image, as `npm run image` builds it. */
export const buildImage = async (engine: Engine): Promise<string> => (await launcherImage(engine)).tag;
