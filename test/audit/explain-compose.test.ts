import { expect, test } from 'vitest';
import { explainCompose } from '../../src/audit/explain-compose.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const file = 'services:\n  a:\n    image: b\n';
const app = bytes(JSON.stringify({ docker_compose_file: file }));

test('the app-compose itself, or the compose file in it, is no difference', () => {
  expect(explainCompose(app, app, file)).toBeUndefined();
  expect(explainCompose(bytes(file), app, file)).toBeUndefined();
  expect(explainCompose(app, app, undefined)).toBeUndefined();
});

test('the first line that differs is shown from both sides', () => {
  expect(explainCompose(bytes('services:\n  a:\n    image: c\n'), app, file)).toEqual([
    'docker_compose_file line 3 of the file:         image: c',
    'docker_compose_file line 3 as measured:         image: b',
  ]);
});

test('one line feed more or less is a difference', () => {
  expect(explainCompose(bytes(`${file}\n`), app, file)).toEqual([
    'docker_compose_file line 5 of the file:     ',
    'docker_compose_file line 5 as measured:     (no such line)',
  ]);
  expect(explainCompose(bytes(file.slice(0, -1)), app, file)).toEqual([
    'docker_compose_file line 4 of the file:     (no such line)',
    'docker_compose_file line 4 as measured:     ',
  ]);
});

test('a file that is an app-compose is held against the app-compose, white space and all', () => {
  expect(explainCompose(bytes(`${new TextDecoder().decode(app)}\n`), app, file)).toEqual([
    'app-compose line 2 of the file:     ',
    'app-compose line 2 as measured:     (no such line)',
  ]);
  for (const key of ['manifest_version', 'docker_compose_file']) {
    const text = ` \n\t{"${key}": 2}`;
    expect(explainCompose(bytes(text), app, file)?.[0]).toBe('app-compose line 1 of the file:      ');
  }
});

test('an app-compose is never looked for inside of another one', () => {
  const read = '{"manifest_version": 2}';
  const wrapping = bytes(JSON.stringify({ docker_compose_file: read, pre_launch_script: 'evil' }));
  expect(explainCompose(bytes(read), wrapping, read)?.[0]).toBe(`app-compose line 1 of the file:     ${read}`);
});

test.each([
  '{"services": {}}',
  '{}',
  'services: {"manifest_version": 2}',
  'x: |\n  {"docker_compose_file": 1}',
  '{"a": "manifest_version"}'.replace('"manifest_version"', 'manifest_version'),
])('any other file is a compose file, also one in JSON: %j', (read) => {
  const holding = bytes(JSON.stringify({ docker_compose_file: read }));
  expect(explainCompose(bytes(read), holding, read)).toBeUndefined();
  expect(explainCompose(bytes(`${read}x`), holding, read)?.[0]).toMatch(/^docker_compose_file line/);
});

test('a byte order mark is a difference, and where it is', () => {
  expect(explainCompose(bytes(`\ufeff${file}`), app, file)).toEqual([
    'docker_compose_file line 1 of the file:     \ufeffservices:',
    'docker_compose_file line 1 as measured:     services:',
  ]);
  expect(explainCompose(bytes(`\ufeff${new TextDecoder().decode(app)}`), app, file)?.[0]).toMatch(
    /^app-compose line 1 of the file: {5}\ufeff\{/,
  );
});

test('an app-compose without a compose file holds none', () => {
  expect(explainCompose(bytes(file), bytes('{}'), undefined)).toEqual(['the app-compose holds no docker_compose_file']);
  const read = bytes('{"manifest_version": 2}');
  expect(explainCompose(read, bytes('{}'), undefined)?.[1]).toBe('app-compose line 1 as measured:     {}');
});

test('bytes that are no text are told apart although they read alike', () => {
  const measured = 'a\ufffd';
  expect(explainCompose(Uint8Array.of(0x61, 0xff), bytes('{}'), measured)).toEqual([
    'docker_compose_file: the bytes differ where they are no UTF-8',
  ]);
});

test('a long line is cut', () => {
  const [of] = explainCompose(bytes('x'.repeat(300)), app, file) ?? [];
  expect(of).toBe(`docker_compose_file line 1 of the file:     ${'x'.repeat(200)}…`);
  const [whole] = explainCompose(bytes('x'.repeat(200)), app, file) ?? [];
  expect(whole).toBe(`docker_compose_file line 1 of the file:     ${'x'.repeat(200)}`);
});
