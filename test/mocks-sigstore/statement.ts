/** SIMULATED Sigstore: provenance as actions/attest-build-provenance writes it. */
import type { FulcioClaims } from './claims.ts';

export interface StatementOptions {
  /** Digest of the image in hex, or whole subjects. */
  readonly subjects: readonly { readonly name?: string; readonly digest: Readonly<Record<string, string>> }[];
  /** What the predicate says; it need not be what the certificate says. */
  readonly claims: FulcioClaims;
}

const workflowOf = (claims: FulcioClaims): { repository: string; ref: string; path: string } => {
  const repository = claims[12] ?? '';
  const ref = claims[14] ?? '';
  const whole = claims[18] ?? '';
  return { repository, ref, path: whole.slice(repository.length + 1, -(ref.length + 1)) };
};

/** The predicate of `https://slsa.dev/provenance/v1` that says what `claims` say. */
export const predicateOf = (claims: FulcioClaims): Record<string, unknown> => {
  const workflow = workflowOf(claims);
  return {
    buildDefinition: {
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: { workflow },
      internalParameters: {
        github: {
          event_name: claims[20],
          repository_id: claims[15],
          repository_owner_id: claims[17],
          runner_environment: claims[11],
        },
      },
      resolvedDependencies: [{ uri: `git+${workflow.repository}@${workflow.ref}`, digest: { gitCommit: claims[13] } }],
    },
    runDetails: { builder: { id: claims[9] }, metadata: { invocationId: claims[21] } },
  };
};

/** The predicate of `https://slsa.dev/provenance/v0.2` as slsa-github-generator writes it for containers. */
export const oldPredicateOf = (claims: FulcioClaims): Record<string, unknown> => {
  const { repository, ref, path } = workflowOf(claims);
  return {
    builder: { id: claims[9] },
    buildType: 'https://github.com/slsa-framework/slsa-github-generator/container@v1',
    invocation: {
      configSource: { uri: `git+${repository}@${ref}`, digest: { sha1: claims[13] }, entryPoint: path },
      environment: {
        github_event_name: claims[20],
        github_repository_id: claims[15],
        github_repository_owner_id: claims[17],
      },
    },
  };
};

export const statementOf = ({ subjects, claims }: StatementOptions): Record<string, unknown> => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: subjects,
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: predicateOf(claims),
});
