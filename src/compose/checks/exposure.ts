import { EXPOSURE_KEYS, type ExposureKey } from '../app-facts.ts';
import type { ComposeContext } from '../context.ts';
import { type ComposeFinding, informing } from '../findings.ts';
import { childOf, itemsOf, literalOf } from '../tree.ts';

const OPENS: Record<ExposureKey, string> = {
  public_logs: 'anybody can read the logs of the containers',
  public_sysinfo: 'anybody can read figures of the machine',
  public_tcbinfo: 'anybody can read the evidence, app-compose included',
  gateway_enabled: 'the gateway leads to the ports of the machine',
};

/** compose.exposure: what is open to the outside. It informs and fails nothing. */
export const checkExposure = ({ app, file }: ComposeContext): ComposeFinding[] => [
  ...EXPOSURE_KEYS.filter((key) => app.exposure[key] === true).map((key) =>
    informing({ line: undefined, path: key }, OPENS[key]),
  ),
  ...file.services.flatMap(({ node, name }) =>
    itemsOf(childOf(node, 'ports')).map((port) => {
      const text = literalOf(port) ?? literalOf(childOf(port, 'published')) ?? literalOf(childOf(port, 'target'));
      return informing(port, `${name} opens the port ${text ?? 'that a variable names'}`);
    }),
  ),
];
