import type { Service } from '../document.ts';
import { type ComposeFinding, failing, unbound, unboundBy } from '../findings.ts';
import { isExtension, JUDGED_KEYS, NO_NEW_PRIVILEGES, OTHER_KEYS, QUIET_KEYS, SHARING_KEYS } from '../service-keys.ts';
import { childOf, type ComposeNode, itemsOf, literalOf, switchOf, variablesOf } from '../tree.ts';
import { deployedDevices, requestedDevices } from './devices.ts';
import { judgeHooks } from './hooks.ts';
import { loggingFindings } from './logging.ts';

const KNOWN = new Set([...QUIET_KEYS, ...JUDGED_KEYS, ...OTHER_KEYS, ...SHARING_KEYS]);
const NAMESPACES = ['pid', 'ipc', 'network_mode', 'uts', 'userns_mode', 'cgroup'];

/** What Docker gives every container anyway. */
const DEFAULT_CAPABILITIES = [
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT',
].flatMap((names) => names.split(' '));

/** `ours` are the names of the launcher and its responders. */
type Judge = (node: ComposeNode, name: string, ours: readonly string[]) => ComposeFinding[];

/** Judges a text; where a variable decides it is not bound. */
const judge =
  (isHarmless: (text: string, ours: readonly string[]) => boolean, what: string): Judge =>
  (node, name, ours) =>
    itemsOf(node).flatMap((item) => {
      const variables = variablesOf(item);
      if (variables.length > 0) return unboundBy(variables, item, `whether ${name} ${what} is not decided by the text`);
      const text = literalOf(item);
      return text !== undefined && isHarmless(text, ours)
        ? []
        : [failing(item, `${name} ${what}: ${text ?? item.path}`)];
    });

const isOff = (node: ComposeNode): boolean => switchOf(node) === false;

const judgeSwitch =
  (what: string): Judge =>
  (node, name) => {
    const variables = variablesOf(node);
    if (variables.length > 0) return unboundBy(variables, node, `whether ${name} ${what} is not decided by the text`);
    return isOff(node) ? [] : [failing(node, `${name} ${what}`)];
  };

const never =
  (what: string): Judge =>
  (node, name) =>
    node.kind === 'list' && node.items.length === 0 ? [] : [failing(node, `${name} ${what}`)];

/**
 * Annotations are instructions to the runtime (runc's `org.systemd.property.*`, `cdi.k8s.io/*`, crun's `run.oci.*`), and no
 * list of the harmless ones is ever whole.
 */
const judgeAnnotations: Judge = (node, name) => {
  const given = node.kind === 'map' ? [...node.entries] : itemsOf(node).map((item) => [literalOf(item), item] as const);
  return given.map(([what, one]) => failing(one, `${name} has an annotation for the runtime: ${what ?? one.path}`));
};

/** Whoever is in the responder's namespaces can get at its socket, as `/proc/1/root` shows it. */
const isOwnNamespace = (text: string, ours: readonly string[]): boolean =>
  text !== 'host' && !text.startsWith('container:') && !ours.some((one) => text === `service:${one}`);

const capability = (text: string): string => text.toUpperCase().replace(/^CAP_/, '');

const JUDGES: Readonly<Record<string, Judge>> = {
  ...Object.fromEntries(NAMESPACES.map((key) => [key, judge(isOwnNamespace, `shares a namespace (${key})`)])),
  privileged: judgeSwitch('is privileged'),
  use_api_socket: judgeSwitch("gets the engine's socket"),
  cap_add: judge((text) => DEFAULT_CAPABILITIES.includes(capability(text)), 'gets a capability'),
  security_opt: judge((text) => NO_NEW_PRIVILEGES.test(text), 'has a security option'),
  annotations: judgeAnnotations,
  logging: loggingFindings,
  gpus: requestedDevices,
  deploy: deployedDevices,
  cgroup_parent: never('chooses its control group'),
  devices: never('gets a device of the machine'),
  device_cgroup_rules: never('gets devices of the machine'),
  provider: never('is a program that runs on the machine and not in a container'),
  runtime: never('chooses its runtime'),
  post_start: judgeHooks,
  pre_stop: judgeHooks,
  volumes_from: never('takes the mounts of another container'),
  extends: (node, name) => [unbound(node, `${name} takes part of its definition from elsewhere`)],
};

/** What the keys of a service let it do outside of its container. A key that is not known counts as a finding. */
export const serviceRights = ({ node, name }: Service, ours: readonly string[]): ComposeFinding[] =>
  [...node.entries].flatMap(([key, value]) => {
    if (isExtension(key) || childOf(node, key) === undefined) return [];
    if (!KNOWN.has(key)) return [failing(value, `${name} has the key ${key}, and what it allows is not known`)];
    return JUDGES[key]?.(value, name, ours) ?? [];
  });
