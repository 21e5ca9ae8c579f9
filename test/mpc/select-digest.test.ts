import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseApprovedHashes, readApprovedHashes } from '../../src/mpc/approved-hashes.ts';
import type { ImageDigest } from '../../src/mpc/digest.ts';
import { selectDigest } from '../../src/mpc/select-digest.ts';
import { useScratch } from '../support/use-scratch.ts';
import { failure } from './failure.ts';
import { isRoot } from './machine.ts';

const [A, B, C, D] = ['aa', 'bb', 'cc', 'dd'].map((byte): ImageDigest => `sha256:${byte.repeat(32)}`) as [
  ImageDigest,
  ImageDigest,
  ImageDigest,
  ImageDigest,
];

describe('near/mpc selection.rs', () => {
  test('select_hash_override_present_and_in_approved_list', () => {
    const choices = { approved: [A, B], override: B, defaultDigest: D };
    expect(selectDigest(choices)).toEqual({ digest: B, from: 'override' });
  });

  test('select_hash_override_not_in_approved_list', async () => {
    const error = await failure(() => selectDigest({ approved: [A, B], override: C, defaultDigest: C }));
    expect(error).toMatchObject({ code: 'override-not-approved', exitCode: 10 });
    expect(error.message).toBe(`mpc_hash_override ${C} is not in the list of approved hashes`);
    expect(error.hint).toBe(`approved are, newest first: ${A}, ${B}`);
  });

  test('of a long list the hint shows ten', async () => {
    const many = Array.from({ length: 11 }, (_, index): ImageDigest => `sha256:${String(index).padStart(64, '0')}`);
    const hint = async (count: number): Promise<string> =>
      (await failure(() => selectDigest({ approved: many.slice(0, count), override: A, defaultDigest: D }))).hint ?? '';
    expect((await hint(11)).endsWith(`${many[9]}, …`)).toBe(true);
    expect((await hint(10)).endsWith(`${many[9]}`)).toBe(true);
  });

  test('select_hash_no_override_picks_newest', () => {
    const choices = { approved: [A, B], override: undefined, defaultDigest: D };
    expect(selectDigest(choices)).toEqual({ digest: A, from: 'newest' });
  });

  test('select_hash_missing_file_falls_back_to_default', () => {
    const choices = { approved: undefined, override: undefined, defaultDigest: D };
    expect(selectDigest(choices)).toEqual({ digest: D, from: 'default' });
  });

  test('select_hash_missing_file_ignores_override: an error here, unless it is the default', async () => {
    const error = await failure(() => selectDigest({ approved: undefined, override: A, defaultDigest: D }));
    expect(error).toMatchObject({ code: 'override-without-list', exitCode: 10 });
    expect(error.message).toContain(`mpc_hash_override is ${A}, and there is no list`);
    expect(error.hint).toContain(D);
    const same = { approved: undefined, override: D, defaultDigest: D };
    expect(selectDigest(same)).toEqual({ digest: D, from: 'default' });
  });

  test('approved_hashes_json_key_is_approved_hashes', () => {
    const text = JSON.stringify({ approved_hashes: [A, B], other: 1 }, undefined, 2);
    expect(parseApprovedHashes(Buffer.from(text), 'f')).toEqual([A, B]);
  });

  test('an empty list is a mistake of the caller', async () => {
    expect(() => selectDigest({ approved: [], override: undefined, defaultDigest: D })).toThrow(/empty list/);
  });
});

describe('the list of approved hashes', () => {
  test('the case of the hex does not matter', () => {
    const text = JSON.stringify({ approved_hashes: [A.replaceAll('a', 'A').replace('shA', 'sha')] });
    expect(parseApprovedHashes(Buffer.from(text), 'f')).toEqual([A]);
  });

  test('messages in full', async () => {
    const bad = async (text: string) => (await failure(() => parseApprovedHashes(Buffer.from(text), 'f'))).message;
    const begin = 'the list of approved hashes f is malformed: ';
    expect(await bad('[]')).toBe(`${begin}the file is an array, not an object`);
    expect(await bad(`{"approved_hashes": ["${'x'.repeat(200)}"]}`)).toBe(
      `${begin}approved_hashes[0] is '${'x'.repeat(100)}', which does not begin with sha256:`,
    );
    expect(await bad(`{"approved_hashes": ${'['.repeat(20)}${']'.repeat(20)}}`)).toContain(`${begin}the file`);
    const empty = await failure(() => parseApprovedHashes(Buffer.from('{"approved_hashes": []}'), 'f'));
    expect(empty.hint).toContain('remove the file to run the default');
    const unreadable = await failure(() => readApprovedHashes('/'));
    expect(unreadable.hint).toBe(
      'nothing is started while it is unknown what is approved: look at the volume of /mnt/shared',
    );
    expect(unreadable.cause).toMatchObject({ code: 'not-a-file' });
  });

  test.each([
    ['', 'ends'],
    ['not json', 'line 1'],
    ['[]', 'an array, not an object'],
    ['{}', 'approved_hashes is missing'],
    ['{"approved_hashes": "x"}', 'approved_hashes is of type string, not an array'],
    ['{"approved_hashes": [1]}', 'approved_hashes[0] is of type number, not a string'],
    [`{"approved_hashes": ["${A}", "${'a'.repeat(64)}"]}`, 'approved_hashes[1] is'],
    [`{"approved_hashes": ["sha256:${'a'.repeat(63)}"]}`, 'does not have 64 hex digits'],
    [`{"approved_hashes": ["sha256:${'g'.repeat(64)}"]}`, 'does not have 64 hex digits'],
    [`{"approved_hashes": ["SHA256:${'a'.repeat(64)}"]}`, 'does not begin with sha256:'],
    [`{"approved_hashes": ["${A}"], "approved_hashes": ["${B}"]}`, 'approved_hashes'],
  ])('%s is malformed', async (text, why) => {
    const error = await failure(() => parseApprovedHashes(Buffer.from(text), '/x/image\u0007digest.bin'));
    expect(error).toMatchObject({ code: 'hashes-malformed', exitCode: 30 });
    expect(error.message).toContain('the list of approved hashes /x/image\\x07digest.bin is malformed');
    if (why !== 'ends' && why !== 'line 1') expect(error.message).toContain(why);
    expect(error.hint).toContain('nothing is started from a list that is damaged');
  });

  test('a list without an element is told apart', async () => {
    const error = await failure(() => parseApprovedHashes(Buffer.from('{"approved_hashes": []}'), 'f'));
    expect(error).toMatchObject({ code: 'hashes-empty', exitCode: 30 });
    expect(error.message).toBe('the list of approved hashes f is empty');
  });

  test('absent is what does not exist, and nothing else', async () => {
    const folder = useScratch();
    expect(readApprovedHashes(folder.join('none'))).toBeUndefined();
    expect(readApprovedHashes(folder.join('none/none'))).toBeUndefined();
    mkdirSync(folder.join('directory'));
    writeFileSync(folder.join('file'), '');
    symlinkSync('loop', folder.join('loop'));
    for (const path of ['directory', 'file/below', 'loop']) {
      const error = await failure(() => readApprovedHashes(folder.join(path)));
      expect(error, path).toMatchObject({ code: 'hashes-unreadable', exitCode: 50 });
      expect(error.message).toContain('the list of approved hashes cannot be read');
    }
  });

  test('a file that is too large is not read', async () => {
    const folder = useScratch();
    writeFileSync(folder.join('large'), Buffer.alloc(1024 * 1024 + 1, 0x20));
    expect(await failure(() => readApprovedHashes(folder.join('large')))).toMatchObject({ code: 'hashes-unreadable' });
  });

  test.skipIf(isRoot())('a file without rights is not absent', async () => {
    const folder = useScratch();
    writeFileSync(folder.join('secret'), '{}');
    chmodSync(folder.join('secret'), 0);
    expect(await failure(() => readApprovedHashes(folder.join('secret')))).toMatchObject({ code: 'hashes-unreadable' });
  });
});
