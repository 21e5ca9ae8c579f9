import type { PinErrorCode } from './errors.ts';

/** Why a value is refused. `message` continues the key's name: "must be …", "must not …". It never holds the value. */
export interface Fault {
  code: PinErrorCode;
  message: string;
  /** Where in the value, in code units. */
  offset: number;
  /** What to do next. */
  hint: string;
}

/** What a rule of the pin makes of a value. */
export type Checked<T> = { ok: true; value: T } | { ok: false; fault: Fault };

export const pass = <T>(value: T): Checked<T> => ({ ok: true, value });

export const fail = (code: PinErrorCode, message: string, hint: string, offset = 0): { ok: false; fault: Fault } => ({
  ok: false,
  fault: { code, message, hint, offset },
});
