import type { LauncherContext } from '../context.ts';
import type { ComposeFile, Service } from '../document.ts';
import { type ComposeFinding, failing, informing, unbound, unboundBy } from '../findings.ts';
import { isExtension, JUDGED_KEYS, NO_NEW_PRIVILEGES, QUIET_KEYS, TOP_KEYS } from '../service-keys.ts';
import { childOf, type ComposeNode, itemsOf, literalOf, switchOf, variablesOf } from '../tree.ts';
import { deployedDevices, requestedDevices } from './devices.ts';
import { checkMounts } from './launcher-mounts.ts';
import { loggingFindings } from './logging.ts';
import { networkFindings } from './networks.ts';
import { responderMounts, responderUser } from './responder.ts';
import { undecided } from './undecided.ts';

const DEPLOY_KEYS = ['labels', 'mode', 'replicas', 'resources', 'restart_policy', 'placement', 'update_config'];

const keyFinding = (key: string, node: ComposeNode): ComposeFinding => {
  if (key !== 'extends')
    return failing(node, `${key} is not among the keys that leave the launcher what its image makes it`);
  const text = 'the launcher takes part of its definition from elsewhere; write it out in place';
  return childOf(node, 'file') === undefined ? failing(node, text) : unbound(node, text);
};

/** No command may run inside of the launcher's container but its own. */
const healthcheckFindings = (node: ComposeNode | undefined): ComposeFinding[] => {
  if (node === undefined || switchOf(childOf(node, 'disable')) === true) return [];
  const test = childOf(node, 'test');
  const [first] = itemsOf(test);
  // As a text it would be a command that is called NONE.
  const isNone = test?.kind === 'list' && literalOf(first) === 'NONE';
  if (node.kind === 'map' && (first === undefined || isNone)) return [];
  return [failing(first ?? node, "a healthcheck runs a command inside of the launcher's container")];
};

const securityFindings = (node: ComposeNode | undefined): ComposeFinding[] =>
  itemsOf(node).flatMap((item) => {
    const text = literalOf(item);
    if (text === undefined) return undecided(item, 'a security option');
    return NO_NEW_PRIVILEGES.test(text)
      ? []
      : [failing(item, `the security option ${text} is not known to be harmless`)];
  });

const deployFindings = (node: ComposeNode | undefined, name: string): ComposeFinding[] => {
  if (node === undefined) return [];
  if (node.kind !== 'map') return undecided(node, 'deploy');
  const strangers = [...node.entries].filter(([key]) => !DEPLOY_KEYS.includes(key) && !isExtension(key));
  const mode = childOf(node, 'mode');
  return [
    ...strangers.map(([key, value]) => failing(value, `deploy.${key} is not among the keys that are let pass`)),
    ...(mode === undefined || literalOf(mode) === 'replicated' ? [] : [failing(mode, 'deploy.mode is not replicated')]),
    ...deployedDevices(node, name),
  ];
};

/** The platform that TDX machines have, and whose child of an index is the one that was looked at. */
const PLATFORM = 'linux/amd64';

/** An index names an image for each platform, and nobody has looked at the others. */
const platformFindings = (node: ComposeNode): ComposeFinding[] => {
  const platform = literalOf(node);
  if (platform === undefined) return undecided(node, 'platform');
  if (platform === PLATFORM) return [];
  return [failing(node, `the platform is ${platform}: another image of the index than the one for ${PLATFORM}`)];
};

/** Keys that are quiet but for some of their values. */
const VALUES: Readonly<Record<string, (node: ComposeNode, name: string) => ComposeFinding[]>> = {
  platform: platformFindings,
  logging: loggingFindings,
  gpus: requestedDevices,
};

/** What a variable may decide without changing what is launched is only told. */
const quietFindings = (key: string, node: ComposeNode, service: string): ComposeFinding[] => {
  const found = VALUES[key]?.(node, service) ?? [];
  if (found.length > 0 || key === 'platform') return found;
  const what = `the value of ${key} is not in the text`;
  return variablesOf(node).map(({ name, line }) =>
    informing({ line, path: node.path }, `${what}: it comes from ${name}`),
  );
};

const keyFindings = (service: Service): ComposeFinding[] =>
  [...service.node.entries].flatMap(([key, value]) => {
    if (isExtension(key) || childOf(service.node, key) === undefined) return [];
    if (QUIET_KEYS.includes(key)) return quietFindings(key, value, service.name);
    return JUDGED_KEYS.includes(key) ? [] : [keyFinding(key, value)];
  });

const serviceFindings = (service: Service): ComposeFinding[] => [
  ...keyFindings(service),
  ...healthcheckFindings(childOf(service.node, 'healthcheck')),
  ...securityFindings(childOf(service.node, 'security_opt')),
  ...deployFindings(childOf(service.node, 'deploy'), service.name),
];

/** Files that the attested text names and does not hold, and keys that nobody knows. */
const topFindings = ({ root }: ComposeFile): ComposeFinding[] =>
  [...root.entries].flatMap(([key, node]) => {
    if (TOP_KEYS.includes(key) || isExtension(key)) return [];
    if (key === 'include') return [unbound(node, 'include brings in files that the attested text does not hold')];
    return [failing(node, `${key} is no key of a compose file that is read here`)];
  });

/** The command of the launcher: a config's path and nothing else. */
const commandFindings = ({ command }: Service): ComposeFinding[] => {
  if (command === undefined) return [];
  if (command.variables.length > 0)
    return unboundBy(command.variables, command, 'the command is not decided by the text');
  if (command.words === undefined)
    return [failing(command, 'the command cannot be split as compose does; write it as a list')];
  const [first, ...rest] = command.words;
  if (first === undefined || (rest.length === 0 && !first.startsWith('-') && first !== '')) return [];
  return [failing(command, `the command is more than the path of a config: ${command.words.join(' ')}`)];
};

/** compose.override: the launcher's service has no key that changes what its image does, and no mount over its files. */
export const checkOverride = (context: LauncherContext): ComposeFinding[] => {
  const { file, launcher, roles } = context;
  const responders = roles.responders.flatMap((service) => {
    // The entry point that makes it the responder is what it was found by.
    const own = [service.entrypoint?.path, responderUser(service)];
    const findings = serviceFindings(service).filter(({ path }) => !own.includes(path));
    return [...findings, ...responderMounts(file, service)];
  });
  return [
    ...topFindings(file),
    ...serviceFindings(launcher),
    ...commandFindings(launcher),
    ...checkMounts(context),
    ...networkFindings(file, launcher),
    ...responders,
  ];
};
