import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PolicyError } from '../../../src/audit/policy/errors.ts';
import { parsePolicy } from '../../../src/audit/policy/parse.ts';
import { provenanceExpectations } from '../../../src/audit/policy/provenance.ts';
import { rulesOf } from '../../../src/provenance/expectations.ts';
import { holds } from '../../support/property.ts';
import { COMMIT, FULL } from './samples.ts';

const parse = (text: string) => parsePolicy(Buffer.from(text), 'org.toml');
const table = (...lines: string[]): string => `[provenance]\n${lines.join('\n')}`;

const errorOf = (text: string): PolicyError => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

test('a policy comes to what the checks of provenance expect', () => {
  expect(provenanceExpectations(parse(FULL).provenance)).toStrictEqual({
    repository: 'https://github.com/example/launcher',
    repositoryId: '1',
    ownerId: '20',
    commit: COMMIT,
    workflow: {
      path: '.github/workflows/release.yml',
      repository: 'https://github.com/example/builders',
      refs: ['refs/tags/v*'],
      commit: 'cd'.repeat(20),
    },
    refs: ['refs/heads/main', 'refs/tags/v*'],
    runners: ['self-hosted'],
    triggers: ['push', 'merge_group'],
    predicateTypes: ['https://slsa.dev/provenance/v0.2'],
    instances: ['github', 'other'],
  });
});

test('what is not stated keeps its default', () => {
  expect(provenanceExpectations(undefined)).toStrictEqual({});
  const empty = parse('required_checks = ["freshness"]\n[provenance]').provenance;
  expect(empty).toStrictEqual({});
  expect(provenanceExpectations(empty)).toStrictEqual({});
  const { provenance } = parse(table('workflow = "a.yml"'));
  expect(provenanceExpectations(provenance)).toStrictEqual({ workflow: { path: 'a.yml' } });
  const stated = { value: 'x', source: 'a' };
  expect(provenanceExpectations({ workflowCommit: stated, workflowRefs: [stated] })).toStrictEqual({});
});

test.each<[string, string, string, string]>([
  // line, code, message, hint
  ['repository = "github.com/a/b"', 'bad-value', 'repository must be a repository', 'write https://host/owner/name'],
  ['repository = "http://github.com/a/b"', 'bad-value', 'repository must be a repository', 'https://host/owner/name'],
  ['repository = "https://github.com/a/.."', 'bad-value', 'repository must be a repository', 'https://host/owner/name'],
  ['repository = ["https://github.com/a/b"]', 'wrong-type', 'repository must be of type string', 'in quotes'],
  ['repository_id = 1', 'wrong-type', 'repository_id must be of type string', 'write it in quotes'],
  ['repository_id = "0"', 'bad-value', 'repository_id must be a number without', 'write its decimal digits'],
  ['repository_id = "01"', 'bad-value', 'repository_id must be a number without', 'write its decimal digits'],
  ['owner_id = "1 "', 'bad-value', 'owner_id must be a number without leading zeros', 'write its decimal digits'],
  ['owner_id = ""', 'bad-value', 'owner_id must be a number without leading zeros', 'write its decimal digits'],
  ['commit = "main"', 'bad-value', 'commit must be a full 40-hex SHA-1', 'no branch and no tag'],
  ['workflow = "../a.yml"', 'bad-value', 'workflow must be a path from the top', 'write .github/workflows/release.yml'],
  ['workflow = "/a.yml"', 'bad-value', 'workflow must be a path from the top of the repository', '.github/workflows'],
  ['workflow = "a.yml@refs/heads/main"', 'bad-value', 'workflow must be a path from the top', '.github/workflows'],
  ['workflow = ""', 'bad-value', 'workflow must be a path from the top of the repository', '.github/workflows'],
  ['workflow_repository = "x"', 'bad-value', 'workflow_repository must be a repository', 'https://host/owner/name'],
  ['workflow_commit = "x"', 'bad-value', 'workflow_commit must be a full 40-hex', 'no branch and no tag'],
  ['workflow_refs = "main"', 'bad-value', 'workflow_refs must be a ref', 'refs/heads/main, refs/tags/v1.2.3, or'],
  ['workflow_refs = []', 'empty-list', 'workflow_refs must not be an empty list', 'leave the key out'],
  ['refs = "*"', 'bad-value', 'refs must be a ref', 'refs/tags/v* for all that begin so'],
  ['refs = "refs/pull/*"', 'bad-value', 'refs must be a ref', 'refs/tags/v*'],
  ['refs = []', 'empty-list', 'refs must not be an empty list', 'leave the key out'],
  ['refs = ["refs/heads/a", "refs/heads/a"]', 'duplicate-value', 'refs must not name the same twice', 'remove one'],
  ['runners = "any"', 'bad-value', 'runners must be one of github-hosted, self-hosted', 'one of these words'],
  ['runners = []', 'empty-list', 'runners must not be an empty list', 'leave the key out'],
  ['triggers = "Push"', 'bad-value', 'triggers must be the name of an event', 'write it as push'],
  ['triggers = ["pull request"]', 'bad-value', 'triggers must be the name of an event', 'write it as push'],
  ['triggers = "_a"', 'bad-value', 'triggers must be the name of an event', 'write it as push'],
  ['triggers = []', 'empty-list', 'triggers must not be an empty list', 'leave the key out'],
  ['predicate_types = "slsa"', 'bad-value', 'predicate_types must be one of https://slsa.dev/provenance/v1, ', 'words'],
  ['instances = "public"', 'bad-value', 'instances must be one of public-good, github, other', 'one of these words'],
  ['instances = ["github", "github"]', 'duplicate-value', 'instances must not name the same twice', 'remove one'],
  ['issuer = "https://a.example"', 'unknown-key', 'unknown key provenance.issuer', 'the keys here are repository'],
  ['workflows = "a.yml"', 'unknown-key', 'unknown key provenance.workflows', 'did you mean workflow?'],
])('%s is refused', (line, code, message, hint) => {
  const error = errorOf(table('# a comment', line));
  expect(error).toMatchObject({ code, line: 3, exitCode: 30 });
  expect(error.message).toContain(message);
  if (code !== 'unknown-key') expect(error.message).toMatch(/^provenance[.]/);
  expect(error.message).toContain(' at org.toml:3:');
  expect(error.hint).toContain(hint);
});

test.each([
  ['workflow_repository', '"https://github.com/a/b"'],
  ['workflow_refs', '"refs/heads/main"'],
  ['workflow_commit', `"${COMMIT}"`],
])('%s needs a workflow', (key, value) => {
  const error = errorOf(table(`${key} = ${value}`));
  expect(error).toMatchObject({
    code: 'missing-key',
    line: 1,
    column: 2,
    hint: `${key} says more of a workflow: name its path`,
  });
  expect(error.message).toContain('provenance.workflow is missing');
});

const nasty = fc.oneof(
  fc.stringMatching(/^[a-z0-9./@*-]{1,12}$/),
  fc.constantFrom(
    'https://github.com/a/b',
    'https://github.com/a/b.git/',
    'refs/heads/x*',
    'refs/tags/v1',
    '7',
    COMMIT,
  ),
);
const KEYS = ['repository', 'repository_id', 'owner_id', 'commit', 'workflow', 'refs', 'triggers', 'instances'];

test('what the reader takes, the checks of provenance take too', () =>
  holds(
    fc.property(fc.dictionary(fc.constantFrom(...KEYS), nasty), (given) => {
      const text = table(...Object.entries(given).map(([key, value]) => `${key} = ${JSON.stringify(value)}`));
      let policy: ReturnType<typeof parse>;
      try {
        policy = parse(text);
      } catch (error) {
        return error instanceof PolicyError;
      }
      rulesOf(provenanceExpectations(policy.provenance));
      return true;
    }),
    500,
  ));
