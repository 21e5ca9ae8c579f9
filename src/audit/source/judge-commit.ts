import type { Pin } from '../../pin/types.ts';
import type { Expected } from '../expectations.ts';
import { failed, notChecked, type Outcome, passed } from '../outcome.ts';
import { counted } from '../wording.ts';
import type { CommitFacts, SourceFacts } from './facts.ts';
import { contradicted, failureOf, notHad } from './judge-errors.ts';

const WITHOUT = 'it stands on the commit, which was not had';

const originOf = ({ address: { url, named, saved } }: SourceFacts): string =>
  `${url}, ${saved ?? (named ? 'as named on the command line' : 'as the pin names it')}`;

const factsOf = ({ commit }: SourceFacts): CommitFacts | undefined => ('value' in commit ? commit.value : undefined);

/** `source.commit`: the id is that of a commit which the repository serves, and its bytes hash to it. */
export const judgeCommit = (facts: SourceFacts, pin: Pin): Outcome => {
  const { commit } = facts;
  const origins = [originOf(facts)];
  if ('value' in commit) {
    const { parents } = commit.value;
    const history = parents.length === 0 ? 'it has no parent' : `it has ${counted(parents.length, 'parent')}`;
    return passed({
      summary:
        facts.address.saved === undefined
          ? `the repository serves ${pin.commitSha} as a commit, and its bytes hash to that`
          : `${pin.commitSha} was saved as a commit, and its bytes hash to that`,
      origins,
      details: [history],
    });
  }
  const where = failureOf(commit.error);
  if (where === 'commit') return { ...contradicted(commit.error), origins };
  if (where === 'tree')
    return notChecked({ summary: 'what came with the commit was refused, see source.tree', origins });
  return { ...notHad(commit.error, 'the source was not had'), origins };
};

/** `source.tree`: every object from the commit down to each file was hashed and kept the rules of trees. */
export const judgeTree = (facts: SourceFacts): Outcome => {
  const { commit } = facts;
  const origins = [originOf(facts)];
  if ('value' in commit) {
    const { tree, files, bytes, submodules } = commit.value;
    const details = submodules.map(({ path, commit: id }) => `submodule ${path} at ${id}`);
    return passed({
      summary: `tree ${tree}: ${counted(files, 'file')}, ${bytes} bytes, each hashed`,
      origins,
      details,
    });
  }
  if (failureOf(commit.error) === 'tree') return { ...contradicted(commit.error), origins };
  return notChecked({ summary: WITHOUT, origins });
};

/** `source.tree-sha256`: the tree's name in the SHA-256 object format is the pin's TREE_SHA256, and the one that was expected. */
export const judgeTreeSha256 = (facts: SourceFacts, pin: Pin, expected: Expected<string> | undefined): Outcome => {
  const commit = factsOf(facts);
  if (commit === undefined) return notChecked({ summary: WITHOUT });
  const wanted = [
    ...(expected === undefined ? [] : [expected]),
    ...(pin.treeSha256 === undefined ? [] : [{ value: pin.treeSha256, source: 'TREE_SHA256 of the pin' }]),
  ];
  const { treeSha256 } = commit;
  if ('error' in treeSha256) {
    return wanted.length === 0 ? notHad(treeSha256.error, 'it cannot be computed') : contradicted(treeSha256.error);
  }
  const found = treeSha256.value;
  const wrong = wanted.find(({ value }) => value !== found);
  if (wrong !== undefined) {
    return failed({
      summary: 'the tree has another SHA-256 name than expected',
      expected: wrong.value,
      found,
      source: wrong.source,
      hint: 'either that value is wrong, or somebody made another tree with the same SHA-1: do not trust it before you know which',
    });
  }
  const [first] = wanted;
  if (first === undefined) {
    return notChecked({
      summary: 'neither the pin nor an expectation gives one',
      found,
      hint: `add TREE_SHA256=${found} to the pin`,
    });
  }
  const source = wanted.map((one) => one.source).join(' and ');
  return passed({ summary: 'the tree has the SHA-256 name that was expected', expected: first.value, found, source });
};

/** `source.entry`: what the launcher would start is there as a regular file, in a real folder, through no symlink. */
export const judgeEntry = (facts: SourceFacts): Outcome => {
  const commit = factsOf(facts);
  if (commit === undefined) return notChecked({ summary: WITHOUT });
  const { folder, start } = commit.entry;
  if (folder !== undefined && folder.kind !== 'folder') {
    const found = folder.kind === undefined ? 'nothing' : `a ${folder.kind}`;
    return failed({
      summary: `REPO_SUBDIR '${folder.path}' is no folder of the commit`,
      found,
      hint: 'the launcher refuses to start; a symlink is not followed',
    });
  }
  if (start.mode === 'command') {
    const details = [
      ...(start.installCmd === undefined ? [] : [`INSTALL_CMD: ${start.installCmd}`]),
      `RUN_CMD: ${start.runCmd}`,
    ];
    return passed({ summary: 'the pin starts a command and no script of its own choosing: read the command', details });
  }
  if (start.kind !== 'file' && start.kind !== 'executable') {
    return failed({
      summary: `the entry script '${start.path}' is no regular file of the commit`,
      found: start.kind === undefined ? 'nothing' : `a ${start.kind}`,
      hint: 'the launcher refuses to start; a symlink is not followed',
    });
  }
  const shown = start.bytes === undefined ? ', too large to be shown' : '';
  return passed({ summary: `'${start.path}' is a regular file of the commit, ${start.size ?? 0} bytes${shown}` });
};
