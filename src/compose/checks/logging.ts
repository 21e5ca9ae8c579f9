import { type ComposeFinding, failing } from '../findings.ts';
import { childOf, type ComposeNode, literalOf } from '../tree.ts';
import { undecided } from './undecided.ts';

/** Drivers that the engine has built in. Any other name is a way to a socket at which it looks for a plug-in, `..` included. */
const DRIVERS = ['', 'none local json-file journald syslog gelf fluentd awslogs splunk gcplogs'].flatMap((names) =>
  names.split(' '),
);

/** Options that say where the engine connects to: `syslog-address`, `gelf-address`, `fluentd-address`. */
const isAddress = (option: string): boolean => option.endsWith('-address');

/**
 * A host and a port, with the schemes that the drivers have for a network. What is left are `unix` and `unixgram`, in whatever
 * form the drivers read them, and what no driver takes.
 */
const NETWORK = /^(?:(?:tcp|udp|tls|tcp\+tls):\/\/[^/]*\/?|[\w.-]*(?::\d+)?)$/i;

const optionFindings = (key: string, node: ComposeNode, name: string): ComposeFinding[] => {
  const address = literalOf(node);
  if (address === undefined) return undecided(node, `where the logs of ${name} go`);
  if (NETWORK.test(address)) return [];
  return [failing(node, `the logs of ${name} go to a socket of the machine (${key}: ${address})`)];
};

const driverFindings = (node: ComposeNode, name: string): ComposeFinding[] => {
  const driver = literalOf(node);
  if (driver === undefined) return undecided(node, `the log driver of ${name}`);
  return DRIVERS.includes(driver)
    ? []
    : [failing(node, `the log driver of ${name} is none of the engine's own: ${driver}`)];
};

/** The engine writes the logs itself, as root of the machine: what a service says goes to no socket of the machine. */
export const loggingFindings = (node: ComposeNode, name: string): ComposeFinding[] => {
  if (node.kind !== 'map') return undecided(node, `the logging of ${name}`);
  const driver = childOf(node, 'driver');
  const options = childOf(node, 'options');
  const addresses = options?.kind === 'map' ? [...options.entries.keys()].filter(isAddress) : [];
  return [
    ...(driver === undefined ? [] : driverFindings(driver, name)),
    ...(options === undefined || options.kind === 'map' ? [] : undecided(options, `the log options of ${name}`)),
    ...addresses.flatMap((key) => {
      const address = childOf(options, key);
      return address === undefined ? [] : optionFindings(key, address, name);
    }),
  ];
};
