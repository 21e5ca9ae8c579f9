import { describe, expect, test } from 'vitest';
import { claimsOf } from '../mocks-sigstore/claims.ts';
import type { BundleOptions } from '../mocks-sigstore/sigstore.ts';
import { oldPredicateOf } from '../mocks-sigstore/statement.ts';
import { build, claim, COMMIT, OTHER_COMMIT, REPOSITORY, refuses, WORKFLOW } from './cases.ts';
import { check, edited, failures } from './support.ts';

describe('provenance.predicate', () => {
  const id = 'provenance.predicate';
  const statement = (path: string, value: unknown): BundleOptions => ({ statement: (one) => edited(one, path, value) });
  test('fails', () => {
    refuses({
      options: statement('_type', 'https://in-toto.io/Statement/v0.1'),
      id,
      summary: 'the statement is of another type',
      expected: 'https://in-toto.io/Statement/v1',
      found: 'https://in-toto.io/Statement/v0.1',
    });
    refuses({
      options: statement('predicate.buildDefinition.buildType', 'x'),
      id,
      summary: 'a kind of build that is not known',
      found: 'x',
    });
  });
  test('an older kind of build is known', () => {
    expect(
      check(
        statement(
          'predicate.buildDefinition.buildType',
          'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
        ),
      ).status,
    ).toBe('accepted');
  });
  test('fails where the statement cannot be read, and what hangs on it is not checked', () => {
    const report = check({ payload: Buffer.from('{"a":1,"a":2}') });
    expect(failures(report)).toEqual([id]);
    expect(report.checks[id]).toMatchObject({
      exit: 30,
      summary: expect.stringMatching(/the key 'a' is given twice$/),
    });
    const unread = { state: 'not-checked', exit: 13, summary: 'the statement was not read' };
    expect(report.checks).toMatchObject({ 'provenance.subject': unread, 'provenance.agreement': unread });
    const typed = check({ payloadType: 'text/plain' });
    expect(failures(typed)).toEqual([id]);
    expect(typed.checks[id]).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the payload is no in-toto statement',
      expected: 'application/vnd.in-toto+json',
      found: 'text/plain',
    });
  });
  test('fails where the predicate does not say what kind of build it is', () => {
    const report = check(statement('predicate.buildDefinition.buildType', undefined));
    expect(report.checks[id]).toEqual({ state: 'failed', exit: 30, summary: 'buildDefinition.buildType is missing' });
    const empty = check(statement('predicate', {}));
    expect(failures(empty)).toEqual([id, 'provenance.agreement']);
    expect(empty.checks[id].summary).toBe('buildDefinition is missing');
  });
});

describe('provenance.agreement', () => {
  const id = 'provenance.agreement';
  const BASE = 'predicate.buildDefinition';
  const said = (path: string, value: unknown): BundleOptions => ({ statement: (one) => edited(one, path, value) });
  const contradicts = (field: string): string => `the predicate contradicts the certificate in ${field}`;

  test('a predicate forged under a valid signature fails', () => {
    const victim = claimsOf({ repository: 'acme/launcher' });
    const report = check({ claims: claimsOf({ repository: 'evil/fork' }), said: victim });
    expect(failures(report)).toEqual(['provenance.repository', 'provenance.workflow', id]);
  });

  const W = 'buildDefinition.externalParameters.workflow';
  const G = 'buildDefinition.internalParameters.github';
  const DEPENDENCY = 'buildDefinition.resolvedDependencies[0]';
  test.each<[string, string, unknown, string, string?]>([
    [`${BASE}.internalParameters.github.event_name`, `${G}.event_name`, 'release', 'push'],
    [`${BASE}.internalParameters.github.repository_id`, `${G}.repository_id`, '1', '4711'],
    [`${BASE}.internalParameters.github.repository_owner_id`, `${G}.repository_owner_id`, '1', '1147'],
    [`${BASE}.internalParameters.github.runner_environment`, `${G}.runner_environment`, 'self-hosted', 'github-hosted'],
    [
      `${BASE}.externalParameters.workflow.path`,
      W,
      '.github/workflows/x.yml',
      `${WORKFLOW}@refs/heads/main`,
      `${REPOSITORY}/.github/workflows/x.yml@refs/heads/main`,
    ],
    [`${BASE}.resolvedDependencies.0.digest.gitCommit`, `${DEPENDENCY}.digest.gitCommit`, OTHER_COMMIT, COMMIT],
    [
      'predicate.runDetails.metadata.invocationId',
      'runDetails.metadata.invocationId',
      'x',
      `${REPOSITORY}/actions/runs/99001/attempts/1`,
    ],
    ['predicate.runDetails.builder.id', 'runDetails.builder.id', 'x', `${WORKFLOW}@refs/heads/main`],
  ])('fails where it differs: %s', (path, field, value, expected, found = value as string) => {
    refuses({ options: said(path, value), id, summary: contradicts(field), expected, found });
  });

  test('fails where repository or ref differ, also when the dependency follows', () => {
    const moved = (key: string, value: string, uri: string): BundleOptions => ({
      statement: (one) =>
        edited(
          edited(one, `${BASE}.externalParameters.workflow.${key}`, value),
          `${BASE}.resolvedDependencies.0.uri`,
          uri,
        ),
    });
    refuses({
      options: moved('repository', 'https://github.com/x/y', 'git+https://github.com/x/y@refs/heads/main'),
      id,
      summary: contradicts(`${W}.repository`),
      expected: REPOSITORY,
      found: 'https://github.com/x/y',
    });
    refuses({
      options: moved('ref', 'refs/heads/x', `git+${REPOSITORY}@refs/heads/x`),
      id,
      summary: contradicts(`${W}.ref`),
      expected: 'refs/heads/main',
      found: 'refs/heads/x',
    });
  });

  test('fails where the certificate does not say it', () => {
    refuses({
      options: { ...claim(21, undefined), said: claimsOf() },
      id,
      summary: contradicts('runDetails.metadata.invocationId'),
      expected: '(the certificate does not say)',
      found: `${REPOSITORY}/actions/runs/99001/attempts/1`,
    });
  });

  test('every dependency that is the source has to be at the commit, and there has to be one', () => {
    const uri = `git+${REPOSITORY}@refs/heads/main`;
    const good = { uri, digest: { gitCommit: COMMIT } };
    const other = { uri: 'git+https://github.com/x/y@z', digest: {} };
    const list = (...items: unknown[]): BundleOptions => said(`${BASE}.resolvedDependencies`, items);
    expect(check(list(other, good, good)).status).toBe('accepted');
    refuses({
      options: list(other, good, { uri, digest: { gitCommit: OTHER_COMMIT } }),
      id,
      summary: contradicts('buildDefinition.resolvedDependencies[2].digest.gitCommit'),
      expected: COMMIT,
      found: OTHER_COMMIT,
    });
    expect(check(list(other)).checks[id]).toEqual({
      state: 'failed',
      exit: 30,
      summary: 'buildDefinition.resolvedDependencies does not name the source',
    });
  });

  test.each([
    [`${BASE}.externalParameters.workflow`, undefined, `${W} is missing`],
    [`${BASE}.externalParameters`, undefined, 'buildDefinition.externalParameters is missing'],
    [`${BASE}.externalParameters.workflow.repository`, 5, `${W}.repository is of type number, not a string`],
    [`${BASE}.externalParameters.workflow.ref`, undefined, `${W}.ref is missing`],
    [`${BASE}.externalParameters.workflow.path`, undefined, `${W}.path is missing`],
    [`${BASE}.internalParameters`, undefined, 'buildDefinition.internalParameters is missing'],
    [`${BASE}.internalParameters.github`, undefined, `${G} is missing`],
    [`${BASE}.internalParameters.github.event_name`, undefined, `${G}.event_name is missing`],
    [
      `${BASE}.internalParameters.github.runner_environment`,
      5,
      `${G}.runner_environment is of type number, not a string`,
    ],
    [`${BASE}.resolvedDependencies`, undefined, 'buildDefinition.resolvedDependencies is missing'],
    [`${BASE}.resolvedDependencies.0`, 'x', `${DEPENDENCY} is of type string, not an object`],
    [`${BASE}.resolvedDependencies.0.digest`, undefined, `${DEPENDENCY}.digest is missing`],
    [`${BASE}.resolvedDependencies.0.digest.gitCommit`, undefined, `${DEPENDENCY}.digest.gitCommit is missing`],
    ['predicate.runDetails', undefined, 'runDetails is missing'],
    ['predicate.runDetails.builder.id', undefined, 'runDetails.builder.id is missing'],
  ])('fails where %s is %j', (path, value, summary) => {
    const report = check(said(path, value));
    expect(failures(report)).toEqual([id]);
    expect(report.checks[id]).toEqual({ state: 'failed', exit: 30, summary });
  });

  test('older provenance has no kind of machine and names the runners as builder', () => {
    const old = 'https://github.com/actions/runner/github-hosted';
    const statement: BundleOptions['statement'] = (one) =>
      edited(
        edited(one, 'predicate.runDetails.builder.id', old),
        `${BASE}.internalParameters.github.runner_environment`,
        undefined,
      );
    expect(check({ statement }).status).toBe('accepted');
    const hosted = { ...build({ runner: 'self-hosted' }), statement };
    refuses({
      options: hosted,
      id,
      expectations: { runners: ['self-hosted'] },
      summary: contradicts('runDetails.builder.id'),
      expected: `${WORKFLOW}@refs/heads/main`,
      found: old,
    });
    refuses({
      options: said('predicate.runDetails.metadata.invocationId', old),
      id,
      summary: contradicts('runDetails.metadata.invocationId'),
      expected: `${REPOSITORY}/actions/runs/99001/attempts/1`,
      found: old,
    });
  });
});

describe('provenance v0.2, where it is asked for', () => {
  const predicateTypes = ['https://slsa.dev/provenance/v0.2'] as const;
  const claims = claimsOf();
  const old = (path?: string, value?: unknown): BundleOptions => ({
    statement: (one) => {
      const statement = {
        ...one,
        _type: 'https://in-toto.io/Statement/v0.1',
        predicateType: predicateTypes[0],
        predicate: oldPredicateOf(claims),
      };
      return path === undefined ? statement : edited(statement, path, value);
    },
  });
  const id = 'provenance.agreement';
  const contradicts = (field: string): string => `the predicate contradicts the certificate in ${field}`;

  test('passes', () => {
    expect(check(old(), { expectations: { predicateTypes } })).toMatchObject({
      status: 'accepted',
      checks: { 'provenance.predicate': { state: 'passed', expected: predicateTypes[0] } },
    });
  });

  test.each([
    ['predicate.builder.id', 'builder.id', 'x', `${WORKFLOW}@refs/heads/main`],
    ['predicate.invocation.configSource.uri', 'invocation.configSource.uri', 'x', `git+${REPOSITORY}@refs/heads/main`],
    ['predicate.invocation.configSource.digest.sha1', 'invocation.configSource.digest.sha1', OTHER_COMMIT, COMMIT],
    [
      'predicate.invocation.configSource.entryPoint',
      'invocation.configSource.entryPoint',
      'x',
      '.github/workflows/release.yml',
    ],
    ['predicate.invocation.environment.github_event_name', 'invocation.environment.github_event_name', 'x', 'push'],
    [
      'predicate.invocation.environment.github_repository_id',
      'invocation.environment.github_repository_id',
      '1',
      '4711',
    ],
    [
      'predicate.invocation.environment.github_repository_owner_id',
      'invocation.environment.github_repository_owner_id',
      '1',
      '1147',
    ],
  ])('fails where %s differs', (path, field, found, expected) => {
    refuses({
      options: old(path, found),
      id,
      expectations: { predicateTypes },
      summary: contradicts(field),
      expected,
      found,
    });
  });

  const entry = { expected: '(the certificate does not say)', found: '.github/workflows/release.yml' };
  test.each([
    ['of another repository', `https://github.com/acme/other/.github/workflows/release.yml@refs/heads/main`],
    ['at another ref', `${WORKFLOW}@refs/heads/other`],
    ['missing', undefined],
  ])('the workflow that was started is %s', (_what, value) => {
    refuses({
      options: { ...claim(18, value), ...old() },
      id,
      expectations: { predicateTypes },
      summary: contradicts('invocation.configSource.entryPoint'),
      ...entry,
    });
  });

  test.each([12, 14])('without claim .%i there is no source to agree with', (arc) => {
    const report = check({ ...claim(arc, undefined), ...old() }, { expectations: { predicateTypes } });
    expect(report.checks[id]).toMatchObject({
      state: 'failed',
      expected: '(the certificate does not say)',
      found: `git+${REPOSITORY}@refs/heads/main`,
    });
  });

  test('another kind of build, and the newer statement, are not known', () => {
    const id = 'provenance.predicate';
    refuses({
      options: old('predicate.buildType', 'https://actions.github.io/buildtypes/workflow/v1'),
      id,
      expectations: { predicateTypes },
      summary: 'a kind of build that is not known',
      found: 'https://actions.github.io/buildtypes/workflow/v1',
    });
    refuses({
      options: old('_type', 'https://in-toto.io/Statement/v1'),
      id,
      expectations: { predicateTypes },
      summary: 'the statement is of another type',
      expected: 'https://in-toto.io/Statement/v0.1',
      found: 'https://in-toto.io/Statement/v1',
    });
    expect(check(old('predicate.buildType', undefined), { expectations: { predicateTypes } }).checks[id].summary).toBe(
      'buildType is missing',
    );
  });

  test('the builds of one kind of provenance are not those of the other', () => {
    const generator = 'https://github.com/slsa-framework/slsa-github-generator/container@v1';
    const statement: BundleOptions['statement'] = (one) =>
      edited(one, 'predicate.buildDefinition.buildType', generator);
    refuses({
      options: { statement },
      id: 'provenance.predicate',
      summary: 'a kind of build that is not known',
      found: generator,
    });
  });
});
