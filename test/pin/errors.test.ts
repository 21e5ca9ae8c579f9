import { describe, expect, test } from 'vitest';
import { parseEnvFile } from '../../src/pin/env-file.ts';
import { byPlace, PinError } from '../../src/pin/errors.ts';
import { SHA, bytesOf, config, parse } from './support.ts';

const errorsOf = (text: string): PinError[] => {
  const result = parse(text);
  return result.ok ? [] : result.errors;
};
const first = (text: string): PinError => {
  const [error] = errorsOf(text);
  if (error === undefined) throw new Error('nothing was wrong');
  return error;
};

describe('phrases that people look for', () => {
  test.each([
    ['config parse error at x.conf:4', `${config()}FOO\n`],
    ["unknown config key 'FOO' at x.conf:4", `${config()}FOO=1\n`],
    ['missing required config key: REPO_URL', config({ REPO_URL: undefined })],
    ['missing required config key: COMMIT_SHA', config({ COMMIT_SHA: undefined })],
    ['missing required config key: WORK_DIR', config({ WORK_DIR: undefined })],
    ['COMMIT_SHA must be a full 40-hex SHA-1 or 64-hex SHA-256 hash', config({ COMMIT_SHA: 'main' })],
    ["REPO_SUBDIR must not contain '..'", config({ REPO_SUBDIR: '../x' })],
    ['INSTALL_CMD requires RUN_CMD', config({ INSTALL_CMD: 'x' })],
    ['RUN_CMD must not be empty', config({ RUN_CMD: '' })],
    ['RUN_CMD must not be empty', config({ RUN_CMD: '"  "' })],
  ])('%s', (phrase, text) => expect(first(text).message.startsWith(phrase)).toBe(true));
});

describe('an error', () => {
  test('shows the line with a caret under the column', () => {
    expect(first(`${config()}\n REPO_SUBDIR=a/../b\n`).message).toBe(
      "REPO_SUBDIR must not contain '..' at x.conf:5:16\n5 |  REPO_SUBDIR=a/../b\n  |                ^",
    );
  });

  test('escapes what it shows, and puts the caret under the escape', () => {
    expect(first(config({ WORK_DIR: '/srv/\ta\0' })).message).toBe(
      'config parse error at x.conf:3:17: the line holds a NUL byte\n3 | WORK_DIR=/srv/\\ta\\x00\n  |                  ^',
    );
    expect(first(config({ WORK_DIR: '/\u202eppa' })).message).toContain('WORK_DIR=/\\u{202e}ppa\n');
  });

  test('cuts long lines around the column', () => {
    const { message, column } = first(config({ RUN_CMD: `${'x'.repeat(5000)}\0${'y'.repeat(5000)}` }));
    expect(column).toBe(5009);
    const [, line = '', caret = ''] = message.split('\n');
    expect(line).toBe(`4 | …${'x'.repeat(60)}\\x00${'y'.repeat(39)}…`);
    expect(line.slice(caret.indexOf('^'))).toMatch(/^\\x00/);
  });

  test('escapes the name of its source', () => {
    const error = new PinError('bad-key', 'x', { source: 'a\nb', place: { line: 1, column: 1, text: '' }, hint: '' });
    expect(error.message.split('\n')[0]).toBe('config parse error at a\\nb:1:1: x');
  });

  test('never has a raw control character but line feeds of its own', () => {
    for (let point = 0; point < 0x3000; point++) {
      for (const error of errorsOf(`${config()}REPO_SUBDIR=a${String.fromCodePoint(point)}b`)) {
        expect(error.message).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
        expect(error.message.split('\n')).toHaveLength(3);
      }
    }
  });

  test('has its place among others by line, then by column, and last without a line', () => {
    const at = (line: number, column: number) =>
      new PinError('bad-key', '', { source: '', place: { line, column, text: '' }, hint: '' });
    const nowhere = new PinError('missing-key', '', { source: '', place: undefined, hint: '' });
    const ordered = [at(1, 9), at(2, 3), at(2, 5), at(10, 1), nowhere];
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) expect(Math.sign(byPlace(a, b))).toBe(Math.sign(i - j));
    }
  });

  test('says what to do', () => {
    const texts = ['', 'A', 'A=1', `${config()}A= 1`, config({ COMMIT_SHA: 'x' }), config({ WORK_DIR: '/' })];
    for (const error of texts.flatMap(errorsOf)) expect(error.hint).toMatch(/\S/);
  });

  test('ends with 30, and with 10 where the pin forbids a variable', () => {
    expect(errorsOf('A= 1\nB=2\nWORK_DIR=/').map((error) => error.exitCode)).toEqual([30, 30, 30]);
    const result = parseEnvFile(bytesOf('LD_PRELOAD=x'), { source: 'env', allowEnv: [] });
    expect(result.ok ? [] : result.errors.map((error) => error.exitCode)).toEqual([10]);
  });

  test.each([
    ['COMIT_SHA', 'did you mean COMMIT_SHA?'],
    ['REPO_ULR', 'did you mean REPO_URL?'],
    ['WORKDIR', 'did you mean WORK_DIR?'],
    ['SUBMODULE', 'did you mean SUBMODULES?'],
    ['ENTRYPOINT', '--help lists the keys; a comment begins with #'],
    ['PATH', '--help lists the keys; a comment begins with #'],
    ['A'.repeat(5000), '--help lists the keys; a comment begins with #'],
  ])('%.20s: %s', (key, hint) => expect(first(`${config()}${key}=1`).hint).toBe(hint));

  test.each([
    ['$COMMIT', 'nothing is expanded in a pin: write the digits themselves'],
    [SHA.toUpperCase(), 'write it in lower case'],
    [SHA.slice(0, 7), 'it has 7 digits; git rev-parse HEAD prints all of them'],
  ])('COMMIT_SHA=%s: %s', (sha, hint) => expect(first(config({ COMMIT_SHA: sha })).hint).toBe(hint));
});

describe('no secret is shown', () => {
  test.each([
    ['of a URL', config({ REPO_URL: 'https://me:sEcReT@h.org/a' })],
    ['of a user alone', config({ REPO_URL: 'https://sEcReT@h.org/a' })],
    ['with a slash in it', config({ REPO_URL: 'https://me:x/sEcReT@h.org/a' })],
    ['of a quoted URL', config({ REPO_URL: '"https://me:sEcReT@h.org/a"' })],
    ['of a URL that is wrong otherwise', config({ REPO_URL: ' https://me:sEcReT@h.org/a' })],
    ['of ssh', config({ REPO_URL: 'ssh://git:sEcReT@h.org/a' })],
    ['of scp form', config({ REPO_URL: 'git:sEcReT@h.org:a' })],
    ['of a mirror', config({ REPO_MIRRORS: 'https://h.org/a https://sEcReT@h.org/a' })],
    ['of a proxy', config({ REPO_PROXY: 'http://me:sEcReT@h.org:1' })],
    ['of a proxy without scheme', config({ REPO_PROXY: 'me:sEcReT@h.org:1' })],
    ['in a query', config({ REPO_URL: 'https://h.org/a?token=sEcReT' })],
    ['in a comment', `#\0 https://me:sEcReT@h.org/a`],
    ['in a file that is no pin', 'PASSWORD=sEcReT\nTOKEN = sEcReT\nsEcReT\nsEcReT+x=\n-----BEGIN sEcReT-----\n'],
  ])('%s', (_, text) => {
    const errors = errorsOf(text);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors.map((error) => [error.message, error.hint, { ...error }]))).not.toContain('sEcReT');
  });

  test('while the rest of the line stays where it was', () => {
    expect(first(config({ REPO_URL: 'https://u:p🚀@h.org/a' })).message).toContain(
      '1 | REPO_URL=https://****@h.org/a\n',
    );
  });
});
