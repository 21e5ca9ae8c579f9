import { BaseError, messageOf } from '../../base/error.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { ReceiptError } from '../../evidence/receipt/errors.ts';
import { GuestError } from '../../guest/errors.ts';
import { StateError } from '../../state/errors.ts';
import { LaunchError, type LaunchErrorCode } from '../errors.ts';

/** What a failure of a receipt's part is for the launch, by the status that it would end with. */
const CODES: Partial<Record<ExitCode, LaunchErrorCode>> = {
  [EXIT.rejected]: 'receipt-contradicted',
  [EXIT.unsupported]: 'receipt-unsupported',
  [EXIT.malformed]: 'receipt-malformed',
  [EXIT.unavailable]: 'receipt-unavailable',
  [EXIT.environment]: 'receipt-no-agent',
};

/** Any failure on the way to a receipt, as one of the launch. What no room foresaw is thrown on. */
export const launchErrorOf = (error: unknown): LaunchError => {
  if (error instanceof LaunchError) return error;
  if (error instanceof StateError || (error instanceof Error && 'syscall' in error)) {
    const hint = error instanceof StateError ? error.hint : undefined;
    return new LaunchError('receipt-not-written', `no receipt: ${messageOf(error)}`, {
      hint: hint ?? 'mount a writable folder there, or name one in TWL_RUN_DIR',
      cause: error,
    });
  }
  if (!(error instanceof BaseError)) throw error;
  const code = CODES[(error as BaseError<string>).exitCode] ?? 'receipt-malformed';
  return new LaunchError(code, `no receipt: ${error.message}`, {
    hint: error.hint ?? 'look at what listens at the socket of the guest agent',
    cause: error,
  });
};

/** Whether the log says that something else came first: such a launch is refused even where a receipt is not required. */
export const contradictsLaunch = ({ cause }: LaunchError): boolean =>
  cause instanceof ReceiptError && (cause.code === 'event-before' || cause.code === 'other-launcher');

/** Whether another call is likely to go the same way, after the same wait. */
export const isGone = ({ cause }: LaunchError): boolean =>
  cause instanceof GuestError && (cause.code === 'agent-timed-out' || cause.code === 'agent-unreachable');
