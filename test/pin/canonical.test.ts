import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalPin, GRAMMAR_VERSION } from '../../src/pin/canonical.ts';
import { pinJsonSchema } from '../../src/pin/json-schema.ts';
import { PIN_KEYS } from '../../src/pin/keys.ts';
import { quote, unquote } from '../../src/pin/quotes.ts';
import { holds } from '../support/property.ts';
import { SHA, SHA256, config, parse, pinOf } from './support.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[1-9a-f][0-9a-f]{${length - 1}}$`));
const name = fc.string({ unit: fc.constantFrom(...'aaabb-_ #\'"ä$'), minLength: 1, maxLength: 6 });
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const commandText = fc.string({ unit: fc.constantFrom(...'ab \t#"\'$=\\ä🚀'), minLength: 1, maxLength: 12 });
const url = fc.oneof(
  fc.constantFrom('https://h.org/a', 'http://[::1]:3/a%20b', 'ssh://u@h.org:22/~a/b', 'git@h.org:a/b', 'file:///a/b'),
  path.map((text) => `/srv/${text.replace(/ /g, '+')}`),
);
const env = fc.uniqueArray(fc.constantFrom('LD_PRELOAD', 'A', 'b', '_c', 'BASH_FUNC_x%%'), { minLength: 1 });
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const changes = fc.record({
  REPO_URL: url,
  REPO_MIRRORS: some(fc.uniqueArray(url, { minLength: 1, maxLength: 3 }).map((urls) => urls.join(' '))),
  COMMIT_SHA: fc.oneof(hex(40), hex(64)),
  TREE_SHA256: some(hex(64)),
  WORK_DIR: path.map((text) => `/srv/${text}`),
  REPO_SUBDIR: some(path),
  ENTRYPOINT_SCRIPT: some(path),
  RUN_CMD: some(commandText),
  INSTALL_CMD: some(commandText),
  CHILD_ENV_FILE: some(path.map((text) => `/${text}`)),
  ALLOW_ENV: some(env.map((names) => names.join(' '))),
  SUBMODULES: some(fc.constantFrom('no', 'ignore', 'yes')),
  RECEIPT: some(fc.constantFrom('auto', 'required', 'off')),
});

/** The values in quotes of either kind or in none, where the reader lets one choose. */
const written = fc
  .tuple(changes, fc.array(fc.constantFrom('', '"', "'"), { minLength: 13, maxLength: 13 }))
  .map(([values, marks]) => {
    const { ENTRYPOINT_SCRIPT, ...rest } = values;
    const lines: Record<string, string | undefined> =
      rest.RUN_CMD === undefined ? { ...rest, INSTALL_CMD: undefined, ENTRYPOINT_SCRIPT } : rest;
    return config(
      Object.fromEntries(
        Object.entries(lines).map(([key, value = ''], index) => {
          const free = [marks[index] ?? '', '"', "'"].filter((mark) => mark === '' || !value.includes(mark));
          const mark = free.find((one) => one !== '' || !/^["'\s]|\s$|\s#/u.test(value)) ?? '';
          return [key, lines[key] === undefined ? undefined : mark + value + mark];
        }),
      ),
    );
  });

describe('the canonical form', () => {
  test('writes out every default', () => {
    expect(canonicalPin(pinOf(config()))).toBe(
      `REPO_URL=https://example.org/a/b.git\nCOMMIT_SHA=${SHA}\nWORK_DIR=/srv/app\nENTRYPOINT_SCRIPT=tee-launch.sh\nSUBMODULES=no\nRECEIPT=auto\n`,
    );
  });

  test('is the same for configs that mean the same', () => {
    const one = config({
      WORK_DIR: '/srv/app/',
      REPO_SUBDIR: './a/',
      ALLOW_ENV: 'B A',
      SUBMODULES: 'no',
      INSTALL_CMD: '',
    });
    const other = `# other\nRECEIPT='auto'\nALLOW_ENV="A   B"\nREPO_SUBDIR=a\n${config()}`;
    expect(canonicalPin(pinOf(one))).toBe(canonicalPin(pinOf(other)));
  });

  test('reads the same in every program', () => {
    const text = canonicalPin(pinOf(config()));
    expect(canonicalPin(pinOf(text, { entrypointScript: 'entrypoint.sh', submodules: 'ignore' }))).toBe(text);
  });

  test('says nothing of the mode that the pin is not in', () => {
    const pin = pinOf(config());
    const advanced = { kind: 'advanced' as const, runCmd: 'a', installCmd: 'b', entrypointScript: 'c' };
    expect(canonicalPin({ ...pin, mode: advanced })).not.toContain('ENTRYPOINT_SCRIPT');
    const plain = { kind: 'default' as const, runCmd: 'a', installCmd: 'b', entrypointScript: 'c' };
    expect(canonicalPin({ ...pin, mode: plain })).not.toMatch(/RUN_CMD|INSTALL_CMD/);
  });

  test('quotes what needs it', () => {
    const text = canonicalPin(pinOf(config({ RUN_CMD: `'"a" # b'`, INSTALL_CMD: `"'a' "`, WORK_DIR: "'/srv/a #b'" })));
    expect(text).toContain(`\nRUN_CMD='"a" # b'\nINSTALL_CMD="'a' "\n`);
    expect(text).toContain('\nWORK_DIR="/srv/a #b"\n');
  });

  test('reads back to an equal pin, whatever was written', () => {
    let accepted = 0;
    holds(
      fc.property(written, (text) => {
        const result = parse(text);
        if (!result.ok) return;
        accepted++;
        const canonical = canonicalPin(result.pin);
        expect(parse(canonical)).toEqual(result);
        expect(canonical).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
      5000,
    );
    expect(accepted).toBeGreaterThan(1000);
  });

  test('refuses a pin that no config can give', () => {
    const pin = pinOf(config());
    expect(() =>
      canonicalPin({ ...pin, mode: { kind: 'advanced', runCmd: ` 'a' "b"`, installCmd: undefined } }),
    ).toThrow(new RangeError('the value needs quotes and holds both kinds'));
  });

  test('quote and unquote undo each other', () => {
    holds(
      fc.property(fc.string({ unit: fc.constantFrom(...'a \t"\'#') }), (value) => {
        if (value.includes('"') && value.includes("'")) return;
        expect(unquote(quote(value))).toMatchObject({ ok: true, value: { value } });
      }),
    );
  });

  test('grammar version', () => expect(GRAMMAR_VERSION).toBe(1));
});

/** The keyword; as a name of its own it would make the object a thenable to linters. */
const THEN = 'then';

describe('the JSON schema', () => {
  const schema = pinJsonSchema() as {
    properties: Record<string, { pattern: string; examples: string[] }>;
    required: string[];
  };
  const patternOf = (key: string): RegExp => new RegExp(schema.properties[key]?.pattern ?? '', 'u');

  test('requires what the reader requires', () =>
    expect(schema.required).toEqual(['REPO_URL', 'COMMIT_SHA', 'WORK_DIR']));

  test('says what it is', () => {
    expect(pinJsonSchema()).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'The pin of a trusted workload',
      $comment: 'grammar version 1',
      type: 'object',
      properties: Object.fromEntries(
        PIN_KEYS.map(({ name, description, pattern, example }) => [
          name,
          { type: 'string', description, pattern, examples: [example] },
        ]),
      ),
      required: schema.required,
      additionalProperties: false,
      allOf: [
        {
          if: { properties: { INSTALL_CMD: { pattern: '\\S' } }, required: ['INSTALL_CMD'] },
          [THEN]: { required: ['RUN_CMD'] },
        },
        { not: { required: ['RUN_CMD', 'ENTRYPOINT_SCRIPT'] } },
      ],
    });
  });

  test('is plain JSON', () => expect(JSON.parse(JSON.stringify(schema))).toEqual(schema));

  test('every example is accepted by the reader and by its pattern', () => {
    for (const [key, { examples, pattern }] of Object.entries(schema.properties)) {
      const [example = ''] = examples;
      expect(example).toMatch(new RegExp(pattern, 'u'));
      const helper =
        key === 'INSTALL_CMD' ? { RUN_CMD: 'x' } : key.startsWith('SSH') ? { REPO_URL: 'git@h.org:a' } : {};
      expect(parse(config({ ...helper, [key]: example }))).toMatchObject({ ok: true });
    }
  });

  test('every value that is accepted matches its pattern', () => {
    holds(
      fc.property(changes, (values) => {
        for (const [key, value] of Object.entries(values)) {
          const rest = key === 'INSTALL_CMD' ? { RUN_CMD: 'x' } : {};
          if (value === undefined || !parse(config({ ...rest, [key]: `"${value}"` })).ok) continue;
          expect(value).toMatch(patternOf(key));
        }
      }),
      1000,
    );
  });

  test.each([
    ['REPO_URL', 'http://example.org/a'],
    ['REPO_URL', '-x'],
    ['REPO_URL', 'git://h.org/a'],
    ['REPO_MIRRORS', 'https://h.org/a ext::sh'],
    ['COMMIT_SHA', SHA.slice(1)],
    ['COMMIT_SHA', SHA256.toUpperCase()],
    ['TREE_SHA256', SHA],
    ['WORK_DIR', '/'],
    ['WORK_DIR', 'a'],
    ['REPO_SUBDIR', '/a'],
    ['ENTRYPOINT_SCRIPT', '-c'],
    ['RUN_CMD', ' '],
    ['CHILD_ENV_FILE', 'a'],
    ['ALLOW_ENV', 'A=B'],
    ['REPO_PROXY', 'http://u@p:1'],
    ['SUBMODULES', 'maybe'],
    ['RECEIPT', ''],
  ])('%s does not match %s', (key, value) => expect(value).not.toMatch(patternOf(key)));
});
