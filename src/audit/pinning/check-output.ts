import { canonicalPin } from '../../pin/canonical.ts';
import type { Pin } from '../../pin/types.ts';
import { LintError } from '../lint/errors.ts';
import { lint } from '../lint/lint.ts';
import type { LintFinding, LintReport } from '../lint/report.ts';
import { EMPTY_POLICY } from '../policy/policy.ts';
import { shown } from '../report/shown.ts';
import { PinningError } from './errors.ts';
import { PLACEHOLDER_IMAGE } from './deployment.ts';

/** An image that is still to be filled in is the one finding that may be left. */
const isLeftOpen = ({ id }: LintFinding, image: string): boolean =>
  id === 'compose.launcher' && image === PLACEHOLDER_IMAGE;

const notClean = (file: string, what: string, cause?: unknown): PinningError =>
  new PinningError('not-clean', `${file} would not be clean: ${what}`, {
    hint: 'choose another --work-dir, --entry or --image; nothing was written',
    cause,
  });

const lintOne = (file: string, text: string): LintReport => {
  try {
    return lint(Buffer.from(text, 'utf8'), file, EMPTY_POLICY);
  } catch (error) {
    if (error instanceof LintError) throw notClean(file, error.message, error);
    throw error;
  }
};

const checkOne = ({ file, findings, pin: read }: LintReport, pin: Pin, image: string): void => {
  const wrong = findings.find((finding) => finding.severity !== 'information' && !isLeftOpen(finding, image));
  if (wrong !== undefined) throw notClean(file, `${wrong.id}: ${shown(wrong.text)}`);
  if (read?.canonical !== canonicalPin(pin)) throw notClean(file, 'it does not read back to the pin');
};

/**
 * Holds the texts that are about to be written against what `twl lint` says of them, and against the pin that they must hold.
 * @throws PinningError `not-clean`
 */
export const checkOutput = (texts: Readonly<Record<string, string>>, pin: Pin, image: string): void => {
  for (const [file, text] of Object.entries(texts)) {
    checkOne(lintOne(file, text), pin, image);
  }
};
