import { describe, expect, test } from 'vitest';
import { claimsOf } from '../mocks-sigstore/claims.ts';
import type { BundleOptions } from '../mocks-sigstore/sigstore.ts';
import { build, claim, COMMIT, ISSUER, OTHER_COMMIT, REPOSITORY, refuses, WORKFLOW } from './cases.ts';
import { check, checkAll, failures, sigstore } from './support.ts';

describe('provenance.issuer', () => {
  const wrong = 'the identity is of another issuer';
  test.each([`${ISSUER}.evil.example`, `${ISSUER}/`, ISSUER.toUpperCase(), 'https://accounts.google.com'])(
    'fails: %s',
    (issuer) => {
      refuses({
        options: { claims: { ...claimsOf(), 1: issuer, 8: issuer } },
        id: 'provenance.issuer',
        summary: wrong,
        expected: ISSUER,
        found: issuer,
      });
    },
  );
  test('fails where the certificate does not say, or says it twice', () => {
    refuses({
      options: claim(8, undefined),
      id: 'provenance.issuer',
      summary: 'the certificate does not say who issued the identity',
    });
    refuses({
      options: claim(1, 'https://a.example'),
      id: 'provenance.issuer',
      summary: 'the certificate says it twice and differently',
      expected: ISSUER,
      found: 'https://a.example',
    });
  });
  test('another issuer passes where it is expected', () => {
    const issuer = 'https://token.actions.corp.ghe.com';
    expect(check({ claims: { ...claimsOf(), 1: issuer, 8: issuer } }, { expectations: { issuer } }).status).toBe(
      'accepted',
    );
  });
});

describe('provenance.repository', () => {
  const id = 'provenance.repository';
  const other = (repository: string): BundleOptions => build({ repository });
  test.each(['evil/launcher', 'acme/launcher2', 'acme/launche'])('fails: %s', (repository) => {
    refuses({
      options: other(repository),
      id,
      summary: 'built from another repository',
      expected: REPOSITORY,
      found: `https://github.com/${repository}`,
      also: ['provenance.workflow'],
    });
  });
  test('fails where it is on another host', () => {
    const options = build({ host: 'https://github.com.evil.example' });
    refuses({
      options,
      id,
      summary: 'built from another repository',
      expected: REPOSITORY,
      found: 'https://github.com.evil.example/acme/launcher',
      also: ['provenance.workflow'],
    });
  });
  test('fails where the certificate does not say, or says it twice', () => {
    refuses({
      options: claim(12, undefined),
      id,
      summary: 'the certificate does not say which repository was built',
      also: ['provenance.agreement'],
    });
    refuses({
      options: claim(5, 'acme/other'),
      id,
      summary: 'the certificate says it twice and differently',
      expected: REPOSITORY,
      found: 'https://github.com/acme/other',
    });
    refuses({
      options: claim(16, 'https://github.com/acm'),
      id,
      summary: 'the certificate names an owner that is not the repository’s',
      expected: REPOSITORY,
      found: 'https://github.com/acm',
    });
  });
  test('fails where an id is another, or is not there', () => {
    const reused = (what: string): string => `the ${what} has another id: it may be a later one of the same name`;
    const ids = { repositoryId: '4711', ownerId: '1147' };
    refuses({
      options: {},
      id,
      expectations: { repositoryId: '4712' },
      summary: reused('repository'),
      expected: '4712',
      found: '4711',
    });
    refuses({
      options: build({ ownerId: '1' }),
      id,
      expectations: ids,
      summary: reused('owner'),
      expected: '1147',
      found: '1',
    });
    refuses({
      options: claim(15, undefined),
      id,
      expectations: ids,
      summary: reused('repository'),
      expected: '4711',
      found: '(none)',
      also: ['provenance.agreement'],
    });
  });
  test('is not checked where none was expected, and neither is the workflow', () => {
    const { checks, status } = checkAll([sigstore.bundle()], { expectations: { repository: undefined } as never })
      .bundles[0]!;
    expect(status).toBe('accepted');
    expect(checks[id]).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'no repository was expected',
      found: REPOSITORY,
      hint: 'state the repository that is audited',
    });
    expect(checks['provenance.workflow']).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'no repository was expected that it could be of',
      found: `${WORKFLOW}@refs/heads/main`,
    });
  });
});

describe('provenance.commit', () => {
  const id = 'provenance.commit';
  test('fails', () => {
    refuses({
      options: build({ commit: OTHER_COMMIT }),
      id,
      summary: 'built from another commit',
      expected: COMMIT,
      found: OTHER_COMMIT,
    });
    refuses({
      options: claim(13, undefined),
      id,
      summary: 'the certificate does not say which commit was built',
      also: ['provenance.agreement'],
    });
    refuses({
      options: claim(3, OTHER_COMMIT),
      id,
      summary: 'the certificate says it twice and differently',
      expected: COMMIT,
      found: OTHER_COMMIT,
    });
    refuses({
      options: {
        claims: { ...claimsOf(), 3: COMMIT.toUpperCase(), 13: COMMIT.toUpperCase(), 10: COMMIT.toUpperCase() },
      },
      id,
      summary: 'built from another commit',
      expected: COMMIT,
      found: COMMIT.toUpperCase(),
    });
  });
  test('is not checked where none was expected, but must not be said twice', () => {
    const expectations = { commit: undefined } as never;
    expect(check({}, { expectations }).checks[id]).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'no commit was expected',
      found: COMMIT,
      hint: 'state the commit that was audited',
    });
    expect(failures(check(claim(3, OTHER_COMMIT), { expectations }))).toEqual([id]);
  });
});

describe('provenance.ref, .runner, .trigger', () => {
  const any = 'refs/heads/* or refs/tags/*';
  test('a ref fails', () => {
    const id = 'provenance.ref';
    refuses({
      options: build({ ref: 'refs/pull/7/merge' }),
      id,
      summary: 'built from a pull request, which anybody can open',
      expected: any,
      found: 'refs/pull/7/merge',
    });
    refuses({ options: build({ ref: 'main' }), id, summary: 'built from another ref', expected: any, found: 'main' });
    refuses({
      options: build({ ref: 'refs/heads/dev' }),
      id,
      expectations: { refs: ['refs/heads/main'] },
      summary: 'built from another ref',
      expected: 'refs/heads/main',
      found: 'refs/heads/dev',
    });
    refuses({
      options: claim(14, undefined),
      id,
      summary: 'the certificate does not say which ref was built',
      also: ['provenance.agreement'],
    });
    refuses({
      options: claim(6, 'refs/heads/dev'),
      id,
      summary: 'the certificate says it twice and differently',
      expected: 'refs/heads/main',
      found: 'refs/heads/dev',
    });
  });
  test('a machine fails', () => {
    const id = 'provenance.runner';
    const wrong = 'built on another kind of machine';
    refuses({
      options: build({ runner: 'self-hosted' }),
      id,
      summary: wrong,
      expected: 'github-hosted',
      found: 'self-hosted',
    });
    refuses({
      options: build({ runner: 'GitHub-hosted' }),
      id,
      expectations: { runners: ['self-hosted', 'github-hosted'] },
      summary: wrong,
      expected: 'self-hosted or github-hosted',
      found: 'GitHub-hosted',
    });
    refuses({ options: claim(11, undefined), id, summary: 'the certificate does not say what it was built on' });
  });
  test.each(['pull_request', 'pull_request_target', 'issue_comment', 'workflow_run'])(
    'an event fails: %s',
    (trigger) => {
      refuses({
        options: build({ trigger }),
        id: 'provenance.trigger',
        summary: 'started by another event',
        expected: 'push or release or workflow_dispatch or schedule',
        found: trigger,
      });
    },
  );
  test('an event fails where the certificate does not say, or says it twice', () => {
    const id = 'provenance.trigger';
    refuses({
      options: claim(20, undefined),
      id,
      summary: 'the certificate does not say what started the build',
      also: ['provenance.agreement'],
    });
    refuses({
      options: claim(2, 'release'),
      id,
      summary: 'the certificate says it twice and differently',
      expected: 'push',
      found: 'release',
    });
  });
});
