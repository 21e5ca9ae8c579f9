import { describe, expect, test } from 'vitest';
import { AUDIT_LIMITS } from '../../../src/audit/source/audit-limits.ts';
import { SOURCE_CHECK_IDS } from '../../../src/audit/source/check-ids.ts';
import { judgeSource } from '../../../src/audit/source/judge-source.ts';
import type { SourceFacts } from '../../../src/audit/source/facts.ts';
import { failureOf, notHad } from '../../../src/audit/source/judge-errors.ts';
import { judgeReachable, refFindings } from '../../../src/audit/source/judge-reachable.ts';
import { describeSignature, judgeSignature, signatureFindings } from '../../../src/audit/source/judge-signature.ts';
import type { SignatureFacts } from '../../../src/audit/source/signature/facts.ts';
import { CollectError } from '../../../src/audit/collect/errors.ts';
import { limitExceeded, SourceError, type SourceErrorCode } from '../../../src/source/errors.ts';
import type { Reach, Reachability } from '../../../src/source/history/reachability.ts';
import { pinOf } from './support.ts';

const COMMIT = 'c'.repeat(40);
const OTHER = 'd'.repeat(40);
const pin = pinOf('https://example.com/x', COMMIT);
const address = { url: 'https://example.com/x', named: false };
const none = { address, reachability: undefined, signature: undefined, since: undefined };
const failedWith = (error: unknown): SourceFacts => ({ ...none, commit: { error } });
const error = (code: SourceErrorCode): SourceError => new SourceError(code, 'what happened', { hint: 'do this' });

describe('a commit that was not had', () => {
  test.each<[SourceErrorCode, string, string]>([
    ['not-a-commit', 'failed 10', 'not-checked 13'],
    ['commit-malformed', 'failed 10', 'not-checked 13'],
    ['object-format-mismatch', 'failed 10', 'not-checked 13'],
    ['commit-not-served', 'failed 40', 'not-checked 13'],
    ['tree-malformed', 'not-checked 13', 'failed 10'],
    ['gitlink-refused', 'not-checked 13', 'failed 10'],
    ['sha1-collision', 'not-checked 13', 'failed 10'],
    ['readers-disagree', 'not-checked 13', 'failed 10'],
    ['pack-checksum', 'not-checked 13', 'failed 10'],
    ['object-missing', 'not-checked 13', 'failed 10'],
    ['address-refused', 'not-checked 13', 'not-checked 13'],
    ['redirect-refused', 'not-checked 13', 'not-checked 13'],
    ['timed-out', 'not-checked 40', 'not-checked 13'],
    ['access-denied', 'not-checked 40', 'not-checked 13'],
    ['protocol-malformed', 'not-checked 30', 'not-checked 13'],
    ['protocol-unsupported', 'not-checked 20', 'not-checked 13'],
    ['tool-missing', 'not-checked 50', 'not-checked 13'],
  ])('%s', (code, commit, tree) => {
    const { outcomes, findings, entry } = judgeSource(failedWith(error(code)), { pin });
    const shown = (id: 'source.commit' | 'source.tree'): string => `${outcomes[id].state} ${outcomes[id].exit}`;
    expect([shown('source.commit'), shown('source.tree')]).toEqual([commit, tree]);
    for (const id of SOURCE_CHECK_IDS.slice(2)) expect(outcomes[id].state).toBe('not-checked');
    const told = [outcomes['source.commit'], outcomes['source.tree']].find(({ summary }) =>
      summary.includes('what happened'),
    );
    expect(told?.hint).toBe('do this');
    expect(told?.origins).toEqual(['https://example.com/x, as the pin names it']);
    expect(findings).toEqual([]);
    expect(entry).toBeUndefined();
  });

  test("hints about a launch are put into an auditor's words, or left out", () => {
    const hinted = (code: SourceErrorCode, hint?: string): string | undefined =>
      notHad(new SourceError(code, 'x', hint === undefined ? {} : { hint }), 'y').hint;
    expect(hinted('timed-out')).toBe('check the network of this machine, and try again');
    expect(hinted('limit-exceeded', 'set TWL_LIMIT_X')).toBe(
      'the launcher refuses it too, unless its limits were raised',
    );
    expect(hinted('limit-exceeded', 'set TWL_LIMIT_CHECKOUT_BYTES in')).toBe(
      'if you have the room for more, set TWL_LIMIT_CHECKOUT_BYTES in the environment of twl',
    );
    expect(hinted('disk-full', 'the volume of WORK_DIR')).toBe('make room where TMPDIR points');
    expect(hinted('work-dir-mount', 'outside WORK_DIR')).toBeUndefined();
    expect(hinted('timed-out', 'do that')).toBe('do that');
    const advice: [SourceErrorCode, RegExp][] = [
      [
        'access-denied',
        /^if it is private, name a clone that you have, or an address that you may read, with --source$/,
      ],
      ['repository-not-found', /^if it is private, /],
      ['server-refused', /^if it is private, /],
      ['commit-not-served', /force-pushed away: ask the owners, or name a clone that has it with --source$/],
      ['object-format-mismatch', /^a SHA-1 repository has commits of 40 digits, a SHA-256 repository of 64$/],
      ['address-refused', /^if it is meant to be private, name it yourself with --source$/],
      ['redirect-refused', /^name the address that the repository has now with --source, if you trust it$/],
      ['protocol-malformed', /^check that the address is that of a git repository$/],
      ['connection-failed', /^check the network/],
      ['connection-cut', /^check the network/],
      ['server-busy', /^check the network/],
      ['tool-missing', /^install it on this machine$/],
      ['disk-failed', /^look at the disk where TMPDIR points$/],
    ];
    for (const [code, hint] of advice) expect(hinted(code, 'see REPO_URL')).toMatch(hint);
    for (const hint of ['REPO_A', 'WORK_DIR', 'TWL_LIMIT_A', 'a container', 'use an image', 'SSH_K', 'with git fsck'])
      expect(hinted('server-busy', hint)).toBe('check the network of this machine, and try again');
    expect(hinted('server-busy', 'with git fsck, say')).toBe('with git fsck, say');
    expect(notHad(new CollectError('timed-out', 'x'), 'y').hint).toBeUndefined();
    expect(notHad(new CollectError('timed-out', 'x', { hint: 'see REPO_URL' }), 'y').hint).toBeUndefined();
  });

  test("the end of the auditor's room contradicts nothing; what the launcher does not allow either is refused", () => {
    const states = (name: string): string[] => {
      const { outcomes } = judgeSource(failedWith(limitExceeded(name, 'it is more')), { pin });
      return [outcomes['source.commit'], outcomes['source.tree']].map(({ state, exit }) => `${state} ${exit}`);
    };
    for (const name of Object.keys(AUDIT_LIMITS)) expect(states(name)).toEqual(['not-checked 13', 'not-checked 13']);
    expect(states('TREE_DEPTH')).toEqual(['not-checked 13', 'failed 10']);
  });

  test('a mistake of the program is a failed check', () => {
    const { outcomes } = judgeSource(failedWith(new TypeError('x is undefined')), { pin });
    expect(outcomes['source.tree']).toMatchObject({ state: 'failed', exit: 1 });
    expect(outcomes['source.tree'].summary).toContain('x is undefined');
    expect(notHad('a string', 'it')).toMatchObject({ state: 'failed', exit: 1 });
    expect(failureOf(new CollectError('timed-out', 'x'))).toBe('neither');
    expect(failureOf(error('tree-order'))).toBe('tree');
    expect(failureOf(error('not-a-commit'))).toBe('commit');
    expect(failureOf(undefined)).toBe('tree');
  });
});

describe('reachable', () => {
  const found = (reach: Reach, expected?: Reachability['expected']): SourceFacts => ({
    ...failedWith(undefined),
    reachability: { value: { reach, branches: 1, tags: 1, commits: 1, packBytes: 1, ...(expected && { expected }) } },
  });
  const unreachable: Reach = { kind: 'unreachable' };
  const tag = (tip: string | undefined) => ({ name: 'refs/tags/v1', tip, isTag: true });
  const branch = (tip: string | undefined) => ({ name: 'refs/heads/main', tip, isTag: false });
  const tipOf = (...names: string[]): Reach => ({ kind: 'tip', refs: names.map((name) => ({ name, id: COMMIT })) });

  test('the tip of many', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `refs/heads/${name}`);
    expect(judgeReachable(found(tipOf(...names.slice(0, 5))), COMMIT)).toMatchObject({
      summary: `the commit is the tip of ${names.slice(0, 5).join(', ')}`,
      found: 'refs/heads/a',
      details: ['the repository lists 1 branch and 1 tag; 1 commit fetched and hashed on the way'],
    });
    expect(judgeReachable(found(tipOf(...names)), COMMIT).summary).toBe(
      `the commit is the tip of ${names.slice(0, 5).join(', ')} and 2 more`,
    );
  });

  test('an imposter, a moved tag, a tag that is gone, a branch that moved on', () => {
    const imposter = /^no branch or tag of the repository leads to the commit$/;
    const looked = 'the repository lists 1 branch and 1 tag; 1 commit fetched and hashed on the way';
    expect(judgeReachable(found(unreachable), COMMIT)).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'no branch or tag of the repository leads to the commit',
      details: [
        looked,
        'a forge serves the commits of every fork under the address of its parent: anybody may have made this one',
      ],
      hint: 'do not take it for the work of this repository; if a branch was deleted or force-pushed, ask its owners to tag the commit',
    });
    expect(judgeReachable(found(unreachable, tag(OTHER)), COMMIT)).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the tag refs/tags/v1 was moved: it names another commit now, and no branch or tag leads to this one',
      expected: COMMIT,
      found: OTHER,
      details: [looked],
      hint: 'ask who moved the tag and why; what runs is not what the tag stands for now',
    });
    expect(judgeReachable(found(unreachable, tag(COMMIT)), COMMIT).summary).toMatch(imposter);
    expect(judgeReachable(failedWith(undefined), COMMIT)).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'it stands on the commit, which was not had',
    });
    expect(judgeReachable(found(unreachable, tag(OTHER)), COMMIT).summary).toContain('refs/tags/v1 was moved');
    expect(judgeReachable(found(unreachable, tag(undefined)), COMMIT).summary).toMatch(imposter);
    expect(judgeReachable(found(unreachable, branch(OTHER)), COMMIT).summary).toMatch(imposter);
  });

  const ids = (facts: SourceFacts): string[] => refFindings(facts, COMMIT).map(({ id }) => id);
  const ancestor = (name: string): Reach => ({ kind: 'ancestor', ref: { name, id: OTHER }, behind: 1 });
  test.each<[string, SourceFacts, string[]]>([
    ['nothing expected', found(tipOf('refs/heads/x')), []],
    ['on the tag', found(tipOf('refs/tags/v1'), tag(COMMIT)), []],
    ['the tag moved and the commit is on a branch', found(tipOf('refs/heads/x'), tag(OTHER)), ['source.tag-moved']],
    ['the tag moved and nothing leads there', found(unreachable, tag(OTHER)), ['source.tag-moved']],
    ['the tag is gone', found(ancestor('refs/heads/x'), tag(undefined)), ['source.ref-missing']],
    ['behind the branch', found(ancestor('refs/heads/main'), branch(OTHER)), []],
    ['behind another branch', found(ancestor('refs/heads/x'), branch(OTHER)), ['source.other-ref']],
    ['the tip of another branch', found(tipOf('refs/heads/x'), branch(OTHER)), ['source.other-ref']],
    ['the tip of it', found(tipOf('refs/heads/main'), branch(COMMIT)), []],
    ['of none, a branch expected', found(unreachable, branch(OTHER)), []],
    ['behind another tag', found(ancestor('refs/tags/v2'), tag(COMMIT)), ['source.other-ref']],
    ['not searched', { ...failedWith(undefined), reachability: { error: error('timed-out') } }, []],
  ])('%s', (_name, facts, expected) => {
    expect(ids(facts)).toEqual(expected);
  });

  test('what became of the ref, in words', () => {
    const texts = (facts: SourceFacts): string[] => refFindings(facts, COMMIT).map(({ text }) => text);
    expect(texts(found(ancestor('refs/heads/x'), tag(undefined)))).toEqual([
      'refs/tags/v1 is no branch or tag of the repository any more',
    ]);
    expect(texts(found(unreachable, tag(OTHER)))).toEqual([
      `the tag refs/tags/v1 names ${OTHER} now and not ${COMMIT}`,
    ]);
    expect(texts(found(ancestor('refs/heads/x'), branch(OTHER)))).toEqual([
      'the commit was expected on refs/heads/main and was found elsewhere',
    ]);
    expect(texts(failedWith(undefined))).toEqual([]);
    const behind = judgeReachable(found(ancestor('refs/heads/x')), COMMIT);
    expect(behind).toMatchObject({
      state: 'passed',
      summary: 'the commit belongs to refs/heads/x, 1 commit behind its tip',
      found: 'refs/heads/x',
      details: ['the repository lists 1 branch and 1 tag; 1 commit fetched and hashed on the way'],
    });
    const many = { reach: unreachable, branches: 2, tags: 0, commits: 3, packBytes: 1 };
    expect(judgeReachable({ ...failedWith(undefined), reachability: { value: many } }, COMMIT).details?.[0]).toBe(
      'the repository lists 2 branches and 0 tags; 3 commits fetched and hashed on the way',
    );
  });

  test('a bound is incomplete, other failures keep their code', () => {
    const failing = (code: SourceErrorCode) =>
      judgeReachable({ ...failedWith(undefined), reachability: { error: error(code) } }, COMMIT);
    expect(failing('limit-exceeded')).toMatchObject({ state: 'not-checked', exit: 13 });
    expect(failing('limit-exceeded').hint).toContain('smaller mirror');
    expect(failing('limit-exceeded').summary).toBe('the history could not be searched: what happened');
    expect(failing('timed-out')).toMatchObject({ state: 'not-checked', exit: 40, hint: 'do this' });
    expect(failing('pack-checksum')).toMatchObject({ state: 'not-checked', exit: 13 });
  });
});

describe('the signature', () => {
  const ssh = { kind: 'ssh', keyType: 'ssh-ed25519', fingerprint: 'SHA256:x' } as const;
  const pgp = { kind: 'openpgp', issuer: 'ABCD' } as const;
  test.each<[SignatureFacts, string, boolean]>([
    [{ kind: 'none' }, 'the commit is not signed', false],
    [{ kind: 'malformed', why: 'w' }, 'the commit carries a signature that cannot be read: w', true],
    [
      { ...ssh, state: 'good', why: undefined },
      'signed with the SSH key SHA256:x (ssh-ed25519): it holds; whose key it is, the commit does not prove',
      false,
    ],
    [{ ...ssh, state: 'bad', why: 'w' }, 'signed with the SSH key SHA256:x (ssh-ed25519): IT DOES NOT HOLD (w)', true],
    [
      { ...ssh, state: 'not-verified', why: 'w' },
      'signed with the SSH key SHA256:x (ssh-ed25519): it was not verified (w)',
      false,
    ],
    [{ ...pgp, state: 'good', why: undefined }, 'signed with the OpenPGP key ABCD: it holds', false],
    [{ ...pgp, state: 'bad', why: 'w' }, 'signed with the OpenPGP key ABCD: IT DOES NOT HOLD (w)', true],
    [
      { ...pgp, issuer: undefined, state: 'not-verified', why: 'w' },
      'signed with an unnamed OpenPGP key: it was not verified (w)',
      false,
    ],
    [
      { kind: 'x509', identity: 'email:a@b', issuer: 'CN=c', material: undefined, why: 'w' },
      'signed with a certificate for email:a@b, which says it is of CN=c, as gitsign does: it was not verified (w)',
      false,
    ],
    [
      { kind: 'x509', identity: undefined, issuer: undefined, material: undefined, why: undefined },
      'signed with a certificate that cannot be read, as gitsign does: it was not verified (it cannot be read)',
      false,
    ],
  ])('%j', (signature, summary, isFinding) => {
    const facts: SourceFacts = { ...failedWith(undefined), signature: { value: signature } };
    expect(describeSignature(signature)).toBe(summary);
    expect(judgeSignature(facts)).toMatchObject({ state: 'not-checked', exit: 13, summary });
    expect(signatureFindings(facts)).toEqual(isFinding ? [{ id: 'source.bad-signature', text: summary }] : []);
  });

  test('that could not be looked at', () => {
    const facts: SourceFacts = { ...failedWith(undefined), signature: { error: error('disk-full') } };
    expect(judgeSignature(facts)).toMatchObject({
      state: 'not-checked',
      exit: 50,
      summary: 'the signature could not be looked at: what happened',
    });
    expect(signatureFindings(facts)).toEqual([]);
    expect(judgeSignature(failedWith(undefined))).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: 'it stands on the commit, which was not had',
    });
    expect(signatureFindings(failedWith(undefined))).toEqual([]);
  });
});
