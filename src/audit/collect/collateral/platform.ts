import { parsePemChain } from '../../../asn1/certificate.ts';
import { readPckExtension, SGX_EXTENSION } from '../../../tdx/pck-extension.ts';
import { parseQuote } from '../../../tdx/quote.ts';
import { CollectError } from '../errors.ts';

/** The authorities that issue PCK certificates, as URLs of the collateral service name them. */
export type PckCa = 'platform' | 'processor';

/** Which collateral a quote needs. */
export interface Platform {
  /** 12 lower-case hex digits. */
  readonly fmspc: string;
  readonly ca: PckCa;
}

const AUTHORITIES: Readonly<Record<string, PckCa>> = {
  'Intel SGX PCK Platform CA': 'platform',
  'Intel SGX PCK Processor CA': 'processor',
};

/**
 * Which collateral to fetch for a quote: what its PCK certificate says, unverified. A lie leads to collateral that the checks
 * then refuse. Throws TdxError and Asn1Error, and CollectError `bad-answer` for an unknown authority.
 */
export const platformOfQuote = (quote: Uint8Array): Platform => {
  const what = 'the PCK certificate chain';
  const [leaf] = parsePemChain(parseQuote(quote).pckChainPem, what, { understood: [SGX_EXTENSION] });
  const ca = leaf === undefined ? undefined : AUTHORITIES[leaf.issuerCommonName ?? ''];
  if (leaf === undefined || ca === undefined) {
    throw new CollectError('bad-answer', 'the PCK certificate of the quote is from none of the authorities of Intel', {
      hint: 'give the collateral as a file',
    });
  }
  return { fmspc: readPckExtension(leaf).fmspc, ca };
};
