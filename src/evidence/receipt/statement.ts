import { sha256, sha512, utf8 } from '../bytes.ts';
import { canonicalJson } from './canonical-json.ts';
import { ReceiptError } from './errors.ts';
import { MAX_STATEMENT_BYTES } from './limits.ts';

/** Version of the statement's fields; one more or one less makes another. */
export const STATEMENT_VERSION = 1;

/** The name of the launcher's event in RTMR3. */
export const LAUNCHER_EVENT = 'trusted-workload-launcher';

/** In front of the statement in a receipt's report data: what is quoted for one purpose fits no other. */
const RECEIPT_TAG = 'trusted-workload-launcher/receipt/v1:';

/**
 * What a launcher says that it checked and is about to start. The same for every start of one pin in one container, so that the
 * event of an earlier start in the same boot is recognised. Digests are lower-case hex.
 */
export interface Claim {
  readonly version: typeof STATEMENT_VERSION;
  readonly launcher: { readonly name: string; readonly version: string };
  /** `sha256`: of the pin's canonical text (`--check` prints it), under rules of the version `grammar`. */
  readonly pin: { readonly grammar: number; readonly sha256: string };
  /** Of the config's bytes as they were read. */
  readonly config_sha256: string;
  /** REPO_URL, as the pin has it. */
  readonly repository: string;
  /** 40 or 64 digits, as the two that follow. */
  readonly commit: string;
  readonly tree: string;
  /** The tree in the SHA-256 object format, where the pin asked for it. */
  readonly tree_sha256: string | null;
  /** The entry script: its path in the commit and the SHA-256 of its bytes; null with RUN_CMD, which the pin holds. */
  readonly entry: { readonly path: string; readonly sha256: string } | null;
  /** Those that were brought along; their paths with odd characters escaped. */
  readonly submodules: readonly { readonly path: string; readonly commit: string }[];
  /** Names of variables that were kept from the workload, sorted. */
  readonly dropped: readonly string[];
  /** Names of variables that steer code and that ALLOW_ENV let through, sorted. */
  readonly allowed: readonly string[];
}

/** How long this start took, in whole milliseconds. Told by the launcher and by nobody else. */
export interface Times {
  /** When the process began: ISO 8601, UTC, with milliseconds. */
  readonly started: string;
  /** Until the pin was read. */
  readonly pin_ms: number;
  /** From there until every byte was checked. */
  readonly source_ms: number;
}

export interface Statement {
  readonly claim: Claim;
  readonly times: Times;
}

/**
 * The bytes of a statement: RFC 8785 JSON. The text of the claim stands in it as it is hashed for the event.
 * @throws ReceiptError `too-large`, `bad-receipt` (a string that no JSON text can hold)
 */
export const statementBytes = (statement: Statement): Uint8Array => {
  let bytes: Uint8Array;
  try {
    bytes = utf8(canonicalJson(statement as never));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ReceiptError('bad-receipt', `the statement cannot be written: ${cause.message}`, { cause });
  }
  if (bytes.length > MAX_STATEMENT_BYTES) {
    throw new ReceiptError('too-large', `the statement has ${bytes.length} bytes, more than ${MAX_STATEMENT_BYTES}`, {
      hint: 'it names submodules and dropped variables: take out what is not needed',
    });
  }
  return bytes;
};

/** The payload of the launcher's event: SHA-256 of the claim's RFC 8785 text. 32 bytes. */
export const receiptDigest = (claim: Claim): Uint8Array => sha256(utf8(canonicalJson(claim as never)));

/** The report data of a receipt's quote: SHA-512 of the tag and the statement's bytes. 64 bytes. */
export const receiptReportData = (statement: Uint8Array): Uint8Array => sha512(utf8(RECEIPT_TAG), statement);
