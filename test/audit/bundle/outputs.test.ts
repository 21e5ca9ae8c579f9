import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, lastLine } from '../../cli/support/called.ts';
import { save } from '../../cli/support/saved.ts';
import { type Story, startStory } from '../steps/support/story.ts';
import { changedBundle, jsonOf, savedOnce, saveStory } from './support.ts';

const ONLY = ['--only', 'attestation', '--offline'];
const OUTPUTS = ['--save', '--html', '--attest-result'] as const;

describe('where something is written', () => {
  test.each(OUTPUTS)(
    '%s puts nothing in the place of a pipe, a link or a folder, and asks before all else',
    async (flag) => {
      const { good, scratch } = save();
      const [pipe, link, folder] = ['pipe', 'link', 'folder'].map((name) => scratch.join(name)) as [
        string,
        string,
        string,
      ];
      execFileSync('mkfifo', [pipe]);
      symlinkSync(pipe, link);
      mkdirSync(folder);
      for (const path of [pipe, link, folder]) {
        const found = await call(['verify', '/no/such/info.json', ...good, ...ONLY, flag, path]);
        expect([found.exit, found.stdout]).toEqual([50, '']);
        expect(found.stderr).toContain(`twl: error: ${path} is there already, and no plain file\n`);
      }
      expect([lstatSync(pipe).isFIFO(), lstatSync(link).isSymbolicLink()]).toEqual([true, true]);
    },
  );

  test.each(OUTPUTS)('%s is written over nothing that the run reads', async (flag) => {
    const { info, good, write, scratch } = save();
    const other = (name: string): string => write(name, name);
    const inputs: readonly (readonly [string, string])[] = [
      ...['--bundle', '--trusted-root', '--receipt', '--attest', '--logs', '--compose', '--allowed'].map(
        (name) => [name, other(name)] as const,
      ),
      ...['--mock-root', '--collateral', '--policy'].map((name) => [name, good[good.indexOf(name) + 1] ?? ''] as const),
    ];
    const args = ['verify', info, ...good, ...inputs.slice(0, 7).flat(), '--profile', 'mpc'];
    symlinkSync(scratch.path, scratch.join('here'));
    for (const [name, path] of [...inputs, ['TARGET', info] as const]) {
      const before = readFileSync(path);
      const found = await call([...args, flag, path.replace(scratch.path, scratch.join('here'))]);
      expect([found.exit, found.stdout]).toEqual([2, '']);
      expect(found.stderr).toBe(
        `twl: error: ${flag} would be written over ${name}: they name the same file\ntwl: hint: name another file with ${flag}\n`,
      );
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  test('two of them are two files, those that are not there yet, too', async () => {
    const { info, good, scratch } = save();
    for (const [one, other] of [
      ['same', './same'],
      ['a/../same', 'same'],
      ['new/x', 'new/y/../x'],
    ] as const) {
      for (const [first, second] of [
        ['--save', '--html'],
        ['--html', '--attest-result'],
      ] as const) {
        const args = [first, `${scratch.path}/${one}`, second, `${scratch.path}/${other}`];
        const found = await call(['verify', info, ...good, ...ONLY, ...args]);
        expect([found.exit, found.stderr]).toEqual([
          2,
          expect.stringContaining(`${second} would be written over ${first}: they name the same file`),
        ]);
      }
    }
    expect(existsSync(scratch.join('same'))).toBe(false);
    const three = OUTPUTS.flatMap((flag) => [flag, scratch.join(`out${flag}`)]);
    expect((await call(['verify', info, ...good, ...ONLY, ...three])).exit).toBe(0);
    expect(readdirSync(scratch.path)).toEqual(expect.arrayContaining(OUTPUTS.map((flag) => `out${flag}`)));
  });

  test.each([['--save'], ['--html'], ['--attest-result']])(
    'where %s fails late the report is given, and none of the others is written',
    async (failing) => {
      const { info, good, scratch } = save();
      const args = ['verify', info, ...good, ...ONLY];
      const without = await call([...args, '--json']);
      // Nobody can make a file there, and nothing shows before somebody tries.
      const outputs = OUTPUTS.flatMap((flag) => [flag, flag === failing ? '/proc/out' : scratch.join(`out${flag}`)]);
      const found = await call([...args, '--json', ...outputs]);
      expect(found.exit).toBe(50);
      expect(JSON.parse(found.stdout)).toEqual(JSON.parse(without.stdout));
      expect(found.stderr).toMatch(/^twl: error: writing \/proc\/out failed: /);
      expect(found.stderr).not.toContain('twl: saved');
      expect(readdirSync(scratch.path).filter((name) => name.includes('out'))).toEqual([]);
    },
  );

  test('a verdict that is worse than that keeps its status', async () => {
    const { info, good } = save();
    const args = ['verify', info, ...good, ...ONLY, '--app-id', 'ab'.repeat(20), '--save', '/proc/out'];
    const found = await call(args);
    expect([found.exit, lastLine(found)]).toEqual([10, expect.stringContaining('REJECTED')]);
    expect(found.stderr).toMatch(/^twl: error: writing \/proc\/out failed: /);
  });
});

describe('a bundle of somebody else', () => {
  let story: Story;
  beforeAll(async () => {
    story = await startStory();
  });
  afterAll(() => story?.close());
  const saved = savedOnce(() => story);

  test('is written over by no result of its own check', async () => {
    const kept = await saved();
    const before = readFileSync(kept.path);
    const found = await call([...kept.command, '--attest-result', kept.path]);
    expect([found.exit, found.stderr]).toEqual([
      2,
      expect.stringContaining('--attest-result would be written over TARGET'),
    ]);
    expect(readFileSync(kept.path).equals(before)).toBe(true);
  });

  test('gives its time as its word, and none that its collateral was not in force at', async () => {
    const kept = await saved();
    const hintOf = async (judgedAt: string): Promise<string | undefined> => {
      const { command } = changedBundle(kept, (bundle) => {
        bundle.judged_at = judgedAt;
      });
      const found = await call([...command.slice(0, command.indexOf('--at')), '--json']);
      expect(found.exit).toBe(12);
      return JSON.parse(found.stdout).checks.find(({ id }: { id: string }) => id === 'quote.tcb').hint;
    };
    const held = 'its collateral was in force';
    for (const judgedAt of ['2019-01-01T00:00:00Z', '2026-10-20T14:13:20Z', '2099-01-01T00:00:00Z']) {
      const hint = await hintOf(judgedAt);
      expect(hint).toMatch(
        new RegExp(
          `^${held} from 20\\S+Z to 2026-10-20T14:13:20Z; the bundle says that it was saved at ${judgedAt}, when that was not so$`,
        ),
      );
      expect(hint).not.toContain('--at');
    }
    expect(await hintOf('2026-10-20T14:13:19Z')).toMatch(
      new RegExp(
        `^${held} until 2026-10-20T14:13:20Z; as of when it was saved, says the bundle: twl verify .* --at 2026-10-20T14:13:19Z$`,
      ),
    );
  });

  test('keeps a receipt of a file whatever it is called', async () => {
    const kept = await saveStory(story);
    const attested = jsonOf(kept.path).attest.text;
    const receipt = kept.write('x, receipt', JSON.parse(attested).receipt);
    const path = kept.scratch.join('with-receipt.json');
    const found = await call(['verify', ...kept.collecting, ...kept.expected, '--receipt', receipt, '--save', path]);
    expect([found.exit, lastLine(found)]).toEqual([0, expect.stringContaining('VERIFIED')]);
    expect(jsonOf(path).receipt.origin).toBe(`receipt ${receipt}`);
  });
});
