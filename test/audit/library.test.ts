import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { intelRootDer } from '../../src/tdx/intel-root.ts';
import { useScratch } from '../support/use-scratch.ts';
import { good, intel, NOW } from './checks/support.ts';

const root = join(import.meta.dirname, '../..');

const tsc = join(root, 'node_modules/typescript/bin/tsc');

const PROGRAM = `
import { EMPTY_POLICY, readAnswer, verify, renderText, type Verdict, type Expectations } from 'trusted-workload-launcher';
import { readFileSync } from 'node:fs';
const read = (name: string): Buffer => readFileSync(new URL(name, import.meta.url));
const evidence = {
  ...readAnswer(read('info.json'), 'info.json'),
  collateral: { origin: 'collateral.json', value: JSON.parse(read('collateral.json').toString()) },
};
const expectations: Expectations = {
  now: { value: ${NOW}, source: 'the test' },
  root: { der: read('root.der'), source: 'the test', simulated: true },
  policy: EMPTY_POLICY,
  only: 'attestation',
};
const verdict: Verdict = verify(evidence, expectations);
const failed = verdict.checks.filter(({ state }) => state === 'failed').map(({ id }) => id);
console.log(JSON.stringify([verdict.word, verdict.exit, verdict.simulated, failed]));
void renderText;
`;

test('verify is imported by the name of the package, and its types hold', () => {
  const scratch = useScratch();
  mkdirSync(scratch.join('node_modules'));
  symlinkSync(root, scratch.join('node_modules/trusted-workload-launcher'));
  symlinkSync(join(root, 'node_modules/@types'), scratch.join('node_modules/@types'));
  const write = (name: string, text: string | Uint8Array): void => writeFileSync(scratch.join(name), text);
  write('package.json', '{ "type": "module" }');
  write('info.json', JSON.stringify(good.info()));
  write('collateral.json', JSON.stringify(intel.collateral()));
  write('root.der', intel.root.der);
  write('program.ts', PROGRAM);
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, args, { cwd: scratch.path, encoding: 'utf8' });
  expect(JSON.parse(run('program.ts'))).toEqual(['CONSISTENT', 13, true, []]);
  write('root.der', intelRootDer());
  expect(JSON.parse(run('program.ts'))).toEqual(['REJECTED', 10, true, ['quote.signature', 'quote.module']]);

  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--types',
    'node',
  ];
  run(tsc, ...options, 'program.ts');
  write('wrong.ts', PROGRAM.replace("only: 'attestation'", "only: 'everything'"));
  expect(() => run(tsc, ...options, 'wrong.ts')).toThrow(/Command failed/);
});
