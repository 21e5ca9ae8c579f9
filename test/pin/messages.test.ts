import { describe, expect, test } from 'vitest';
import { PinError } from '../../src/pin/errors.ts';
import { SHA, bytesOf, config, parse } from './support.ts';

/** Everything wrong with a text: the first line of each message, and its hint. */
const shown = (text: string | Uint8Array): [string, string | undefined][] => {
  const result = parse(text);
  return result.ok ? [] : result.errors.map(({ message, hint }) => [message.split('\n')[0] ?? '', hint]);
};

const FORMS = 'write https://host/path, ssh://host/path, git@host:path, file:///path or an absolute path';
const HOST = 'write a name, an IPv4 address or [IPv6], then :port if need be';
const TREE = 'write the tree as git names it in the SHA-256 format; --dry-run prints it';
const PROXY = 'write http://host:port or https://host:port';
const FOLDER = 'name a folder of its own, such as /srv/workload';

describe('what is said of a value, and what to do', () => {
  test.each<[string, string, string, string]>([
    ['REPO_URL', '-x', "must not start with '-' at x.conf:1:10", FORMS],
    ['REPO_URL', 'a b', 'must not contain white space or control characters at x.conf:1:11', 'remove them'],
    ['REPO_URL', 'git://h.org/a', 'must not use another transport at x.conf:1:10', FORMS],
    ['REPO_URL', 'ext::sh', 'must not use another transport at x.conf:1:10', FORMS],
    ['REPO_URL', '::a', 'must not use another transport at x.conf:1:10', FORMS],
    ['REPO_URL', 'x', 'must be a URL or an absolute path at x.conf:1:10', FORMS],
    ['REPO_URL', 'a@b', 'must be a URL or an absolute path at x.conf:1:10', FORMS],
    ['REPO_URL', '+a@h.org:b', 'must be a URL or an absolute path at x.conf:1:10', FORMS],
    [
      'REPO_URL',
      'https://u@h.org/a',
      'must not contain credentials at x.conf:1:18',
      'put them in REPO_CREDENTIAL_FILE',
    ],
    ['REPO_URL', 'https://h.org/a?b', 'must not have a query or a fragment at x.conf:1:25', 'end the URL before it'],
    ['REPO_URL', 'https://-h/a', 'must name a plain host at x.conf:1:18', HOST],
    ['REPO_URL', 'http://h.org/a', 'must not use http:// but on loopback at x.conf:1:10', 'use https://'],
    ['REPO_URL', 'https://h', 'must have a path at x.conf:1:19', 'name the repository after the host'],
    ['REPO_URL', 'https://h.org', 'must have a path at x.conf:1:23', 'name the repository after the host'],
    [
      'REPO_URL',
      'https://h.org/ä',
      'must have a path of URL characters at x.conf:1:23',
      'write others as %XX of their UTF-8',
    ],
    [
      'REPO_URL',
      'https://h.org/%2f',
      'must not hide control characters or slashes in %XX at x.conf:1:23',
      'remove them',
    ],
    ['REPO_URL', 'https://h.org/a//b', "must not contain '.', '..' or empty names at x.conf:1:23", 'write it plainly'],
    ['REPO_URL', 'ssh://u:p@h.org/a', 'must not contain a password at x.conf:1:16', 'use SSH_KEY_FILE'],
    ['REPO_URL', 'ssh://@h.org/a', 'must name a plain user at x.conf:1:16', FORMS],
    ['REPO_URL', 'ssh://-u@h.org/a', 'must name a plain user at x.conf:1:16', FORMS],
    ['REPO_URL', 'ssh://u@-h/a', 'must name a plain host at x.conf:1:18', HOST],
    ['REPO_URL', 'ssh://h', 'must have a path at x.conf:1:17', 'name the repository after the host'],
    ['REPO_URL', 'ssh://h.org', 'must have a path at x.conf:1:21', 'name the repository after the host'],
    ['REPO_URL', 'ssh://h.org/', 'must have a path at x.conf:1:21', 'name the repository after the host'],
    [
      'REPO_URL',
      "ssh://h.org/a'b",
      'must have a plain path at x.conf:1:21',
      'letters, digits and . _ ~ + @ : , = / - are what a remote command takes safely',
    ],
    ['REPO_URL', 'ssh://h.org/a//b', "must not contain '.', '..' or empty names at x.conf:1:21", 'write it plainly'],
    ['REPO_URL', 'ssh://h.org/-a', "must not have a path that starts with '-' at x.conf:1:21", 'rename it'],
    ['REPO_URL', 'git@-h:a', 'must name a plain host at x.conf:1:14', HOST],
    ['REPO_URL', 'git@h.org:/', 'must have a path at x.conf:1:20', 'name the repository after the host'],
    [
      'REPO_URL',
      'file:///a%20b',
      'must not have %, ? or # after file:// at x.conf:1:17',
      'write the absolute path without file://',
    ],
    ['REPO_URL', 'file:///a/../b', "must not contain '..' at x.conf:1:20", 'name the folder itself'],
    ['REPO_URL', '/a/../b', "must not contain '..' at x.conf:1:13", 'name the folder itself'],
    [
      'COMMIT_SHA',
      'main',
      'must be a full 40-hex SHA-1 or 64-hex SHA-256 hash at x.conf:2:12',
      'name a commit by its hash, as git rev-parse HEAD prints it: no branch and no tag',
    ],
    ['COMMIT_SHA', '0'.repeat(40), 'must not be all zeros at x.conf:2:12', 'write the hash of a commit'],
    ['TREE_SHA256', SHA, 'must be 64 lower-case hex digits at x.conf:4:13', TREE],
    ['TREE_SHA256', '0'.repeat(64), 'must not be all zeros at x.conf:4:13', TREE],
    ['SUBMODULES', 'x', 'must be no, ignore or yes at x.conf:4:12', 'write one of these words'],
    ['RECEIPT', 'x', 'must be auto, required or off at x.conf:4:9', 'write one of these words'],
    ['RUN_CMD', '" "', 'must not be empty at x.conf:4:10', 'write a command, or remove the line'],
    ['RUN_CMD', '', 'must not be empty at x.conf:4:9', 'write a value, or remove the line'],
    ['ALLOW_ENV', 'A A', 'must not name the same twice at x.conf:4:13', 'remove one'],
    ['ALLOW_ENV', '"  "', 'must not be empty at x.conf:4:12', 'remove the line'],
    [
      'ALLOW_ENV',
      'A*',
      'must hold names of variables at x.conf:4:11',
      'separate full names by spaces; there are no wildcards',
    ],
    ['REPO_PROXY', 'http://u@p:1', 'must not contain credentials at x.conf:4:12', PROXY],
    ['REPO_PROXY', 'http://p', 'must be a host and a port at x.conf:4:12', PROXY],
    ['WORK_DIR', '/srv/a\tb', 'must not contain control characters at x.conf:3:16', 'remove them'],
    ['WORK_DIR', '/a/../b', "must not contain '..' at x.conf:3:13", 'name the folder itself'],
    ['WORK_DIR', '/a/./b', "must not contain '.' between slashes at x.conf:3:13", 'leave it out'],
    ['WORK_DIR', '/a//b', 'must not contain empty names at x.conf:3:13', 'write single slashes'],
    [
      'WORK_DIR',
      `/${'a'.repeat(256)}`,
      'must not hold a name of more than 255 bytes at x.conf:3:11',
      'choose a shorter name',
    ],
    ['WORK_DIR', 'a', 'must be an absolute path at x.conf:3:10', 'begin the path with /'],
    ['WORK_DIR', '/', 'must not be the root folder at x.conf:3:10', FOLDER],
    ['WORK_DIR', '/etc', 'must not be a folder of the system at x.conf:3:10', FOLDER],
    ['WORK_DIR', '/proc/1', 'must not be under /proc, /sys or /dev at x.conf:3:10', FOLDER],
    [
      'REPO_SUBDIR',
      '/a',
      'must be relative at x.conf:4:13',
      'name it from the top of the repository, without the leading /',
    ],
    ['REPO_SUBDIR', '-a', "must not start with '-' at x.conf:4:13", 'rename it in the repository'],
    ['REPO_SUBDIR', './+a', "must not start with '+' at x.conf:4:15", 'rename it in the repository'],
    ['REPO_SUBDIR', './a.git/.git', "must not contain '.git' at x.conf:4:21", 'a commit holds no such name'],
    ['INSTALL_CMD', 'a', 'requires RUN_CMD at x.conf:4:13', 'add RUN_CMD, or call the install from the script'],
    [
      'REPO_MIRRORS',
      'https://example.org/a/b.git',
      'must not name REPO_URL again at x.conf:4:14',
      'remove it: REPO_URL is tried first',
    ],
    [
      'WORK_DIR',
      '/srv/a # b',
      'holds what looks like a comment at x.conf:3:16',
      'put the comment on a line of its own; if it belongs to the value, quote the value',
    ],
  ])('%s=%s', (key, value, what, hint) => {
    expect(shown(config({ [key]: value }))).toEqual([[`${key} ${what}`, hint]]);
  });

  test('a value that is too long', () => {
    expect(shown(config({ REPO_URL: `https://h.org/${'a'.repeat(2034)}` }))).toEqual([]);
    expect(shown(config({ REPO_URL: `https://h.org/${'a'.repeat(2035)}` }))).toEqual([
      ['REPO_URL must not be longer than 2048 at x.conf:1:10', FORMS],
    ]);
    expect(shown(config({ WORK_DIR: `/b${'/a'.repeat(2046)}b` }))).toEqual([]);
    expect(shown(config({ WORK_DIR: '/a'.repeat(2048) }))).toEqual([
      ['WORK_DIR must not be longer than 4095 bytes at x.conf:3:10', 'choose a shorter path'],
    ]);
  });

  test('two ways to start', () => {
    expect(shown(config({ ENTRYPOINT_SCRIPT: 'a', RUN_CMD: 'b' }))).toEqual([
      ['ENTRYPOINT_SCRIPT cannot be used with RUN_CMD at x.conf:4:19', 'keep one of the two'],
    ]);
  });

  test.each([
    ['REPO_PROXY', 'http://p:1', 'https'],
    ['REPO_CREDENTIAL_FILE', '/c', 'https'],
    ['REPO_CA_FILE', '/c', 'https'],
    ['SSH_KEY_FILE', '/c', 'ssh'],
    ['SSH_KNOWN_HOSTS_FILE', '/c', 'ssh'],
  ])('%s, which no URL uses', (key, value, what) => {
    expect(shown(config({ REPO_URL: '/a', [key]: value }))).toEqual([
      [`${key} is not used at x.conf:4:${key.length + 2}`, `remove it: no URL of this pin is reached by ${what}`],
    ]);
  });

  test.each([
    ['REPO_URL', 'https://github.com/example/workload.git'],
    ['COMMIT_SHA', SHA],
    ['WORK_DIR', '/srv/workload'],
  ])('%s, which is missing', (key, example) => {
    expect(shown(config({ [key]: undefined }))).toEqual([
      [`missing required config key: ${key}`, `add a line to x.conf, such as ${key}=${example}`],
    ]);
  });

  test('a key that is none, however long', () => {
    expect(shown(`${config()}${'A'.repeat(81)}=1`)).toEqual([
      [`unknown config key '${'A'.repeat(80)}' at x.conf:4:1`, '--help lists the keys; a comment begins with #'],
    ]);
  });
});

describe('what is said of a line, and what to do', () => {
  const REMOVE = 'remove the character, or write the line again by hand';
  const BIDI = 'remove it: it makes text read otherwise than it is';
  const KEEP = 'remove it, or quote the whole value to keep it';
  test.each<[string, string, string]>([
    ['A\0', '2: the line holds a NUL byte', REMOVE],
    ['A\r', '2: the line holds a carriage return', 'save the file with LF line ends'],
    ['\ufeffA', '1: the line holds a byte order mark', 'save the file as UTF-8 without a BOM'],
    ['A\u2028', '2: the line holds the line separator U+2028', 'end lines with LF only'],
    ['A\u2029', '2: the line holds the line separator U+2029', 'end lines with LF only'],
    ['A\x01', '2: the line holds the control character U+0001', REMOVE],
    ['A\x1f', '2: the line holds the control character U+001F', REMOVE],
    ['A\x7f', '2: the line holds the control character U+007F', REMOVE],
    ['A\x9f', '2: the line holds the control character U+009F', REMOVE],
    ['A\u061c', '2: the line holds the bidirectional control U+061C', BIDI],
    ['A\u202e', '2: the line holds the bidirectional control U+202E', BIDI],
    ['A', '1: the line has no =', 'write KEY=VALUE; a comment begins with #'],
    ['A =b', '2: white space before =', 'write KEY=VALUE without space around ='],
    ['A= b', '3: white space after =', KEEP],
    ['A=b ', '4: white space at the end of the line', KEEP],
    ['a=b', '1: a key is upper-case letters, digits and _', 'write KEY=VALUE, with nothing before the key'],
    [
      'A="b',
      '3: the value opens with " and does not close with it',
      "quote the whole value with '…'; a comment needs a line of its own",
    ],
    [
      "A='b'c",
      "5: the quoted value holds ' inside",
      'quote the whole value with "…"; a comment needs a line of its own',
    ],
    ['WORK_DIR=/b', '1: WORK_DIR was already given on line 3', 'keep one of the two lines'],
  ])('%j', (line, what, hint) => {
    expect(shown(config() + line)).toEqual([[`config parse error at x.conf:4:${what}`, hint]]);
  });

  test('a text that is too long', () => {
    expect(shown('#'.repeat(65537))).toEqual([
      ['config parse error at x.conf:1:65537: the text is longer than 65536 bytes', 'keep only the settings'],
    ]);
  });

  test('a line that is not UTF-8', () => {
    expect(shown(Uint8Array.of(...bytesOf(config()), 0x41, 0xff))).toEqual([
      ['config parse error at x.conf:4:2: the line is not UTF-8', 'save the file as UTF-8'],
    ]);
  });
});

describe('an error as such', () => {
  const place = { line: 7, column: 3, text: 'A=b' };
  test('has its name, its source and its place', () => {
    const error = new PinError('bad-path', 'what', { source: 'f', place, hint: 'do' });
    expect(error).toMatchObject({ name: 'PinError', code: 'bad-path', source: 'f', line: 7, column: 3, hint: 'do' });
    expect(error.message).toBe('what at f:7:3\n7 | A=b\n  |   ^');
  });

  test('has no place where no line is to blame', () => {
    const error = new PinError('missing-key', 'what', { source: 'f', place: undefined, hint: 'do' });
    expect(error).toMatchObject({ message: 'what', line: undefined, column: undefined });
  });
});
