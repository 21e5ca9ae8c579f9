import qvl from '@phala/dcap-qvl';
import { describe, expect, test } from 'vitest';
import { messageOf } from '../../src/base/error.ts';
import { TdxError } from '../../src/tdx/errors.ts';
import { intelRootDer } from '../../src/tdx/intel-root.ts';
import { verifyDcap } from '../../src/tdx/verify-dcap.ts';
import { seededRandom } from '../support/random.ts';
import { DIFFERENCES, type Ours, type Theirs, agree, explain } from './differences.ts';
import { type Generated, generate } from './mutations.ts';
import { captured, captures, unlessCaptured } from './support.ts';

const CASES = 1_000;
const seed = process.env.TDX_SEED === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(process.env.TDX_SEED);

const runOurs = ({ quote, collateral, now, root }: Omit<Generated, 'done'>): Ours => {
  try {
    return { ok: true, result: verifyDcap(quote, collateral, { root, now }) };
  } catch (error) {
    return { ok: false, error };
  }
};

/** They take a PCK chain in the collateral for the quote's own, and then never look at that: it is left out for them. */
const withoutChain = (collateral: unknown): unknown => {
  if (typeof collateral !== 'object' || collateral === null) return collateral;
  const { pck_certificate_chain: _, ...rest } = collateral as Record<string, unknown>;
  return rest;
};

const runTheirs = ({ quote, collateral, now, root }: Omit<Generated, 'done'>): Theirs => {
  try {
    const verifier = qvl.QuoteVerifier.newWithRootCa(Buffer.from(root));
    const { status, advisory_ids: advisories, ppid } = verifier.verify(quote, withoutChain(collateral) as never, now);
    return { ok: true, status, advisories, ppid };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
};

const show = (one: Ours | Theirs): string => {
  if ('result' in one) return `${one.result.tcb.status} [${one.result.tcb.advisories}]`;
  if ('error' in one) return messageOf(one.error);
  return one.ok ? `${one.status} [${one.advisories}]` : one.message;
};

describe.skipIf(!captured)(`dcap-qvl agrees on real captures${unlessCaptured}`, () => {
  test.each((captured ? captures() : []).map((one) => [one.name, one] as const))('%s', (_, one) => {
    const [ours, theirs] = [runOurs({ ...one, root: intelRootDer() }), runTheirs({ ...one, root: intelRootDer() })];
    // Only their missing judgement of the module may tell them apart.
    if (!agree(ours, theirs)) expect(explain(ours, theirs)?.id).toMatch(/^module/);
    expect([ours.ok, theirs.ok]).toEqual([true, true]);
    // Defect 4: theirs is always empty.
    expect([ours.ok && ours.result.pck.ppid.length, theirs.ok && theirs.ppid.length]).toEqual([32, 0]);
  });
});

test(`dcap-qvl agrees on ${CASES} generated cases, but where we mean to differ`, () => {
  console.info(`differential test: TDX_SEED=${seed}`);
  const random = seededRandom(seed);
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const unexplained: string[] = [];
  for (let index = 0; index < CASES; index++) {
    const one = generate(random);
    const [ours, theirs] = [runOurs(one), runTheirs(one)];
    if (!ours.ok && !(ours.error instanceof TdxError)) throw ours.error;
    if (agree(ours, theirs)) {
      count(ours.ok ? 'both accept' : 'both refuse');
      continue;
    }
    const difference = explain(ours, theirs);
    if (difference !== undefined) count(difference.id);
    else unexplained.push(`case ${index}, ${one.done.join(' + ')}: ours ${show(ours)}; theirs ${show(theirs)}`);
  }
  const rows = ['both accept', 'both refuse', ...DIFFERENCES.map(({ id }) => id)].map((id) => {
    const what = DIFFERENCES.find((difference) => difference.id === id)?.what ?? '';
    return `${String(counts.get(id) ?? 0).padStart(5)}  ${id.padEnd(18)} ${what}`;
  });
  console.info(rows.join('\n'));
  expect(unexplained).toEqual([]);
  expect(counts.get('both accept')).toBeGreaterThan(CASES / 20);
  expect(counts.get('both refuse')).toBeGreaterThan(CASES / 20);
});
