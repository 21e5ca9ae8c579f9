import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { TdxError } from '../../src/tdx/errors.ts';
import { createIntel } from '../mocks/intel/intel.ts';

export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** What `run` throws; not to throw is the failure. */
export const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

export const expectTdx = (run: () => unknown, code: string, message: string, exitCode: number): void => {
  const error = thrownBy(run);
  if (!(error instanceof TdxError)) throw error;
  expect({ code: error.code, message: error.message, exitCode: error.exitCode }).toEqual({ code, message, exitCode });
};

/** The maker of everything in these tests that is not a capture. */
export const intel = createIntel();
export const NOW = intel.now;
export const trust = { root: new Uint8Array(intel.root.der), now: NOW };

const folder = join(import.meta.dirname, '../../../shared/fixtures/tdx');
/** Whether the captures are there. Where not, their tests are skipped under a name that says so. */
export const captured = existsSync(folder);
export const unlessCaptured = captured ? '' : ' (skipped: ../shared/fixtures is absent)';

export const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(join(folder, path)));
// biome-ignore lint/suspicious/noExplicitAny: captures have the shape that the test says
export const jsonOf = (path: string): any => JSON.parse(readFileSync(join(folder, path), 'utf8'));

export interface Capture {
  name: string;
  quote: Uint8Array;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  collateral: any;
  now: number;
}

const NEAR_NOW = 1_786_622_400;

/** Every quote with collateral that fits, at the time that the captures' README gives. */
export const captures = (): Capture[] => {
  const near = Uint8Array.from(jsonOf('near-mpc-2026-08/quote.json'));
  const nearCollateral = jsonOf('near-mpc-2026-08/collateral.json');
  const report = new Uint8Array(Buffer.from(jsonOf('dstack-verifier-report/quote-report.json').quote, 'hex'));
  const sample = bytesOf('dcap-qvl-2025-06/quote.bin');
  const { pck_certificate_chain: _, ...withoutChain } = nearCollateral;
  return [
    { name: 'near-mpc-2026-08', quote: near, collateral: nearCollateral, now: NEAR_NOW },
    {
      name: 'near-mpc-2026-08 /public_data',
      quote: Uint8Array.from(jsonOf('near-mpc-2026-08/public_data.json').tee_participant_info.Dstack.quote),
      collateral: jsonOf('near-mpc-2026-08/public_data.json').tee_participant_info.Dstack.collateral,
      now: NEAR_NOW,
    },
    {
      name: 'dstack-verifier-report',
      quote: report,
      collateral: jsonOf('dstack-verifier-report/collateral.json'),
      now: 1_771_415_931,
    },
    {
      name: 'dcap-qvl-2025-06',
      quote: sample,
      collateral: jsonOf('dcap-qvl-2025-06/collateral.json'),
      now: 1_750_332_747,
    },
    { name: 'dcap-qvl-2025-06 with later collateral', quote: sample, collateral: withoutChain, now: NEAR_NOW },
    {
      name: 'dstack-simulator',
      quote: quoteInside(bytesOf('dstack-simulator/attestation.bin')),
      collateral: withoutChain,
      now: NEAR_NOW,
    },
  ];
};

/** The quote of a SCALE attestation: after two bytes and a length of two bytes (dstack.md 3.4); a whole decoder lives in `evidence`. */
const quoteInside = (attestation: Uint8Array): Uint8Array => {
  const length = (attestation[2]! + attestation[3]! * 256) >> 2;
  return attestation.slice(4, 4 + length);
};
