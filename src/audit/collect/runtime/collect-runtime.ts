import { BaseError } from '../../../base/error.ts';
import { EXIT } from '../../../base/exit-codes.ts';
import type { Part } from '../../../evidence/evidence.ts';
import { MAX_RECEIPT_BYTES } from '../../../evidence/receipt/limits.ts';
import type { AuditEvidence } from '../../evidence.ts';
import type { AttestAnswer } from '../../runtime/attest-answer.ts';
import { isUrl, readAddress } from '../address.ts';
import { partOf } from '../answer/parts.ts';
import { httpGet } from '../http-get.ts';
import { readNamedFile } from '../named-file.ts';
import { type AskOptions, askAttest } from './ask-attest.ts';
import { MAX_ATTEST_BYTES, MAX_LOG_BYTES } from './limits.ts';
import { readAttest } from './read-attest.ts';

/** What the user named for step 4. */
export interface RuntimeSources {
  /** A path. */
  readonly receipt: string | undefined;
  /** A path or a URL. */
  readonly attest: string | undefined;
  /** What twl-attest is asked; a URL needs one. */
  readonly nonce: Uint8Array | undefined;
  /** A path or a URL. */
  readonly logs: string | undefined;
}

type RuntimeParts = Pick<AuditEvidence, 'receipt' | 'attest' | 'logs'>;

/** What a server failed at is a part with that error, for the checks to count; what the user wrote wrong is thrown. */
const served = async <T>(origin: string, fetch: () => Promise<T>): Promise<Part<T>> => {
  try {
    return { origin, value: await fetch() };
  } catch (error) {
    if (!(error instanceof BaseError) || error.exitCode === EXIT.usage) throw error;
    return { origin, error };
  }
};

const attestPart = async (
  { attest = '', nonce = new Uint8Array() }: RuntimeSources,
  options: AskOptions,
): Promise<Part<AttestAnswer>> => {
  if (isUrl(attest)) return await served(`answer of ${attest}`, () => askAttest(attest, nonce, options));
  const origin = `saved answer ${attest}`;
  const bytes = readNamedFile(attest, MAX_ATTEST_BYTES);
  options.onAnswer?.(bytes, origin);
  return partOf(origin, () => readAttest(bytes, origin));
};

/** The receipt that the user named, else the one in twl-attest's answer. */
const receiptPart = (
  path: string | undefined,
  attest: Part<AttestAnswer> | undefined,
): Part<Uint8Array> | undefined => {
  if (path !== undefined) {
    return { origin: `receipt ${path}`, value: new Uint8Array(readNamedFile(path, MAX_RECEIPT_BYTES)) };
  }
  if (attest === undefined) return undefined;
  const origin = `${attest.origin}, receipt`;
  return 'error' in attest ? { origin, error: attest.error } : { origin, value: attest.value.receipt };
};

const logsPart = async (logs: string, options: AskOptions): Promise<Part<string>> => {
  // Whatever a workload writes is in it: what is no UTF-8 is no line of the launcher either.
  const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);
  if (!isUrl(logs)) return { origin: `logs ${logs}`, value: textOf(readNamedFile(logs, MAX_LOG_BYTES)) };
  const url = readAddress(logs);
  return await served(`logs of ${logs}`, async () => {
    const { body } = await httpGet(url, { ...options, maxBytes: MAX_LOG_BYTES, named: true });
    return textOf(body);
  });
};

/**
 * Receipt, answer of twl-attest and logs from where the user named them; what was not named is left out. All addresses are the user's:
 * evidence leads to none of them.
 * @throws CollectError for an address that is none, and for files that cannot be read
 */
export const collectRuntime = async (sources: RuntimeSources, options: AskOptions = {}): Promise<RuntimeParts> => {
  const attest = sources.attest === undefined ? undefined : await attestPart(sources, options);
  const receipt = receiptPart(sources.receipt, attest);
  const logs = sources.logs === undefined ? undefined : await logsPart(sources.logs, options);
  return {
    ...(receipt === undefined ? {} : { receipt }),
    ...(attest === undefined ? {} : { attest }),
    ...(logs === undefined ? {} : { logs }),
  };
};
