import { MpcError } from './errors.ts';
import { show } from './show.ts';

/** What the compose file of the node has beyond near/mpc's. Nothing of it unless the measured environment asks for it. */
export interface NodeOptions {
  /** `RUST_LOG` of the node. */
  readonly rustLog: string | undefined;
  /** `RUST_BACKTRACE` of the node. */
  readonly rustBacktrace: string | undefined;
  readonly logRotation: { readonly maxSize: string; readonly maxFiles: string } | undefined;
  /** Program and arguments, run in the node's container. */
  readonly healthCheck: readonly string[] | undefined;
}

/** Filters are some words; a line of this length is a mistake. */
const MAX_FILTER = 1024;
/** Printable ASCII. */
const PRINTABLE = /^[\x20-\x7e]+$/;

const invalid = (name: string, value: string, wanted: string): MpcError =>
  new MpcError('setting-invalid', `${name} is '${show(value)}', not ${wanted}`, {
    hint: 'correct it in the compose file of the launcher, or leave it out',
  });

const readFilter = (value: string | undefined): string | undefined => {
  if (value === undefined || (value.length <= MAX_FILTER && PRINTABLE.test(value))) return value;
  throw invalid('MPC_NODE_RUST_LOG', value, `1 to ${MAX_FILTER} printable ASCII characters`);
};

const readBacktrace = (value: string | undefined): string | undefined => {
  if (value === undefined || ['0', '1', 'full'].includes(value)) return value;
  throw invalid('MPC_NODE_RUST_BACKTRACE', value, '0, 1 or full');
};

const readRotation = (value: string | undefined): NodeOptions['logRotation'] => {
  if (value === undefined) return undefined;
  const [, maxSize, maxFiles] = /^([1-9][0-9]{0,5}[kmg]):([1-9][0-9]{0,2})$/.exec(value) ?? [];
  if (maxSize !== undefined && maxFiles !== undefined) return { maxSize, maxFiles };
  throw invalid('MPC_NODE_LOG_ROTATION', value, 'SIZE:FILES, as in 50m:5');
};

const readHealthCheck = (value: string | undefined): NodeOptions['healthCheck'] => {
  if (value === undefined) return undefined;
  let words: unknown;
  try {
    words = JSON.parse(value);
  } catch {
    words = undefined;
  }
  const isWord = (word: unknown): word is string => typeof word === 'string' && PRINTABLE.test(word);
  if (Array.isArray(words) && words.length > 0 && words.length <= 32 && words.every(isWord)) return words;
  throw invalid('MPC_NODE_HEALTH_CHECK', value, 'a JSON array of program and arguments, as in ["/app/health"]');
};

/** Throws MpcError `setting-invalid`. */
export const readNodeOptions = (variables: Readonly<Record<string, string | undefined>>): NodeOptions => ({
  rustLog: readFilter(variables.MPC_NODE_RUST_LOG),
  rustBacktrace: readBacktrace(variables.MPC_NODE_RUST_BACKTRACE),
  logRotation: readRotation(variables.MPC_NODE_LOG_ROTATION),
  healthCheck: readHealthCheck(variables.MPC_NODE_HEALTH_CHECK),
});
