import * as z from 'zod/mini';
import { GITHUB_ISSUER, RUNNERS, rulesOf, TRIGGERS } from '../../provenance/expectations.ts';
import { INSTANCES } from '../../provenance/instance.ts';
import { type PredicateType, STATEMENT_TYPES } from '../../provenance/predicate.ts';
import { checkRefRule } from '../../provenance/refs.ts';
import { repositoryOf } from '../../provenance/repository.ts';
import { oneOrMore, refuse, text } from './fields.ts';
import { commit, matching, readBy } from './values.ts';

const PREDICATE_TYPES = Object.keys(STATEMENT_TYPES) as PredicateType[];

const repository = (description: string) =>
  text(
    readBy((given) => repositoryOf(given, 'it'), 'must be a repository', 'write https://host/owner/name'),
    { description, pattern: String.raw`^https://\S+$`, example: 'https://github.com/example/launcher' },
  );

const ID = '^[1-9][0-9]*$';
const id = (description: string) =>
  text(matching(new RegExp(ID), 'must be a number without leading zeros', 'write its decimal digits'), {
    description,
    pattern: ID,
    example: '123456789',
  });

const ref = text(
  readBy(
    (given) => checkRefRule(given, 'it'),
    'must be a ref',
    'write refs/heads/main, refs/tags/v1.2.3, or refs/tags/v* for all that begin so',
  ),
  { description: 'a ref; * at its end stands for anything', pattern: String.raw`^refs/\S+$`, example: 'refs/tags/v*' },
);

const workflowPath = text(
  readBy(
    (given) => rulesOf({ workflow: { path: given } }),
    'must be a path from the top of the repository',
    'write .github/workflows/release.yml',
  ),
  {
    description: 'the workflow that signed: its path from the top of the repository',
    pattern: String.raw`^[^@\s]+$`,
    example: '.github/workflows/release.yml',
  },
);

/** GitHub's names of events. */
const TRIGGER = '^[a-z][a-z_]*$';
const trigger = text(matching(new RegExp(TRIGGER), 'must be the name of an event', `write it as ${TRIGGERS[0]}`), {
  description: 'an event that starts a build',
  pattern: TRIGGER,
  example: 'workflow_dispatch',
});

const WORKFLOW_KEYS = ['workflow_repository', 'workflow_refs', 'workflow_commit'] as const;

/** `[provenance]`: what is expected of the build of the launcher's image. Signed by what GITHUB_ISSUER gave an identity. */
export const provenance = z
  .strictObject({
    repository: z.optional(repository('the repository that the image was built from')),
    repository_id: z.optional(id('the number of that repository, which a later one of the same name has not')),
    owner_id: z.optional(id('the number of its owner')),
    commit: z.optional(commit('the commit that the image was built from')),
    workflow: z.optional(workflowPath),
    workflow_repository: z.optional(repository('where the workflow lies; without it, in the repository itself')),
    workflow_refs: oneOrMore(ref, 'the refs that the workflow may be of; without them, at home, of the commit itself'),
    workflow_commit: z.optional(commit('the commit that the workflow was read from')),
    refs: oneOrMore(ref, 'the refs that may be built; without them, branches and tags'),
    runners: oneOrMore(z.enum(RUNNERS), 'who may own the machine that builds; without them, github-hosted'),
    triggers: oneOrMore(trigger, `the events that may start a build; without them, ${TRIGGERS.join(', ')}`),
    predicate_types: oneOrMore(z.enum(PREDICATE_TYPES), `the kinds of provenance; without them, ${PREDICATE_TYPES[0]}`),
    instances: oneOrMore(z.enum(INSTANCES), 'whose Sigstore may vouch; without them, public-good'),
  })
  .check(
    z.check((context) => {
      const { value } = context;
      const key = WORKFLOW_KEYS.find((name) => value[name] !== undefined);
      if (key === undefined || value.workflow !== undefined) return;
      const hint = `${key} says more of a workflow: name its path`;
      refuse(context, { code: 'missing-key', message: 'is missing', hint }, ['workflow']);
    }),
    z.meta({
      description: `what is expected of the build of the launcher's image; its signer has an identity of ${GITHUB_ISSUER}`,
      dependentRequired: Object.fromEntries(WORKFLOW_KEYS.map((name) => [name, ['workflow']])),
    }),
  );

export type ProvenanceTable = z.infer<typeof provenance>;
