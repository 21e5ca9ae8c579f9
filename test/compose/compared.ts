import type { ComposeFile, Service } from '../../src/compose/document.ts';
import { cleanPath } from '../../src/compose/paths.ts';
import type { Config, ConfigService } from './compose-command.ts';

/** The parts of a service that both sides are compared by. */
export interface Comparable {
  image: string | undefined;
  environment: Record<string, string | null>;
  command: readonly string[] | undefined;
  entrypoint: readonly string[] | undefined;
  mounts: string[];
  switches: Record<string, boolean>;
  words: Record<string, string[]>;
}

const SWITCHES = ['read_only', 'privileged', 'init'];
const LISTS = ['cap_add', 'cap_drop', 'security_opt', 'profiles', 'devices'];

const line = (...parts: (string | boolean | undefined)[]): string => parts.map((part) => part ?? '').join(' ');
const present = <T>(entries: (readonly [string, T | undefined])[]): Record<string, T> =>
  Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

const relative = (folder: string, source: string | undefined): string | undefined =>
  source === undefined
    ? undefined
    : source.startsWith('/')
      ? cleanPath(source)
      : source.startsWith('~')
        ? cleanPath(`${folder}/${source.slice(1)}`)
        : cleanPath(`${folder}/${source}`);

export const fromConfig = (service: ConfigService): Comparable => ({
  image: service.image,
  environment: service.environment ?? {},
  command: service.command ?? undefined,
  entrypoint: service.entrypoint ?? undefined,
  mounts: [
    ...(service.volumes ?? []).map((one) =>
      line(
        one.type,
        one.type === 'bind' ? cleanPath(one.source ?? '') : one.source,
        one.target,
        one.read_only === true,
      ),
    ),
    ...(service.tmpfs ?? []).map((text) => line('tmpfs', '', text.split(':')[0], false)),
    ...(service.configs ?? []).map(({ source, target }) => line('config', source, target ?? `/${source}`, true)),
    ...(service.secrets ?? []).map(({ source, target }) =>
      line('secret', source, target ?? `/run/secrets/${source}`, true),
    ),
  ].sort(),
  switches: present(SWITCHES.map((key) => [key, service[key] === true ? true : undefined])),
  words: present(LISTS.map((key) => [key, (service[key] as string[] | undefined)?.map(String).sort()])),
});

export const fromOurs = ({ node, environment, command, entrypoint, mounts }: Service, folder: string): Comparable => {
  const scalar = (key: string) => {
    const one = node.entries.get(key);
    return one?.kind === 'scalar' ? one : undefined;
  };
  return {
    image: scalar('image')?.text,
    environment: Object.fromEntries(environment.map(({ name, value }) => [name ?? '?', value ?? null])),
    command: command?.words,
    entrypoint: entrypoint?.words,
    mounts: mounts
      .map(({ kind, source, target, readOnly }) =>
        line(kind, kind === 'bind' ? relative(folder, source) : source, target, readOnly),
      )
      .sort(),
    switches: present(
      SWITCHES.map((key) => [key, /^(?:true|y|yes|on)$/i.test(scalar(key)?.text ?? '') ? true : undefined]),
    ),
    words: present(
      LISTS.map((key) => {
        const one = node.entries.get(key);
        const items =
          one?.kind === 'list' ? one.items.map((item) => (item.kind === 'scalar' ? item.text : '?')) : undefined;
        return [key, items === undefined || items.length === 0 ? undefined : items.sort()];
      }),
    ),
  };
};

export const allFromConfig = ({ services }: Config): Record<string, Comparable> =>
  Object.fromEntries(Object.entries(services).map(([name, service]) => [name, fromConfig(service)]));

export const allFromOurs = ({ services }: ComposeFile, folder: string): Record<string, Comparable> =>
  Object.fromEntries(services.map((service) => [service.name, fromOurs(service, folder)]));
