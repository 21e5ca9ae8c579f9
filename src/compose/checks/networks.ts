import type { ComposeFile, Service } from '../document.ts';
import { type ComposeFinding, failing, unbound, unboundBy } from '../findings.ts';
import { networkKeys } from '../networks.ts';
import { childOf, type ComposeNode, itemsOf, literalOf, switchOf, variablesOf } from '../tree.ts';

/** Drivers of the engine whose networks belong to the containers alone. Others are the machine's own, or programs that run on it. */
const DRIVERS = ['', 'default', 'bridge'];

/** What the engine calls the network; undefined where it is a name of the project's own. */
const ownName = (key: string, definition: ComposeNode | undefined): string | undefined => {
  const external = childOf(definition, 'external');
  const name = literalOf(childOf(definition, 'name') ?? childOf(external, 'name'));
  return name ?? (external === undefined || switchOf(external) === false ? undefined : key);
};

/** The engine takes the name of a network for its mode: `host` and `container:x` are none of its own. */
const isMachine = (name: string | undefined): boolean => name === 'host' || name?.includes(':') === true;

const definitionFindings = (
  name: string,
  key: string,
  node: ComposeNode,
  definition: ComposeNode | undefined,
): ComposeFinding[] => {
  const deciding = ['name', 'external', 'driver'].flatMap((one) => childOf(definition, one) ?? []);
  const variables = deciding.flatMap(variablesOf);
  if (variables.length > 0) return unboundBy(variables, node, `which network ${name} is in is not decided by the text`);
  const own = ownName(key, definition);
  if (isMachine(own)) return [failing(node, `${name} is in a network that is not its own (${own})`)];
  const driver = childOf(definition, 'driver');
  if (driver === undefined || DRIVERS.includes(literalOf(driver) ?? '?')) return [];
  return [failing(node, `${name} is in a network of the driver ${literalOf(driver) ?? 'that cannot be read'}`)];
};

/** No service is in the machine's own network, by whatever name: there it reaches what listens for the machine alone. */
export const networkFindings = ({ root }: ComposeFile, service: Service): ComposeFinding[] => {
  const undecided = itemsOf(childOf(service.node, 'networks')).filter(
    (item) => item.kind !== 'map' && literalOf(item) === undefined,
  );
  return [
    ...undecided.map((item) => unbound(item, `which network ${service.name} is in cannot be read`)),
    ...networkKeys(service).flatMap(({ key, node }) =>
      definitionFindings(service.name, key, node, childOf(childOf(root, 'networks'), key)),
    ),
  ];
};
