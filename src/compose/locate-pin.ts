import type { ComposeFile, Service } from './document.ts';
import type { EnvironmentEntry } from './environment.ts';
import { failing, type ComposeFinding, type FindingPlace, unbound, unboundBy } from './findings.ts';
import type { Mount } from './mounts.ts';
import { cleanPath, isWithin } from './paths.ts';
import { type LauncherProgram, PIN_VARIABLE } from './programs.ts';
import { isExtension } from './service-keys.ts';
import { childOf, type ComposeNode, itemsOf, type MapNode, type ScalarNode } from './tree.ts';

/** A pin that lies in an image, as whoever looked into it says. */
export interface BakedPin {
  /** Where the launcher finds it: an absolute path, or the name of its variable. */
  readonly origin: string;
  readonly text: string;
}

/** A text of the compose file that the launcher would read as a file or variable. */
export interface InlineText extends FindingPlace {
  readonly text: string;
  /** What the launcher calls it: a path, or the name of its variable. */
  readonly origin: string;
  /** Line of the compose text for the first line of this one, where they run in parallel. */
  readonly firstLine: number | undefined;
}

/** Either the bytes, or why the attested text does not decide about them. */
export type Located = { readonly inline: InlineText } | { readonly findings: readonly ComposeFinding[] };

/** The config that the command names: a path, nothing, or a reason why it cannot be said. */
type Named = { readonly path: string | undefined } | { readonly findings: readonly ComposeFinding[] };

/** The launcher takes one path and flags that begin with `-`; with a flag it launches nothing. */
const namedConfig = ({ command }: Service): Named => {
  if (command === undefined) return { path: undefined };
  const what = 'which config the launcher reads is not decided';
  if (command.variables.length > 0) return { findings: unboundBy(command.variables, command, what) };
  if (command.words === undefined)
    return { findings: [unbound(command, `${what}: the command cannot be split, write it as a list`)] };
  const [first, ...rest] = command.words;
  if (first === undefined) return { path: undefined };
  if (rest.length > 0 || first.startsWith('-')) {
    return { findings: [failing(command, 'with this command the launcher reads no pin and launches nothing')] };
  }
  const path = cleanPath(first);
  if (path !== undefined) return { path };
  return { findings: [unbound(command, `'${first}' is relative to a folder that the image decides`)] };
};

const AT_PLACE: Record<Mount['kind'], string> = {
  bind: 'comes from a path of the host, whose bytes the attested text does not hold',
  volume: 'comes from a volume, whose bytes the attested text does not hold',
  tmpfs: 'would lie in an empty tmpfs',
  config: 'comes from a config that is no inline text',
  secret: 'comes from a secret, whose bytes the attested text does not hold',
  unknown: 'may lie in a mount that cannot be read',
};

/** What the top of the file says of a mounted config; undefined for every other mount, and where it says nothing. */
export const configOf = (file: ComposeFile, { kind, source }: Mount): MapNode | undefined => {
  const definition = kind === 'config' ? childOf(childOf(file.root, 'configs'), source ?? '') : undefined;
  return definition?.kind === 'map' ? definition : undefined;
};

/** Keys of a config's definition beside which `content` is all there is. */
const CONTENT_COMPANIONS = ['content', 'name', 'labels'];

/** The content of a mounted config that is an inline text and nothing else; what variables decide of it included. */
export const inlineContent = (file: ComposeFile, mount: Mount): ScalarNode | undefined => {
  const definition = configOf(file, mount);
  if (definition === undefined) return undefined;
  const isPlain = [...definition.entries.keys()].every((key) => CONTENT_COMPANIONS.includes(key) || isExtension(key));
  const content = childOf(definition, 'content');
  return isPlain && content?.kind === 'scalar' ? content : undefined;
};

const inlineOf = (node: ScalarNode, origin: string): InlineText => {
  const { text, line, path, firstLine } = node;
  return { text, line, path, firstLine, origin };
};

const isAbove =
  (path: string) =>
  ({ target }: Mount): boolean =>
    target !== undefined && isWithin(path, target);

/**
 * The bytes that a container of this service finds at `path`.
 * @param what what is looked for, for the findings: "the pin"
 */
export const locateFile = (file: ComposeFile, service: Service, path: string, what: string): Located => {
  const unknown = service.mounts.filter(({ target }) => target === undefined);
  const [mount, other] = service.mounts.filter(isAbove(path));
  if (unknown[0] !== undefined) {
    return { findings: unknown.map((one) => unbound(one, `${what} ${AT_PLACE.unknown}`)) };
  }
  if (mount === undefined) {
    return {
      findings: [unbound(service, `${what} is in the image at ${path}, or nowhere: no inline config is mounted there`)],
    };
  }
  if (other !== undefined) return { findings: [unbound(other, `${what} lies below more than one mount`)] };
  const content = inlineContent(file, mount);
  if (mount.target !== path || content === undefined) {
    return { findings: [unbound(mount, `${what} ${AT_PLACE[mount.kind]}`)] };
  }
  if (content.variables.length > 0)
    return { findings: unboundBy(content.variables, content, `${what} is not decided by the text`) };
  return { inline: inlineOf(content, path) };
};

const envFileOf = (service: Service): ComposeNode | undefined => itemsOf(childOf(service.node, 'env_file'))[0];

const twoPins = (place: FindingPlace, other: string): Located => ({
  findings: [failing(place, `there is a pin in ${PIN_VARIABLE} and another one in '${other}'`)],
});

/** The place of what lies in an image: where the image is named. */
const imagePlace = (service: Service): FindingPlace => childOf(service.node, 'image') ?? service;

const inImage = (service: Service, { origin, text }: BakedPin): Located => {
  const { line, path } = imagePlace(service);
  return { inline: { text, line, path, firstLine: undefined, origin } };
};

/**
 * The bytes of the pin that the launcher of this service would read, by the launcher's own rule: the file that the command
 * names, LAUNCHER_CONFIG, or the default file; two at once are an error.
 * @param baked what lies in the image: a variable or mount of the compose file at the same place takes its place
 */
export const locatePin = (
  file: ComposeFile,
  service: Service,
  program: LauncherProgram,
  baked: readonly BakedPin[] = [],
): Located => {
  const named = namedConfig(service);
  if ('findings' in named) return named;
  const bakedVariable = baked.find(({ origin }) => origin === PIN_VARIABLE);
  const bakedFile = baked.find(({ origin }) => origin === program.defaultConfig);
  const strange = baked.find((one) => one !== bakedVariable && one !== bakedFile);
  if (strange !== undefined) {
    const text = `the image holds a pin in '${strange.origin}', where a launcher of the name ${program.name} reads none`;
    return { findings: [failing(imagePlace(service), text)] };
  }
  const nameless = service.environment.filter(({ name }) => name === undefined);
  if (nameless.length > 0) {
    const why = (one: EnvironmentEntry): string =>
      one.variables.length > 0 ? 'its name is left to a variable' : 'its name cannot be read';
    return { findings: nameless.map((one) => unbound(one, `this may be ${PIN_VARIABLE}: ${why(one)}`)) };
  }
  const variable = service.environment.find(({ name }) => name === PIN_VARIABLE);
  if (variable === undefined) {
    const path = named.path ?? program.defaultConfig;
    const envFile = envFileOf(service);
    const isMounted = service.mounts.some(isAbove(path));
    if (envFile !== undefined && named.path === undefined && !isMounted) {
      return {
        findings: [unbound(envFile, 'the pin comes from an env_file, whose bytes the attested text does not hold')],
      };
    }
    if (bakedVariable !== undefined && (named.path !== undefined || isMounted || bakedFile !== undefined)) {
      return twoPins(imagePlace(service), path);
    }
    const inside = bakedVariable ?? (path === program.defaultConfig && !isMounted ? bakedFile : undefined);
    const isPlain = service.mounts.every(({ target }) => target !== undefined);
    return inside !== undefined && isPlain ? inImage(service, inside) : locateFile(file, service, path, 'the pin');
  }
  const mounted = service.mounts.find(({ target }) => target === program.defaultConfig);
  if (named.path !== undefined || mounted !== undefined || bakedFile !== undefined) {
    return twoPins(variable, named.path ?? program.defaultConfig);
  }
  if (variable.variables.length > 0) {
    return { findings: unboundBy(variable.variables, variable, 'the pin is not decided by the text') };
  }
  const { value, line, path, firstLine } = variable;
  if (value === undefined) return { findings: [failing(variable, `${PIN_VARIABLE} is no text`)] };
  return { inline: { text: value, line, path, firstLine, origin: PIN_VARIABLE } };
};
