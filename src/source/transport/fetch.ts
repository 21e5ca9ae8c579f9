import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import type { RepoUrl } from '../../pin/types.ts';
import { remedyOf, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { OpenSink } from './pack-sink.ts';
import type { Want } from './protocol.ts';

/** Everything about the network that a pin decides. */
export interface NetworkSettings {
  limits: Limits;
  /** `performance.now()` at which all attempts end. */
  deadline: number;
  pinnedHosts: ReadonlySet<string>;
  /** The address that `credential` belongs to. */
  primary: RepoUrl;
  /** `token` or `user:password`. */
  credential: string | undefined;
  ca: string | undefined;
  proxy: string | undefined;
  sshKeyFile: string | undefined;
  sshKnownHostsFile: string | undefined;
}

/** Largest file of a secret or of certificates; the system's own bundle has 230 KB. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** The text of a small file that the pin names. Its content is never shown. */
export const readNamedFile = (key: string, path: string): string => {
  try {
    // Not waiting: a pipe without a writer would hold the launch for ever.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) throw new Error('it is not a regular file');
      if (stats.size > MAX_FILE_BYTES) throw new Error(`it has more than ${MAX_FILE_BYTES} bytes`);
      return readFileSync(descriptor, 'utf8');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new SourceError(
      'file-unreadable',
      `the file that ${key} names cannot be read: ${escapeText(messageOf(error))}`,
      {
        hint: `check that '${escapeText(path)}' is mounted into this container and readable`,
        cause: error,
      },
    );
  }
};

/** `Authorization` for https: forges take a token as the password of any user. */
export const basicAuthorization = (credential: string): string => {
  const pair = credential.includes(':') ? credential : `x-access-token:${credential}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
};

const originOf = (url: RepoUrl): string | undefined => (url.kind === 'http' ? new URL(url.text).origin : undefined);

/** One attempt at one address. */
const fetchOnce = async (url: RepoUrl, want: Want, settings: NetworkSettings, openSink: OpenSink): Promise<void> => {
  const { limits, deadline } = settings;
  if (url.kind === 'local') {
    const { fetchFromLocal } = await import('./local-fetch.ts');
    return await fetchFromLocal(url.path, want, limits, await openSink());
  }
  if (url.kind === 'ssh') {
    const { fetchOverSsh } = await import('./ssh-fetch.ts');
    const { sshKeyFile: keyFile, sshKnownHostsFile: knownHostsFile } = settings;
    return await fetchOverSsh({ url, want, limits, deadline, keyFile, knownHostsFile, sink: await openSink() });
  }
  const { fetchOverHttp } = await import('./http-fetch.ts');
  const mayAuthorize = settings.credential !== undefined && originOf(url) === originOf(settings.primary);
  await fetchOverHttp({
    url: new URL(url.text),
    want,
    openSink,
    authorization: mayAuthorize ? basicAuthorization(settings.credential ?? '') : undefined,
    settings: {
      limits,
      deadline,
      pinnedHosts: settings.pinnedHosts,
      ca: settings.ca,
      proxy: settings.proxy === undefined ? undefined : new URL(settings.proxy),
    },
  });
};

/** One attempt: where its bytes go, and what is made of them when it succeeded. */
export interface Attempt<T> {
  /** Called when bytes are on their way, and not before: what it loads and starts is ready when they come. */
  openSink: OpenSink;
  complete: () => Promise<T>;
  /** Throws away what a failed attempt left. */
  discard: () => Promise<void>;
}

export interface FetchPlan<T> {
  /** Tried in this order. */
  addresses: RepoUrl[];
  want: Want;
  settings: NetworkSettings;
  begin: () => Attempt<T>;
  onFailure: (url: RepoUrl, error: SourceError, waitMs: number | undefined) => void;
}

/**
 * Brings a commit from the first address that gives it. What is transient is tried again after a pause with jitter (or as
 * long as the server asks for); what is an address's own fault moves on to the next; what is the commit's ends it.
 * @throws SourceError the first address's, or the one that matters more (rejected bytes before an absent server)
 */
export const fetchCommit = async <T>(plan: FetchPlan<T>): Promise<T> => {
  const { limits, deadline } = plan.settings;
  const failures = new Map<RepoUrl, SourceError>();
  let candidates = plan.addresses;
  for (let round = 1; candidates.length > 0 && round <= limits.ATTEMPTS; round++) {
    const again: RepoUrl[] = [];
    let askedWait = 0;
    for (const url of candidates) {
      const attempt = plan.begin();
      try {
        await fetchOnce(url, plan.want, plan.settings, attempt.openSink);
        return await attempt.complete();
      } catch (error) {
        await attempt.discard();
        const remedy = remedyOf(error);
        if (!(error instanceof SourceError) || remedy === 'none') throw error;
        failures.set(url, error);
        if (remedy === 'retry') again.push(url);
        askedWait = Math.max(askedWait, error.retryAfterMs ?? 0);
        const isLast = url === candidates.at(-1);
        const pause =
          isLast && again.length > 0 && round < limits.ATTEMPTS ? pauseMs(round, askedWait, limits) : undefined;
        const fits = pause === undefined || performance.now() + pause < deadline;
        plan.onFailure(url, error, fits ? pause : undefined);
        if (!fits) throw worst(failures);
        if (pause !== undefined) await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    candidates = again;
  }
  throw worst(failures);
};

/** Doubling from BACKOFF_MS, with full jitter on the upper half; never shorter than the server asked for, within its bound. */
export const pauseMs = (round: number, askedMs: number, limits: Limits, random = Math.random): number => {
  const base = limits.BACKOFF_MS * 2 ** (round - 1);
  return Math.round(Math.max(base / 2 + (random() * base) / 2, Math.min(askedMs, limits.RETRY_AFTER_MS)));
};

/** By exit code: what was rejected says more than what was out of reach. */
const worst = (failures: ReadonlyMap<RepoUrl, SourceError>): SourceError =>
  [...failures.values()].reduce((first, next) => (next.exitCode < first.exitCode ? next : first));
