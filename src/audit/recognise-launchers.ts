import type { ComposeFile, Service } from '../compose/document.ts';
import { proposeLaunchers } from '../compose/find-launcher.ts';
import { LAUNCHER_PROGRAMS, type LauncherName, PIN_VARIABLE } from '../compose/programs.ts';

/** A service that is taken for the launcher's. */
export interface RecognisedLauncher {
  /** Text of the file, unescaped, as `image` is. */
  readonly service: string;
  /** As it is written; undefined where it is none, or left to a variable. */
  readonly image: string | undefined;
  readonly digest: string | undefined;
  readonly program: LauncherName;
  /** Who says that it is a launcher. */
  readonly source: string;
}

/**
 * By which name the image most likely calls the launcher: the predecessor's where the image is named so, or where its default config is
 * mounted, which no image of the other name reads. The two names fill in other defaults.
 */
const programOf = ({ image, mounts }: Service): LauncherName => {
  const isNamed = image?.name.split('/').at(-1) === 'git-launcher';
  const { defaultConfig } = LAUNCHER_PROGRAMS['git-launcher'];
  return isNamed || mounts.some(({ target }) => target === defaultConfig)
    ? 'git-launcher'
    : 'trusted-workload-launcher';
};

const reasonOf = ({ environment }: Service): string =>
  environment.some(({ name }) => name === PIN_VARIABLE)
    ? `recognised by ${PIN_VARIABLE}; no policy names its image`
    : 'recognised by its config; no policy names its image';

/** The services that look like a launcher's by what they are given. It proves nothing of the image, and says so. */
export const recogniseLaunchers = (file: ComposeFile): RecognisedLauncher[] =>
  proposeLaunchers(file).map((service) => {
    const { name, tag, digest } = service.image ?? {};
    const image = name === undefined ? undefined : `${name}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;
    return { service: service.name, image, digest, program: programOf(service), source: reasonOf(service) };
  });

/** The digest that stands in examples until one is filled in. */
export const PLACEHOLDER_DIGEST = `sha256:${'0'.repeat(64)}`;
