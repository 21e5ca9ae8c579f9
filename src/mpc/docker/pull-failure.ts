import type { Failure } from '../backoff.ts';
import type { Outcome } from './run-command.ts';

export type PullFailureKind = 'limited' | 'transient' | 'refused' | 'engine' | 'command' | 'disk-full';

export interface PullFailure extends Failure {
  readonly kind: PullFailureKind;
}

const LIMITED = /\b429\b|toomanyrequests|too many requests|rate limit/i;
const DISK_FULL = /no space left on device|disk quota exceeded/i;
/** The engine is not there: the container lacks its socket, or may not open it. Waiting does not mount it. */
const ENGINE =
  /cannot connect to the docker daemon|is the docker daemon running|permission denied while trying to connect/i;
/** What a registry or the engine says for good (moby, containerd: errdefs and the codes of the distribution specification). */
const REFUSED =
  /manifest unknown|name unknown|repository .*does not exist|not found|unauthorized|authentication required|access to the resource is denied|requested access|\bdenied\b|forbidden|invalid reference format|invalid repository name|no matching manifest|unsupported media type|does not match the specified platform|unsupported manifest|x509|unknown flag|is not a docker command/i;
/** What would be taken for a refusal by a word of it, and is the network's. */
const NETWORK =
  /no such host|server misbehaving|temporary failure in name resolution|i\/o timeout|deadline exceeded|connection (?:refused|reset|timed out)|tls handshake timeout|unexpected eof|network is unreachable|no route to host|(?:status|status code|error):? ?5[0-9][0-9]\b|service unavailable|bad gateway|gateway time-?out|internal server error/i;

/** `Retry-After: 30`, or Go's `retry-after: 1m30s`, `161.8µs`, as registries put it into the text that docker shows. */
const RETRY_AFTER = /retry[- ]after"?:? *"?((?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|μs|ms|s|m|h))+|[0-9]{1,9})\b/i;
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds that a text asks to wait; undefined where it does not. */
export const readRetryAfter = (text: string): number | undefined => {
  const [, given] = RETRY_AFTER.exec(text) ?? [];
  if (given === undefined) return undefined;
  if (/^[0-9]+$/.test(given)) return Number(given) * 1000;
  let sum = 0;
  for (const [, amount, unit = ''] of given.matchAll(/([0-9.]+)([a-zµμ]+)/g))
    sum += Number(amount) * (UNITS[unit] ?? 0);
  return Math.ceil(sum);
};

const kindOf = ({ ending, stdout, stderr }: Outcome): PullFailureKind => {
  if (ending.kind === 'not-started') return 'command';
  const said = `${stderr}\n${stdout}`;
  if (LIMITED.test(said)) return 'limited';
  if (DISK_FULL.test(said)) return 'disk-full';
  if (ENGINE.test(said)) return 'engine';
  if (ending.kind === 'timeout' || NETWORK.test(said)) return 'transient';
  return REFUSED.test(said) ? 'refused' : 'transient';
};

/**
 * What a failed pull means. docker tells by its words only; what no rule knows is tried again, as near/mpc tries everything: a
 * node that is down costs more than some requests.
 */
export const judgePull = (outcome: Outcome): PullFailure => {
  const kind = kindOf(outcome);
  const limited = kind === 'limited';
  return {
    kind,
    transient: limited || kind === 'transient',
    limited,
    retryAfterMs: limited ? readRetryAfter(outcome.stderr) : undefined,
  };
};
