import { expect, test } from 'vitest';
import { PolicyError } from '../../../src/audit/policy/errors.ts';
import { parsePolicy } from '../../../src/audit/policy/parse.ts';
import { DEFINITION, DIGEST, HASH, MRTD, RTMR0, RTMR1, RTMR2 } from './samples.ts';

const parse = (text: string) => parsePolicy(Buffer.from(text), 'org.toml');

const errorOf = (text: string): PolicyError => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const image = (...lines: string[]): string => `[[os_image]]\nname = "a"\n${lines.join('\n')}`;
const hash = `hash = "${HASH}"`;
const mrtd = `mrtd = "${MRTD}"`;
const rtmr0 = `rtmr0 = "${RTMR0}"`;
const rtmr1 = `rtmr1 = "${RTMR1}"`;
const rtmr2 = `rtmr2 = "${RTMR2}"`;
const NEEDS = 'state its hash, or mrtd, rtmr1 and rtmr2, or both';

test.each<[string[], object]>([
  [[hash], { hash: HASH }],
  [[hash, rtmr0], { hash: HASH, rtmr0: RTMR0 }],
  [[mrtd, rtmr1, rtmr2], { mrtd: MRTD, rtmr1: RTMR1, rtmr2: RTMR2 }],
  [[hash, mrtd, rtmr1, rtmr2], { hash: HASH, mrtd: MRTD, rtmr1: RTMR1, rtmr2: RTMR2 }],
])('an image by %j', (lines, value) => {
  expect(parse(image(...lines)).osImages).toStrictEqual([
    { value: { name: 'a', development: false, ...value }, source: 'policy org.toml, line 1' },
  ]);
});

test.each<[string[], string]>([
  [[], 'os_image names no image'],
  [[rtmr0], 'os_image names no image'],
  [[mrtd], 'os_image.rtmr1 is missing'],
  [[rtmr2], 'os_image.mrtd is missing'],
  [[rtmr1, rtmr2], 'os_image.mrtd is missing'],
  [[mrtd, rtmr2], 'os_image.rtmr1 is missing'],
  [[mrtd, rtmr1], 'os_image.rtmr2 is missing'],
  [[hash, mrtd], 'os_image.rtmr1 is missing'],
  [[hash, rtmr1], 'os_image.mrtd is missing'],
  [[hash, mrtd, rtmr1], 'os_image.rtmr2 is missing'],
])('no image by %j', (lines, message) => {
  const error = errorOf(`\n${image(...lines)}`);
  expect(error).toMatchObject({ code: 'missing-key', line: 2, column: 3, exitCode: 30, hint: NEEDS });
  expect(error.message).toBe(`${message} at org.toml:2:3\n2 | [[os_image]]\n  |   ^`);
});

test('images that differ in what they state are two', () => {
  expect(parse(`${image(hash)}\n${image(hash, rtmr0)}\n${image(mrtd, rtmr1, rtmr2)}`).osImages).toHaveLength(3);
  expect(errorOf(`${image(hash)}\n${image(hash)}`)).toMatchObject({ code: 'duplicate-value', line: 4 });
});

const REASON = 'reason = "why"';
const digest = `digest = "${DIGEST}"`;
const DIGEST_MUST = 'must be sha256: and 64 lower-case hex digits, not all zeros';

test.each<[string, string, string, string, number, number]>([
  // text, code, message, hint, line, column
  ['[[launcher]]\nprogram = "git-launcher"', 'missing-key', 'launcher.digest is missing', 'add it', 1, 3],
  ['[[launcher]]\ndigest = 1', 'wrong-type', 'launcher.digest must be of type string', 'in quotes', 2, 1],
  [
    '[[launcher]]\ndigest = "example/launcher:1"',
    'bad-value',
    'launcher.digest must be sha256: and 64 hex digits',
    'write the digest, not the name or the tag',
    2,
    1,
  ],
  ['[[launcher]]\ndigest = "sha256:"', 'bad-value', 'launcher.digest must be sha256: and', 'not the name', 2, 1],
  [`[[launcher]]\ndigest = "${HASH}"`, 'bad-value', 'launcher.digest must be sha256: and', 'not the name', 2, 1],
  [`[[launcher]]\ndigest = "x${DIGEST}"`, 'bad-value', 'launcher.digest must be sha256: and', 'not the name', 2, 1],
  [`[[launcher]]\ndigest = "${DIGEST}0"`, 'bad-value', `launcher.digest ${DIGEST_MUST}`, 'it has 65 digits', 2, 1],
  [
    `[[launcher]]\ndigest = "sha256:${HASH.replaceAll('6', 'A')}"`,
    'bad-value',
    `launcher.digest ${DIGEST_MUST}`,
    'write it in lower case',
    2,
    1,
  ],
  [
    `[[launcher]]\ndigest = "sha256:${'0'.repeat(64)}"`,
    'bad-value',
    `launcher.digest ${DIGEST_MUST}`,
    'write the value itself',
    2,
    1,
  ],
  [
    `[[launcher]]\n${digest}\nprogram = "launcher"`,
    'bad-value',
    'launcher.program must be one of trusted-workload-launcher, git-launcher',
    '',
    3,
    1,
  ],
  [`[[launcher]]\n${digest}\n${REASON}`, 'unknown-key', 'unknown key launcher.reason', 'digest, program', 3, 1],
  [
    `[[launcher]]\n${digest}\n[[launcher]]\n${digest}\nprogram = "git-launcher"`,
    'duplicate-value',
    'launcher must not name the same twice',
    'remove one',
    3,
    3,
  ],
  ['launcher = []', 'empty-list', 'launcher must not be an empty list', 'leave the key out', 1, 1],
  [`[[service]]\n${digest}`, 'missing-key', 'service.reason is missing', 'required here', 1, 3],
  [`[[service]]\n${REASON}`, 'missing-key', 'service.digest is missing', 'add it', 1, 3],
  [`[[service]]\n${digest}\nreason = ""`, 'empty-value', 'service.reason must not be empty', 'say why', 3, 1],
  [
    `[[service]]\n${digest}\ndefinition = "x"\n${REASON}`,
    'bad-value',
    'service.definition must be 64 lower-case hex digits',
    'the digits 0-9',
    3,
    1,
  ],
  ['[[service]]\ndigest = "proxy"', 'bad-value', 'service.digest must be sha256: and', 'not the name', 2, 1],
  [
    `${`[[service]]\n${digest}\ndefinition = "${DEFINITION}"\n${REASON}\n`.repeat(2)}`,
    'duplicate-value',
    'service must not name the same twice',
    'remove one',
    5,
    3,
  ],
  [
    `${`[[service]]\n${digest}\n${REASON}\n`.repeat(2)}`,
    'duplicate-value',
    'service must not name the same twice',
    'remove one',
    4,
    3,
  ],
  ['service = []', 'empty-list', 'service must not be an empty list', 'leave the key out', 1, 1],
  [`[[service]]\nuntil = 2027-01-31`, 'unknown-key', 'service.until', 'digest, definition, reason', 2, 1],
  [`[[script]]\nname = "a"\n${REASON}`, 'missing-key', 'script.sha256 is missing', 'add it', 1, 3],
  [`[[script]]\nsha256 = "${HASH}"\n${REASON}`, 'missing-key', 'script.name is missing', 'add it', 1, 3],
  [`[[script]]\nsha256 = "${HASH}"\nname = "a"`, 'missing-key', 'script.reason is missing', 'add it', 1, 3],
  [
    `[[script]]\nsha256 = "${HASH}"\nname = " "`,
    'empty-value',
    'script.name must not be empty',
    'write how reports should name the script',
    3,
    1,
  ],
  [`[[script]]\nsha256 = "${DIGEST}"`, 'bad-value', 'script.sha256 must be 64 lower-case', 'the digits', 2, 1],
  [
    `[[script]]\nsha256 = "${HASH}"\nname = "a"\n${REASON}\n[[script]]\nsha256 = "${HASH}"\nname = "b"\n${REASON}`,
    'duplicate-value',
    'script must not name the same twice',
    'remove one',
    5,
    3,
  ],
  ['script = []', 'empty-list', 'script must not be an empty list', 'leave the key out', 1, 1],
])('%j is refused', (text, code, message, hint, line, column) => {
  const error = errorOf(text);
  expect(error).toMatchObject({ code, line, column, exitCode: 30 });
  expect(error.message).toContain(message);
  expect(error.hint).toContain(hint);
});
