import type { ComposeFile, Service } from './document.ts';
import { configOf } from './locate-pin.ts';
import { LAUNCHER_PROGRAMS, PIN_VARIABLE, RESPONDER } from './programs.ts';
import { childOf } from './tree.ts';

/**
 * The responder's name as the whole entry point. As a command it would be a config's path to an image whose entry point is the
 * launcher.
 */
const isResponder = ({ command, entrypoint }: Service): boolean =>
  command === undefined && entrypoint?.words?.length === 1 && entrypoint.words[0] === RESPONDER;

/** The services of a file by what they are to a launcher's auditor. */
export interface Roles {
  /** Those that run a launcher's image, the responder aside. */
  readonly launchers: readonly Service[];
  /** The launcher's image with the exact entry point of the responder. */
  readonly responders: readonly Service[];
  readonly others: readonly Service[];
}

/** Sorts the services by image digest. @param digests of launcher images, `sha256:…` */
export const findRoles = ({ services }: ComposeFile, digests: readonly string[]): Roles => {
  const isOurs = ({ image }: Service): boolean => image?.digest !== undefined && digests.includes(image.digest);
  const ours = services.filter(isOurs);
  return {
    launchers: ours.filter((service) => !isResponder(service)),
    responders: ours.filter(isResponder),
    others: services.filter((service) => !isOurs(service)),
  };
};

const CONFIG_PATHS: readonly string[] = Object.values(LAUNCHER_PROGRAMS).map(({ defaultConfig }) => defaultConfig);
const PIN_LINE = /^[ \t]*COMMIT_SHA=/m;

/** The texts of inline configs that a service mounts. */
const configTexts = (file: ComposeFile, { mounts }: Service): string[] =>
  mounts.flatMap((mount) => {
    const content = childOf(configOf(file, mount), 'content');
    return content?.kind === 'scalar' ? [content.source] : [];
  });

/**
 * The services that look like a launcher's, by what they are given and not by their image: a pin in the environment, a config
 * that reads like a pin, or one at a launcher's default path. For proposals and messages; it proves nothing.
 */
export const proposeLaunchers = (file: ComposeFile): Service[] =>
  file.services.filter(
    (service) =>
      service.environment.some(({ name }) => name === PIN_VARIABLE) ||
      service.mounts.some(({ target }) => CONFIG_PATHS.some((path) => path === target)) ||
      configTexts(file, service).some((text) => PIN_LINE.test(text)),
  );
