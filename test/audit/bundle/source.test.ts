import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BundleError } from '../../../src/audit/bundle/errors.ts';
import type { Bundle } from '../../../src/audit/bundle/read.ts';
import { Recording } from '../../../src/audit/bundle/recording.ts';
import { freshnessReservation, heldFor, refsReservation, restoreSource } from '../../../src/audit/bundle/restore.ts';
import { refsToSave } from '../../../src/audit/bundle/saved-refs.ts';
import { bundleOf as written } from '../../../src/audit/bundle/write.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import { collectSource } from '../../../src/audit/source/collect-source.ts';
import type { SourceFacts } from '../../../src/audit/source/facts.ts';
import { judgeSource } from '../../../src/audit/source/judge-source.ts';
import { pinOf, quickLimits } from '../source/support.ts';
import type { Answer } from '../../support/answer.ts';
import { onFetch } from '../../support/behaviours.ts';
import { type GitServer, startGitServer } from '../../support/git-server.ts';
import { makeRepository, type Repository } from '../../support/repositories.ts';
import { makeScratch } from '../../support/scratch.ts';
import { intel } from '../steps/support/story.ts';

const scratch = makeScratch();
let server: GitServer;
let lib: Repository;
let main: Repository;
let first = '';

beforeAll(async () => {
  lib = await makeRepository({ path: scratch.join('lib.git'), files: { 'run.sh': 'run\n', 'package.json': '{}' } });
  main = await makeRepository({ path: scratch.join('main.git'), files: { 'tee-launch.sh': '#!/bin/bash\necho 1\n' } });
  first = main.commit;
  server = await startGitServer({ root: scratch.path });
});
afterAll(async () => {
  await server?.close();
  scratch.remove();
});

const AT = '2026-01-02T03:04:05Z';

/** A bundle that holds nothing but what was recorded of a source. */
const bundleOf = (recording: Recording, commit: string): Bundle => {
  const { packs } = recording.packs;
  const refs = recording.history && { ...refsToSave(recording.history, commit), origin: 'git', at: AT };
  return { path: 'b.json', source: { origin: 'git', at: AT, packs, refs } } as unknown as Bundle;
};

/** All but where it came from, which differs, and how much was fetched. */
const lookedAt = ({ commit, signature, since }: SourceFacts): unknown => ({ commit, signature, since });

const twice = async (commit: string, lines: readonly string[], since?: string) => {
  const url = `${server.url}/main.git`;
  const pin = pinOf(url, commit, lines);
  const recording = new Recording(() => 1);
  const limits = quickLimits();
  const online = await collectSource({ pin, address: { url, named: true }, limits, since, record: recording.source });
  const asked = server.requests.length;
  const saved = restoreSource(bundleOf(recording, commit), commit)!;
  const address = { url: saved.url, named: false, saved: saved.words };
  const again = await collectSource({ pin, address, limits, since, saved, offline: true });
  expect(server.requests).toHaveLength(asked);
  return { online, again, recording, pin };
};

describe('a source that was saved', () => {
  test('comes to the same without a server: files, signature, history', async () => {
    const { online, again, recording, pin } = await twice(first, []);
    expect(lookedAt(again)).toEqual(lookedAt(online));
    expect([...recording.packs.packs.keys()]).toEqual([first]);
    expect(again.address).toEqual({ url: 'git', named: false, saved: `as fetched at ${AT}, saved in bundle b.json` });
    const { outcomes } = judgeSource(again, { pin });
    expect(outcomes['source.commit']).toMatchObject({
      state: 'passed',
      summary: `${first} was saved as a commit, and its bytes hash to that`,
      origins: [`git, as fetched at ${AT}, saved in bundle b.json`],
    });
    expect(outcomes['source.reachable'].state).toBe('passed');
    expect(outcomes['source.tree'].state).toBe('passed');
  });

  test('with a submodule, and with the commit that was audited last', async () => {
    const commit = await main.commitAgain({
      'tee-launch.sh': '#!/bin/bash\necho 2\n',
      '.gitmodules': `[submodule "lib"]\n\tpath = lib\n\turl = ${server.url}/lib.git\n`,
      lib: { gitlink: lib.commit },
    });
    const { online, again, recording } = await twice(commit, ['SUBMODULES=yes'], first);
    expect([...recording.packs.packs.keys()]).toEqual([commit, lib.commit, first]);
    expect('value' in online.commit && online.commit.value.submodules).toEqual([{ path: 'lib', commit: lib.commit }]);
    expect(online.since).toMatchObject({ value: { commit: first } });
    expect(lookedAt(again)).toEqual(lookedAt(online));
  });

  test('without the pack of its commit it was not had', async () => {
    const { recording, pin } = await twice(first, []);
    const bundle = bundleOf(recording, first);
    const { source } = bundle;
    const bare = { ...bundle, source: { ...source, packs: new Map(), refs: undefined } } as Bundle;
    const saved = restoreSource(bare, first)!;
    const facts = await collectSource({ pin, address: { url: 'x', named: false }, limits: quickLimits(), saved });
    const { outcomes } = judgeSource(facts, { pin });
    expect(outcomes['source.commit']).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: `the source was not had: the bundle holds no commit ${first}`,
      hint: 'ask the repository: --source URL',
    });
    expect(() => saved.pack(first)).toThrow(expect.objectContaining({ code: 'not-saved', exitCode: 13 }));
    expect(() => saved.reachability(undefined)).toThrow(
      expect.objectContaining({
        code: 'not-saved',
        exitCode: 13,
        message: 'the bundle holds no list of branches and tags',
        hint: 'ask the repository: --source URL',
      }),
    );
    expect(restoreSource({ ...bundle, source: undefined }, first)).toBeUndefined();
  });

  test('a pack that broke off is not kept: it would contradict its commit', async () => {
    const url = `${server.url}/main.git`;
    const pin = pinOf(url, first);
    const save = async (answer: Answer) => {
      server.behave(onFetch(answer));
      const recording = new Recording(() => 1);
      recording.takeAnswer(Uint8Array.of(1), 'o');
      const facts = await collectSource({
        ...{ pin, address: { url, named: true }, limits: quickLimits(), record: recording.source },
      });
      server.behave(undefined);
      const evidence = {
        target: 't',
        kind: 'quote-answer',
        statements: {},
        source: { origin: url, value: facts },
      } as const;
      const expectations = {
        now: { value: 1, source: '' },
        root: { der: Uint8Array.of(1), source: '', simulated: false },
        policy: EMPTY_POLICY,
      };
      const notes: string[] = [];
      const request = { recording, target: 't', startedAt: 1, evidence, expectations };
      const { source } = written(request, first, (line) => notes.push(line));
      const { outcomes } = judgeSource(facts, { pin });
      return { tree: outcomes['source.tree'].state, packs: source?.packs.length, notes };
    };
    // The server tells of the pack before it is there: nothing of it has come at the first.
    for (const cutAfter of [60, 100]) {
      expect(await save({ cutAfter })).toEqual({
        tree: 'not-checked',
        packs: undefined,
        notes: ['the source is not in it: it did not come whole; check it again with --source'],
      });
    }
    expect(await save({})).toEqual({ tree: 'passed', packs: 1, notes: [] });
  });

  test('a pack of another commit contradicts', async () => {
    const { recording, pin } = await twice(first, []);
    const bundle = bundleOf(recording, first);
    const other = new Recording(() => 1);
    const url = `${server.url}/lib.git`;
    const limits = quickLimits();
    await collectSource({
      ...{ pin: pinOf(url, lib.commit), address: { url, named: true }, limits, record: other.source },
    });
    const packs = new Map([[first, other.packs.packs.get(lib.commit)!]]);
    const saved = restoreSource({ ...bundle, source: { ...bundle.source!, packs } }, first)!;
    const facts = await collectSource({ pin, address: { url: 'x', named: false }, limits, saved });
    const { outcomes } = judgeSource(facts, { pin });
    expect(outcomes['source.tree']).toMatchObject({ state: 'failed', exit: 10 });
    expect(outcomes['source.commit'].state).not.toBe('passed');
  });
});

describe('what is held back', () => {
  const refs = { origin: 'https://git.example/a', at: AT };
  const bundle = { path: 'b.json', source: { refs }, attest: { at: AT } } as unknown as Bundle;
  const bare = { ...bundle, source: undefined, attest: undefined } as Bundle;

  test('of a list of refs', () => {
    expect(refsReservation({ bundle, isVouchedFor: true })).toEqual({
      on: 'dated',
      remark: `by the refs that https://git.example/a listed at ${AT}, saved in the file that --saved-sha256 names`,
    });
    expect(refsReservation({ bundle, isVouchedFor: false })).toEqual({
      on: 'pass',
      summary: `by the refs that https://git.example/a listed at ${AT}, says bundle b.json; nobody can prove that later`,
      hint: 'ask the repository now with --source URL; or, if you saved the file yourself, say so with --saved-sha256 and the hash that --save printed',
    });
    expect(refsReservation({ bundle: bare, isVouchedFor: false })).toMatchObject({
      summary: 'by the refs, says bundle b.json; nobody can prove that later',
    });
  });

  test('of freshness', () => {
    const told = (at: string) => ({
      on: 'pass',
      exit: 12,
      summary: `it answered the number that was asked at ${at}, says the bundle: the machine ran after somebody made that number, and whether it still does is not shown`,
      hint: "ask it now: --attest with the address of the deployment's twl-attest",
    });
    expect(freshnessReservation(bundle)).toEqual(told(AT));
    expect(freshnessReservation(bare)).toEqual(told(''));
  });

  test('when collateral held', () => {
    const base = { target: 't', kind: 'quote-answer', statements: {} } as const;
    const value = intel.collateral();
    const { from = 0, until = 0 } = heldFor({ ...base, collateral: { origin: 'o', value } }) ?? {};
    expect([from <= intel.now, intel.now < until]).toEqual([true, true]);
    const parts = [value.tcb_info, value.qe_identity].map((text) => JSON.parse(text));
    expect(parts.map(({ issueDate }) => Date.parse(issueDate) / 1000 <= from)).toEqual([true, true]);
    expect(parts.map(({ nextUpdate }) => Date.parse(nextUpdate) / 1000 >= until)).toEqual([true, true]);
    const undated = { ...value, qe_identity: value.qe_identity.replace(/"nextUpdate":"[^"]*"/, '"nextUpdate":"soon"') };
    expect(heldFor({ ...base, collateral: { origin: 'o', value: undated } })).toBeUndefined();
    expect(heldFor({ ...base, collateral: { origin: 'o', value: {} } })).toBeUndefined();
    expect(heldFor({ ...base, collateral: { origin: 'o', error: new BundleError('malformed', 'x') } })).toBeUndefined();
    expect(heldFor(base)).toBeUndefined();
    // A mistake of the program is no date that does not read.
    const odd = {
      ...value,
      get tcb_info(): string {
        throw new TypeError('odd');
      },
    };
    expect(() => heldFor({ ...base, collateral: { origin: 'o', value: odd } })).toThrow('odd');
  });
});
