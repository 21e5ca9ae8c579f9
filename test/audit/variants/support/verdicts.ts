import { expect } from 'vitest';
import type { Verdict } from '../../../../src/audit/result.ts';
import { verify } from '../../../../src/audit/verify.ts';
import { BaseError } from '../../../../src/base/error.ts';
import { readAnswer } from '../../../../src/audit/collect/answer/read-answer.ts';
import { expectations, withCollateral } from './baseline.ts';

/** What an answer comes to; undefined where it is refused as a whole, which has to be with an error of ours. */
export const verdictOf = (answer: Uint8Array): Verdict | undefined => {
  let evidence: ReturnType<typeof readAnswer>;
  try {
    evidence = readAnswer(answer, 'answer');
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    expect(error.exitCode).toBeGreaterThan(1);
    return undefined;
  }
  return verify(withCollateral(evidence), expectations);
};

/** What the host says of its image, and nothing that was signed covers: shown, and free to change. */
const UNSIGNED = ['os_image_name'];

/** All that a verdict proves: what every check came to, and the facts that something signed covers. */
export const meaningOf = ({ word, exit, checks, facts }: Verdict): object => ({
  word,
  exit,
  states: checks.map(({ id, state }) => [id, state]),
  facts: Object.fromEntries(Object.entries(facts).filter(([name]) => !UNSIGNED.includes(name))),
});
