import { type ComposeFinding, failing } from '../findings.ts';
import { childOf, type ComposeNode, itemsOf, literalOf } from '../tree.ts';
import { undecided } from './undecided.ts';

/**
 * Drivers that give a GPU and nothing else; without a name the engine takes the one for what is asked. `cdi` gives whatever a
 * description on the machine says (Container Device Interface): devices, mounts and programs that run on the machine.
 */
const DRIVERS = ['', 'nvidia'];

/** `gpus`: `all`, or requests with a driver each. */
export const requestedDevices = (node: ComposeNode, name: string): ComposeFinding[] =>
  itemsOf(node).flatMap((request) => {
    const driver = childOf(request, 'driver');
    if (driver === undefined) return [];
    const text = literalOf(driver);
    if (text === undefined) return undecided(driver, `by which driver ${name} gets a device`);
    return DRIVERS.includes(text)
      ? []
      : [failing(driver, `${name} gets a device of the machine by the driver ${text}`)];
  });

/** The same requests, as `deploy` has them. */
export const deployedDevices = (deploy: ComposeNode, name: string): ComposeFinding[] => {
  const devices = childOf(childOf(childOf(deploy, 'resources'), 'reservations'), 'devices');
  return devices === undefined ? [] : requestedDevices(devices, name);
};
