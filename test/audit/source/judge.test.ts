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
    expect(judgeReachable(found(unreachable), COMMIT).summary).toMatch(imposter);
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
    ['not searched', { ...failedWith(undefined), reachability: { error: error('timed-out') } }, []],
  ])('%s', (_name, facts, expected) => {
    expect(ids(facts)).toEqual(expected);
  });

  test('a bound is incomplete, other failures keep their code', () => {
    const failing = (code: SourceErrorCode) =>
      judgeReachable({ ...failedWith(undefined), reachability: { error: error(code) } }, COMMIT);
    expect(failing('limit-exceeded')).toMatchObject({ state: 'not-checked', exit: 13 });
    expect(failing('limit-exceeded').hint).toContain('smaller mirror');
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
      { kind: 'x509', identity: 'email:a@b', issuer: 'CN=c' },
      'signed with a certificate for email:a@b, which says it is of CN=c, as gitsign does: it was not verified',
      false,
    ],
    [
      { kind: 'x509', identity: undefined, issuer: undefined },
      'signed with a certificate that cannot be read, as gitsign does: it was not verified',
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
    expect(judgeSignature(facts)).toMatchObject({ state: 'not-checked', exit: 50 });
    expect(signatureFindings(facts)).toEqual([]);
  });
});
