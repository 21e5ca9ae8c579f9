import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useScratch } from '../support/use-scratch.ts';
import { USUAL_ROOT, writeCases } from './conformance/cases.ts';
import { readCases, refusal, type SuiteCase } from './conformance/suite.ts';
import { fixturePath, hasFixtures } from './support.ts';

/** Names of the cases that did not come out as they should, each with what happened. */
const surprises = (cases: readonly SuiteCase[], usualRoot: Uint8Array, title: string): string[] => {
  const wrong = cases.flatMap(({ name, good, files }) => {
    const reason = refusal(files, usualRoot);
    if (good === (reason === undefined)) return [];
    return [`${name}: ${reason ?? 'accepted'}`];
  });
  console.info(`${title}: ${cases.length - wrong.length} of ${cases.length} cases as expected`);
  return wrong;
};

test('every kind of bundle of the suite comes out as it should', () => {
  const folder = useScratch().path;
  const count = writeCases(folder);
  const cases = readCases(folder);
  expect(cases).toHaveLength(count);
  expect(surprises(cases, USUAL_ROOT, 'cases of the mock')).toEqual([]);
});

describe('cases of the suite', () => {
  /** The usual root of the suite is the public instance's. */
  const publicGood = Buffer.from(seeds['https://tuf-repo-cdn.sigstore.dev'].targets['trusted_root.json'], 'base64');

  test.skipIf(!hasFixtures)('those that lie beside the project come out as they should', () => {
    const cases = readCases(fixturePath('conformance'));
    expect(cases).toHaveLength(8);
    expect(surprises(cases, publicGood, 'sigstore-conformance beside the project')).toEqual([]);
  });

  // A checkout of github.com/sigstore/sigstore-conformance, or the folder with its cases.
  const checkout = process.env.TWL_CONFORMANCE ?? '';
  test.skipIf(checkout === '')('those of the checkout that TWL_CONFORMANCE names do', () => {
    const inside = join(checkout, 'test/assets/bundle-verify');
    const cases = readCases(existsSync(inside) ? inside : checkout);
    expect(cases.length).toBeGreaterThan(0);
    expect(surprises(cases, publicGood, 'sigstore-conformance')).toEqual([]);
  });
});
