import { type JsonObject, stringOf } from '../../../base/json.ts';
import type { Evidence, Part } from '../../../evidence/evidence.ts';
import { readRaTlsChain } from '../../../evidence/ra-tls/read-chain.ts';
import { type Found, isGiven, offered, partOf } from './parts.ts';
import { readLeaf } from './ra-tls-leaf.ts';
import { readStatements, type Stating } from './statements.ts';
import { noTcbInfo, readTcbInfo, tcbInfoOf } from './tcb-info.ts';

/** The answer of a guest agent's `Info` (dstack guest API): `tcb_info` is the text of an object, `app_cert` a PEM chain. */
export const isAgentInfo = (answer: JsonObject): boolean => 'app_cert' in answer && 'tcb_info' in answer;

const chainOf = (value: unknown, what: string): readonly Uint8Array[] => readRaTlsChain(stringOf(value, what));

type ChainParts = Pick<Evidence, 'certificates' | 'quote' | 'eventLog' | 'vmConfig' | 'mrConfig'>;

/** What the certificate chain holds; where it cannot be read, there is no quote either, for the same reason. */
const readChain = (answer: JsonObject, origin: string): ChainParts => {
  const where = `${origin}, app_cert`;
  const { certificates } = offered('certificates', where, answer.app_cert, chainOf);
  if (certificates === undefined) return {};
  if ('error' in certificates) return { certificates, quote: certificates };
  const [leaf = new Uint8Array()] = certificates.value;
  return { certificates, ...readLeaf(leaf, `${where}, leaf`) };
};

export const readAgentInfo = (answer: JsonObject, origin: string): Found => {
  const tcbOrigin = `${origin}, tcb_info`;
  const tcbInfo: Part<JsonObject> | undefined = isGiven(answer.tcb_info)
    ? partOf(tcbOrigin, () => tcbInfoOf(answer.tcb_info, tcbOrigin))
    : undefined;
  const top: Stating = { object: answer, origin };
  const readable = tcbInfo !== undefined && 'value' in tcbInfo ? tcbInfo.value : undefined;
  const unreadable = tcbInfo !== undefined && 'error' in tcbInfo ? { eventLog: tcbInfo, appCompose: tcbInfo } : {};
  const noChain = `${origin}, app_cert is empty: the agent could not get a certificate, so there is no quote`;
  return {
    kind: 'agent-info',
    ...unreadable,
    // The log in tcb_info is whole; the one in the certificate may be stripped.
    ...readChain(answer, origin),
    ...offered('vmConfig', `${origin}, vm_config`, answer.vm_config, stringOf),
    ...(readable === undefined ? {} : readTcbInfo(readable, tcbOrigin)),
    statements: readStatements(readable === undefined ? [top] : [top, { object: readable, origin: tcbOrigin }]),
    notes: [...(isGiven(answer.app_cert) ? [] : [noChain]), ...(tcbInfo === undefined ? [noTcbInfo(tcbOrigin)] : [])],
  };
};
