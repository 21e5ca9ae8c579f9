import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAnswer } from '../../../src/audit/collect/answer/read-answer.ts';
import type { TrustRoot } from '../../../src/audit/expectations.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import type { Verdict } from '../../../src/audit/result.ts';
import { verify } from '../../../src/audit/verify.ts';
import { intelRoot, mockRoot } from '../../../src/cli/trust-root.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import { intelRootDer } from '../../../src/tdx/intel-root.ts';
import { createIntel } from '../../mocks/intel/intel.ts';
import { pem } from '../../mocks/pem.ts';
import { intelName } from '../../mocks/x509/name.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { expectations, good, info, infoOf, intel, make, withCollateral } from './support/baseline.ts';
import { FORMS } from './support/forms.ts';

const folder = join(import.meta.dirname, '../../../../shared/fixtures/tdx');
const captured = existsSync(folder);
const unless = captured ? '' : ' (skipped: ../shared/fixtures is absent)';

const INTEL = intelRoot(intelRootDer());

const judged = (evidence: Evidence, root: TrustRoot): Verdict => verify(evidence, { ...expectations, root });
const stateOf = (verdict: Verdict, id: string) => verdict.checks.find((check) => check.id === id)?.state;

/** Nothing that was pretended passes for hardware. */
const refuse = (evidence: Evidence): void => {
  const verdict = judged(evidence, INTEL);
  expect([verdict.word, verdict.exit, verdict.simulated]).toEqual(['REJECTED', 10, false]);
  expect(stateOf(verdict, 'quote.signature')).toBe('failed');
  expect(stateOf(verdict, 'quote.tcb')).toBe('not-checked');
  expect(stateOf(verdict, 'quote.module')).toBe('failed');
};

test.each(FORMS.map((form) => [form.name, form] as const))(
  "a simulated deployment under Intel's root: %s",
  (_, form) => {
    refuse(withCollateral(readAnswer(Buffer.from(form.answer(good)), 'answer')));
  },
);

test("a simulated deployment whose chain ends at Intel's very root", () => {
  const chain = [intel.pck.der, intel.pckCa.der, intelRootDer()];
  refuse(infoOf(make({ quote: { chain } })));
});

test("a simulated deployment whose root has Intel's very name", () => {
  const namesake = createIntel({
    name: 'Namesake',
    certificates: { root: { subject: intelName('Intel SGX Root CA'), issuer: intelName('Intel SGX Root CA') } },
  });
  refuse(infoOf(make({ intel: namesake })));
  const chain = [namesake.pck.der, namesake.pckCa.der, intelRootDer()];
  const evidence = infoOf(make({ intel: namesake, quote: { chain } }));
  refuse(evidence);
  // All of the collateral below Intel's root by name alone.
  const tcbSignerChain = [namesake.tcbSigner.der, intelRootDer()];
  const pckCrlChain = [namesake.pckCa.der, intelRootDer()];
  const value = namesake.collateral({ tcbSignerChain, qeSignerChain: tcbSignerChain, pckCrlChain });
  refuse({ ...evidence, collateral: { origin: 'a file', value } });
});

test("what is held against Intel's root is never called simulated", () => {
  expect(INTEL).toMatchObject({ simulated: false, source: 'built in' });
  const path = useScratch().join('root.pem');
  for (const bytes of [intelRootDer(), Buffer.from(pem(intelRootDer()))]) {
    writeFileSync(path, bytes);
    expect(() => mockRoot(path, intelRootDer())).toThrow("this is Intel's own root");
  }
});

test('what is held against another root is always called simulated, whatever comes of it', () => {
  expect(judged(info()(), expectations.root)).toMatchObject({ word: 'PASSED', simulated: true });
  expect(judged(info({ reportData: Buffer.alloc(64) })(), expectations.root)).toMatchObject({
    word: 'REJECTED',
    simulated: true,
  });
});

test.skipIf(!captured)(`a real quote under a simulated root${unless}`, () => {
  const bytes = readFileSync(join(folder, 'near-mpc-2026-08/public_data.json'));
  const at = { now: { value: 1_786_622_400, source: '--at' }, policy: EMPTY_POLICY };
  const verdict = verify(readAnswer(bytes, 'near'), { ...at, root: expectations.root });
  expect(verdict).toMatchObject({ word: 'REJECTED', exit: 10, simulated: true });
  expect(stateOf(verdict, 'quote.signature')).toBe('failed');
  expect(stateOf(verify(readAnswer(bytes, 'near'), { ...at, root: INTEL }), 'quote.signature')).toBe('passed');
});
