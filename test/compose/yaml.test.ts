// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ComposeFile, readCompose } from '../../src/compose/document.ts';
import { ComposeError } from '../../src/compose/errors.ts';
import { MAX_COMPOSE_BYTES, MAX_DEPTH, MAX_NODES } from '../../src/compose/limits.ts';
import { childOf, type ComposeNode, itemsOf, literalOf, switchOf, variablesOf } from '../../src/compose/tree.ts';
import { holds } from '../support/property.ts';

/** The tree under `x`, beside a service that is well formed. */
const under = (text: string): ComposeNode => readCompose(`x: ${text}\nservices: {}\n`).root.entries.get('x')!;
const plain = (node: ComposeNode): unknown => {
  if (node.kind === 'scalar') return node.type === 'null' ? null : node.text;
  return node.kind === 'list'
    ? node.items.map(plain)
    : Object.fromEntries([...node.entries].map(([key, value]) => [key, plain(value)]));
};
const failure = (text: string | Uint8Array): ComposeError => {
  try {
    readCompose(text);
  } catch (error) {
    if (error instanceof ComposeError) return error;
    throw error;
  }
  throw new Error('it was read');
};

describe('what is refused', () => {
  test.each<[string, string, string, number | undefined, string]>([
    ['a carriage return', 'services:\r\n  a: {}\n', 'control-character', 1, 'compose file, line 1: it holds \\r'],
    ['a next-line character', 'services: {}\n# \u0085', 'control-character', 2, 'compose file, line 2: it holds \\x85'],
    ['a line separator', '\nx: \u2028', 'control-character', 2, 'compose file, line 2: it holds \\u{2028}'],
    ['a paragraph separator', 'x: \u2029', 'control-character', 1, 'compose file, line 1: it holds \\u{2029}'],
    ['a byte order mark', '\ufeffservices: {}', 'control-character', 1, 'compose file, line 1: it holds \\u{feff}'],
    ['a non-character', 'x: \ufffe', 'control-character', 1, 'compose file, line 1: it holds \\u{fffe}'],
    ['the last of its plane', 'x: "\uffff"', 'control-character', 1, 'compose file, line 1: it holds \\u{ffff}'],
    [
      'a merge key that is told to be a string',
      'services: {}\nx:\n  !!str <<: {a: b}',
      'bad-merge',
      3,
      'compose file, line 3: the key << has a tag',
    ],
    [
      'a quoted one with a tag',
      'services: {}\nx:\n  !!str "<<": {a: b}',
      'bad-merge',
      3,
      'compose file, line 3: the key << has a tag',
    ],
    [
      'a merge key in double quotes',
      'services: {}\nx:\n  "<<": {a: b}',
      'bad-merge',
      3,
      'compose file, line 3: the key << is in quotes',
    ],
    [
      'a merge key in single quotes',
      "services: {}\nx: [{a: {'<<': b}}]",
      'bad-merge',
      2,
      'compose file, line 2: the key << is in quotes',
    ],
    [
      'a merge key that quotes spell otherwise',
      'services: {}\nx: {? "\\x3c\\u003c" : b}',
      'bad-merge',
      2,
      'compose file, line 2: the key << is in quotes',
    ],
    [
      'a service that a quoted merge key makes disappear',
      'x-s: &s\n  "<<": {image: l}\nservices:\n  <<: *s\n  a: {image: c}',
      'bad-merge',
      2,
      'compose file, line 2: the key << is in quotes',
    ],
    ...['|1', '>9', '|-2', '>+3', '|4-', '>5+'].map((block): [string, string, string, number, string] => [
      `the block ${block}`,
      `services: {}\nx:\n  - &a !!str ${block} # c\n${' '.repeat(12)}b\n`,
      'syntax',
      3,
      `compose file, line 3: the block ${block.slice(0, block.search(/\d/) + 1)} says how far it is indented`,
    ]),
    ...['a b', '', 'é', 'a$b', 'a:b', 'a/b', 'a\\n', ' a', '${A}'].map(
      (name): [string, string, string, number, string] => [
        `the service ${JSON.stringify(name)}`,
        `services:\n  b: {}\n  "${name}": {image: x}\n`,
        'bad-key',
        3,
        `compose file, line 3: '${name}' is no name of a service`,
      ],
    ),
    [
      'a merge key by its tag',
      'services: {}\nx:\n  !!merge <<: {a: b}',
      'bad-key',
      3,
      'compose file, line 3: a key is',
    ],
    [
      'a merge key with an open tag',
      'services: {}\nx:\n  ! <<: {a: b}',
      'bad-key',
      3,
      'compose file, line 3: a key is',
    ],
    ['a NUL as an escape', 'services: {}\nx: "\\0"', 'control-character', 2, 'compose file, line 2: it holds \\x00'],
    [
      'a NUL in a key',
      'services: {}\nx:\n  "a\\u0000b": 1',
      'control-character',
      3,
      'compose file, line 3: it holds \\x00',
    ],
    ['NUL', 'x: \0', 'control-character', 1, 'compose file, line 1: it holds \\x00'],
    ['a vertical tab', 'x: \v', 'control-character', 1, 'compose file, line 1: it holds \\x0b'],
    ['a delete', 'x: \u007f', 'control-character', 1, 'compose file, line 1: it holds \\x7f'],
    ['an escape', 'x: \u001f', 'control-character', 1, 'compose file, line 1: it holds \\x1f'],
    ['the last of C1', 'x: \u009f', 'control-character', 1, 'compose file, line 1: it holds \\x9f'],
    [
      'a directive',
      '# a\n%YAML 1.1\n---\nservices: {}',
      'directive',
      2,
      'compose file, line 2: a line that begins with % is a YAML directive',
    ],
    [
      'two documents',
      'services: {}\n---\nservices: {}\n',
      'several-documents',
      2,
      'compose file, line 2: it holds more than one YAML document',
    ],
    ['what is no YAML', 'services: {}\nx: "a', 'syntax', 2, 'compose file, line 2: Missing closing "quote'],
    [
      'what is no YAML further down',
      'services: {}\n---\n}',
      'syntax',
      3,
      'compose file, line 3: Unexpected flow-map-end',
    ],
    [
      'an alias without an anchor',
      'services: {}\nx: *a',
      'syntax',
      2,
      'compose file, line 2: there is no anchor a above its alias',
    ],
    [
      'an alias above its anchor',
      'services: {}\nx: *a\ny: &a 1',
      'syntax',
      2,
      'compose file, line 2: there is no anchor a above its alias',
    ],
    [
      'a tag on a list that says list',
      'services: {}\nx: !!seq [a]',
      'bad-tag',
      2,
      'compose file, line 2: the tag tag:yaml.org,2002:seq is not read',
    ],
    [
      'a tag on a map that says map',
      'services: {}\nx: !!map {a: b}',
      'bad-tag',
      2,
      'compose file, line 2: the tag tag:yaml.org,2002:map is not read',
    ],
    ['a tag of its own', 'services: {}\nx: !reset 1', 'bad-tag', 2, ''],
    ['a tag of YAML', 'services: {}\nx: !!int 1', 'bad-tag', 2, ''],
    ['a binary tag', 'services: {}\nx: !!binary aa==', 'bad-tag', 2, ''],
    ['a tag on a list', 'services: {}\nx: !override []', 'bad-tag', 2, ''],
    ['a tag on a map', 'services: {}\nx: !override {}', 'bad-tag', 2, ''],
    ['a tag on a key', 'services: {}\n!x x: 1', 'bad-tag', 2, ''],
    ['a key that is a number', 'services: {}\n8: 1', 'bad-key', 2, 'compose file, line 2: the key 8 is not a string'],
    [
      'a key that is a switch',
      'services: {}\ntrue: 1',
      'bad-key',
      2,
      'compose file, line 2: the key true is not a string',
    ],
    ['a key that is nothing', 'services: {}\n~: 1', 'bad-key', 2, 'compose file, line 2: the key ~ is not a string'],
    ['a key that is a list', 'services: {}\n[a]: 1', 'bad-key', 2, 'compose file, line 2: a key is not a string'],
    [
      'a key that is an alias',
      'services: {}\nx: &a b\n*a : 1',
      'bad-key',
      3,
      'compose file, line 3: a key is not a string',
    ],
    [
      'a key given twice',
      'services: {}\nx: 1\n"x": 2',
      'duplicate-key',
      3,
      "compose file, line 3: the key 'x' is given twice",
    ],
    [
      'two merge keys',
      'services: {}\nx: &x {}\ny:\n  <<: *x\n  <<: *x',
      'duplicate-key',
      5,
      "compose file, line 5: the key '<<' is given twice",
    ],
    [
      'a merge of a text',
      'services: {}\nx:\n  <<: y',
      'bad-merge',
      3,
      'compose file, line 3: << takes a map or a list of maps',
    ],
    [
      'a merge of an anchored list',
      'services: {}\nx: &x [{}]\ny: {<<: *x}',
      'bad-merge',
      3,
      'compose file, line 3: << takes a map or a list of maps',
    ],
    [
      'a merge of a list of lists',
      'services: {}\ny: {<<: [[]]}',
      'bad-merge',
      2,
      'compose file, line 2: << takes a map or a list of maps',
    ],
    [
      'a variable that does not close',
      'services: {}\nx:\n  - "${A"',
      'bad-interpolation',
      3,
      'compose file, line 3: x[0] holds a variable that opens with ${ and does not close',
    ],
    [
      'a variable without a name',
      'services: {}\nx: {y: "${}"}',
      'bad-interpolation',
      2,
      'compose file, line 2: x.y holds ${ without the name of a variable',
    ],
    [
      'an operator that is none',
      'services: {}\nx: "${A!}"',
      'bad-interpolation',
      2,
      'compose file, line 2: x holds what follows ${A is no operator of compose',
    ],
    ['a list', '[]', 'wrong-shape', 1, 'compose file, line 1: the text is no map'],
    ['no services', 'x: 1', 'wrong-shape', undefined, 'compose file: services is no map'],
    ['services that are a list', '\nservices: []', 'wrong-shape', 2, 'compose file, line 2: services is no map'],
    [
      'a service that is a text',
      'services:\n  a: b',
      'wrong-shape',
      2,
      "compose file, line 2: the service 'a' is no map",
    ],
    ['nothing', '', 'wrong-shape', 1, 'compose file, line 1: the text is no map'],
  ])('%s', (_name, text, code, line, message) => {
    const error = failure(text);
    expect({ code: error.code, line: error.line }).toEqual({ code, line });
    expect(error.message.startsWith(message)).toBe(true);
    expect(error.exitCode).toBe(30);
  });

  test('hints say what to do', () => {
    expect(failure('x: \0').hint).toBe('write it with \\n line ends and without control characters');
    expect(failure('%').hint).toBe('remove it: compose files need none');
    expect(failure('a: 1\n---\n').hint).toBe('compose merges them into one: write one');
    expect(failure('services: {}\n8: 1').hint).toBe('quote it');
    expect(failure('services: {}\nx: "${}"').hint).toBe('a $ that is meant as itself is written $$');
    expect(failure('services: {}\n[a]: 1').hint).toBe('quote it');
    expect(failure('services: {}\nx: {!!str <<: {}}').hint).toBe('write << without a tag');
    expect(failure('services: {}\nx: {"<<": {}}').hint).toBe(
      'write << without quotes to merge, and call a key of your own something else',
    );
    expect(failure('services: {}\nx: |1\n a').hint).toBe('write it without the number, or as a text in double quotes');
    expect(failure('services: {a b: {}}').hint).toBe('compose takes letters, digits and the characters . _ -');
    expect(failure('services: {}\nx: "\\0"').hint).toBe('write it without');
    expect(failure('services: {}\nx: !!map {a: 1}').hint).toBe('write the value without a tag');
    expect(failure('[]').hint).toBe('hold it against `docker compose config`');
  });

  test("the library's own message, and nothing more", () => {
    expect(failure('services: {}\nx: "a').message).toBe('compose file, line 2: Missing closing "quote');
  });

  test('too many bytes, and not one less', () => {
    const filled = (bytes: number): string => `services: {} #${'é'.repeat((bytes - 14) / 2)}`;
    expect(Object.keys(readCompose(filled(MAX_COMPOSE_BYTES)))).toEqual(['root', 'services']);
    expect(failure(filled(MAX_COMPOSE_BYTES + 2))).toMatchObject({
      code: 'too-large',
      line: undefined,
      message: 'compose file: it is larger than 262144 bytes',
    });
    expect(failure(Buffer.from(filled(MAX_COMPOSE_BYTES + 2)))).toMatchObject({ code: 'too-large' });
    expect(readCompose(Buffer.from(filled(MAX_COMPOSE_BYTES))).services).toEqual([]);
  });

  test('bytes that are not UTF-8', () => {
    expect(failure(Uint8Array.of(0x61, 0xff))).toMatchObject({
      code: 'not-utf8',
      line: undefined,
      message: 'compose file: it is not UTF-8',
    });
    expect(failure(Uint8Array.of(0x61, 0xff)).cause).toBeInstanceOf(TypeError);
    expect(failure(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toMatchObject({ code: 'control-character' });
  });

  test('too many levels, and not one less', () => {
    const nested = (levels: number): string => `services: {}\nx: ${'['.repeat(levels)}${']'.repeat(levels)}`;
    // The text is a level itself.
    expect(plain(readCompose(nested(MAX_DEPTH - 1)).root.entries.get('x')!)).toBeInstanceOf(Array);
    expect(failure(nested(MAX_DEPTH))).toMatchObject({ code: 'too-deep', line: 2 });
    expect(failure(`services: {}\nx: ${'['.repeat(20_000)}`)).toMatchObject({ code: 'too-deep', line: 2 });
    expect(failure(`services: {}\nx: ${'{a: '.repeat(20_000)}`)).toMatchObject({ code: 'too-deep' });
  });

  test('too many levels are found before aliases are followed, whatever they are made of', () => {
    const half = MAX_DEPTH / 2;
    for (const nested of [
      `${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`,
      `${'{a: '.repeat(MAX_DEPTH)}${'}'.repeat(MAX_DEPTH)}`,
      `${'{? '.repeat(MAX_DEPTH)}${'}'.repeat(MAX_DEPTH)}`,
      `${'[{a: '.repeat(half)}${'}]'.repeat(half)}`,
    ]) {
      expect(failure(`services: {}\nx: ${nested}`).message).toBe(`compose file, line 2: more than ${MAX_DEPTH} levels`);
    }
  });

  test('an alias counts as many levels as it stands for, and one more', () => {
    const levels = MAX_DEPTH / 2;
    // The text is a level as well, and so is the value of the innermost map.
    const twice = (inner: number, outer: number, [open, close]: [string, string]): string =>
      `services: {}\na: &a ${open.repeat(inner)}${close.repeat(inner)}\nb: ${open.repeat(outer)}*a${close.repeat(outer)}`;
    for (const pair of [['[', ']'] as [string, string], ['{x: ', '}'] as [string, string]]) {
      const least = pair[0] === '[' ? levels - 2 : levels - 3;
      expect(readCompose(twice(levels, least, pair)).services).toEqual([]);
      expect(failure(twice(levels, least + 1, pair))).toMatchObject({
        code: 'too-deep',
        line: 2,
        message: `compose file, line 2: more than ${MAX_DEPTH} levels, aliases written out`,
      });
    }
  });

  test('aliases that multiply', () => {
    const lines = ['services: {}', 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let index = 1; index < 7; index++)
      lines.push(
        `a${index}: &a${index} [${Array(10)
          .fill(`*a${index - 1}`)
          .join(', ')}]`,
      );
    expect(failure(lines.join('\n'))).toMatchObject({ code: 'too-many-nodes' });
    expect(failure(lines.join('\n')).message).toContain(`more than ${MAX_NODES} values, aliases written out`);
  });

  test('an alias inside of its own anchor', () => {
    expect(failure('services: {}\nx: &x [*x]')).toMatchObject({ code: 'too-deep', line: 2 });
    expect(failure('services: {}\nx: &x {<<: *x}').code).toBe('too-deep');
  });

  test('too many values, and not one less', () => {
    const list = (items: number): string => `services: {}\nx: [${Array(items).fill('a').join(',')}]`;
    // The text, services and the list are values too.
    expect(readCompose(list(MAX_NODES - 3)).services).toEqual([]);
    expect(failure(list(MAX_NODES - 2))).toMatchObject({ code: 'too-many-nodes' });
  });

  test('a large file of keys in a short time', () => {
    const keys = Array.from({ length: 15_000 }, (_, index) => `k${index}:`);
    const start = performance.now();
    expect(readCompose(['services: {}', ...keys].join('\n')).root.entries.size).toBe(15_001);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('what is read', () => {
  test.each<[string, string, unknown]>([
    ['a tag that says string', '!!str 5', '5'],
    ['quoted keys that are almost merge keys', '{"<": a, "<<<": b, "<< ": c}', { '<': 'a', '<<<': 'b', '<< ': 'c' }],
    ['a quoted << that is no key', '["<<", {a: "<<"}]', ['<<', { a: '<<' }]],
    ['blocks that are not told how far they are indented', '\n  - |\n    a\n  - >-\n    2\n', ['a\n', '2']],
    ['what only looks like such a block', '["|2", {a: ">-1"}, \'|+9\']', ['|2', { a: '>-1' }, '|+9']],
    ['characters beside those that are refused', '"\ufffd\ue000\u{1ffff}"', '\ufffd\ue000\u{1ffff}'],
    ['a key of a string with a tag', '{!!str a: b}', { a: 'b' }],
    [
      'keys that quotes or a tag make strings',
      '{"1": a, \'true\': b, !!str null: c, x1: d}',
      { 1: 'a', true: 'b', null: 'c', x1: 'd' },
    ],
    ['a percent sign that begins no line', '"50%"\n# 100 %', '50%'],
    ['a list of lists, and a map of none', '[[], {}]', [[], {}]],
    ['a merge key with an anchor', '{&a <<: {a: b}}', { a: 'b' }],
    ['an inline merge', '{<<: {a: b, c: d}, a: e}', { a: 'e', c: 'd' }],
    ['a merge behind what it may not change', '{a: e, <<: {a: b}}', { a: 'e' }],
    ['a list of merges, of which the first counts', '{<<: [{a: 1}, {a: 2, b: 3}]}', { a: '1', b: '3' }],
    ['an anchor on a key', '{&a b: c, d: *a}', { b: 'c', d: 'b' }],
    ['keys without a value', '{a, b}', { a: null, b: null }],
    ['null', '', null],
    ['quoted null', '"null"', 'null'],
    ['a list', '[a, [b], {c: d}]', ['a', ['b'], { c: 'd' }]],
  ])('%s', (_name, text, expected) => {
    expect(plain(under(text))).toEqual(expected);
  });

  test('the types that a tag or quotes make strings', () => {
    const type = (text: string) => {
      const { kind, ...node } = under(text);
      return kind === 'scalar' && 'type' in node ? [node.type, node.text] : [];
    };
    expect(type('010')).toEqual(['integer', '8']);
    expect(type('!!str 010')).toEqual(['string', '010']);
    expect(type('"010"')).toEqual(['string', '010']);
    expect(type('!!str ~')).toEqual(['string', '~']);
    expect(type('')).toEqual(['null', '']);
  });

  test('the lines and paths of everything', () => {
    const { root } = readCompose('services: {}\nx:\n  - a\n  - b: |\n      c\n\n    d:\n      e\n');
    const list = root.entries.get('x')!;
    expect(list).toMatchObject({ line: 2, path: 'x', kind: 'list' });
    const [first, second] = itemsOf(list);
    expect(first).toMatchObject({ line: 3, path: 'x[0]', firstLine: undefined, type: 'string', source: 'a' });
    expect(second).toMatchObject({ line: 4, path: 'x[1]' });
    expect(childOf(second, 'b')).toMatchObject({ line: 4, path: 'x[1].b', firstLine: 5 });
    expect(childOf(second, 'd')).toMatchObject({ line: 7, path: 'x[1].d', firstLine: undefined });
  });

  test('services by every name that compose takes', () => {
    const names = ['a', 'Z9', '.', '-', '_', 'x-a', '0a', 'a.b_c-d'];
    const text = `services:\n${names.map((name) => `  "${name}": {}\n`).join('')}`;
    expect(readCompose(text).services.map(({ name }) => name)).toEqual(names);
  });

  test('variables at their own lines', () => {
    const lines = (text: string) => variablesOf(under(text)).map(({ name, line }) => [name, line]);
    expect(lines('|\n  $$A\n  $A ${B:-\n  ${C}}\n  $$$A')).toEqual([
      ['A', 3],
      ['B', 3],
      ['C', 4],
      ['A', 5],
    ]);
    expect(lines('"a\n  ${A} \\\n  ${B}"')).toEqual([
      ['A', 2],
      ['B', 3],
    ]);
    expect(lines('[a, \'$A\', {b: "$B"},\n  "\\x24C"]')).toEqual([
      ['A', 1],
      ['B', 1],
      ['C', 2],
    ]);
    // What stands in the value otherwise than in the text is shown at the value.
    expect(lines('"\n  \\x24C $D"')).toEqual([
      ['C', 1],
      ['D', 1],
    ]);
    expect(lines('"\n  \\x24D\n  $D"')).toEqual([
      ['D', 1],
      ['D', 1],
    ]);
    expect(lines('"\n  \\x24C\n  \\x24$A"')).toEqual([['C', 1]]);
    expect(lines('a')).toEqual([]);
    expect(lines('{a}')).toEqual([]);
  });

  test('services with what they say', () => {
    const { services }: ComposeFile = readCompose(
      'services:\n  a:\n    image: x/y:1\n    command: b c\n    entrypoint: [d]\n    environment: [f=g]\n  e: {}\n',
    );
    expect(services).toMatchObject([
      {
        name: 'a',
        line: 2,
        path: 'services.a',
        image: { name: 'x/y', tag: '1', digest: undefined },
        command: { words: ['b', 'c'], line: 4, path: 'services.a.command', variables: [] },
        entrypoint: { words: ['d'] },
        environment: [{ name: 'f', value: 'g' }],
        mounts: [],
      },
      { name: 'e', image: undefined, command: undefined, entrypoint: undefined },
    ]);
  });

  test('nothing that is thrown is a surprise', async () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '\n  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '"',
      "'",
      '&a ',
      '*a',
      '<<: ',
      '|',
      '>',
      '? ',
      '!',
      '#',
      '${',
      '$A',
      '}',
      '\\',
      '\t',
      '%',
      '---\n',
      '\u0085',
      '1',
      '~',
    );
    await holds(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        try {
          readCompose(`services: {}\nx: ${pieces.join('')}`);
        } catch (error) {
          expect(error).toBeInstanceOf(ComposeError);
        }
      }),
      2000,
    );
  });
});

describe('the helpers of the tree', () => {
  test('a child is what holds something', () => {
    expect(childOf(under('{a: b}'), 'a')).toMatchObject({ text: 'b' });
    expect(childOf(under('{a: }'), 'a')).toBeUndefined();
    expect(childOf(under('{a: b}'), 'c')).toBeUndefined();
    expect(childOf(under('[a]'), 'a')).toBeUndefined();
    expect(childOf(undefined, 'a')).toBeUndefined();
  });

  test('a literal is a scalar that no variable decides', () => {
    expect(literalOf(under('a'))).toBe('a');
    expect(literalOf(under('""'))).toBe('');
    expect(literalOf(under('5'))).toBe('5');
    for (const text of ['', '$A', '[a]', '{}']) expect(literalOf(under(text))).toBeUndefined();
    expect(literalOf(undefined)).toBeUndefined();
  });

  test('items', () => {
    expect(itemsOf(under('[a, b]'))).toHaveLength(2);
    expect(itemsOf(under('a'))).toHaveLength(1);
    expect(itemsOf(undefined)).toEqual([]);
  });

  test('switches', () => {
    for (const text of ['true', 'TRUE', '"Yes"', 'on', 'y']) expect(switchOf(under(text))).toBe(true);
    for (const text of ['false', 'False', '"NO"', 'off', 'n']) expect(switchOf(under(text))).toBe(false);
    for (const text of ['1', 'maybe', '', '$A', '"${A:-true}"', '[true]'])
      expect(switchOf(under(text))).toBeUndefined();
  });
});
