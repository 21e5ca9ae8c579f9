import { readCollateral } from './collateral.ts';
import { type TcbEvaluation, evaluateTcb } from './evaluate-tcb.ts';
import { type Quote, parseQuote } from './quote.ts';
import { type TdAttributes, checkTdAttributes } from './td-attributes.ts';
import { type VerifiedCollateral, verifyCollateral } from './verify-collateral.ts';
import { type Pck, type TrustOptions, verifyQuoteSignature } from './verify-quote.ts';

export interface DcapResult {
  readonly quote: Quote;
  readonly pck: Pck;
  readonly collateral: VerifiedCollateral;
  readonly tcb: TcbEvaluation;
  readonly attributes: TdAttributes;
}

/**
 * All of DCAP for one TDX quote: its signature, its collateral (parsed JSON, see `readCollateral`), the levels of platform, module and
 * quoting enclave, and the TD's attributes. Throws `TdxError` where anything does not hold; which TCB status to
 * accept is the caller's to say.
 */
export const verifyDcap = (quoteBytes: Uint8Array, collateralJson: unknown, options: TrustOptions): DcapResult => {
  const quote = parseQuote(quoteBytes);
  const unverified = readCollateral(collateralJson);
  const pck = verifyQuoteSignature(quote, options);
  const collateral = verifyCollateral(unverified, options);
  return { quote, pck, collateral, tcb: evaluateTcb(quote, pck, collateral), attributes: checkTdAttributes(quote) };
};
