import type { CheckId } from '../../../../src/audit/check-ids.ts';
import type { OneChange } from '../support/one-change.ts';
import { REPO_URL, type Story } from '../support/story.ts';

const stated = <T>(value: T, source = 'org.toml') => ({ value, source });
const OTHER = 'ab'.repeat(20);
const TREE = 'ab'.repeat(32);

/** What cannot be told of a commit that was not had. */
const WITHOUT: readonly CheckId[] = ['source.tree', 'source.entry', 'source.reachable'];

/** The pin names this commit, and it is the one that was expected. */
const pinned = (commit: string, pin: Record<string, string> = {}) => ({
  pin: { COMMIT_SHA: commit, ...pin },
  expected: { commit: stated(commit, '--commit') },
});

let branches = 0;
/** A commit with these files on a branch of its own. */
const commitWith = async ({ repository }: Story, files: Record<string, string | null>): Promise<string> =>
  await repository.commitAgain(files, { branch: `b${branches++}`, parent: repository.commit });

/** A commit that no branch and no tag leads to; the server gives it to whoever asks for its hash. */
export const imposter = async (story: Story, ref = 'refs/pull/1/head'): Promise<string> => {
  const { repository } = story;
  const commit = await repository.commitAgain(
    { 'tee-launch.sh': `echo evil ${branches}\n` },
    { branch: 'evil', parent: repository.commit },
  );
  await repository.git('update-ref', ref, commit);
  await repository.git('update-ref', '-d', 'refs/heads/evil');
  return commit;
};

/** The compose file says where the commit came from, as `twl pin` does. */
export const takenFrom = (ref: string) => (text: string) =>
  `# The commit that ${ref} held on 2026-09-01T00:00:00Z,\n# of ${REPO_URL}\n${text}`;

const failing = (
  name: string,
  change: OneChange['change'],
  failed: readonly CheckId[],
  more: Partial<OneChange> = {},
): OneChange => ({ name, change, failed, exit: 10, ...more });

/** Everything that step 3 stands on, each changed alone. */
export const source: readonly OneChange[] = [
  failing('expected: another repository', { expected: { repository: stated(`${REPO_URL}x`, '--repo') } }, [
    'source.pin',
  ]),
  failing('expected: another commit', { expected: { commit: stated(OTHER, '--commit') } }, ['source.pin']),
  failing('the policy expects another repository', { policy: { repositories: [stated(`${REPO_URL}x`)] } }, [
    'source.pin',
  ]),
  failing('the policy expects another commit', { policy: { commits: [stated(OTHER)] } }, ['source.pin']),
  failing('the pin names another repository', { pin: { REPO_URL: `${REPO_URL}x` } }, ['source.pin']),
  failing(
    'the pin names the commit before',
    async ({ repository, commit }) => ({ pin: { COMMIT_SHA: await repository.git('rev-parse', `${commit}~`) } }),
    ['source.pin', 'source.entry'],
  ),
  {
    name: 'nobody expects anything',
    change: { expected: { repository: undefined, commit: undefined } as never },
    notChecked: ['source.pin'],
    exit: 13,
  },
  failing('a commit that is not there', pinned(OTHER), ['source.commit'], { notChecked: WITHOUT, exit: 40 }),
  failing('a tree', async (story) => pinned(await story.repository.tree()), ['source.commit'], { notChecked: WITHOUT }),
  failing(
    'a tag and no commit',
    async ({ repository }) => {
      await repository.git('tag', '-f', '-a', '-m', 'x', 'annotated');
      return pinned(await repository.git('rev-parse', 'refs/tags/annotated'));
    },
    ['source.commit'],
    { notChecked: WITHOUT },
  ),
  failing('TREE_SHA256 of another tree', { pin: { TREE_SHA256: TREE } }, ['source.tree-sha256']),
  failing('--tree-sha256 of another tree', { expected: { treeSha256: stated(TREE, '--tree-sha256') } }, [
    'source.tree-sha256',
  ]),
  failing('a policy of another tree', { policy: { treeSha256s: [stated(TREE)] } }, ['source.tree-sha256']),
  failing('an entry script that is not there', { pin: { ENTRYPOINT_SCRIPT: 'none.sh' } }, ['source.entry']),
  failing('an entry script that is a folder', { pin: { ENTRYPOINT_SCRIPT: 'lib' } }, ['source.entry']),
  failing('a folder that is not there', { pin: { REPO_SUBDIR: 'none' } }, ['source.entry']),
  failing('a folder that is a file', { pin: { REPO_SUBDIR: 'tee-launch.sh' } }, ['source.entry']),
  failing('the entry script taken away', async (story) => pinned(await commitWith(story, { 'tee-launch.sh': null })), [
    'source.entry',
  ]),
  failing(
    'a submodule where none is allowed',
    async (story) => {
      const { repository } = story;
      const tree = await repository.git('rev-parse', `${repository.commit}^{tree}`);
      await repository.git('read-tree', '--index-output', `${repository.gitDir}/index`, tree);
      await repository.git('update-index', '--add', '--cacheinfo', `160000,${OTHER},sub`);
      const commit = await repository.git('commit-tree', '-m', 'x', await repository.git('write-tree'));
      await repository.git('update-ref', 'refs/heads/sub', commit);
      return pinned(commit);
    },
    ['source.tree'],
    { notChecked: ['source.commit', 'source.entry', 'source.reachable'] },
  ),
  failing('an imposter', async (story) => pinned(await imposter(story)), ['source.reachable'], {
    says: 'no branch or tag of the repository leads to the commit',
    findings: [],
  }),
  failing(
    'a tag that was moved, and nothing else leads to the commit',
    async (story) => {
      const commit = await imposter(story, 'refs/pull/2/head');
      await story.repository.git('update-ref', 'refs/tags/v1', story.commit);
      return { ...pinned(commit), compose: takenFrom('refs/tags/v1') };
    },
    ['source.reachable'],
    { says: 'the tag refs/tags/v1 was moved: it names another commit now', findings: ['source.tag-moved'] },
  ),
  {
    name: 'a server that is not there',
    change: { follow: { source: 'http://127.0.0.1:9/repo.git' } },
    notChecked: ['source.commit', ...WITHOUT],
    exit: 40,
  },
  {
    name: 'the source is named by the evidence alone, and is on this machine',
    change: ({ source: url }) => ({
      pin: { REPO_URL: url },
      expected: { repository: stated(url, '--repo') },
      follow: { source: undefined },
    }),
    notChecked: ['source.commit', ...WITHOUT],
    exit: 13,
    says: 'the address of the source comes from the evidence and is not https',
  },
  { name: 'offline', change: { follow: { offline: true } }, notChecked: ['source.commit', ...WITHOUT], exit: 13 },
  {
    name: 'a signature is demanded, and nobody signed',
    change: { policy: { required: [stated('source.signature')] } },
    exit: 13,
  },
];
