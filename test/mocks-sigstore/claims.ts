/** SIMULATED Sigstore: what a GitHub workflow's identity token says, and the extensions that Fulcio makes of it. */
import { Buffer } from 'node:buffer';
import { utf8String } from '../mocks/der.ts';
import type { Extension } from '../mocks/x509/extensions.ts';

const FULCIO = '1.3.6.1.4.1.57264.1';

/** Values of the extensions by their last arc; undefined leaves one out. */
export type FulcioClaims = Readonly<Record<number, string | undefined>>;

export interface Build {
  readonly host?: string;
  /** `owner/name`. */
  readonly repository?: string;
  readonly commit?: string;
  readonly ref?: string;
  readonly trigger?: string;
  readonly runner?: string;
  readonly visibility?: string;
  /** Path of the workflow that was started. */
  readonly workflow?: string;
  /** `owner/name/path@ref` of the workflow that signs; the one that was started where left out. */
  readonly signer?: string;
  readonly signerCommit?: string;
  readonly repositoryId?: string;
  readonly ownerId?: string;
  readonly runId?: string;
}

/** A build as the tests expect it. */
export const GOOD_BUILD: Required<Omit<Build, 'signer' | 'signerCommit'>> = {
  host: 'https://github.com',
  repository: 'acme/launcher',
  commit: '1f2e3d4c5b6a79880f1e2d3c4b5a69788796a5b4',
  ref: 'refs/heads/main',
  trigger: 'push',
  runner: 'github-hosted',
  visibility: 'public',
  workflow: '.github/workflows/release.yml',
  repositoryId: '4711',
  ownerId: '1147',
  runId: '99001',
};

/** The claims of a build: arcs 1 to 6 in the deprecated form, 8 to 22 as they are now. */
export const claimsOf = (build: Build = {}): FulcioClaims => {
  const all = { ...GOOD_BUILD, ...build };
  const repository = `${all.host}/${all.repository}`;
  const workflow = `${repository}/${all.workflow}@${all.ref}`;
  return {
    1: 'https://token.actions.githubusercontent.com',
    2: all.trigger,
    3: all.commit,
    4: 'Release',
    5: all.repository,
    6: all.ref,
    8: 'https://token.actions.githubusercontent.com',
    9: all.signer === undefined ? workflow : `${all.host}/${all.signer}`,
    10: all.signerCommit ?? all.commit,
    11: all.runner,
    12: repository,
    13: all.commit,
    14: all.ref,
    15: all.repositoryId,
    16: repository.slice(0, repository.lastIndexOf('/')),
    17: all.ownerId,
    18: workflow,
    19: all.commit,
    20: all.trigger,
    21: `${repository}/actions/runs/${all.runId}/attempts/1`,
    22: all.visibility,
  };
};

/** Fulcio's extensions in their order. */
export const extensionsOf = (claims: FulcioClaims): readonly Extension[] =>
  Object.entries(claims).flatMap(([arc, value]) =>
    value === undefined
      ? []
      : [{ oid: `${FULCIO}.${arc}`, value: Number(arc) < 7 ? Buffer.from(value, 'utf8') : utf8String(value) }],
  );
