import { type JsonObject, objectOf, stringOf } from '../../../base/json.ts';
import { readNearKey } from '../base58.ts';
import { type Found, isGiven, offered, partOf, quoteBytes } from './parts.ts';
import { readStatements } from './statements.ts';
import { noTcbInfo, readTcbInfo, tcbInfoOf } from './tcb-info.ts';

/** The answer of a NEAR MPC node's `/public_data`. */
export const isNearPublicData = (answer: JsonObject): boolean => 'tee_participant_info' in answer;

const keyOf = (answer: JsonObject, name: string, origin: string): Uint8Array => {
  const where = `${origin}, ${name}`;
  return readNearKey(stringOf(answer[name], where), where);
};

/** The account key is the one that signs for the node's account (`near_signer_public_key`). */
const keys = (answer: JsonObject, origin: string) => ({
  p2p: keyOf(answer, 'near_p2p_public_key', origin),
  account: keyOf(answer, 'near_signer_public_key', origin),
});

export const readNearPublicData = (answer: JsonObject, origin: string): Found => {
  const where = `${origin}, tee_participant_info.Dstack`;
  const attested = partOf(where, () => objectOf(objectOf(answer.tee_participant_info, where).Dstack, where));
  const nearKeys = partOf(`${origin}, near_p2p_public_key and near_signer_public_key`, () => keys(answer, origin));
  const base = { kind: 'near-mpc', nearKeys } as const;
  if ('error' in attested) return { ...base, quote: attested, statements: {}, notes: [] };
  const dstack = attested.value;
  const tcbOrigin = `${where}.tcb_info`;
  const given = {
    ...base,
    ...offered('quote', `${where}.quote`, dstack.quote, quoteBytes),
    ...offered('collateral', `${where}.collateral`, dstack.collateral, (value) => value),
  };
  if (!isGiven(dstack.tcb_info)) return { ...given, statements: {}, notes: [noTcbInfo(tcbOrigin)] };
  const tcbInfo = partOf(tcbOrigin, () => tcbInfoOf(dstack.tcb_info, tcbOrigin));
  if ('error' in tcbInfo) return { ...given, eventLog: tcbInfo, appCompose: tcbInfo, statements: {}, notes: [] };
  return {
    ...given,
    ...readTcbInfo(tcbInfo.value, tcbOrigin),
    statements: readStatements([{ object: tcbInfo.value, origin: tcbOrigin }]),
    notes: [],
  };
};
