import type { AppFacts } from '../../compose/app-facts.ts';
import { errorFinding } from '../../compose/checks/pin.ts';
import { type ComposeFile, readCompose, type Service } from '../../compose/document.ts';
import {
  COMPOSE_CHECK_IDS,
  type ComposeCheckId,
  type ComposeFinding,
  type ComposeResult,
  failing,
  resultOf,
} from '../../compose/findings.ts';
import { type InlineText, locatePin } from '../../compose/locate-pin.ts';
import { LAUNCHER_PROGRAMS, type LauncherName } from '../../compose/programs.ts';
import { type ComposeReview, reviewCompose } from '../../compose/review.ts';
import { childOf } from '../../compose/tree.ts';
import { canonicalPin } from '../../pin/canonical.ts';
import { parsePin } from '../../pin/parse.ts';
import type { Policy } from '../policy/policy.ts';
import { adviceFor } from './advice.ts';
import { type LintExpectations, lintExpectations } from './expectations.ts';
import { otherDefaults } from './other-defaults.ts';
import { outcomeOf } from './outcome.ts';
import { PLACEHOLDER_DIGEST } from '../recognise-launchers.ts';
import type { LintCheck, LintFinding, LintPin, LintReport } from './report.ts';

/** What of a check is not in a compose file alone. */
const ELSEWHERE: Partial<Record<ComposeCheckId, string>> = {
  'compose.launcher': 'the runner is named in app-compose.json, which was not looked at',
  'compose.environment': 'allowed_envs is in app-compose.json, which was not looked at',
  'compose.exposure': 'what else is open is said in app-compose.json, which was not looked at',
};

const NO_SCRIPTS = 'scripts are in app-compose.json; a compose file has none';
const PLACEHOLDER = 'the digest of the image is a placeholder, all zeros';
const PLACEHOLDER_HINT = 'write the digest of the launcher image whose provenance you checked';

type Results = ComposeReview['results'];

/** An image that was recognised by what the service is given has a digest of its own; the one of the examples is none. */
const withPlaceholders = (
  results: Results,
  { services }: ComposeFile,
  { launchers, isRecognised }: LintExpectations,
): Results => {
  const names = launchers.filter(({ digest }) => digest === PLACEHOLDER_DIGEST).map(({ service }) => service);
  const found = services
    .filter(({ name }) => isRecognised && names.includes(name))
    .map(({ node }) => failing(childOf(node, 'image') ?? node, PLACEHOLDER));
  return { ...results, 'compose.launcher': resultOf([...results['compose.launcher'].findings, ...found]) };
};

/**
 * A service that is taken for the launcher's, and is not found by digest because it has none, is told of as that; it does not run beside
 * itself, too. Where another one was found, it does.
 */
const withoutItself = (
  results: Results,
  review: ComposeReview,
  file: ComposeFile,
  expectations: LintExpectations,
): Results => {
  const { launchers, isRecognised } = expectations;
  if (!isRecognised || review.launcher !== undefined) return results;
  const paths = file.services
    .filter(({ name }) => launchers.some(({ service }) => service === name))
    .map(({ path }) => path);
  const isItself = ({ path }: ComposeFinding): boolean =>
    paths.some((own) => path === own || path.startsWith(`${own}.`));
  const { state, findings } = results['compose.services'];
  if (state === 'not-checked') return results;
  return { ...results, 'compose.services': resultOf(findings.filter((finding) => !isItself(finding))) };
};

const checkOf = (id: ComposeCheckId, result: ComposeResult, isAlone: boolean): LintCheck => {
  if (isAlone && id === 'compose.scripts') return { id, state: 'not-applicable', reason: NO_SCRIPTS };
  const { state, findings } = result;
  if (state === 'not-checked') return { id, state, reason: findings[0]?.text };
  return { id, state, reason: isAlone ? ELSEWHERE[id] : undefined };
};

const plain = (id: ComposeCheckId, finding: ComposeFinding): LintFinding => ({
  id,
  ...finding,
  hint: finding.text === PLACEHOLDER ? PLACEHOLDER_HINT : adviceFor(id, finding.severity),
});

/** The pin's own errors, each with what its parser says to do. */
const pinFindings = (inline: InlineText, program: LauncherName): LintFinding[] => {
  const source = inline.origin;
  const parsed = parsePin(Buffer.from(inline.text, 'utf8'), { source, defaults: LAUNCHER_PROGRAMS[program].defaults });
  const errors = parsed.ok ? [] : parsed.errors;
  return errors.map((error) => ({
    id: 'compose.pin',
    ...errorFinding(inline, error),
    hint: error.hint ?? adviceFor('compose.pin', 'failed'),
  }));
};

/** The text of the pin and who reads it: also where its service was not found by digest, as long as only one looks like it. */
const locate = (
  review: ComposeReview,
  file: ComposeFile,
  { launchers }: LintExpectations,
): { inline: InlineText; program: LauncherName } | undefined => {
  const [first, second] = launchers;
  if (first === undefined || second !== undefined) return undefined;
  const { program } = first;
  if (review.pinText !== undefined) return { inline: review.pinText, program };
  const service = file.services.find(({ name }): boolean => name === first.service) as Service;
  const located = locatePin(file, service, LAUNCHER_PROGRAMS[program]);
  return 'inline' in located ? { inline: located.inline, program } : undefined;
};

const pinOf = (located: ReturnType<typeof locate>): LintPin | undefined => {
  if (located === undefined) return undefined;
  const { inline, program } = located;
  const { origin: source, line } = inline;
  const parsed = parsePin(Buffer.from(inline.text, 'utf8'), { source, defaults: LAUNCHER_PROGRAMS[program].defaults });
  return parsed.ok ? { canonical: canonicalPin(parsed.pin), origin: source, line } : undefined;
};

const IN_IMAGE = 'a pin may lie in an image: lint opens no connection, and twl verify looks into it';

/** A policy says which name an image calls the launcher by; recognising does not. */
const notesOf = (
  located: ReturnType<typeof locate>,
  { services }: ComposeFile,
  { isRecognised, launchers }: LintExpectations,
): string[] => {
  const isLauncher = ({ image }: Service): boolean =>
    image?.digest !== undefined && (launchers.length === 0 || launchers.some(({ digest }) => digest === image.digest));
  if (located === undefined && services.some(isLauncher)) return [IN_IMAGE];
  if (located === undefined || !isRecognised) return [];
  const { inline, program } = located;
  return otherDefaults(Buffer.from(inline.text, 'utf8'), inline.origin, program);
};

export interface LintComposeOptions {
  readonly file: string;
  /** An app-compose's; of a compose file alone, what is in none is left out. */
  readonly app: AppFacts;
  readonly policy: Policy;
  /** SHA-256 of the app-compose; undefined where the file is a compose file. */
  readonly composeHash: string | undefined;
}

const NO_SERVICES: ComposeFile = { root: { kind: 'map', line: 1, path: '', entries: new Map() }, services: [] };

/**
 * Looks at a compose text, and what app-compose says beside it, as `twl verify` will.
 * @throws ComposeError where the text cannot be read
 */
export const lintCompose = ({ file: name, app, policy, composeHash }: LintComposeOptions): LintReport => {
  const isAlone = composeHash === undefined;
  const isRead = app.composeText !== undefined && app.runner !== 'bash';
  const file = isRead ? readCompose(app.composeText) : NO_SERVICES;
  const expectations = lintExpectations(file, policy);
  const review = reviewCompose(app, expectations.expected);
  const results = withPlaceholders(withoutItself(review.results, review, file, expectations), file, expectations);
  const located = locate(review, file, expectations);
  const checks = COMPOSE_CHECK_IDS.map((id) => checkOf(id, results[id], isAlone));
  const made = checks.filter(({ state }) => state !== 'not-checked' && state !== 'not-applicable');
  const findings = made.flatMap(({ id, state }) => {
    if (id === 'compose.pin' && state === 'failed' && located !== undefined) {
      return pinFindings(located.inline, located.program);
    }
    return results[id].findings.map((finding) => plain(id, finding));
  });
  return {
    file: name,
    form: isAlone ? 'compose' : 'app-compose',
    ...outcomeOf(checks),
    composeHash,
    launchers: expectations.launchers,
    pin: pinOf(located),
    checks,
    findings,
    notes: notesOf(located, file, expectations),
  };
};
