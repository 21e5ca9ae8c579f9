import type { Policy } from './policy.ts';

declare const __REPOSITORY__: string | undefined;

/** The workflow whose identity signs releases, from the top of the repository. release.yml calls it, at the tag that is released. */
export const RELEASE_WORKFLOW = '.github/workflows/sign.yml';
const RELEASE_REFS = 'refs/tags/v*';

/** Who releases this program: `repository` of package.json, put in where it is bundled. Undefined where it runs from source. */
export const RELEASE_REPOSITORY: string | undefined = typeof __REPOSITORY__ === 'string' ? __REPOSITORY__ : undefined;

const SOURCE = 'built in: who releases this program';

/**
 * The policy, and where it says nothing of who built the launcher's image, that its builder is expected to be the one of this program:
 * by its release workflow, at a tag of a release. What a policy states of the builder is never added to.
 */
export const withReleaseIdentity = (policy: Policy, repository: string | undefined = RELEASE_REPOSITORY): Policy => {
  const { provenance = {} } = policy;
  const { repository: stated, repositoryId, ownerId, workflow } = provenance;
  const isStated = [stated, repositoryId, ownerId, workflow].some((one) => one !== undefined);
  if (repository === undefined || isStated) return policy;
  return {
    ...policy,
    provenance: {
      refs: [{ value: RELEASE_REFS, source: SOURCE }],
      ...provenance,
      repository: { value: repository, source: SOURCE },
      workflow: { value: RELEASE_WORKFLOW, source: SOURCE },
    },
  };
};
