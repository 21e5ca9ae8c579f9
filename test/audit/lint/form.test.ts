import { expect, test } from 'vitest';
import { formOf } from '../../../src/audit/lint/form.ts';

const of = (text: string) => formOf(Buffer.from(text, 'utf8'));

test.each([
  ['A=1\n', 'config'],
  ['# a comment\n\n  REPO_URL = x\n', 'config'],
  ['\tWORK_DIR=/a\nservices:\n', 'config'],
  ['a_1=', 'config'],
  ['A={"manifest_version": 2}', 'config'],
  ['\r\nREPO_URL=x\r\n', 'config'],
  ['services:\n', 'compose'],
  ['# REPO_URL=x\nservices: {}\n', 'compose'],
  ['"services" :\n', 'compose'],
  ["'services':\n", 'compose'],
  ['x-a.b:\n  A=1\n', 'compose'],
  ['---\nA=1\n', 'compose'],
  ['--- \n', 'compose'],
  ['%YAML 1.2\n', 'compose'],
  ['version: "3"\n', 'compose'],
  ['{"services": {}}', 'compose'],
  [' \n{ services: {}}', 'compose'],
  ['{"manifest_version": 2}', 'app-compose'],
  ['\n{"docker_compose_file" : ""', 'app-compose'],
  ['{"bash_script":""}', 'app-compose'],
  ['{"x": "manifest_version"}', 'compose'],
])('%j is %s', (text, form) => {
  expect(of(text)).toBe(form);
});

test.each([
  '',
  '\n# only\n',
  '#!/bin/sh\necho a',
  'echo a=b',
  '1=2',
  '[a]',
  'services',
  'a:b',
  'a%b',
  '----',
  '- a: b',
  '=x',
])('%j is none of them', (text) => {
  expect(of(text)).toBeUndefined();
});

test('bytes that are no UTF-8 and a byte order mark are left to the reader of the form', () => {
  expect(formOf(Buffer.from([0x41, 0x3d, 0xff]))).toBe('config');
  expect(of('\ufeffservices:\n')).toBe('compose');
  expect(of('\ufeffA=1\n')).toBe('config');
});
