import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

/** Every code of an {@link Asn1Error}. */
export type Asn1ErrorCode =
  // The bytes are not what they should be.
  | 'bad-der'
  | 'bad-pem'
  | 'bad-time'
  | 'bad-certificate'
  | 'bad-crl'
  | 'too-large'
  | 'bad-now'
  // They are, but this code does not know what they ask for.
  | 'unknown-critical-extension'
  | 'unsupported-algorithm'
  // They were valid, or will be, but not at the time that was asked about.
  | 'expired'
  | 'not-yet-valid'
  // They contradict each other or the pinned root.
  | 'bad-chain'
  | 'not-a-ca'
  | 'bad-signature'
  | 'wrong-root';

const EXITS: Record<Asn1ErrorCode, ExitCode> = {
  'bad-der': EXIT.malformed,
  'bad-pem': EXIT.malformed,
  'bad-time': EXIT.malformed,
  'bad-certificate': EXIT.malformed,
  'bad-crl': EXIT.malformed,
  'too-large': EXIT.malformed,
  'bad-now': EXIT.malformed,
  'unknown-critical-extension': EXIT.unsupported,
  'unsupported-algorithm': EXIT.unsupported,
  expired: EXIT.stale,
  'not-yet-valid': EXIT.stale,
  'bad-chain': EXIT.rejected,
  'not-a-ca': EXIT.rejected,
  'bad-signature': EXIT.rejected,
  'wrong-root': EXIT.rejected,
};

/** Something wrong with DER, a certificate, a CRL or a chain. Text out of certificates is escaped in the message. */
export class Asn1Error extends BaseError<Asn1ErrorCode> {
  get exitCode(): ExitCode {
    return EXITS[this.code];
  }
}
