import type { ComposeCheckId, ComposeFinding } from '../../compose/findings.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notBound, notChecked, type Outcome, passed, type Remarks } from '../outcome.ts';
import { originsOf } from '../wording.ts';
import { derivedLauncher, noLauncher, openLauncher, otherEntryPoint } from './launcher-image.ts';
import { judgeGrammar } from './pin-grammar.ts';

/** What a report says of one compose check. */
type Told = Pick<Check, 'title' | 'proves' | 'assumes'> & {
  /** The summary of a pass, without a final stop. */
  readonly good: string;
  /** The same where there is something to show beside: what `good` says would then be wrong. */
  readonly informed?: string;
  readonly required?: Check['required'];
};

const DOCKER = 'Compose Specification; the rules of dstack app-compose';
const MEASURED = 'The app-compose is the one that was measured (compose.hash).';

const TOLD: Record<ComposeCheckId, Told> = {
  'compose.launcher': {
    title: 'the launcher is what starts',
    proves:
      'Exactly one service runs an image of the launcher, and nothing keeps it from being started. An image that holds the pin has the layers of a launcher image, byte for byte, above them the pin alone, and the same entry point, command, user and environment. Where the config of the image was fetched, its entry point is the launcher.',
    assumes: `${MEASURED} That the image is the launcher's is for a policy or for the provenance checks.`,
    good: 'one service runs the launcher',
  },
  'compose.pin': {
    title: 'the launcher can read the pin',
    proves:
      "The pin is one by the launcher's own parser, which reads it here as it does there: of the version that the image's label names, where its config was fetched. source.pin says whose it is.",
    assumes: MEASURED,
    good: 'the pin is well formed',
  },
  'compose.pin-bound': {
    title: 'the pin is in the measured text',
    proves:
      'Every character of the pin stands in the measured text, or in the image that it names by digest: no variable, file or volume decides any of it.',
    assumes: MEASURED,
    good: 'every character of the pin is measured',
  },
  'compose.override': {
    title: "nothing changes the launcher's start",
    proves:
      "The launcher's service uses only keys that leave its entry point, its files and its user alone: no other command, hook, build or mount over them.",
    assumes: MEASURED,
    good: 'no key changes how the launcher starts',
  },
  'compose.environment': {
    title: 'nothing steers it from outside',
    proves:
      'No variable that loads or steers code reaches the launcher, from the text or from the encrypted environment.',
    assumes: MEASURED,
    good: 'no variable steers the launcher',
  },
  'compose.sharing': {
    title: 'nobody else holds its files or sockets',
    proves:
      'No other service shares the work directory, the docker or dstack socket, or the namespaces of the host, the launcher or twl-attest, and none is privileged.',
    assumes: MEASURED,
    good: 'no other service holds what the launcher relies on',
  },
  'compose.services': {
    title: 'every neighbour is admitted',
    proves: 'Each service beside the launcher is one that the policy admits.',
    assumes: `${MEASURED} Whoever admitted a neighbour has read it.`,
    good: 'no service beside the launcher that was not admitted',
  },
  'compose.persistence': {
    title: 'the workload cannot change the next start',
    proves: 'The workload can rewrite neither the pin nor the launcher for the next start of its container.',
    assumes: MEASURED,
    good: 'the container is read-only',
  },
  'compose.images': {
    title: 'every image is named by digest',
    proves: 'Each image is named by the hash of its manifest, so that nobody can exchange it behind a tag.',
    assumes: MEASURED,
    good: 'every image is named by digest',
  },
  'compose.scripts': {
    title: 'every script of the app-compose is known',
    proves: 'The scripts that run as root beside the containers are ones that somebody has read.',
    assumes: `${MEASURED} Whoever listed a script has read it.`,
    good: 'no script that nobody has read',
  },
  'compose.commands': {
    title: 'what the pin runs beside the entry script',
    proves: 'Shows RUN_CMD and INSTALL_CMD, which are part of what has to be trusted.',
    assumes: MEASURED,
    good: 'the pin runs the entry script alone',
    informed: 'the pin runs commands in place of an entry script',
    required: 'never',
  },
  'compose.child-env': {
    title: "the workload's environment is in the measured text",
    proves: 'The file of CHILD_ENV_FILE, where the pin names one, is measured as well.',
    assumes: MEASURED,
    good: "nothing outside the measured text sets the workload's environment",
  },
  'compose.exposure': {
    title: 'what the machine shows to the outside',
    proves: 'Shows which of logs, system information and measurements the machine publishes.',
    assumes: MEASURED,
    good: 'nothing that a reader should know',
    informed: 'the machine shows something to the outside, or can be reached from there',
    required: 'never',
  },
};

const shown = ({ line, path, text }: ComposeFinding): string =>
  [line === undefined ? undefined : `line ${line}`, path === '' ? undefined : path, text]
    .filter((part) => part !== undefined)
    .join(': ');

const outcomeOf = (context: Context, id: ComposeCheckId): Outcome => {
  if (context.evidence.appCompose === undefined) return notChecked({ summary: 'the evidence has no app-compose' });
  const { review, launchers, derived, isProgramOpen, scripts } = context.compose();
  const { state, findings } = review.results[id];
  const origins = originsOf(context, 'appCompose', ...(derived === undefined ? [] : (['images'] as const)));
  if (id === 'compose.launcher') {
    const other = otherEntryPoint(context);
    if (other !== undefined) return { ...other, origins: originsOf(context, 'appCompose', 'images') };
  }
  const made = id === 'compose.launcher' && derived !== undefined ? derivedLauncher(derived) : [];
  if ('state' in made) return { ...made, origins };
  const grammar = id === 'compose.pin' && review.pin !== undefined ? judgeGrammar(context) : [];
  if ('state' in grammar) return { ...grammar, origins: originsOf(context, 'appCompose', 'images') };
  if (id === 'compose.launcher') {
    const open = launchers.length === 0 ? noLauncher(context) : openLauncher(context);
    if (open !== undefined) return open;
  }
  if (id === 'compose.pin' && isProgramOpen) {
    return notChecked({
      summary: 'the pin reads otherwise under the two names of the launcher, and nobody said which one the image has',
      origins,
      hint: 'name the image in a policy: [[launcher]] with digest and program',
    });
  }
  const lines = [
    ...findings.map(shown),
    ...made,
    ...grammar,
    ...(id === 'compose.scripts'
      ? scripts.flatMap(({ name, remarks }) => remarks.map((remark) => `${name} ${remark}`))
      : []),
  ];
  const { good, informed = good } = TOLD[id];
  const [first = good, ...rest] = state === 'passed' ? [findings.length === 0 ? good : informed, ...lines] : lines;
  const remarks: Remarks = { summary: first, origins, details: rest };
  switch (state) {
    case 'passed':
      return passed(remarks);
    case 'failed':
      return failed(remarks);
    case 'not-bound':
      return notBound(remarks);
    case 'not-checked':
      return notChecked(remarks);
  }
};

/** Those that mean something although nothing is known to be a launcher. */
const ALONE: ReadonlySet<ComposeCheckId> = new Set([
  'compose.launcher',
  'compose.environment',
  'compose.images',
  'compose.scripts',
  'compose.exposure',
]);

/** The checks of the compose text, in the order of its ids. */
export const composeChecks: readonly Check[] = (Object.keys(TOLD) as ComposeCheckId[]).map((id): Check => {
  const { title, proves, assumes, required = 'always' } = TOLD[id];
  return {
    id,
    step: 'attestation',
    title,
    proves,
    from: 'the measured app-compose and the compose file inside of it',
    assumes,
    citation: DOCKER,
    required,
    needs: ALONE.has(id) ? ['compose.hash'] : ['compose.launcher'],
    run: (context) => outcomeOf(context, id),
  };
});
