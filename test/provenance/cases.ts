import { expect } from 'vitest';
import type { ProvenanceExpectations } from '../../src/provenance/expectations.ts';
import type { ProvenanceCheckId } from '../../src/provenance/result.ts';
import { type Build, claimsOf, GOOD_BUILD } from '../mocks-sigstore/claims.ts';
import type { BundleOptions } from '../mocks-sigstore/sigstore.ts';
import { check, failures } from './support.ts';

export const build = (change: Build): BundleOptions => ({ claims: claimsOf(change) });
/** The certificate says this at one arc and the rest agrees with a good build. */
export const claim = (arc: number, value: string | undefined): BundleOptions => ({
  claims: { ...claimsOf(), [arc]: value },
  leaf: { subject: claimsOf()[9] ?? '' },
});
export const COMMIT = GOOD_BUILD.commit;
export const OTHER_COMMIT = '0'.repeat(40);
export const REPOSITORY = 'https://github.com/acme/launcher';
export const WORKFLOW = `${REPOSITORY}/.github/workflows/release.yml`;
export const ISSUER = 'https://token.actions.githubusercontent.com';

interface Case {
  readonly options: BundleOptions;
  readonly id: ProvenanceCheckId;
  readonly summary: string;
  readonly expected?: string;
  readonly found?: string;
  readonly expectations?: ProvenanceExpectations;
  /** Checks that fail beside it. */
  readonly also?: readonly ProvenanceCheckId[];
}

export const refuses = ({ options, id, summary, expected, found, expectations = {}, also = [] }: Case): void => {
  const report = check(options, { expectations });
  expect(failures(report).sort()).toEqual([id, ...also].sort());
  expect(report.status).toBe('rejected');
  expect(report.checks[id]).toEqual({
    state: 'failed',
    exit: 10,
    summary,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
  });
  const reason = [
    `${id}: ${summary}`,
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(found === undefined ? [] : [`found ${found}`]),
  ];
  expect(report.reasons).toContain(reason.join(', '));
};
