import { sha256, sha512, utf8 } from '../bytes.ts';
import { ReceiptError } from './errors.ts';

/** In front of the nonce in report data of twl-attest: no nonce can be chosen to look like a receipt's statement. */
const ATTEST_TAG = 'twl-attest/v1:';

/** The nonce's length: nobody guesses or repeats one of 256 random bits. */
export const NONCE_BYTES = 32;

/**
 * The report data of twl-attest's quote: SHA-512 of the tag, the nonce's bytes, and the SHA-256 of the receipt file's bytes. 64 bytes.
 * @throws ReceiptError `bad-receipt` for a nonce that is not 32 bytes
 */
export const attestReportData = (nonce: Uint8Array, receipt: Uint8Array): Uint8Array => {
  if (nonce.length !== NONCE_BYTES) {
    throw new ReceiptError('bad-receipt', `the nonce has ${nonce.length} bytes, not ${NONCE_BYTES}`);
  }
  return sha512(utf8(ATTEST_TAG), nonce, sha256(receipt));
};
