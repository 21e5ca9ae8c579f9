import { Asn1Error } from '../asn1/errors.ts';
import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

/** Every code of a {@link TdxError}. */
export type TdxErrorCode =
  // The bytes are not what they should be.
  | 'bad-quote'
  | 'bad-certificate'
  | 'bad-collateral'
  | 'bad-now'
  // They are, but of a kind that is not known here.
  | 'unsupported-version'
  | 'unsupported-tee'
  | 'unsupported-key-type'
  | 'unsupported-body'
  | 'unsupported-certification'
  | 'unsupported-certificate'
  // Genuine, but not at the time that was asked about.
  | 'expired'
  | 'not-yet-valid'
  // Bytes that contradict each other, the pinned root or Intel's rules.
  | 'bad-chain'
  | 'bad-signature'
  | 'bad-binding'
  | 'revoked'
  | 'wrong-qe'
  | 'wrong-collateral'
  | 'wrong-platform'
  | 'wrong-module'
  | 'no-tcb-level'
  | 'debug'
  | 'wrong-attributes';

const EXITS: Record<TdxErrorCode, ExitCode> = {
  'bad-quote': EXIT.malformed,
  'bad-certificate': EXIT.malformed,
  'bad-collateral': EXIT.malformed,
  'bad-now': EXIT.malformed,
  'unsupported-version': EXIT.unsupported,
  'unsupported-tee': EXIT.unsupported,
  'unsupported-key-type': EXIT.unsupported,
  'unsupported-body': EXIT.unsupported,
  'unsupported-certification': EXIT.unsupported,
  'unsupported-certificate': EXIT.unsupported,
  expired: EXIT.stale,
  'not-yet-valid': EXIT.stale,
  'bad-chain': EXIT.rejected,
  'bad-signature': EXIT.rejected,
  'bad-binding': EXIT.rejected,
  revoked: EXIT.rejected,
  'wrong-qe': EXIT.rejected,
  'wrong-collateral': EXIT.rejected,
  'wrong-platform': EXIT.rejected,
  'wrong-module': EXIT.rejected,
  'no-tcb-level': EXIT.rejected,
  debug: EXIT.rejected,
  'wrong-attributes': EXIT.rejected,
};

/** Something wrong with a quote or its collateral. */
export class TdxError extends BaseError<TdxErrorCode> {
  get exitCode(): ExitCode {
    return EXITS[this.code];
  }
}

const codeOf = ({ code, exitCode }: Asn1Error): TdxErrorCode => {
  if (code === 'expired' || code === 'not-yet-valid' || code === 'bad-signature') return code;
  if (exitCode === EXIT.unsupported) return 'unsupported-certificate';
  return exitCode === EXIT.rejected ? 'bad-chain' : 'bad-certificate';
};

/** Runs `read`; an `Asn1Error` out of it becomes a {@link TdxError} that says whose certificate or CRL it was about. */
export const withCertificates = <T>(whose: string, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Asn1Error)) throw cause;
    throw new TdxError(codeOf(cause), `${whose}: ${cause.message}`, { cause });
  }
};

/** Throws `bad-now` unless `now` is a finite number: every comparison with NaN is false, so it would pass every check. */
export const requireNow = (now: number): void => {
  if (!Number.isFinite(now)) throw new TdxError('bad-now', 'the time to check for is not a finite number of seconds');
};
