import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../src/audit/bundle/sha256.ts';
import { utc } from '../../../src/audit/wording.ts';
import { call, type Called, lastLine } from '../../cli/support/called.ts';
import { intel, sigstore, type Story, startStory } from '../steps/support/story.ts';
import { changedBundle, commandIn, jsonOf, savedOnce, saveStory } from './support.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story?.close());
const saved = savedOnce(() => story);

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly required: boolean;
  readonly summary: string;
  readonly hint: string | null;
  readonly details: readonly string[];
  readonly origins: readonly string[];
  readonly exit: number;
}
const verdictOf = ({ stdout }: Called) =>
  JSON.parse(stdout) as { verdict: string; checks: Shown[]; missing: string[]; simulated: boolean };
const checkOf = (called: Called, id: string): Shown => verdictOf(called).checks.find((check) => check.id === id)!;
const openOf = (called: Called): string[] =>
  verdictOf(called).checks.flatMap(({ id, state, required }) => (required && state !== 'passed' ? [id] : []));

const without = (command: readonly string[], flag: string): string[] => {
  const at = command.indexOf(flag);
  if (at < 0) throw new Error(`no ${flag}`);
  return [...command.slice(0, at), ...command.slice(at + 2)];
};

describe('what was VERIFIED', () => {
  test('is VERIFIED again from the file alone, by the command that was printed', async () => {
    const kept = await saved();
    expect([kept.saved.exit, lastLine(kept.saved)]).toEqual([0, expect.stringMatching(/^SIMULATED: VERIFIED \(/)]);
    const bytes = readFileSync(kept.path);
    expect(kept.saved.stderr).toContain(
      `twl: saved ${bytes.length} bytes of evidence, SHA-256 ${sha256Hex(bytes)}\ntwl: to check it again: twl verify `,
    );
    expect(statSync(kept.path).mode & 0o777).toBe(0o644);
    expect(kept.command).toEqual([
      'verify',
      kept.path,
      ...kept.expected,
      ...['--root-sha256', sha256Hex(intel.root.der), '--root-sha256', sha256Hex(sigstore.root())],
      ...['--saved-sha256', sha256Hex(bytes), '--at', utc(intel.now)],
    ]);
    const asked = story.server.requests.length;
    const again = await call([...kept.command, '--json']);
    expect(again.stderr).toBe('');
    expect([again.exit, verdictOf(again).verdict, verdictOf(again).simulated]).toEqual([0, 'VERIFIED', true]);
    expect(story.server.requests).toHaveLength(asked);
    // The same checks pass as when it was saved, but for what is not fresh any more.
    const first = await call(['verify', ...kept.collecting, ...kept.expected, '--json']);
    const passed = (called: Called): string[] =>
      verdictOf(called).checks.flatMap(({ id, state }) => (state === 'passed' ? [id] : []));
    expect(passed(again)).toEqual(passed(first).filter((id) => id !== 'freshness'));
    expect(checkOf(first, 'freshness').state).toBe('passed');
  });

  test('says that a number which was asked once is not fresh any more', async () => {
    const kept = await saved();
    const { attest } = jsonOf(kept.path);
    const again = await call([...kept.command, '--json']);
    expect(checkOf(again, 'freshness')).toMatchObject({
      state: 'not-checked',
      required: false,
      exit: 12,
      summary: `it answered the number that was asked at ${attest.at}, says the bundle: the machine ran after somebody made that number, and whether it still does is not shown`,
      hint: "ask it now: --attest with the address of the deployment's twl-attest",
    });
    const policy = kept.write('fresh.toml', 'required_checks = ["freshness"]\n');
    const strict = await call([...kept.command, '--policy', policy]);
    expect([strict.exit, lastLine(strict)]).toEqual([12, expect.stringContaining('STALE')]);
  });

  test('says of refs whose word they are and of when', async () => {
    const kept = await saved();
    const { source } = jsonOf(kept.path);
    const again = await call([...kept.command, '--json']);
    const words = `as fetched at ${source.at}, saved in bundle ${kept.path}`;
    expect(checkOf(again, 'source.reachable')).toMatchObject({
      state: 'passed',
      summary: `the commit is the tip of refs/heads/main, by the refs that ${story.source} listed at ${source.refs.at}, saved in the file that --saved-sha256 names`,
      origins: [`${story.source}, ${words}`],
    });
    expect(checkOf(again, 'source.commit')).toMatchObject({
      state: 'passed',
      summary: `${story.commit} was saved as a commit, and its bytes hash to that`,
      origins: [`${story.source}, ${words}`],
    });
  });

  test('the refs of a file that nobody vouches for count for nothing', async () => {
    const kept = await saved();
    const again = await call([...without(kept.command, '--saved-sha256'), '--json']);
    expect([again.exit, verdictOf(again).verdict, openOf(again)]).toEqual([13, 'CONSISTENT', ['source.reachable']]);
    const { source } = jsonOf(kept.path);
    expect(checkOf(again, 'source.reachable')).toMatchObject({
      state: 'not-checked',
      summary: `by the refs that ${story.source} listed at ${source.refs.at}, says bundle ${kept.path}; nobody can prove that later`,
      hint: 'ask the repository now with --source URL; or, if you saved the file yourself, say so with --saved-sha256 and the hash that --save printed',
    });
    // The repository itself can be asked.
    const asked = story.server.requests.length;
    const live = await call([...without(kept.command, '--saved-sha256'), '--source', story.source, '--json']);
    expect([live.exit, verdictOf(live).verdict]).toEqual([0, 'VERIFIED']);
    expect(checkOf(live, 'source.reachable').summary).toBe('the commit is the tip of refs/heads/main');
    expect(story.server.requests.length).toBeGreaterThan(asked);
  });

  test('another file than the one that was vouched for is refused', async () => {
    const kept = await saved();
    const path = kept.write('longer.json', `${readFileSync(kept.path, 'utf8')} `);
    const found = await call(kept.command.map((word) => (word === kept.path ? path : word)));
    expect(found.exit).toBe(10);
    expect(found.stderr).toBe(
      `twl: error: the file has the SHA-256 ${sha256Hex(readFileSync(path))}, and --saved-sha256 names another one\n` +
        'twl: hint: it was changed, or it is not the one that was saved: take it from where that is kept\n',
    );
  });

  test('judged now it is STALE, with the time up to which it held and the command that shows it', async () => {
    const kept = await saved();
    const now = without(kept.command, '--at');
    const found = await call([...now, '--json']);
    // The collateral of the story is of January 2026 and lasts some months.
    expect([found.exit, verdictOf(found).verdict]).toEqual([12, 'STALE']);
    const command = ['twl', ...kept.command].join(' ');
    expect(checkOf(found, 'quote.tcb').hint).toBe(
      `its collateral was in force until 2026-10-20T14:13:20Z; as of when it was saved, says the bundle: ${command}`,
    );
    const again = await call([...command.split(' ').slice(1), '--json']);
    expect(again.exit).toBe(0);
    // Whoever names a time knows which.
    const later = await call([...now, '--at', '2027-01-01', '--json']);
    expect(later.exit).toBe(12);
    expect(checkOf(later, 'quote.tcb').hint ?? '').not.toContain('says the bundle');
  });

  test('newer collateral that is named is judged by', async () => {
    const kept = await saved();
    const path = kept.write('newer.json', intel.collateral());
    const found = await call([...kept.command, '--collateral', path, '--json']);
    expect(found.exit).toBe(0);
    expect(checkOf(found, 'quote.tcb').origins).toContain(`file ${path}`);
  });
});

describe('roots', () => {
  test('that nobody named do not count, and the hints give their hashes', async () => {
    const kept = await saved();
    const [der, json] = [sha256Hex(intel.root.der), sha256Hex(sigstore.root())];
    const none = without(without(kept.command, '--root-sha256'), '--root-sha256');
    const found = await call([...none, '--json']);
    expect([found.exit, verdictOf(found).verdict, verdictOf(found).simulated]).toEqual([13, 'CONSISTENT', true]);
    expect(checkOf(found, 'quote.signature')).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary:
        'the bundle was saved under a root of hardware that nobody vouches for, and it does not pass under the one that is known',
      hint: `it is not Intel's: the hardware is pretended, or forged. whoever made that root can forge all that it vouches for; to believe that root: --root-sha256 ${der}`,
    });
    expect(checkOf(found, 'freshness').state).toBe('not-checked');
    const states = new Set(verdictOf(found).checks.map(({ state }) => state));
    expect(states).not.toContain('failed');
    // Each on its own opens its own step.
    const half = await call([...none, '--root-sha256', der, '--json']);
    expect([checkOf(half, 'quote.signature').state, checkOf(half, 'provenance.bundle').state]).toEqual([
      'passed',
      'not-checked',
    ]);
    expect(checkOf(half, 'provenance.bundle')).toMatchObject({
      state: 'not-checked',
      hint: `whoever made that root can forge all that it vouches for; to believe that root: --root-sha256 ${json}`,
    });
    expect(half.exit).toBe(13);
  });

  test('of files, as for any other target', async () => {
    const kept = await saved();
    const none = without(without(kept.command, '--root-sha256'), '--root-sha256');
    const [mock = '', trusted = ''] = ['--mock-root', '--trusted-root'].map(
      (flag) => kept.collecting[kept.collecting.indexOf(flag) + 1],
    );
    const found = await call([...none, '--mock-root', mock, '--trusted-root', trusted]);
    expect([found.exit, lastLine(found)]).toEqual([0, expect.stringContaining('SIMULATED: VERIFIED')]);
    // Then the hashes would have no effect.
    const both = await call([...kept.command, '--mock-root', mock]);
    expect([both.exit, both.stderr]).toEqual([
      2,
      expect.stringContaining('no root of the bundle that counts has that hash'),
    ]);
  });

  test('a hash that no root has is refused', async () => {
    const kept = await saved();
    const found = await call([...kept.command, '--root-sha256', 'a1'.repeat(32)]);
    expect(found.exit).toBe(2);
    expect(found.stderr).toContain(`--root-sha256 ${'a1'.repeat(32)}: no root of the bundle that counts has that hash`);
  });
});

describe('the history', () => {
  test('of a commit behind its branch is hashed again, and is a statement none the less', async () => {
    const other = await startStory();
    try {
      const gitDir = other.repository.gitDir;
      const git = (...args: string[]) => other.repository.git(...args);
      const tree = (await git('rev-parse', `${other.commit}^{tree}`)).trim();
      let tip = other.commit;
      for (let number = 0; number < 3; number++) {
        tip = (await git('commit-tree', tree, '-p', tip, '-m', `later ${number}`)).trim();
      }
      await git('update-ref', 'refs/heads/main', tip);
      expect(gitDir).not.toBe('');
      const kept = await saveStory(other);
      const { refs } = jsonOf(kept.path).source;
      expect(refs).toMatchObject({
        branches: 1,
        tags: 0,
        head: 'refs/heads/main',
        list: [{ name: 'refs/heads/main', id: tip }],
      });
      expect(refs.objects.map(({ type }: { type: string }) => type)).toEqual(['commit', 'commit', 'commit']);
      const again = await call([...kept.command, '--json']);
      expect(again.exit).toBe(0);
      expect(checkOf(again, 'source.reachable').summary).toBe(
        `the commit belongs to refs/heads/main, 3 commits behind its tip, by the refs that ${other.source} listed at ${refs.at}, saved in the file that --saved-sha256 names`,
      );
      // A commit between that hashes to another name leads nowhere.
      const broken = changedBundle(kept, (bundle) => {
        bundle.source.refs.objects[1].text = bundle.source.refs.objects[1].text.replace('later', 'Later');
      });
      const found = await call([...broken.command, '--json']);
      expect([found.exit, openOf(found)]).toEqual([13, ['source.reachable']]);
      expect(checkOf(found, 'source.reachable').summary).toContain(
        'what was saved holds no way from a branch or tag to the commit',
      );
      kept.scratch.remove();
    } finally {
      await other.close();
    }
  });
});

describe('what does not go together', () => {
  test.each<[string[], string]>([
    [['--save', 'again.json'], '--save needs evidence to collect'],
    [['--registry', 'registry.example'], '--registry has no effect on a saved file'],
    [['--offline', '--source', 'https://git.example/a.git'], '--offline does not go together with a URL in --source'],
  ])('%j of a saved file', async (flags, message) => {
    const kept = await saved();
    const found = await call([...kept.command, ...flags]);
    expect([found.exit, found.stderr]).toEqual([2, expect.stringContaining(`twl: error: ${message}\n`)]);
  });

  test.each(['--root-sha256', '--saved-sha256'])('%s of another target', async (flag) => {
    const kept = await saved();
    const found = await call(['verify', kept.collecting[0] ?? '', flag, 'a1'.repeat(32)]);
    expect([found.exit, found.stderr]).toEqual([
      2,
      `twl: error: ${flag} needs a TARGET that --save wrote\ntwl: hint: leave it out, or name such a file\n`,
    ]);
    const bad = await call(['verify', kept.path, flag, 'A1'.repeat(32)]);
    expect([bad.exit, bad.stderr]).toEqual([2, expect.stringContaining(`${flag} must be 64 lower-case hex digits`)]);
  });

  test('a path that cannot be written to', async () => {
    const kept = await saved();
    const file = kept.write('file', '');
    const found = await call([
      'verify',
      ...without(kept.collecting, '--attest'),
      ...kept.expected,
      '--save',
      `${file}/x.json`,
    ]);
    expect(found.exit).toBe(50);
    expect(found.stdout).toBe('');
  });
});

test('what is not VERIFIED is saved too, and comes to the same', async () => {
  const kept = await saved();
  const info = jsonOf(kept.collecting[0] ?? '');
  const target = kept.write('other.json', {
    ...info,
    tcb_info: info.tcb_info.replaceAll('tee-launch', 'tee-l4unch').replaceAll('restart', 'r3start'),
  });
  const path = kept.scratch.join('rejected.json');
  // The machine is gone by now.
  const collecting = without(kept.collecting.slice(1), '--attest');
  const args = ['verify', target, ...collecting, ...kept.expected, '--json'];
  const first = await call([...args, '--save', path]);
  expect(first.exit).toBe(10);
  const again = await call([...commandIn(first), '--json']);
  expect(again.exit).toBe(10);
  const failed = (called: Called): string[] =>
    verdictOf(called).checks.flatMap(({ id, state }) => (state === 'failed' ? [id] : []));
  expect(failed(again)).toEqual(failed(first));
  writeFileSync(path, '{"schema": "twl-evidence-bundle/v2", "x": 1}');
  const newer = await call(['verify', path]);
  expect(newer.exit).toBe(20);
});
