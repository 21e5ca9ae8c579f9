import { describe, expect, test } from 'vitest';
import type { BundleOptions } from '../mocks-sigstore/sigstore.ts';
import { build, claim, COMMIT, OTHER_COMMIT, refuses, WORKFLOW } from './cases.ts';
import { check } from './support.ts';

describe('provenance.workflow', () => {
  const id = 'provenance.workflow';
  const path = '.github/workflows/release.yml';
  const wrong = 'signed by another workflow';
  const signer = (text: string, signerCommit?: string): BundleOptions =>
    build({ signer: text, ...(signerCommit === undefined ? {} : { signerCommit }) });

  test.each([
    'acme/launcher/.github/workflows/other.yml@refs/heads/main',
    'evil/launcher/.github/workflows/release.yml@refs/heads/main',
    'acme/launcher/.github/workflows/release-yml@refs/heads/main',
    'acme/launcher/x/.github/workflows/release.yml@refs/heads/main',
    'acme/launcher/.github/workflows/release.yml.evil@refs/heads/main',
    'acme/launcher/.github/workflows/release.yml@refs/heads/main@x.yml@refs/heads/evil',
  ])('fails: %s', (text) => {
    refuses({ options: signer(text), id, summary: wrong, expected: WORKFLOW, found: `https://github.com/${text}` });
  });

  test('fails where the certificate does not say, or names two', () => {
    refuses({
      options: claim(9, undefined),
      id,
      summary: 'the certificate does not say which workflow signed',
      also: ['provenance.agreement'],
    });
    refuses({
      options: { leaf: { subject: 'https://a.example' } },
      id,
      summary: 'the certificate names two workflows',
      expected: 'https://a.example',
      found: `${WORKFLOW}@refs/heads/main`,
    });
  });

  test('at home it is of the commit that was built', () => {
    refuses({
      options: build({ signerCommit: OTHER_COMMIT }),
      id,
      summary: 'signed by the workflow at another commit',
      expected: COMMIT,
      found: OTHER_COMMIT,
    });
    refuses({
      options: claim(10, undefined),
      id,
      summary: 'signed by the workflow at another commit',
      expected: COMMIT,
      found: '(nothing)',
    });
    expect(check(signer(`acme/launcher/${path}@refs/tags/v1`)).status).toBe('accepted');
  });

  test('at home it may be of a stated ref or commit', () => {
    const workflow = { path, refs: ['refs/tags/v*'] };
    expect(
      check(signer(`acme/launcher/${path}@refs/tags/v1`, OTHER_COMMIT), { expectations: { workflow } }).status,
    ).toBe('accepted');
    refuses({
      options: {},
      id,
      expectations: { workflow },
      summary: 'signed by the workflow at another ref',
      expected: 'refs/tags/v*',
      found: 'refs/heads/main',
    });
    const two = { path, refs: ['refs/tags/a', 'refs/tags/b'] };
    expect(check({}, { expectations: { workflow: two } }).checks[id].expected).toBe('refs/tags/a or refs/tags/b');
    const pinned = { path, commit: OTHER_COMMIT };
    expect(check(build({ signerCommit: OTHER_COMMIT }), { expectations: { workflow: pinned } }).status).toBe(
      'accepted',
    );
    refuses({
      options: {},
      id,
      expectations: { workflow: pinned },
      summary: 'signed by the workflow at another commit',
      expected: OTHER_COMMIT,
      found: COMMIT,
    });
    const both = { path, refs: ['refs/heads/main'], commit: OTHER_COMMIT };
    refuses({
      options: {},
      id,
      expectations: { workflow: both },
      summary: 'signed by the workflow at another commit',
      expected: OTHER_COMMIT,
      found: COMMIT,
    });
  });

  test('elsewhere it has to be of a stated ref or commit', () => {
    const shared = { repository: 'https://github.com/acme/shared', path };
    const options = signer(`acme/shared/${path}@v1`, OTHER_COMMIT);
    const found = `https://github.com/acme/shared/${path}@v1`;
    expect(check(options, { expectations: { workflow: shared } }).checks[id]).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'no ref and no commit was expected of a workflow in another repository',
      found,
      hint: 'state the refs or the commit of the workflow',
    });
    expect(check(options, { expectations: { workflow: { ...shared, commit: OTHER_COMMIT } } }).checks[id]).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'signed by the expected workflow',
      expected: `https://github.com/acme/shared/${path}`,
      found,
    });
    const tagged = signer(`acme/shared/${path}@refs/tags/v1`, OTHER_COMMIT);
    expect(check(tagged, { expectations: { workflow: { ...shared, refs: ['refs/tags/v1'] } } }).checks[id].state).toBe(
      'passed',
    );
  });

  test('is not checked where none was expected', () => {
    expect(check({}, { expectations: { workflow: undefined } as never }).checks[id]).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'no workflow was expected',
      found: `${WORKFLOW}@refs/heads/main`,
      hint: 'state the path of the workflow that builds',
    });
  });
});
