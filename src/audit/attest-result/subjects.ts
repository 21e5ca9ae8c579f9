import type { Verdict } from '../result.ts';

/** What a statement is about (in-toto Statement v1, "ResourceDescriptor"). */
export interface Resource {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

const PREFIX = 'sha256:';

/**
 * The commit and the image of the launcher, as the attested compose names them; where it names no commit, the one that was expected.
 * @param input what was looked at, for a run that came to neither: a statement has to be about something
 */
export const subjectsOf = (
  { facts }: Verdict,
  expected: { readonly repository: string | undefined; readonly commit: string | undefined },
  input: Resource,
): readonly Resource[] => {
  const commit = facts.commit ?? expected.commit;
  const { launcher_image: image, launcher_digest: digest } = facts;
  const subjects: Resource[] = [
    ...(commit === undefined
      ? []
      : [{ name: facts.repository ?? expected.repository ?? 'the commit', digest: { gitCommit: commit } }]),
    ...(image === undefined || digest?.startsWith(PREFIX) !== true
      ? []
      : [{ name: image, digest: { sha256: digest.slice(PREFIX.length) } }]),
  ];
  return subjects.length === 0 ? [input] : subjects;
};

/** `git@host:path`, the short form of git's for ssh. */
const SHORT = /^([^/:]+@[^/:]+):(?!\/\/)(.+)$/;

/** The commit as one URI, as SPDX writes the place of a git repository: `git+https://host/path@commit`. */
export const resourceUri = (repository: string, commit: string, simulated: boolean): string => {
  const [, host, path] = SHORT.exec(repository) ?? [];
  const url = host === undefined ? repository : `ssh://${host}/${path}`;
  return `${simulated ? 'simulated+' : ''}git+${url}@${commit}`;
};
