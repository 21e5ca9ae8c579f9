import { expect, test } from 'vitest';
import { PolicyError } from '../../../src/audit/policy/errors.ts';
import { MAX_POLICY_BYTES, parsePolicy } from '../../../src/audit/policy/parse.ts';
import {
  APP_ID,
  COMMIT,
  DEFINITION,
  DIGEST,
  ENCLAVE_ID,
  FULL,
  HASH,
  KMS_ID,
  MRTD,
  REPOSITORY,
  RTMR0,
  RTMR1,
  RTMR2,
  TREE,
  UNTIL,
} from './samples.ts';

const parse = (text: string) => parsePolicy(Buffer.from(text), 'org.toml');

const errorOf = (text: string | Uint8Array, name = 'org.toml'): PolicyError => {
  try {
    parsePolicy(Buffer.from(text as string), name);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const at = (line: number): string => `policy org.toml, line ${line}`;

test('everything that a policy can state is read, each value with its place', () => {
  const exception = (value: string, reason: string, line: number) => ({
    value,
    reason,
    until: UNTIL,
    source: at(line),
  });
  expect(parse(FULL)).toStrictEqual({
    repositories: [{ value: REPOSITORY, source: at(2) }],
    commits: [
      { value: COMMIT, source: at(4) },
      { value: 'ab'.repeat(32), source: at(5) },
    ],
    treeSha256s: [{ value: TREE, source: at(7) }],
    appIds: [{ value: APP_ID, source: at(8) }],
    keyProviderIds: [
      { value: KMS_ID, source: at(9) },
      { value: ENCLAVE_ID, source: at(9) },
    ],
    osImages: [
      {
        value: {
          name: 'dstack-0.5.8',
          hash: HASH,
          mrtd: MRTD,
          rtmr0: RTMR0,
          rtmr1: RTMR1,
          rtmr2: RTMR2,
          development: false,
        },
        source: at(12),
      },
      {
        value: { name: 'dev', mrtd: MRTD, rtmr1: RTMR1, rtmr2: '93'.repeat(48), development: true },
        source: at(20),
      },
      { value: { name: 'by hash', hash: HASH, development: false }, source: at(47) },
    ],
    launchers: [
      { value: { digest: DIGEST, program: 'trusted-workload-launcher' }, source: at(51) },
      { value: { digest: `sha256:${'1a'.repeat(32)}`, program: 'git-launcher' }, source: at(54) },
    ],
    services: [
      { value: { digest: DIGEST, definition: DEFINITION }, reason: 'the proxy', source: at(58) },
      { value: { digest: DIGEST }, reason: 'any other', source: at(63) },
    ],
    scripts: [{ value: { sha256: HASH, name: 'start' }, reason: 'read in full', source: at(67) }],
    provenance: {
      repository: { value: 'https://github.com/example/launcher', source: at(73) },
      repositoryId: { value: '1', source: at(74) },
      ownerId: { value: '20', source: at(75) },
      commit: { value: COMMIT, source: at(76) },
      workflow: { value: '.github/workflows/release.yml', source: at(77) },
      workflowRepository: { value: 'https://github.com/example/builders', source: at(78) },
      workflowRefs: [{ value: 'refs/tags/v*', source: at(79) }],
      workflowCommit: { value: 'cd'.repeat(20), source: at(80) },
      refs: [
        { value: 'refs/heads/main', source: at(82) },
        { value: 'refs/tags/v*', source: at(83) },
      ],
      runners: [{ value: 'self-hosted', source: at(85) }],
      triggers: [
        { value: 'push', source: at(86) },
        { value: 'merge_group', source: at(86) },
      ],
      predicateTypes: [{ value: 'https://slsa.dev/provenance/v0.2', source: at(87) }],
      instances: [
        { value: 'github', source: at(88) },
        { value: 'other', source: at(88) },
      ],
    },
    tcbStatuses: [exception('OutOfDate', 'the host is updated in January', 27)],
    advisories: [exception('INTEL-SA-00837', 'does not apply', 32)],
    developmentImages: [exception(HASH, 'staging', 37)],
    findings: [exception('compose.persistence', 'read', 42)],
    required: [
      { value: 'freshness', source: at(10) },
      { value: 'os.acpi', source: at(10) },
    ],
  });
});

test.each(['', '# nothing\n', '\n\n', '# app_id = "x"\n', '[provenance]\n', 'provenance = {}\n'])(
  'a policy that states nothing is none: %j',
  (text) => {
    const error = errorOf(text, 'org\u001b.toml');
    expect(error).toMatchObject({ code: 'states-nothing', exitCode: 30, line: undefined });
    expect(error.message).toBe('the policy org\\x1b.toml states nothing');
    expect(error.hint).toBe('remove the # in front of what you have compared with another source, or give no policy');
  },
);

test.each([
  'required_checks = ["freshness"]',
  '[provenance]\nrunners = "github-hosted"',
  `[[script]]\nsha256 = "${HASH}"\nname = "a"\nreason = "b"`,
  `[provenance]\n[[advisory.accept]]\nid = "INTEL-SA-00837"\nreason = "b"\nuntil = 2027-01-31`,
])('one thing alone is a policy: %j', (text) => {
  expect(() => parse(text)).not.toThrow();
});

test('inline tables are read like the others', () => {
  const text = `tcb = { accept = [\n  { status = "OutOfDate", reason = "why", until = 2027-01-31 },\n] }\n`;
  expect(parse(text).tcbStatuses).toEqual([{ value: 'OutOfDate', reason: 'why', until: UNTIL, source: at(2) }]);
});

const image = (lines: string): string =>
  `[[os_image]]\nname = "a"\nmrtd = "${MRTD}"\nrtmr1 = "${RTMR1}"\nrtmr2 = "${RTMR2}"\n${lines}`;
const exception = (lines: string): string => `[[tcb.accept]]\n${lines}`;
const OTHERS = 'reason = "why"\nuntil = 2027-01-31\n';

test.each<[string, string, string, string, number, number]>([
  // text, code, message, hint, line, column
  ['\nrepositry = "x"', 'unknown-key', 'unknown key repositry', 'did you mean repository?', 2, 1],
  ['repositories = ["x"]', 'unknown-key', 'unknown key repositories', 'did you mean repository?', 1, 1],
  ['app_ids = ["x"]', 'unknown-key', 'unknown key app_ids', 'did you mean app_id?', 1, 1],
  ['[[os_images]]\nname = "a"', 'unknown-key', 'unknown key os_images', 'did you mean os_image?', 1, 3],
  [image('mrtdd = "a"'), 'unknown-key', 'unknown key os_image.mrtdd', 'did you mean mrtd?', 6, 1],
  [
    exception(`status = "OutOfDate"\n${OTHERS}untill = 1`),
    'unknown-key',
    'unknown key tcb.accept.untill',
    'did you mean until?',
    5,
    1,
  ],
  ['zzz = 1', 'unknown-key', 'unknown key zzz', 'the keys here are repository, commit, tree_sha256, app_id', 1, 1],
  ['tcb.zzzzzz = 1', 'unknown-key', 'unknown key tcb.zzzzzz', 'the keys here are accept', 1, 1],
  [
    'repository = []',
    'empty-list',
    'repository must not be an empty list',
    'an empty list never means "any": leave the key out',
    1,
    1,
  ],
  ['required_checks = []', 'empty-list', 'required_checks must not be an empty list', 'leave the key out', 1, 1],
  ['os_image = []', 'empty-list', 'os_image must not be an empty list', 'leave the key out', 1, 1],
  ['[finding]\naccept = []', 'empty-list', 'finding.accept must not be an empty list', 'leave the key out', 2, 1],
  ['repository = 1', 'wrong-type', 'repository must be of type string', 'write it in quotes', 1, 1],
  ['commit = [\n1]', 'wrong-type', 'commit must be of type string', 'write it in quotes', 2, 1],
  ['os_image = 1', 'wrong-type', 'os_image must be of type array', 'write it as a list, or as [[…]] tables', 1, 1],
  ['tcb = 1', 'wrong-type', 'tcb must be of type object', 'write it as a table', 1, 1],
  [
    image('development = "no"'),
    'wrong-type',
    'os_image.development must be of type boolean',
    'write true or false, without quotes',
    6,
    1,
  ],
  ['repository = "-x"', 'bad-value', "repository must not start with '-'", 'write https://host/path', 1, 1],
  ['repository = "http://example.org/a"', 'bad-value', 'must not use http:// but on loopback', 'use https://', 1, 1],
  ['commit = "main"', 'bad-value', 'commit must be a full 40-hex SHA-1', 'no branch and no tag', 1, 1],
  [`tree_sha256 = "${COMMIT}"`, 'bad-value', 'tree_sha256 must be 64 lower-case hex digits', 'git names it', 1, 1],
  [`app_id = "0x${APP_ID}"`, 'bad-value', 'app_id must be 40 lower-case hex digits', 'write it without 0x', 1, 1],
  [
    `app_id = "${APP_ID.toUpperCase()}"`,
    'bad-value',
    'app_id must be 40 lower-case hex digits',
    'write it in lower case',
    1,
    1,
  ],
  [`app_id = "${APP_ID}a"`, 'bad-value', 'app_id must be 40 lower-case hex digits', 'it has 41 digits', 1, 1],
  [`app_id = "${APP_ID.slice(1)}"`, 'bad-value', 'app_id must be 40 lower-case hex digits', 'it has 39 digits', 1, 1],
  [
    `app_id = "${APP_ID.slice(1)}g"`,
    'bad-value',
    'must be 40 lower-case hex digits',
    'write the digits 0-9 and a-f only',
    1,
    1,
  ],
  ['app_id = ""', 'bad-value', 'must be 40 lower-case hex digits', 'write the digits 0-9 and a-f only', 1, 1],
  [`app_id = "${'0'.repeat(40)}"`, 'bad-value', 'app_id must not be all zeros', 'write the value itself', 1, 1],
  [
    `key_provider_id = "${APP_ID}"`,
    'bad-value',
    'key_provider_id must be 64 or 182 lower-case hex digits',
    'it has 40 digits',
    1,
    1,
  ],
  [
    image(`hash = "${APP_ID}"`),
    'bad-value',
    'os_image.hash must be 64 lower-case hex digits',
    'it has 40 digits',
    6,
    1,
  ],
  [
    image(`rtmr0 = "${HASH}"`),
    'bad-value',
    'os_image.rtmr0 must be 96 lower-case hex digits',
    'it has 64 digits',
    6,
    1,
  ],
  ['[[os_image]]\nname = " "', 'empty-value', 'os_image.name must not be empty', 'name the image', 2, 1],
  ['[[os_image]]\nname = "a"', 'missing-key', 'os_image names no image', 'state its hash, or mrtd, rtmr1', 1, 3],
  ['[[os_image]]\nhash = "x"', 'bad-value', 'os_image.hash must be 64', 'digits', 2, 1],
  [`[[os_image]]\nhash = "${HASH}"`, 'missing-key', 'os_image.name is missing', 'add it', 1, 3],
  [
    'required_checks = ["freshnes"]',
    'bad-value',
    'required_checks must be one of quote.parse',
    'did you mean freshness?',
    1,
    20,
  ],
  [
    'required_checks = ["zzzzzzzzzzzz"]',
    'bad-value',
    'required_checks must be one of',
    'write one of these words',
    1,
    20,
  ],
  ['required_checks = [1]', 'bad-value', 'required_checks must be one of', 'write one of these words', 1, 20],
  [
    exception(`status = "Revoked"\n${OTHERS}`),
    'bad-value',
    'tcb.accept.status must be one of SWHardeningNeeded',
    'one of these words',
    2,
    1,
  ],
  [
    exception(`status = "UpToDate"\n${OTHERS}`),
    'bad-value',
    'tcb.accept.status must be one of SWHardeningNeeded',
    'one of these words',
    2,
    1,
  ],
  [exception(OTHERS), 'missing-key', 'tcb.accept.status is missing', 'write one of SWHardeningNeeded', 1, 3],
  [
    exception('status = "OutOfDate"\nuntil = 2027-01-31'),
    'missing-key',
    'tcb.accept.reason is missing',
    'required here',
    1,
    3,
  ],
  [
    exception('status = "OutOfDate"\nreason = ""\nuntil = 2027-01-31'),
    'empty-value',
    'tcb.accept.reason must not be empty',
    'say why',
    3,
    1,
  ],
  [
    exception('status = "OutOfDate"\nreason = " \\t"\nuntil = 2027-01-31'),
    'empty-value',
    'reason must not be empty',
    'say why',
    3,
    1,
  ],
  [
    exception('status = "OutOfDate"\nreason = "a"'),
    'missing-key',
    'tcb.accept.until is missing',
    'until = 2027-01-31',
    1,
    3,
  ],
  [
    exception('status = "OutOfDate"\nreason = "a"\nuntil = "2027-01-31"'),
    'wrong-type',
    'tcb.accept.until must be a date of TOML without a time',
    'until = 2027-01-31',
    4,
    1,
  ],
  [
    exception('status = "OutOfDate"\nreason = "a"\nuntil = 2027-01-31T00:00:00Z'),
    'wrong-type',
    'must be a date of TOML',
    'until',
    4,
    1,
  ],
  [exception('status = "OutOfDate"\nreason = "a"\nuntil = inf'), 'wrong-type', 'must be a date of TOML', 'until', 4, 1],
  [
    exception('status = "OutOfDate"\nreason = "a"\nuntil = 2027-02-30'),
    'bad-value',
    'until must be a day of the calendar',
    'number of the day',
    4,
    1,
  ],
  [
    `[[advisory.accept]]\nid = "SA-00837"\n${OTHERS}`,
    'bad-value',
    'advisory.accept.id must be an advisory id',
    'INTEL-SA-00837',
    2,
    1,
  ],
  [
    `[[advisory.accept]]\nid = "INTEL-SA-123"\n${OTHERS}`,
    'bad-value',
    'must be an advisory id',
    'INTEL-SA-00837',
    2,
    1,
  ],
  [
    `[[advisory.accept]]\nid = "INTEL-SA-1234567"\n${OTHERS}`,
    'bad-value',
    'must be an advisory id',
    'INTEL-SA-00837',
    2,
    1,
  ],
  [
    `[[finding.accept]]\nid = "persistence"\n${OTHERS}`,
    'bad-value',
    'finding.accept.id must be the id of a finding',
    'compose.persistence',
    2,
    1,
  ],
  [
    `[[development_image.accept]]\nhash = "all"\n${OTHERS}`,
    'bad-value',
    'development_image.accept.hash must be 64',
    'digits',
    2,
    1,
  ],
  [
    `app_id = ["${APP_ID}",\n "${APP_ID}"]`,
    'duplicate-value',
    'app_id must not name the same twice',
    'remove one',
    2,
    2,
  ],
  [
    'required_checks = ["freshness", "freshness"]',
    'duplicate-value',
    'must not name the same twice',
    'remove one',
    1,
    33,
  ],
  [
    image('') + image('').replace('"a"', '"b"'),
    'duplicate-value',
    'os_image must not name the same twice',
    'remove one',
    6,
    3,
  ],
  [
    exception(`status = "OutOfDate"\n${OTHERS}`).repeat(2),
    'duplicate-value',
    'tcb.accept must not name the same twice',
    'remove one',
    5,
    3,
  ],
  [
    'app_id = "a"\napp_id = "b"',
    'syntax',
    'policy parse error: trying to redefine an already defined table or value',
    'TOML',
    2,
    1,
  ],
  ['a', 'syntax', 'policy parse error', 'TOML', 1, 1],
  ['\n  a = [[[[[1]]]]]', 'syntax', 'excessively nested', 'TOML', 2, 11],
  ['__proto__ = 1', 'syntax', 'unsafe property', 'TOML', 1, 1],
  ['# \u202e', 'forbidden-character', 'the policy holds the bidirectional control U+202E', 'reads'.slice(0, 4), 1, 3],
  ['a = 1\r\n', 'forbidden-character', 'the policy holds a carriage return', 'LF', 1, 6],
  ['\ufeff# a', 'forbidden-character', 'the policy holds a byte order mark', 'BOM', 1, 1],
  [
    `app_id = "g${APP_ID.slice(1)}"`,
    'bad-value',
    'must be 40 lower-case hex digits',
    'write the digits 0-9 and a-f only',
    1,
    1,
  ],
  [
    `app_id = "G${APP_ID.slice(1)}"`,
    'bad-value',
    'must be 40 lower-case hex digits',
    'write the digits 0-9 and a-f only',
    1,
    1,
  ],
  [
    `app_id = "${APP_ID.slice(2)}0x"`,
    'bad-value',
    'must be 40 lower-case hex digits',
    'write the digits 0-9 and a-f only',
    1,
    1,
  ],
  [
    `os_image = [{ zz = 1, name = 1 }]`,
    'unknown-key',
    'unknown key os_image.zz',
    'the keys here are name, hash, mrtd',
    1,
    15,
  ],
  [
    `repository = "https://a.example/x"\nstatuses = 1`,
    'unknown-key',
    'unknown key statuses',
    'the keys here are',
    2,
    1,
  ],
  [
    'required_checks = ["kms-identity"]',
    'bad-value',
    'must be one of quote.parse, quote.signature, quote.tcb',
    'did you mean kms.identity?',
    1,
    20,
  ],
  [
    '[[tcb.accept]]\nreason = "a"\nuntil = 2027-01-31',
    'missing-key',
    'tcb.accept.status is missing',
    'SWHardeningNeeded, ConfigurationNeeded',
    1,
    3,
  ],
  ['\n\n\ufeff', 'forbidden-character', 'the policy holds a byte order mark', 'BOM', 3, 1],
])('%j is refused', (text, code, message, hint, line, column) => {
  const error = errorOf(text);
  expect(error).toMatchObject({ code, line, column, exitCode: 30 });
  expect(error.message).toContain(message);
  expect(error.message).toContain(` at org.toml:${line}:${column}\n${line} | `);
  expect(error.hint).toContain(hint);
});

test('the first thing wrong in the text is the one that is named', () => {
  expect(errorOf('repository = "https://example.org/a"\nzz = 1\napp_id = 1\n')).toMatchObject({
    code: 'unknown-key',
    line: 2,
  });
  expect(errorOf('app_id = 1\nzz = 1\n')).toMatchObject({ code: 'wrong-type', line: 1 });
  expect(errorOf('aa = 1\n[tcb]\nzz = 1\n[finding]\nq = 1')).toMatchObject({ line: 1 });
  expect(errorOf('[[tcb.accept]]\nuntil = 1\nreason = ""\nstatus = "UpToDate"')).toMatchObject({ line: 2 });
  expect(errorOf('commit = [1, "x"]')).toMatchObject({ column: 11 });
});

test('the message shows the line with a caret, and nothing raw of the file or of its name', () => {
  const error = errorOf('"a\\u001bb" = 1', 'x\u001b.toml');
  expect(error.message).toBe('unknown key a\\x1bb at x\\x1b.toml:1:1\n1 | "a\\u001bb" = 1\n  | ^');
});

test('a file of the largest size is read and a larger one is not', () => {
  const text = `app_id = "${APP_ID}" #`;
  const filled = (size: number) => text.padEnd(size, 'x');
  expect(parse(filled(MAX_POLICY_BYTES)).appIds).toHaveLength(1);
  const error = errorOf(filled(MAX_POLICY_BYTES + 1));
  expect(error).toMatchObject({ code: 'too-large', exitCode: 30, line: undefined, column: undefined });
  expect(error.message).toBe('the policy org.toml is larger than 65536 bytes');
  expect(error.hint).toBe('look whether this is a policy at all');
});

test('bytes that are no UTF-8 are refused', () => {
  const error = errorOf(new Uint8Array([0x23, 0xff]));
  expect(error).toMatchObject({ code: 'not-utf8', exitCode: 30, hint: 'save the file as UTF-8' });
  expect(error.message).toBe('the policy org.toml is not UTF-8');
});
