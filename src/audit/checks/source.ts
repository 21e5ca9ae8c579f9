import { partValue } from '../../evidence/evidence.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import type { SourceCheckId } from '../source/check-ids.ts';
import { originsOf } from '../wording.ts';

interface Demand {
  readonly what: string;
  readonly values: readonly string[];
  readonly source: string;
  readonly found: string | undefined;
}

interface Valued {
  readonly value: string;
  readonly source: string;
}

/** What was expected of one key of the pin: by a flag one value, by policies one of a list. Each of them has to agree. */
const demand = (
  what: string,
  flag: Valued | undefined,
  list: readonly Valued[] | undefined,
  found: string | undefined,
): Demand[] => [
  ...(flag === undefined ? [] : [{ what, values: [flag.value], source: flag.source, found }]),
  ...(list === undefined
    ? []
    : [
        {
          what,
          values: list.map(({ value }) => value),
          source: [...new Set(list.map(({ source }) => source))].join(', '),
          found,
        },
      ]),
];

const demandsOf = ({ expectations, compose }: Context): Demand[] => {
  const { repository, commit, policy } = expectations;
  const { pin } = compose().review;
  return [
    ...demand('REPO_URL', repository, policy.repositories, pin?.repoUrl.text),
    ...demand('COMMIT_SHA', commit, policy.commits, pin?.commitSha),
  ];
};

const sourcePin: Check = {
  id: 'source.pin',
  step: 'source',
  title: 'the pin is the expected one',
  proves: 'The pin that the launcher reads names the repository and the commit that were expected from outside.',
  from: 'the pin in the measured app-compose',
  assumes: 'Every character of the pin is measured (compose.pin-bound).',
  citation: "the pin's grammar, docs/pin.md",
  required: 'always',
  needs: ['compose.pin', 'compose.pin-bound'],
  run: (context) => {
    const origins = originsOf(context, 'appCompose');
    const demands = demandsOf(context);
    const { pin } = context.compose().review;
    const shown = `REPO_URL ${pin?.repoUrl.text ?? '(none)'}; COMMIT_SHA ${pin?.commitSha ?? '(none)'}`;
    const unmet = demands.find(({ values, found }) => found === undefined || !values.includes(found));
    if (unmet !== undefined) {
      const { what, values, source, found = '(none)' } = unmet;
      return failed({ summary: `the pin has another ${what}`, expected: values.join(' or '), found, source, origins });
    }
    if (!demands.some(({ what }) => what === 'REPO_URL') || !demands.some(({ what }) => what === 'COMMIT_SHA')) {
      return notChecked({
        summary: 'nobody said which repository and which commit to expect',
        found: shown,
        origins,
        hint: 'give --repo and --commit, or a policy, from a source other than this evidence',
      });
    }
    return passed({
      summary: 'repository and commit are the expected ones',
      expected: demands.map(({ what, values }) => `${what} ${values.join(' or ')}`).join('; '),
      found: shown,
      source: [...new Set(demands.map(({ source }) => source))].join(', '),
      origins,
    });
  },
};

type Told = Pick<Check, 'title' | 'proves' | 'from' | 'assumes' | 'citation' | 'required' | 'isExpected'>;

const SOUND = 'SHA-1 is not broken for this object, or the pin has TREE_SHA256.';
const OBJECTS = "git's object format (gitformat-pack, hash-function-transition)";

const TOLD: Record<SourceCheckId, Told> = {
  'source.commit': {
    title: 'the pinned commit exists',
    proves: 'The repository serves a commit whose bytes hash to COMMIT_SHA.',
    from: "what the pin's repository serves",
    assumes: SOUND,
    citation: OBJECTS,
    required: 'always',
  },
  'source.tree': {
    title: 'every byte of it hashes right',
    proves: 'Every object from the commit down to each file was hashed, by the code of the launcher.',
    from: "what the pin's repository serves",
    assumes: SOUND,
    citation: OBJECTS,
    required: 'always',
  },
  'source.tree-sha256': {
    title: 'its tree is the expected one by SHA-256',
    proves: 'The tree, named in the SHA-256 object format, is what the pin or the auditor states.',
    from: "what the pin's repository serves, and TREE_SHA256",
    assumes: 'SHA-256 is not broken.',
    citation: 'git hash-function-transition',
    required: 'when-expected',
    isExpected: ({ expectations: { treeSha256, policy } }) =>
      treeSha256 !== undefined || policy.treeSha256s !== undefined,
  },
  'source.entry': {
    title: 'the entry script is inside of it',
    proves:
      'The script that the launcher starts is a regular file of the commit, reached through no symlink; the report prints it. Where the pin starts a command (RUN_CMD) there is no script, and the command is shown: what it starts is for the reader to see.',
    from: "the commit's tree",
    assumes: 'Somebody reads it: what it does is for the reader to judge.',
    citation: 'docs/pin.md, ENTRYPOINT_SCRIPT',
    required: 'always',
  },
  'source.reachable': {
    title: 'it belongs to the repository',
    proves:
      'The commit is reachable from a branch or a tag of that repository: it is not one that a fork alone has and that is served under its name.',
    from: "the repository's refs, and the commits between them and the pin",
    assumes: 'The server tells its refs truthfully.',
    citation: 'field of imposter commits; gitprotocol-v2, ls-refs and fetch',
    required: 'always',
  },
  'source.signature': {
    title: 'who signed the commit',
    proves: 'Shows who signed the commit, where somebody did. It is information: no key is trusted here.',
    from: "the commit's signature",
    assumes: 'Nothing.',
    citation: 'gitformat-signature',
    required: 'never',
  },
};

/** The tree by SHA-256 is one of those that policies state: what they alone state is an expectation as good as a flag. */
const amongPolicies = (context: Context, outcome: Outcome): Outcome => {
  const { treeSha256s } = context.expectations.policy;
  const { facts } = context.source();
  if (treeSha256s === undefined || outcome.state === 'failed' || 'error' in facts.commit) return outcome;
  const tree = facts.commit.value.treeSha256;
  if ('error' in tree) return outcome;
  const remarks = {
    expected: treeSha256s.map(({ value }) => value).join(' or '),
    found: tree.value,
    source: [...new Set(treeSha256s.map(({ source }) => source))].join(', '),
    origins: originsOf(context, 'source'),
  };
  if (!treeSha256s.some(({ value }) => value === tree.value)) {
    return failed({ ...remarks, summary: 'the tree is another than the policy states' });
  }
  if (outcome.state === 'passed') return outcome;
  return passed({ ...remarks, summary: 'the tree has the SHA-256 name that was expected' });
};

const run = (context: Context, id: SourceCheckId): Outcome => {
  const part = context.evidence.source;
  if (part === undefined) {
    return notChecked({ summary: 'the source was not fetched', hint: 'leave --offline out, or give --source' });
  }
  partValue(part);
  const outcome = context.source().outcomes[id];
  const whole = id === 'source.tree-sha256' ? amongPolicies(context, outcome) : outcome;
  return { ...whole, origins: whole.origins ?? originsOf(context, 'source') };
};

/** The checks of the source, in the order of their ids. */
export const sourceChecks: readonly Check[] = [
  sourcePin,
  ...(Object.keys(TOLD) as SourceCheckId[]).map(
    (id): Check => ({
      ...TOLD[id],
      id,
      step: 'source',
      needs: ['compose.pin', 'compose.pin-bound'],
      run: (context) => run(context, id),
    }),
  ),
];
