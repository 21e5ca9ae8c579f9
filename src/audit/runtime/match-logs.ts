import { LAUNCHER_EVENT } from '../../evidence/receipt/statement.ts';

/** What a launcher writes at one start, as far as it was found in a text. */
export interface LoggedStarts {
  /** Commits that `HEAD verified` was said of, each once, in order. */
  readonly commits: readonly string[];
  /** Claims of `receipt:` lines, each once, in order. */
  readonly claims: readonly string[];
  /** How often something was started after HEAD was verified. */
  readonly starts: number;
}

/** Engines and dstack put a container's name and a time in front; what follows is the launcher's own, under either of its names. */
const TEXT_HEAD = /(?:^|[\s|])\[(?:trusted-workload-launcher|git-launcher)\] /;
const PROGRAMS: readonly string[] = [LAUNCHER_EVENT, 'git-launcher'];

/** A line of the launcher in either of its formats; undefined for anybody else's. */
const messageOf = (line: string): string | undefined => {
  const at = line.indexOf('{"');
  const json = at < 0 ? undefined : jsonMessageOf(line.slice(at));
  if (json !== undefined) return json;
  const head = TEXT_HEAD.exec(line);
  return head === null ? undefined : line.slice(head.index + head[0].length);
};

const jsonMessageOf = (text: string): string | undefined => {
  try {
    // Text that begins with a brace parses to an object or not at all.
    const { program, message } = JSON.parse(text) as { program?: unknown; message?: unknown };
    return PROGRAMS.some((name) => name === program) && typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
};

const HEAD = /^HEAD verified: ([0-9a-f]{40}|[0-9a-f]{64})$/;
const RECEIPT = /^receipt: \{"claim":"([0-9a-f]{64})"/;
const EXEC = /^exec in /;

/** Looks for what a launcher says of its starts, in its text or JSON format. Nothing of it is proof: whatever writes to a log can write this. */
export const readLauncherLog = (text: string): LoggedStarts => {
  const commits = new Set<string>();
  const claims = new Set<string>();
  let isVerified = false;
  let starts = 0;
  for (const line of text.split(/\r?\n/)) {
    const message = messageOf(line);
    if (message === undefined) continue;
    const commit = HEAD.exec(message)?.[1];
    const claim = RECEIPT.exec(message)?.[1];
    if (commit !== undefined) {
      commits.add(commit);
      isVerified = true;
    }
    if (claim !== undefined) claims.add(claim);
    if (EXEC.test(message) && isVerified) {
      starts += 1;
      isVerified = false;
    }
  }
  return { commits: [...commits], claims: [...claims], starts };
};
