import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

const EXITS = {
  usage: EXIT.usage,
  'bad-variable': EXIT.usage,
  'no-agent': EXIT.environment,
  'cannot-listen': EXIT.environment,
} as const satisfies Record<string, ExitCode>;

/** Why twl-attest does not start. */
export class ResponderError extends BaseError<keyof typeof EXITS> {
  get exitCode(): ExitCode {
    return EXITS[this.code];
  }
}
