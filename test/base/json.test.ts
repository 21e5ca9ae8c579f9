import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  JsonError,
  MAX_JSON_BYTES,
  MAX_JSON_DEPTH,
  MAX_SCAN_STARTS,
  arrayOf,
  booleanOf,
  integerOf,
  objectOf,
  optional,
  parseJson,
  scanJson,
  stringOf,
} from '../../src/base/json.ts';
import { holds } from '../support/property.ts';

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};
/** `code: message` of the JsonError that `run` throws. */
const failure = (run: () => unknown): string => {
  const error = thrownBy(run);
  expect(error).toBeInstanceOf(JsonError);
  const { code, message, exitCode } = error as JsonError;
  expect(exitCode).toBe(30);
  return `${code}: ${message}`;
};
const at = (where: string, what: string): string => `the text is not the JSON it should be at ${where}: ${what}`;

describe('parseJson reads', () => {
  test.each([
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-1',
    '10.25',
    '1e3',
    '1E+3',
    '12e-2',
    '""',
    '"a\\n\\u00e9\\"\\\\/"',
    '"\\ud83d\\ude00"',
    '[]',
    '{}',
    '[[],{}]',
    ' [ 1 , 2 ] ',
    '\t\r\n{ "a" : { "b" : [ { } , null ] } , "c" : "d" }\n',
    '{"":1}',
    '[1,[2,[3]],4]',
  ])('%j as JSON.parse does', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(parseJson(new TextEncoder().encode(text))).toEqual(JSON.parse(text));
  });

  test('objects without a prototype, so that __proto__ is a key like any other', () => {
    const value = parseJson('{"__proto__":{"admin":true},"a":{}}') as Record<string, object>;
    expect(Object.keys(value)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(value)).toBe(null);
    expect(Object.getPrototypeOf(value.a)).toBe(null);
    expect('admin' in (value.a as object)).toBe(false);
    expect('toString' in value).toBe(false);
  });

  test('keys that differ, however alike', () => {
    expect(Object.keys(parseJson('{"a":1,"A":2,"a ":3,"toString":4,"constructor":5}') as object)).toHaveLength(5);
  });
});

describe('parseJson refuses', () => {
  test.each([
    ['', '1:1', 'truncated', 'the text ends where a value is expected'],
    ['  ', '1:3', 'truncated', 'the text ends where a value is expected'],
    ['[', '1:2', 'truncated', 'the text ends where a value is expected'],
    ['[1', '1:3', 'truncated', "the text ends where ',' or ']' is expected"],
    ['{"a"', '1:5', 'truncated', "the text ends where ':' is expected"],
    ['{"a":1', '1:7', 'truncated', "the text ends where ',' or '}' is expected"],
    ['{', '1:2', 'truncated', 'the text ends where a key is expected'],
    ['"a', '1:3', 'truncated', 'the text ends where the end of a string is expected'],
    ['"a\\"', '1:5', 'truncated', 'the text ends where the end of a string is expected'],
    ['[1,]', '1:4', 'syntax', "']' where a value is expected"],
    ['{"a":1,}', '1:8', 'syntax', "'}' where a key is expected"],
    ['{a:1}', '1:2', 'syntax', "'a' where a key is expected"],
    ['{"a" 1}', '1:6', 'syntax', "'1' where ':' is expected"],
    ['[1 2]', '1:4', 'syntax', "'2' where ',' or ']' is expected"],
    ['[1}', '1:3', 'syntax', "'}' where ',' or ']' is expected"],
    ['{"a":1]', '1:7', 'syntax', "']' where ',' or '}' is expected"],
    ['\n\n [01]', '3:4', 'syntax', "'1' where ',' or ']' is expected"],
    ['+1', '1:1', 'syntax', "'+' where a value is expected"],
    ['.5', '1:1', 'syntax', "'.' where a value is expected"],
    ['-', '1:1', 'syntax', "'-' where a value is expected"],
    ["'a'", '1:1', 'syntax', "''' where a value is expected"],
    ['NaN', '1:1', 'syntax', "'N' where a value is expected"],
    ['\u00a01', '1:1', 'syntax', "'\\u{a0}' where a value is expected"],
    ['\ufeff1', '1:1', 'syntax', "'\\u{feff}' where a value is expected"],
    ['1e999', '1:1', 'syntax', 'a number out of range'],
    ['[-1e999]', '1:2', 'syntax', 'a number out of range'],
    ['"\\x"', '1:1', 'syntax', 'a string with an escape that JSON does not have'],
    ['"\\u12g4"', '1:1', 'syntax', 'a string with an escape that JSON does not have'],
    ['"\\ud800"', '1:1', 'syntax', 'a string with half a surrogate pair'],
    ['{"\\udc00":1}', '1:2', 'syntax', 'a string with half a surrogate pair'],
    ['"a\nb"', '1:3', 'syntax', "'\\n' where the end of a string is expected"],
    ['"\u001f"', '1:2', 'syntax', "'\\x1f' where the end of a string is expected"],
    ['{"a":1,"a":1}', '1:8', 'duplicate-key', "the key 'a' is given twice"],
    ['{"a":1,"b":2,"\\u0061":1}', '1:14', 'duplicate-key', "the key 'a' is given twice"],
    ['{"__proto__":1,"__proto__":1}', '1:16', 'duplicate-key', "the key '__proto__' is given twice"],
    ['[{"x":{"\\n":1,"\\n":1}}]', '1:15', 'duplicate-key', "the key '\\n' is given twice"],
    [
      `{"${'k'.repeat(90)}":1,"${'k'.repeat(90)}":1}`,
      '1:97',
      'duplicate-key',
      `the key '${'k'.repeat(80)}' is given twice`,
    ],
  ])('%j', (text, where, code, what) => expect(failure(() => parseJson(text))).toBe(`${code}: ${at(where, what)}`));

  test.each(['1 1', '{} x', '[]]', 'nullx'])('%j: more than one value', (text) =>
    expect(failure(() => parseJson(text))).toBe('syntax: the text holds more than one JSON value'),
  );

  test('bytes that are not UTF-8, overlong forms included', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
    ]) {
      expect(failure(() => parseJson(Uint8Array.from(bytes)))).toBe('not-utf8: the text is not UTF-8');
    }
    expect((thrownBy(() => parseJson(Uint8Array.of(0xff))) as Error).cause).toBeInstanceOf(TypeError);
    expect(failure(() => parseJson(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)))).toContain('syntax: ');
  });

  test('more bytes than allowed, counted in UTF-8, and not one fewer', () => {
    expect(parseJson('"é"', { maxBytes: 4 })).toBe('é');
    expect(failure(() => parseJson('"é"', { maxBytes: 3, name: 'the\nlog' }))).toBe(
      'too-large: the\\nlog is larger than 3 bytes',
    );
    expect(parseJson(Uint8Array.of(0x31, 0x32), { maxBytes: 2 })).toBe(12);
    expect(failure(() => parseJson(Uint8Array.of(0x31, 0x32), { maxBytes: 1 }))).toContain('too-large');
    expect(MAX_JSON_BYTES).toBe(16777216);
    expect(failure(() => parseJson(new Uint8Array(MAX_JSON_BYTES + 1)))).toContain('too-large');
  });

  test('more levels than allowed, and not one fewer', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    const inObjects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(MAX_JSON_DEPTH).toBe(64);
    for (const deep of [nested, inObjects]) {
      expect(parseJson(deep(64))).toEqual(JSON.parse(deep(64)));
      expect(failure(() => parseJson(deep(65)))).toContain('too-deep: ');
      expect(failure(() => parseJson(deep(3), { maxDepth: 2, name: 'x' }))).toContain('more than 2 levels of nesting');
    }
    expect(parseJson(`[${nested(63)},${nested(63)}]`)).toHaveLength(2);
    expect(parseJson('1', { maxDepth: 0 })).toBe(1);
    expect(failure(() => parseJson('['.repeat(1_000_000)))).toContain('too-deep: ');
  });

  test('with the name it was given, escaped', () =>
    expect(failure(() => parseJson('x', { name: 'a\u001bb' }))).toBe(
      "syntax: a\\x1bb is not the JSON it should be at 1:1: 'x' where a value is expected",
    ));
});

describe('scanJson finds', () => {
  test.each([
    ['{"a":1}', { a: 1 }],
    ['Provisioning CVM box...\n{"success":true}', { success: true }],
    ['{"success":true}\nAssertion failed: !(handle->flags & UV_HANDLE_CLOSING)\n', { success: true }],
    ['[INFO] go\n[1,2]', [1, 2]],
    ['note {x} [y] {"a":"}]\\"{"}!', { a: '}]"{' }],
    ['["noise\n{"a":1}', { a: 1 }],
    ['[1/3] pulling\n{"a":[1]}{"b":2}', { a: [1] }],
    ['{}', {}],
    ['{{}', {}],
  ])('%j', (text, value) => {
    expect(scanJson(text)).toEqual(value);
    expect(scanJson(new TextEncoder().encode(text))).toEqual(value);
  });
});

describe('scanJson refuses', () => {
  test.each([
    ['', 'no-json: out holds no JSON object or array'],
    ['just 12 "text" null }]', 'no-json: out holds no JSON object or array'],
    // The inner object is a part of a damaged value, and is not taken for it.
    ['{"a":{"b":1} x}', 'no-json: out holds no JSON object or array'],
    ['{"a":{"b":1}', "truncated: out is not the JSON it should be at 1:13: the text ends where ',' or '}' is expected"],
    ['go {"a":1,"a":{}}', "duplicate-key: out is not the JSON it should be at 1:11: the key 'a' is given twice"],
  ])('%j', (text, message) => expect(failure(() => scanJson(text, { name: 'out' }))).toBe(message));

  test('what is too large or too deep', () => {
    expect(failure(() => scanJson('x [[1]]', { maxDepth: 1 }))).toContain('too-deep');
    expect(failure(() => scanJson('x []', { maxBytes: 3 }))).toContain('too-large');
    expect(failure(() => scanJson(Uint8Array.of(0xff)))).toContain('not-utf8');
  });

  test('any amount of false starts, of which it looks at so many', () => {
    expect(failure(() => scanJson('[{ '.repeat(30_000) + ']'.repeat(9)))).toContain('no-json');
    expect(failure(() => scanJson(`["a" `.repeat(5_000)))).toContain('truncated');
  });
});

describe('the accessors', () => {
  test('give what is of the type', () => {
    expect(objectOf({ a: 1 }, 'x')).toEqual({ a: 1 });
    expect(arrayOf([1], 'x')).toEqual([1]);
    expect(stringOf('', 'x')).toBe('');
    expect(booleanOf(false, 'x')).toBe(false);
    expect(integerOf(0, 'x')).toBe(0);
    expect(integerOf(2 ** 53 - 1, 'x')).toBe(2 ** 53 - 1);
    expect(optional(stringOf, undefined, 'x')).toBe(undefined);
    expect(optional(stringOf, 'a', 'x')).toBe('a');
  });

  test.each([
    [objectOf, null, 'wrong-type: x\\n is null, not an object'],
    [objectOf, [], 'wrong-type: x\\n is an array, not an object'],
    [objectOf, 'a', 'wrong-type: x\\n is of type string, not an object'],
    [objectOf, undefined, 'missing: x\\n is missing'],
    [arrayOf, {}, 'wrong-type: x\\n is of type object, not an array'],
    [stringOf, 1, 'wrong-type: x\\n is of type number, not a string'],
    [stringOf, undefined, 'missing: x\\n is missing'],
    [booleanOf, 'true', 'wrong-type: x\\n is of type string, not true or false'],
    [integerOf, '1', 'wrong-type: x\\n is of type string, not a number'],
    [integerOf, 1.5, 'wrong-type: x\\n is 1.5, not a whole number from 0 to 2^53 - 1'],
    [integerOf, -1, 'wrong-type: x\\n is -1, not a whole number from 0 to 2^53 - 1'],
    [integerOf, 2 ** 53, 'wrong-type: x\\n is 9007199254740992, not a whole number from 0 to 2^53 - 1'],
  ] as const)('%o refuses %j', (read, value, message) => expect(failure(() => read(value, 'x\n'))).toBe(message));

  test('optional refuses what is there and of another type', () =>
    expect(failure(() => optional(stringOf, null, 'x'))).toBe('wrong-type: x is null, not a string'));
});

describe('for any text', () => {
  test('parseJson gives back what was written', () =>
    holds(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(JSON.stringify(parseJson(text, { maxDepth: 1000 }))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    ));

  test('parseJson reads nothing that JSON.parse does not, and throws JsonError only', () =>
    holds(
      fc.property(fc.array(fc.constantFrom(...'{}[]",:\\u01ae-+. \ntrue'), { maxLength: 12 }), (chars) => {
        const text = chars.join('');
        let ours: unknown;
        try {
          ours = parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
          return;
        }
        expect(JSON.stringify(ours)).toBe(JSON.stringify(JSON.parse(text)));
      }),
      2000,
    ));

  test('scanJson finds a value behind noise that does not open one', () =>
    holds(
      fc.property(fc.array(fc.constantFrom(...'}]",:\\u01ae- \n')), fc.array(fc.jsonValue()), (noise, value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(scanJson(noise.join('') + text + noise.join(''), { maxDepth: 1000 }))).toBe(
          JSON.stringify(JSON.parse(text)),
        );
      }),
    ));
});

describe('the search for a value', () => {
  const noise = (starts: number): string => `${'{ '.repeat(starts)}{"a":1}`;

  test('gives up where too many brackets open nothing', () => {
    expect(scanJson(noise(MAX_SCAN_STARTS - 1))).toEqual({ a: 1 });
    expect(() => scanJson(noise(MAX_SCAN_STARTS))).toThrow(expect.objectContaining({ code: 'no-json' }));
  });
});
