/** Rules for workflows, as zizmor and actionlint have them, and some of this project's own. */
export interface Workflow {
  readonly name: string;
  readonly text: string;
  /** The document, as YAML 1.2 reads it. */
  readonly document: Record<string, unknown>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

interface Job {
  readonly uses?: string;
  readonly permissions?: Record<string, string>;
  readonly steps?: readonly Step[];
  readonly secrets?: unknown;
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
}

/** What a job may ask for, beyond reading the sources. */
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  'release.yml push': ['packages: write'],
  'release.yml sign': ['attestations: write', 'id-token: write', 'packages: write'],
  'release.yml release': ['contents: write'],
  'release.yml npm': ['id-token: write'],
  'sign.yml attest': ['attestations: write', 'id-token: write', 'packages: write'],
};

/** Values that a stranger cannot choose, or that are used as data. */
const EXPRESSION = /\$\{\{\s*(.*?)\s*\}\}/g;
const SAFE_EXPRESSION =
  /^(?:github\.(?:token|ref|workflow)|runner\.temp|(?:steps|needs)\.[a-z-]+\.outputs\.[a-z-]+|needs\.[a-z-]+\.outputs\.[a-z-]+|inputs\.[a-z-]+)$/;

const TRIGGERS: Readonly<Record<string, readonly string[]>> = {
  'ci.yml': ['pull_request', 'push', 'workflow_call'],
  'release.yml': ['push'],
  'sign.yml': ['workflow_call'],
};

const jobsOf = ({ document }: Workflow): [string, Job][] => Object.entries(document.jobs as Record<string, Job>);
const stepsOf = (workflow: Workflow): [string, Step][] =>
  jobsOf(workflow).flatMap(([name, { steps = [] }]) => steps.map((step): [string, Step] => [name, step]));

/** Actions by their full commit, which the list of known ones has, with the release beside it. */
const unpinned = ({ text }: Workflow, known: ReadonlyMap<string, string>): string[] =>
  [...text.matchAll(/^\s*(?:- )?uses: *(.*)$/gm)].flatMap(([, value = '']) => {
    if (/^\.\/\.github\/workflows\/[a-z]+\.yml$/.test(value)) return [];
    const [, action = '', commit = '', release = ''] =
      /^([\w-]+\/[\w-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/.exec(value) ?? [];
    return known.get(`${action}@${commit}`) === release ? [] : [`not an action by a known commit: ${value}`];
  });

const tooMuch = (workflow: Workflow): string[] => {
  const { permissions } = workflow.document;
  const top = typeof permissions === 'object' && permissions !== null && Object.keys(permissions).length === 0;
  const jobs = jobsOf(workflow).flatMap(([name, job]) => {
    if (job.permissions === undefined) return [`${name}: no permissions of its own`];
    const allowed = ['contents: read', ...(GRANTS[`${workflow.name} ${name}`] ?? [])];
    return Object.entries(job.permissions)
      .map(([scope, right]) => `${scope}: ${right}`)
      .filter((grant) => !allowed.includes(grant))
      .map((grant) => `${name}: may not have ${grant}`);
  });
  return [...(top ? [] : ['no `permissions: {}` at the top']), ...jobs];
};

/** What GitHub puts into a shell's text is code to it (template injection). */
const injected = (workflow: Workflow): string[] => [
  ...stepsOf(workflow).flatMap(([job, { run = '' }]) =>
    run.includes('${{') ? [`${job}: an expression in run: ${run}`] : [],
  ),
  ...[...workflow.text.matchAll(EXPRESSION)]
    .map(([, what = '']) => what)
    .filter((what) => !SAFE_EXPRESSION.test(what))
    .map((what) => `an expression of unknown origin: ${what}`),
];

/** A cache that another branch wrote could bring foreign code into what is signed. */
const cached = (workflow: Workflow): string[] =>
  stepsOf(workflow).flatMap(([job, { uses = '', with: inputs = {} }]) => {
    if (uses.startsWith('actions/cache')) return [`${job}: a cache`];
    const isOff = inputs['package-manager-cache'] === false && inputs.cache === undefined;
    return uses.startsWith('actions/setup-node@') && !isOff ? [`${job}: setup-node with its cache on`] : [];
  });

const triggered = ({ name, document }: Workflow): string[] => {
  const on = document.on as Record<string, { tags?: unknown; branches?: unknown } | null>;
  const found = Object.keys(on).sort();
  const wrong = JSON.stringify(found) === JSON.stringify(TRIGGERS[name]) ? [] : [`started by ${found.join(', ')}`];
  if (name !== 'release.yml') return wrong;
  const push = on.push ?? {};
  return JSON.stringify(push) === '{"tags":["v*"]}' ? wrong : [...wrong, 'started by more than the push of a tag'];
};

const careless = (workflow: Workflow): string[] =>
  jobsOf(workflow).flatMap(([name, job]) => [
    ...(job.secrets === undefined ? [] : [`${name}: hands on secrets`]),
    ...(job.uses === undefined && job['timeout-minutes'] === undefined ? [`${name}: no time limit`] : []),
    ...(job.uses === undefined && job['runs-on'] !== 'ubuntu-24.04' ? [`${name}: runs on ${job['runs-on']}`] : []),
    ...(job.steps ?? []).flatMap(({ uses = '', with: inputs = {} }) =>
      uses.startsWith('actions/checkout@') && inputs['persist-credentials'] !== false
        ? [`${name}: the token stays in .git`]
        : [],
    ),
  ]);

/** Who can sign neither fetches sources nor runs them. */
const mixed = (workflow: Workflow): string[] =>
  jobsOf(workflow).flatMap(([name, { permissions = {}, steps = [] }]) => {
    if (permissions['id-token'] === undefined) return [];
    const wrong = steps.filter(
      ({ uses = '', run = '' }) =>
        uses.startsWith('actions/checkout@') || /\b(?:npm (?:ci|run|install|test)|node scripts|make)\b/.test(run),
    );
    return wrong.map(({ uses, run }) => `${name}: can sign, and brings code: ${uses ?? run}`);
  });

/** What is wrong with a workflow; nothing where all is well. `known` has `action@commit` -> release. */
export const faultsOf = (workflow: Workflow, known: ReadonlyMap<string, string>): string[] => [
  ...unpinned(workflow, known),
  ...tooMuch(workflow),
  ...injected(workflow),
  ...cached(workflow),
  ...triggered(workflow),
  ...careless(workflow),
  ...mixed(workflow),
];
