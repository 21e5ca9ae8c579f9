import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEnvFile } from '../../src/pin/env-file.ts';
import { filterEnvironment, steersCode } from '../../src/pin/environment.ts';
import { STEERING_FAMILIES, STEERING_NAMES } from '../../src/pin/environment-table.ts';
import { holds } from '../support/property.ts';
import { bytesOf } from './support.ts';

const NAMES = STEERING_NAMES.flatMap(({ names }) => names.split(' '));

describe('the environment that is passed on', () => {
  test('goes through unchanged but for what steers code', () => {
    const given = {
      PATH: '/bin',
      LD_PRELOAD: '/x',
      'BASH_FUNC_git%%': '() { :; }',
      EMPTY: '',
      'odd-name': 'a\nb',
      BASH_ENV: '/y',
    };
    const { env, dropped, allowed } = filterEnvironment(given, []);
    expect(env).toEqual({ PATH: '/bin', EMPTY: '', 'odd-name': 'a\nb' });
    expect(dropped.map(({ name }) => name)).toEqual(['BASH_ENV', 'BASH_FUNC_git%%', 'LD_PRELOAD']);
    expect(allowed).toEqual([]);
  });

  test('holds what is allowed by its exact name', () => {
    const given = { NODE_OPTIONS: '--x', NODE_PATH: '/n', PATH: '/bin', npm_config_a: '1' };
    const { env, dropped, allowed } = filterEnvironment(given, ['NODE_OPTIONS', 'PATH', 'NPM_CONFIG_A', 'LD_PRELOAD']);
    expect(env).toEqual({ NODE_OPTIONS: '--x', PATH: '/bin' });
    expect(dropped.map(({ name }) => name)).toEqual(['NODE_PATH', 'npm_config_a']);
    expect(allowed).toEqual(['NODE_OPTIONS']);
  });

  test('holds no variable that has no value', () => {
    const { env, dropped } = filterEnvironment({ A: undefined, LD_PRELOAD: undefined }, []);
    expect(Object.keys(env)).toEqual([]);
    expect(dropped).toEqual([]);
  });

  test('never tells a value', () => {
    expect(JSON.stringify(filterEnvironment({ PIP_INDEX_URL: 'https://u:sEcReT@h/' }, []))).not.toContain('sEcReT');
  });

  test('keeps a variable called __proto__', () => {
    const { env } = filterEnvironment(Object.fromEntries([['__proto__', 'x']]), []);
    expect(Object.entries(env)).toEqual([['__proto__', 'x']]);
  });

  test('every variable is passed or dropped, and what is passed steers nothing or is allowed', () => {
    const name = fc.oneof(
      fc.constantFrom(...NAMES),
      fc.constantFrom(...STEERING_FAMILIES).map(({ prefix }) => `${prefix}x`),
      fc.string(),
    );
    holds(
      fc.property(fc.dictionary(name, fc.string()), fc.array(name), (given, allow) => {
        const { env, dropped } = filterEnvironment(given, allow);
        expect([...Object.keys(env), ...dropped.map((one) => one.name)].sort()).toEqual(Object.keys(given).sort());
        for (const [key, value] of Object.entries(env)) {
          expect(value).toBe(given[key]);
          if (!allow.includes(key)) expect(steersCode(key)).toBeUndefined();
        }
      }),
      500,
    );
  });
});

describe('CHILD_ENV_FILE', () => {
  const read = (text: string, allowEnv: string[] = []) => parseEnvFile(bytesOf(text), { source: 'w.env', allowEnv });
  const faults = (text: string, allowEnv: string[] = []): string[] => {
    const result = read(text, allowEnv);
    return result.ok ? [] : result.errors.map(({ code, line, column }) => `${code} ${line}:${column}`);
  };

  test.each<[string, string, Record<string, string>]>([
    ['nothing', '', {}],
    ['names in any case', 'a=1\n_B=2\nC3=3', { a: '1', _B: '2', C3: '3' }],
    ['empty values', 'A=\n', { A: '' }],
    ['JSON', 'A={"b": [1]}\n', { A: '{"b": [1]}' }],
    ['what a shell would expand', 'A=$B # c\n', { A: '$B # c' }],
    ['the proxy and the path', 'PATH=/bin\nhttp_proxy=http://p:1\n', { PATH: '/bin', http_proxy: 'http://p:1' }],
  ])('%s', (_, text, env) => expect(read(text)).toEqual({ ok: true, env }));

  test('keeps a variable called __proto__', () => {
    const result = read('__proto__=x');
    expect(result.ok && Object.entries(result.env)).toEqual([['__proto__', 'x']]);
  });

  test('takes a steering name that the pin allows', () => {
    expect(read('NODE_OPTIONS=--x\n', ['NODE_OPTIONS'])).toEqual({ ok: true, env: { NODE_OPTIONS: '--x' } });
  });

  test.each([
    ['a steering name', 'A=1\n LD_PRELOAD=/x\n', ['steering-name 2:2']],
    ['a name of a family in another case', 'NPM_config_registry=x', ['steering-name 1:1']],
    ['a name that starts with a digit', '1A=x', ['bad-key 1:1']],
    ['a name with a dash', 'A-B=x', ['bad-key 1:1']],
    ['an exported function', 'BASH_FUNC_x%%=() { :; }', ['bad-key 1:1']],
    ['export', 'export A=x', ['bad-key 1:1']],
    ['a name twice', 'A=1\nA=2', ['duplicate-key 2:1']],
    ['CRLF', 'A=1\r\n', ['carriage-return 1:4']],
    ['a byte order mark', '\ufeffA=1', ['byte-order-mark 1:1']],
    ['NUL', 'A=1\0', ['nul 1:4']],
    ['an open quote', 'A="1', ['bad-quotes 1:3']],
    ['several', 'LD_X=1\nB\nENV=2', ['steering-name 1:1', 'no-assignment 2:1', 'steering-name 3:1']],
    ['too much', `A=${'x'.repeat(65536)}`, ['too-large 1:65537']],
  ])('refuses %s', (_, text, expected) => expect(faults(text)).toEqual(expected));

  test('says what is wrong and what to do', () => {
    const result = read('A=1\n LD_PRELOAD=/x\n1A=x');
    const shown = result.ok ? [] : result.errors.map(({ message, hint }) => [message, hint]);
    expect(shown).toEqual([
      [
        'LD_PRELOAD steers the dynamic loader, and is not allowed at w.env:2:2\n2 |  LD_PRELOAD=***\n  |  ^',
        "remove it, or list LD_PRELOAD in the pin's ALLOW_ENV",
      ],
      [
        'config parse error at w.env:3:1: a key is letters, digits and _, and does not start with a digit\n3 | ***\n  | ^',
        'write KEY=VALUE, with nothing before the key',
      ],
    ]);
  });

  test('no more errors than anybody reads', () => {
    const lines = (count: number): string => Array.from({ length: count }, (_, index) => `LD_${index}=x\n`).join('');
    expect(faults(lines(19))).toHaveLength(19);
    expect(faults(lines(20))).toHaveLength(20);
    expect(faults(lines(21))).toHaveLength(20);
    expect(faults(`${lines(30)}${'B\n'.repeat(5)}`)).toHaveLength(20);
  });

  test('no error holds a value', () => {
    const text = 'A="sEcReT\nLD_X=sEcReT\nsEcReT\n sEcReT+/==\nB= sEcReT\nC=sEcReT\0\n#sEcReT\0\nexport D=sEcReT\n';
    const result = read(text);
    expect(result.ok).toBe(false);
    if (!result.ok) {
      expect(result.errors).toHaveLength(8);
      expect(result.errors.map((error) => error.message + error.hint).join()).not.toContain('sEcReT');
    }
  });
});
