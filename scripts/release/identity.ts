import { RELEASE_WORKFLOW } from '../../src/audit/policy/release-identity.ts';
import { readRepository } from '../image/revision.ts';

/** Releases are tags of this form. */
export const TAG = /^v\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

export interface ReleaseIdentity {
  /** `https://github.com/owner/name`. */
  readonly repository: string;
  readonly workflow: string;
  /** The subject of the certificate of a release. */
  readonly subject: string;
}

/** Who signs the release of a tag. All of it follows from `repository` of package.json. */
export const identityOf = (tag: string): ReleaseIdentity => {
  if (!TAG.test(tag)) throw new Error(`${tag} is no tag of a release`);
  const repository = readRepository();
  return {
    repository,
    workflow: RELEASE_WORKFLOW,
    subject: `${repository}/${RELEASE_WORKFLOW}@refs/tags/${tag}`,
  };
};
