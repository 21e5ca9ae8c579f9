import { describe, expect, test } from 'vitest';
import { parseApprovedHashes } from '../../src/mpc/approved-hashes.ts';
import { digestBytes, digestProblem, type ImageDigest, readDigest } from '../../src/mpc/digest.ts';
import { failure } from './failure.ts';

const HEX = 'ab'.repeat(32);
const inList = (text: string) => () =>
  parseApprovedHashes(Buffer.from(JSON.stringify({ approved_hashes: [text] })), 'f');

describe('near/mpc launcher-interface', () => {
  test('digest serialises to prefixed lower-case hex', () => {
    expect(JSON.stringify(readDigest(`sha256:${HEX.toUpperCase()}`))).toBe(`"sha256:${HEX}"`);
  });
  test('JSON round trip', () => expect(inList(`sha256:${HEX}`)()).toEqual([`sha256:${HEX}`]));
  test.each([
    ['rejects missing prefix through JSON', HEX],
    ['rejects bad hex through JSON', `sha256:${'zz'.repeat(32)}`],
    ['rejects a short value through JSON', 'sha256:abcd'],
  ])('%s', async (_, text) => expect(await failure(inList(text))).toMatchObject({ code: 'hashes-malformed' }));
  test('Display', () => expect(String(readDigest(`sha256:${HEX}`))).toBe(`sha256:${HEX}`));
  test('parse ok', () => expect(readDigest(`sha256:${HEX}`)).toBe(`sha256:${HEX}`));
  test.each([
    ['parse rejects missing prefix', HEX, 'does not begin with sha256:'],
    ['parse rejects bad hex', `sha256:${'zz'.repeat(32)}`, 'does not have 64 hex digits after sha256:'],
    ['parse rejects a short value', 'sha256:abcd', 'does not have 64 hex digits after sha256:'],
    ['parse rejects a long value', `sha256:${HEX}00`, 'does not have 64 hex digits after sha256:'],
    ['parse rejects white space', `sha256:${HEX}\n`, 'does not have 64 hex digits after sha256:'],
    ['parse rejects an upper-case prefix', `SHA256:${HEX}`, 'does not begin with sha256:'],
  ])('%s', (_, text, problem) => {
    expect(readDigest(text)).toBeUndefined();
    expect(digestProblem(text)).toBe(problem);
  });
  test('approved-hashes JSON shape snapshot', () => {
    const text = `{\n  "approved_hashes": [\n    "sha256:${HEX}"\n  ]\n}`;
    expect(parseApprovedHashes(Buffer.from(text), 'f')).toEqual([`sha256:${HEX}`]);
  });
});

test('the bytes are those of the hex', () => {
  const digest: ImageDigest = `sha256:00ff${'01'.repeat(30)}`;
  expect([...digestBytes(digest)]).toEqual([0, 255, ...Array<number>(30).fill(1)]);
});
