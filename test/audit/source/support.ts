import { parsePin } from '../../../src/pin/parse.ts';
import type { Pin } from '../../../src/pin/types.ts';
import { readLimits, type Limits } from '../../../src/source/limits.ts';
import type { SourceAudit } from './audit-source.ts';

/** A pin of the given lines beside the required ones. */
export const pinOf = (url: string, commit: string, lines: readonly string[] = []): Pin => {
  const text = [`REPO_URL=${url}`, `COMMIT_SHA=${commit}`, 'WORK_DIR=/srv/app', ...lines, ''].join('\n');
  const read = parsePin(Buffer.from(text), {
    source: 'pin',
    defaults: { entrypointScript: 'tee-launch.sh', submodules: 'no' },
  });
  if (!read.ok) throw read.errors[0];
  return read.pin;
};

/** The limits of the table, quick to give up. */
export const quickLimits = (changes: Partial<Limits> = {}): Limits => {
  const read = readLimits({});
  if (!read.ok) throw new Error('the table has no limits');
  return { ...read.limits, ATTEMPTS: 1, BACKOFF_MS: 1, ...changes };
};

/** An audit of a repository that the auditor named. */
export const auditOf = (url: string, commit: string, changes: Partial<SourceAudit> = {}): SourceAudit => ({
  pin: pinOf(url, commit),
  address: { url, named: true },
  limits: quickLimits(),
  ...changes,
});
