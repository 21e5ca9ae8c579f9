import { describe, expect, test } from 'vitest';
import { newerCollateral } from '../../../src/audit/collect/collateral/newer.ts';
import { CollectError } from '../../../src/audit/collect/errors.ts';
import { createIntel, SIMULATED_NOW } from '../../mocks/intel/intel.ts';

const intel = createIntel();
const part = (origin: string, now: number) => ({ origin, value: intel.collateral({ now }) });
const older = part('older', SIMULATED_NOW - 1000);
const newer = part('newer', SIMULATED_NOW);

describe('of two answers of Intel', () => {
  test('the one that is in force for longer is taken', () => {
    expect(newerCollateral(older, newer)).toBe(newer);
    expect(newerCollateral(newer, older)).toBe(newer);
  });

  test('the first where both end at once', () => {
    const again = part('again', SIMULATED_NOW);
    expect(newerCollateral(newer, again)).toBe(newer);
  });

  test.each([
    ['was not had', { origin: 'x', error: new CollectError('bad-answer', 'no') }],
    ['does not read', { origin: 'x', value: {} }],
    ['is no object', { origin: 'x', value: 7 }],
    [
      'has no date',
      { origin: 'x', value: { ...intel.collateral(), tcb_info: JSON.stringify({ nextUpdate: 'tomorrow' }) } },
    ],
  ])('never one that %s', (_, unreadable) => {
    expect(newerCollateral(unreadable, older)).toBe(older);
    expect(newerCollateral(older, unreadable)).toBe(older);
  });
});
