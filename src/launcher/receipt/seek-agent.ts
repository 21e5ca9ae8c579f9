import type { Logger } from '../../base/log.ts';
import { findAgent } from '../../guest/find-agent.ts';
import type { Pin } from '../../pin/types.ts';
import { LaunchError } from '../errors.ts';

/**
 * Whom to ask for a receipt; undefined for a launch without one. A look at the file system and nothing more: most starts that are
 * not in a TEE end here.
 * @throws LaunchError `receipt-no-agent` with RECEIPT=required
 */
export const seekAgent = ({ receipt }: Pin, log: Logger): string | undefined => {
  if (receipt === 'off') return undefined;
  const found = findAgent(process.env);
  if ('socketPath' in found) return found.socketPath;
  const { message, hint } = found.missing;
  if (receipt === 'required') {
    throw new LaunchError('receipt-no-agent', `RECEIPT=required: ${message}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: found.missing,
    });
  }
  log.warning(`no receipt: ${message}`, { code: 'receipt-no-agent' });
  return undefined;
};
