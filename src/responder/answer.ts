import { attestReportData } from '../evidence/receipt/attest.ts';
import { MAX_RECEIPT_BYTES } from '../evidence/receipt/limits.ts';
import { readReceipt } from '../evidence/receipt/receipt.ts';
import type { GuestAgent } from '../guest/agent.ts';
import { readBounded } from '../state/read-bounded.ts';

/** The first member of every answer. */
export const ANSWER_SCHEMA = 'twl-attest/v1';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * The answer to a nonce: a quote over it and over the receipt as it lies there, with all that is needed to check that. Report data are
 * never the caller's own: it is hashed behind a tag, so that no caller can have something quoted that means something elsewhere.
 * @param nonce 32 bytes
 * @throws StateError, ReceiptError where there is no receipt; GuestError
 */
export const answerNonce = async (nonce: Uint8Array, receiptPath: string, agent: () => GuestAgent): Promise<string> => {
  const receipt = readBounded(receiptPath, MAX_RECEIPT_BYTES);
  // Other containers may share the folder: nothing but a receipt is shown or quoted.
  readReceipt(receipt);
  const reportData = attestReportData(nonce, receipt);
  const { quote, eventLog, vmConfig } = await agent().getQuote(reportData);
  return `${JSON.stringify({
    schema: ANSWER_SCHEMA,
    nonce: hexOf(nonce),
    report_data: hexOf(reportData),
    quote: hexOf(quote),
    event_log: eventLog,
    vm_config: vmConfig,
    // Text and not JSON: its bytes are what was hashed.
    receipt: Buffer.from(receipt).toString('utf8'),
  })}\n`;
};
