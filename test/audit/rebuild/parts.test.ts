import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkRebuildFolder, rebuildSeconds } from '../../../src/audit/collect/rebuild/check-folder.ts';
import { MAX_LINE_BYTES, MAX_PACKAGE_BYTES, TAIL_LINES } from '../../../src/audit/collect/rebuild/limits.ts';
import { readLines } from '../../../src/audit/collect/rebuild/lines.ts';
import { readResult } from '../../../src/audit/collect/rebuild/read-result.ts';
import { STAGE_OF_TITLE, stageOf, TITLE_LABEL } from '../../../src/audit/collect/rebuild/stage-of.ts';
import type { ImageContents } from '../../../src/audit/looked-image.ts';
import { REBUILD_STAGES } from '../../../src/audit/rebuilt.ts';
import type { Part } from '../../../src/evidence/evidence.ts';
import { RegistryError } from '../../../src/registry/errors.ts';
import { STAGES } from '../../../scripts/image/build.ts';
import { call } from '../../cli/support/called.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { changed, contextOf, LAUNCHER, policy, stated } from '../checks/support.ts';

const SHA = `sha256:${'1'.repeat(64)}`;
const COMMIT = 'c0'.repeat(20);
const thrown = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

describe('what image:verify prints', () => {
  const good = {
    commit: COMMIT,
    expected: SHA,
    digest: SHA,
    platforms: [{ architecture: 'amd64', digest: SHA, config: SHA }],
  };
  const read = (value: unknown) => readResult(Buffer.from(JSON.stringify(value)), 'mpc');

  test('is commit, digest and platforms; what else there is, is left', () => {
    expect(read(good)).toEqual({
      commit: COMMIT,
      stage: 'mpc',
      digest: SHA,
      platforms: [{ architecture: 'amd64', digest: SHA }],
    });
    expect(read({ ...good, commit: 'c0'.repeat(32) }).commit).toBe('c0'.repeat(32));
    const many = Array.from({ length: 16 }, () => good.platforms[0]);
    expect(read({ ...good, platforms: many }).platforms).toHaveLength(16);
  });

  test.each<[string, unknown, string]>([
    ['no object', [good], 'it is an array, not an object'],
    ['no commit', { ...good, commit: undefined }, 'commit is missing'],
    ['a branch', { ...good, commit: 'main\u001b' }, "commit is 'main\\x1b'"],
    ['half a commit', { ...good, commit: COMMIT.slice(1) }, `commit is '${COMMIT.slice(1)}'`],
    ['more than a commit', { ...good, commit: `${COMMIT}0` }, `commit is '${COMMIT}0'`],
    ['a digest without its name', { ...good, digest: '1'.repeat(64) }, `digest is '${'1'.repeat(64)}'`],
    ['a digest that goes on', { ...good, digest: `${SHA}1` }, `digest is '${SHA}1'`],
    ['a long text', { ...good, digest: 'x'.repeat(1000) }, `digest is '${'x'.repeat(100)}'`],
    ['a digest that is no text', { ...good, digest: 1 }, 'digest is of type number, not a string'],
    ['no platforms', { ...good, platforms: [] }, 'it has 0 platforms'],
    ['too many', { ...good, platforms: Array.from({ length: 17 }, () => good.platforms[0]) }, 'it has 17 platforms'],
    ['platforms that are none', { ...good, platforms: {} }, 'platforms is of type object, not an array'],
    ['a platform that is none', { ...good, platforms: [1] }, 'platforms[0] is of type number, not an object'],
    [
      'an architecture with a blank',
      { ...good, platforms: [{ architecture: 'amd 64', digest: SHA }] },
      "platforms[0].architecture is 'amd 64'",
    ],
    [
      'a platform without a digest',
      { ...good, platforms: [good.platforms[0], { architecture: 'arm64' }] },
      'platforms[1].digest is missing',
    ],
    ['what nests too deep', { ...good, more: [[[[[[[[1]]]]]]]] }, 'it'],
  ])('%s is no result', (_, value, why) => {
    expect(thrown(() => read(value))).toMatchObject({
      code: 'bad-result',
      exitCode: 13,
      message: expect.stringContaining(`what image:verify printed is no result: ${why}`),
      hint: 'see that the folder is a clone of the launcher, at a commit whose scripts are of this form',
    });
  });
});

describe('lines', () => {
  const reader = () => {
    const lines: string[] = [];
    return { ...readLines((line) => lines.push(line)), lines };
  };

  test('come whole, whatever the pieces, and the last one without its line feed', () => {
    const { push, end, lines } = reader();
    for (const byte of Buffer.from('añb\r\n\n  \nc\nd')) push(Buffer.from([byte]));
    expect(lines).toEqual(['añb', 'c']);
    end();
    end();
    expect(lines).toEqual(['añb', 'c', 'd']);
  });

  test('of which one without end comes in pieces', () => {
    const { push, end, lines } = reader();
    push(Buffer.from(`${'x'.repeat(MAX_LINE_BYTES)}\n${'y'.repeat(MAX_LINE_BYTES + 1)}\n`));
    push(Buffer.from('z'.repeat(2 * MAX_LINE_BYTES + 1)));
    expect(lines).toEqual([
      ...['x'.repeat(MAX_LINE_BYTES), 'y'.repeat(MAX_LINE_BYTES), 'y'],
      ...['z'.repeat(MAX_LINE_BYTES), 'z'.repeat(MAX_LINE_BYTES)],
    ]);
    end();
    expect(lines.at(-1)).toBe('z');
  });

  test('of which the last ones are kept', () => {
    const { push, end, tail } = reader();
    expect(tail()).toEqual([]);
    push(Buffer.from('0\n1\n2\n3\n4\n5\n6\n\n7'));
    end();
    expect(tail()).toEqual(['2', '3', '4', '5', '6', '7']);
    expect(tail()).toHaveLength(TAIL_LINES);
  });
});

describe('the folder', () => {
  const HINT = "name a clone of the launcher's own repository";

  test.each<[string, string | undefined, string]>([
    ['no package.json', undefined, 'ENOENT'],
    ['one that is no JSON', '{', 'package.json'],
    ['no scripts', '{}', 'its package.json has no script image:verify'],
    ['other scripts', '{"scripts":{"image":"true"}}', 'its package.json has no script image:verify'],
    ['a script that is none', '{"scripts":{"image:verify":1}}', 'its package.json has no script image:verify'],
    ['scripts that are none', '{"scripts":[]}', 'scripts is an array'],
    [
      'a large one',
      `{"scripts":{"image:verify":"true"}}${' '.repeat(MAX_PACKAGE_BYTES)}`,
      'package.json has more than 1048576 bytes',
    ],
  ])('with %s is refused before anything is fetched', async (_, text, says) => {
    const scratch = useScratch();
    if (text !== undefined) writeFileSync(scratch.join('package.json'), text);
    expect(thrown(() => checkRebuildFolder(scratch.path))).toMatchObject({
      code: 'bad-folder',
      exitCode: 2,
      message: expect.stringContaining(`--rebuild ${scratch.path}: `),
      hint: HINT,
    });
    const called = await call(['verify', '/none.json', '--rebuild', scratch.path]);
    expect(called).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining(says) });
    expect(called.stderr).toContain(`twl: hint: ${HINT}\n`);
  });

  test('with the script is taken, up to the limit', () => {
    const scratch = useScratch();
    const text = '{"scripts":{"image:verify":"true"}}';
    writeFileSync(scratch.join('package.json'), text.padEnd(MAX_PACKAGE_BYTES));
    expect(checkRebuildFolder(scratch.path)).toBeUndefined();
    mkdirSync(scratch.join('below'));
    // npm would take that of the folder above.
    expect(thrown(() => checkRebuildFolder(scratch.join('below')))).toMatchObject({ code: 'bad-folder' });
  });
});

describe('the time', () => {
  test('is an hour, or what the environment says', () => {
    expect(rebuildSeconds({})).toBe(3600);
    expect(rebuildSeconds({ TWL_REBUILD_SECONDS: '1' })).toBe(1);
    expect(rebuildSeconds({ TWL_REBUILD_SECONDS: '604800' })).toBe(604_800);
  });

  test.each(['', '0', '-1', '1.5', '1h', ' 1', '604801', '1e3', '1000000000', 'x'.repeat(1000)])(
    'is not %j',
    (text) => {
      expect(thrown(() => rebuildSeconds({ TWL_REBUILD_SECONDS: text }))).toMatchObject({
        code: 'bad-limit',
        exitCode: 2,
        message: `TWL_REBUILD_SECONDS is '${text.slice(0, 100)}', not a whole number of seconds from 1 to 604800`,
      });
    },
  );
});

describe('which image of the repository', () => {
  const context = (contents?: Part<ImageContents>, digest = LAUNCHER.digest) =>
    contextOf(
      changed({ images: contents && { origin: 'a registry', value: [{ digest, contents }] } }),
      policy({ launchers: [stated(LAUNCHER)] }),
    );
  const titled = (...titles: (string | undefined)[]): Part<ImageContents> => ({
    origin: 'a registry',
    value: { grammars: ['1'], titles, entryPoints: [{ program: LAUNCHER.program }], notes: [], failures: [] },
  });

  test.each(Object.entries(STAGE_OF_TITLE))('%s is %s', (title, stage) => {
    expect(stageOf(context(titled(title)))).toBe(stage);
    expect(stageOf(context(titled(title, title)))).toBe(stage);
  });

  test('is not known', () => {
    const why = (one: ReturnType<typeof context>) => thrown(() => stageOf(one));
    const message = (reason: string) => ({
      code: 'unknown-stage',
      exitCode: 13,
      message: `which image of the launcher's repository it is, is not known: ${reason}`,
      hint: 'say which with --rebuild-stage: launcher, mpc or mpc-drop-in',
    });
    expect(why(context())).toMatchObject(message('its config was not fetched'));
    expect(why(context(titled('mpc-launcher'), SHA))).toMatchObject(message('its config was not fetched'));
    const error = new RegistryError('not-found', 'nothing is there');
    expect(why(context({ origin: 'x', error }))).toMatchObject(message('nothing is there'));
    const label = 'its label org.opencontainers.image.title';
    for (const titles of [
      [],
      [undefined],
      ['mpc-launcher', undefined],
      ['mpc-launcher', 'trusted-workload-launcher'],
    ]) {
      expect(why(context(titled(...titles)))).toMatchObject(message(`${label} does not say one name`));
    }
    for (const title of ['another', 'toString', '']) {
      expect(why(context(titled(title)))).toMatchObject(message(`${label} says none that is known here`));
    }
  });

  test('the names are those of the Dockerfile and of npm run image', () => {
    const text = readFileSync(new URL('../../../docker/Dockerfile', import.meta.url), 'utf8');
    const stages = text.split(/^FROM .* AS /m).slice(1);
    const titles = stages.flatMap((stage) => {
      const title = new RegExp(`${TITLE_LABEL.replaceAll('.', '\\.')}="([^"]*)"`).exec(stage)?.[1];
      return title === undefined ? [] : [[title, stage.split('\n')[0]]];
    });
    expect(Object.fromEntries(titles)).toEqual(STAGE_OF_TITLE);
    expect(REBUILD_STAGES).toEqual(STAGES);
    expect(Object.values(STAGE_OF_TITLE)).toEqual(STAGES);
  });
});
