import { arrayOf, type JsonObject, objectOf } from '../../../base/json.ts';
import { type Found, isGiven, partOf, quoteBytes } from './parts.ts';
import { readStatements } from './statements.ts';
import { noTcbInfo, readTcbInfo, tcbInfoOf } from './tcb-info.ts';

/**
 * The output of `phala cvms attestation --json`. The quote is in the first certificate's description; the certificate itself is
 * not there. `tcb_info` may lack app_compose: the CLI drops what its schema does not know (phala 1.1).
 */
export const isPhalaAttestation = (answer: JsonObject): boolean => 'app_certificates' in answer;

const firstQuote = (value: unknown, what: string): unknown => objectOf(arrayOf(value, what)[0], `${what}[0]`).quote;

export const readPhalaAttestation = (answer: JsonObject, origin: string): Found => {
  const certificates = `${origin}, app_certificates`;
  const where = `${certificates}[0].quote`;
  const quote = isGiven(answer.app_certificates)
    ? { quote: partOf(where, () => quoteBytes(firstQuote(answer.app_certificates, certificates), where)) }
    : {};
  const noQuote = 'quote' in quote ? [] : [`${certificates} is empty: there is no quote`];
  const tcbOrigin = `${origin}, tcb_info`;
  const base = { kind: 'phala-attestation', ...quote } as const;
  if (!isGiven(answer.tcb_info)) return { ...base, statements: {}, notes: [...noQuote, noTcbInfo(tcbOrigin)] };
  const tcbInfo = partOf(tcbOrigin, () => tcbInfoOf(answer.tcb_info, tcbOrigin));
  if ('error' in tcbInfo) return { ...base, eventLog: tcbInfo, appCompose: tcbInfo, statements: {}, notes: noQuote };
  const parts = readTcbInfo(tcbInfo.value, tcbOrigin);
  const dropped = `${tcbOrigin} has no app_compose: some versions of the phala CLI drop it; the agent's Info has it`;
  return {
    ...base,
    ...parts,
    statements: readStatements([{ object: tcbInfo.value, origin: tcbOrigin }]),
    notes: parts.appCompose === undefined ? [...noQuote, dropped] : noQuote,
  };
};
