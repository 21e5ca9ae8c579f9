import { type AppFacts, appFactsOf } from '../../src/compose/app-facts.ts';
import type { ComposeExpectations } from '../../src/compose/context.ts';
import type { ComposeCheckId } from '../../src/compose/findings.ts';
import { type ComposeReview, reviewCompose } from '../../src/compose/review.ts';

export const LAUNCHER = `sha256:${'a'.repeat(64)}`;
export const LEGACY = `sha256:${'b'.repeat(64)}`;
export const OTHER = `sha256:${'c'.repeat(64)}`;
export const IMAGE = `registry.example/launcher@${LAUNCHER}`;
export const OTHER_IMAGE = `registry.example/cache@${OTHER}`;
export const COMMIT = '3b18e512dba79e4c8300dd08aeb37f8e728b8dad';

export const PIN = [
  'REPO_URL=https://github.com/example/workload.git',
  `COMMIT_SHA=${COMMIT}`,
  'WORK_DIR=/srv/workload/checkout',
];

export const EXPECTED: ComposeExpectations = {
  launchers: [
    { digest: LAUNCHER, program: 'trusted-workload-launcher' },
    { digest: LEGACY, program: 'git-launcher' },
  ],
  admitted: [{ digest: OTHER, source: 'policy org.toml' }],
  knownScripts: [],
};

/** The recommended deployment; `more` are further lines of the launcher's service, `after` those behind it. */
export const recommended = (
  more: readonly string[] = [],
  after: readonly string[] = [],
  pin: readonly string[] = PIN,
): string =>
  [
    'services:',
    '  workload:',
    `    image: ${IMAGE}`,
    '    environment:',
    '      LAUNCHER_CONFIG: |',
    ...pin.map((line) => `        ${line}`),
    '    read_only: true',
    "    security_opt: ['no-new-privileges:true']",
    '    cap_drop: [ALL]',
    ...more.map((line) => `    ${line}`),
    ...after,
    '',
  ].join('\n');

/** Line in {@link recommended} of the first of `more`. */
export const MORE = 12;

export const app = (composeText: string, rest: Record<string, unknown> = {}): AppFacts =>
  appFactsOf({ runner: 'docker-compose', docker_compose_file: composeText, ...rest });

export const review = (
  text: string,
  expected: Partial<ComposeExpectations> = {},
  rest: Record<string, unknown> = {},
): ComposeReview => reviewCompose(app(text, rest), { ...EXPECTED, ...expected });

/** What a check says, as `line severity text`, the information left out unless it is asked for. */
export const said = ({ results }: ComposeReview, id: ComposeCheckId, withInformation = false): string[] =>
  results[id].findings
    .filter(({ severity }) => withInformation || severity !== 'information')
    .map(({ line, severity, path, text }) => `${line ?? '-'} ${severity} ${path}: ${text}`);

/** The states of all checks that are not passed. */
export const troubles = ({ results }: ComposeReview): Record<string, string> =>
  Object.fromEntries(Object.entries(results).flatMap(([id, { state }]) => (state === 'passed' ? [] : [[id, state]])));
