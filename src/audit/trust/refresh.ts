import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import { BaseError, messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { writeAtomically } from '../../state/atomic-write.ts';
import type { Cache } from '../../state/cache.ts';
import type { HttpLimits } from '../collect/limits.ts';
import type { Anchor } from './anchor.ts';
import { TrustError } from './errors.ts';
import { MirrorFetcher } from './fetcher.ts';
import { MAX_DELEGATIONS, MAX_METADATA_BYTES, MAX_ROOT_ROTATIONS, MAX_TIMESTAMP_BYTES } from './limits.ts';
import { TRUSTED_ROOT } from './metadata.ts';
import { recordName } from './trust-cache.ts';
import { type ProvenRoot, proveRecord, readRecord, type TrustRecord, writeRecord } from './record.ts';

export interface RefreshOptions {
  readonly anchor: Anchor;
  /** What earlier runs kept, and where this one keeps what it brings. */
  readonly cache: Cache | undefined;
  /** A file for the trusted root itself. */
  readonly out: string | undefined;
  /** Seconds since 1970. */
  readonly now: number;
  readonly limits?: Partial<HttpLimits>;
  readonly ca?: string;
}

export interface Refreshed extends ProvenRoot {
  readonly mirror: string;
  /** The trusted root that was kept before, SHA-256 in lower-case hex; undefined for none. */
  readonly before: string | undefined;
  /** Why what was kept before could not be used. */
  readonly remark: string | undefined;
  readonly kept: boolean;
}

/** What the client says where metadata is past its time; of snapshot and targets only inside another text. */
const EXPIRED = / is expired$/;

const explain = (error: unknown, fetcher: MirrorFetcher, { mirror }: Anchor): BaseError<string> => {
  if (fetcher.failure instanceof BaseError) return fetcher.failure;
  if (error instanceof BaseError) return error;
  const text = messageOf(error);
  const message = `${mirror.href}: ${escapeText(text)}`;
  if (EXPIRED.test(text)) {
    const hint =
      'the mirror is not kept up, or somebody holds back what is newer: ask another one, and look at your clock';
    return new TrustError('expired', message, { hint, cause: error });
  }
  return new TrustError('not-trusted', message, {
    hint: 'what was kept before stays in use; try another mirror',
    cause: error,
  });
};

/** A folder for the client, as an earlier run of it would have left it. */
const prepare = (folder: string, anchor: Anchor, kept: TrustRecord | undefined): void => {
  mkdirSync(join(folder, 'targets'));
  writeFileSync(join(folder, 'root.json'), kept?.roots.at(-1) ?? anchor.root);
  if (kept === undefined) return;
  for (const part of ['timestamp', 'snapshot', 'targets'] as const) {
    writeFileSync(join(folder, `${part}.json`), kept[part]);
  }
};

const bring = async (folder: string, kept: TrustRecord | undefined, options: RefreshOptions): Promise<TrustRecord> => {
  const { anchor, now, limits, ca } = options;
  const { mirror, mirrorNamed } = anchor;
  const fetcher = new MirrorFetcher({
    mirror,
    mirrorNamed,
    ...(limits === undefined ? {} : { limits }),
    ...(ca === undefined ? {} : { ca }),
  });
  const base = mirror.href.replace(/\/$/, '');
  try {
    const updater = new Updater({
      metadataDir: folder,
      metadataBaseUrl: base,
      targetDir: join(folder, 'targets'),
      targetBaseUrl: `${base}/targets`,
      fetcher,
      config: {
        maxRootRotations: MAX_ROOT_ROTATIONS,
        maxDelegations: MAX_DELEGATIONS,
        rootMaxLength: MAX_METADATA_BYTES,
        timestampMaxLength: MAX_TIMESTAMP_BYTES,
        snapshotMaxLength: MAX_METADATA_BYTES,
        targetsMaxLength: MAX_METADATA_BYTES,
      },
    });
    await updater.refresh();
    const target = await updater.getTargetInfo(TRUSTED_ROOT);
    const part = (name: string): Uint8Array => readFileSync(join(folder, `${name}.json`));
    if (target === undefined) throw new TrustError('no-root', `${mirror.href}: there is no target ${TRUSTED_ROOT}`);
    const path = await updater.downloadTarget(target);
    return {
      roots: [...(kept?.roots ?? []), ...fetcher.roots],
      timestamp: part('timestamp'),
      snapshot: part('snapshot'),
      targets: part('targets'),
      trustedRoot: readFileSync(path),
      mirror: mirror.href,
      fetched: now,
    };
  } catch (error) {
    throw explain(error, fetcher, anchor);
  }
};

interface Before {
  readonly record?: TrustRecord;
  readonly sha256?: string;
  readonly remark?: string;
}

/** What is kept is only gone on from where it proves itself. */
const readKept = ({ anchor, cache }: RefreshOptions): Before => {
  const name = recordName(anchor.name);
  const bytes = cache?.read(name);
  if (bytes === undefined) return {};
  try {
    const record = readRecord(bytes, name);
    return { record, sha256: proveRecord(record, anchor, name).root.sha256 };
  } catch (error) {
    return { remark: messageOf(error) };
  }
};

/**
 * Brings the newest trusted root of an instance by way of its TUF repository (TUF specification 1.0, 5: the client workflow), proves it
 * anew from the anchor, and keeps it. Evidence never leads here: only the user's own command does.
 *
 * Throws TrustError; CollectError where the mirror does not answer or sends too much; ProvenanceError where what it signed for is no
 * trusted root; StateError where `out` cannot be written. What was kept stays then.
 */
export const refreshTrust = async (options: RefreshOptions): Promise<Refreshed> => {
  const { anchor, cache, out } = options;
  const before = readKept(options);
  const folder = mkdtempSync(join(tmpdir(), 'twl-trust-'));
  try {
    prepare(folder, anchor, before.record);
    const record = await bring(folder, before.record, options);
    const proven = proveRecord(record, anchor, `${anchor.mirror.href}, ${TRUSTED_ROOT}`);
    if (out !== undefined) writeAtomically(out, record.trustedRoot);
    const kept = cache?.write(recordName(anchor.name), writeRecord(record)) ?? false;
    return { ...proven, mirror: anchor.mirror.href, before: before.sha256, remark: before.remark, kept };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
