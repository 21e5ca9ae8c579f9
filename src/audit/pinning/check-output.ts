import { canonicalPin } from '../../pin/canonical.ts';
import type { Pin } from '../../pin/types.ts';
import { LintError } from '../lint/errors.ts';
import { lint } from '../lint/lint.ts';
import type { LintFinding, LintReport } from '../lint/report.ts';
import { EMPTY_POLICY, type Policy } from '../policy/policy.ts';
import { PLACEHOLDER_DIGEST } from '../recognise-launchers.ts';
import { shown } from '../report/shown.ts';
import { PinningError } from './errors.ts';
import { PLACEHOLDER_IMAGE } from './deployment.ts';
import type { PinForm } from './request.ts';

/** An image that is still to be filled in is a finding that may be left; of a derived image, that the pin is in it. */
const isLeftOpen = ({ id }: LintFinding, image: string, form: PinForm): boolean =>
  form === 'compose' ? id === 'compose.launcher' && image === PLACEHOLDER_IMAGE : id === 'compose.pin-bound';

const notClean = (file: string, what: string, cause?: unknown): PinningError =>
  new PinningError('not-clean', `${file} would not be clean: ${what}`, {
    hint: 'choose another --work-dir, --entry or --image; nothing was written',
    cause,
  });

/** The image that is not built yet is the launcher's: so much is known of it. */
const derivedPolicy: Policy = {
  ...EMPTY_POLICY,
  launchers: [
    { value: { digest: PLACEHOLDER_DIGEST, program: 'trusted-workload-launcher' }, source: 'the image to be built' },
  ],
};

const lintOne = (file: string, text: string, form: PinForm): LintReport => {
  try {
    return lint(Buffer.from(text, 'utf8'), file, form === 'compose' ? EMPTY_POLICY : derivedPolicy);
  } catch (error) {
    if (error instanceof LintError) throw notClean(file, error.message, error);
    throw error;
  }
};

const checkOne = (
  { file, findings, pin: read, form: kind }: LintReport,
  pin: Pin,
  image: string,
  form: PinForm,
): void => {
  const wrong = findings.find((finding) => finding.severity !== 'information' && !isLeftOpen(finding, image, form));
  if (wrong !== undefined) throw notClean(file, `${wrong.id}: ${shown(wrong.text)}`);
  if (kind !== 'config' && form === 'derived-image') return;
  if (read?.canonical !== canonicalPin(pin)) throw notClean(file, 'it does not read back to the pin');
};

/**
 * Holds the texts that are about to be written against what `twl lint` says of them, and against the pin that they must hold.
 * @throws PinningError `not-clean`
 */
export const checkOutput = (
  texts: Readonly<Record<string, string>>,
  pin: Pin,
  image: string,
  form: PinForm = 'compose',
): void => {
  for (const [file, text] of Object.entries(texts)) {
    // Lint has nothing to say of a Dockerfile.
    if (file !== 'Dockerfile') checkOne(lintOne(file, text, form), pin, image, form);
  }
};
