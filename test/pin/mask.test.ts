import { describe, expect, test } from 'vitest';
import { maskPinLine, maskValue } from '../../src/pin/mask.ts';

describe('a line of a pin', () => {
  test.each([
    ['REPO_URL=https://u:p@h/a', 'REPO_URL=https://***@h/a'],
    ['REPO_URL=https://h/a?tok', 'REPO_URL=https://h/a?***'],
    ['REPO_URL=https://h/a?x@y', 'REPO_URL=https://*******'],
    ['REPO_URL=https://u@h/a?b z', 'REPO_URL=https://*@h/a?* z'],
    ['REPO_URL=a?b://u@c?d', 'REPO_URL=a?b://*@c?*'],
    ['REPO_URL=https://🚀@h', 'REPO_URL=https://*@h'],
    ['REPO_URL=u:p@h', 'REPO_URL=***@h'],
    ['REPO_URL=u:p@q@h', 'REPO_URL=*****@h'],
    ['REPO_URL="u:p@h"', 'REPO_URL="***@h"'],
    ["REPO_URL='u:p@h'", "REPO_URL='***@h'"],
    ['REPO_URL=x/u:p@h', 'REPO_URL=x/***@h'],
    ['REPO_URL=:@', 'REPO_URL=*@'],
    ['REPO_URL=https://a  git:b@c', 'REPO_URL=https://a  *****@c'],
    ['REPO_URL=a:b\tu:p@h', 'REPO_URL=a:b\t***@h'],
    ['# https://u:p@h x', '# https://***@h x'],
    ['  # u:p@h', '  # ***@h'],
    ['REPO_ULR=u:p@h', 'REPO_ULR=***@h'],
    ['REPOURL u:p@h', 'REPOURL ***@h'],
    ['REPO-URL=u:p@h', 'REPO-URL=***@h'],
    ['export REPO_URL=u:p@h', 'export REPO_URL=***@h'],
    ['u:p@h SUBMODUL', '***@h SUBMODUL'],
    ['REPO_URL=://u?x', 'REPO_URL=://u?*'],
    ['REPO_URL ://u@h', 'REPO_URL ://*@h'],
    ['REPO_URL a:b', 'REPO_URL a:b'],
    ['REPO_URL a:b@', 'REPO_URL ***@'],
    ['FOO=u:p@h', 'FOO=***'],
    ['x # u:p@h', '***'],
    ['foo', '***'],
    ['x=WORK_DIR', 'x=***'],
    ['=WORK_DIR', '***'],
    [`${'x'.repeat(190)} WORK_DIR=a`, `${'x'.repeat(190)} WORK_DIR=a`],
    // A key so far back is nobody's.
    [`${'x'.repeat(200)} WORK_DIR=a`, '***'],
  ])('%s', (line, expected) => expect(maskPinLine(line)).toBe(expected));

  test.each(['REPO_URL=git@h.org:a', 'REPO_URL=a@b', 'REPO_URL=://@', 'REPO_URL=//a b', 'repo_url=x'])(
    '%s is shown as it is',
    (line) => expect(maskPinLine(line)).toBe(line),
  );
});

test.each([
  ['A=b', 'A=***'],
  ['a_1Z=b=c', 'a_1Z=***'],
  ['_=', '_=***'],
  [' \tA_1 \t= x', ' \tA_1 \t=***'],
  ['1A=x', '***'],
  ['A-B=x', '***'],
  ['x A=b', '***'],
  ['A', '***'],
  ['', '***'],
])('a line of an environment file: %j', (line, expected) => expect(maskValue(line)).toBe(expected));
