import type { LauncherContext } from '../context.ts';
import type { ComposeFile, Service } from '../document.ts';
import { type ComposeFinding, failing, informing, unbound, unboundBy } from '../findings.ts';
import { isExtension, JUDGED_KEYS, QUIET_KEYS, TOP_KEYS } from '../service-keys.ts';
import { childOf, type ComposeNode, itemsOf, literalOf, switchOf, variablesOf } from '../tree.ts';
import { checkMounts } from './launcher-mounts.ts';
import { undecided } from './undecided.ts';

const DEPLOY_KEYS = ['labels', 'mode', 'replicas', 'resources', 'restart_policy', 'placement', 'update_config'];
const NO_NEW_PRIVILEGES = /^no-new-privileges(?:[:=]true)?$/;

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
  if (node.kind === 'map' && (first === undefined || (test?.kind === 'list' && literalOf(first) === 'NONE'))) return [];
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

const deployFindings = (node: ComposeNode | undefined): ComposeFinding[] => {
  if (node === undefined) return [];
  if (node.kind !== 'map') return undecided(node, 'deploy');
  const strangers = [...node.entries].filter(([key]) => !DEPLOY_KEYS.includes(key) && !isExtension(key));
  const mode = childOf(node, 'mode');
  return [
    ...strangers.map(([key, value]) => failing(value, `deploy.${key} is not among the keys that are let pass`)),
    ...(mode === undefined || literalOf(mode) === 'replicated' ? [] : [failing(mode, 'deploy.mode is not replicated')]),
  ];
};

/** What a variable may decide without changing what is launched is only told; which child of an index is pulled is not. */
const quietFindings = (key: string, node: ComposeNode): ComposeFinding[] => {
  const what = `the value of ${key} is not in the text`;
  if (key === 'platform') return unboundBy(variablesOf(node), node, what);
  return variablesOf(node).map(({ name, line }) =>
    informing({ line, path: node.path }, `${what}: it comes from ${name}`),
  );
};

const keyFindings = (service: Service): ComposeFinding[] =>
  [...service.node.entries].flatMap(([key, value]) => {
    if (isExtension(key) || childOf(service.node, key) === undefined) return [];
    if (QUIET_KEYS.includes(key)) return quietFindings(key, value);
    return JUDGED_KEYS.includes(key) ? [] : [keyFinding(key, value)];
  });

const serviceFindings = (service: Service): ComposeFinding[] => [
  ...keyFindings(service),
  ...healthcheckFindings(childOf(service.node, 'healthcheck')),
  ...securityFindings(childOf(service.node, 'security_opt')),
  ...deployFindings(childOf(service.node, 'deploy')),
];

/** Files that the attested text names and does not hold, and keys that nobody knows. */
export const topFindings = ({ root }: ComposeFile): ComposeFinding[] =>
  [...root.entries].flatMap(([key, node]) => {
    if (TOP_KEYS.includes(key) || isExtension(key)) return [];
    if (key === 'include') return [unbound(node, 'include brings in files that the attested text does not hold')];
    return [failing(node, `${key} is no key of a compose file that is read here`)];
  });

const isEmpty = ({ command }: Service): boolean => command === undefined || command.words?.length === 0;

/** The command of the launcher: a config's path and nothing else. */
const commandFindings = (service: Service): ComposeFinding[] => {
  const { command } = service;
  if (command === undefined || isEmpty(service)) return [];
  if (command.variables.length > 0)
    return unboundBy(command.variables, command, 'the command is not decided by the text');
  if (command.words === undefined)
    return [failing(command, 'the command cannot be split as compose does; write it as a list')];
  const [first = ''] = command.words;
  if (command.words.length === 1 && !first.startsWith('-') && first !== '') return [];
  return [failing(command, `the command is more than the path of a config: ${command.words.join(' ')}`)];
};

/** compose.override: the launcher's service has no key that changes what its image does, and no mount over its files. */
export const checkOverride = (context: LauncherContext): ComposeFinding[] => {
  const { file, launcher, program, pin, roles } = context;
  const pinPath = launcher.command?.words?.[0] ?? program.defaultConfig;
  const responders = roles.responders.flatMap((service) => {
    // The one word that makes it the responder is what it was found by, as command or as entry point.
    const findings = serviceFindings(service).filter(({ path }) => path !== service.entrypoint?.path);
    return [...findings, ...checkMounts(service, '', program, undefined)];
  });
  return [
    ...topFindings(file),
    ...serviceFindings(launcher),
    ...commandFindings(launcher),
    ...checkMounts(launcher, pinPath, program, pin),
    ...responders,
  ];
};
