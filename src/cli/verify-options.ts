import { resolve } from 'node:path';
import { isUrl } from '../audit/collect/address.ts';
import type { ProfileName } from '../audit/policy/profiles/names.ts';
import type { RebuildStage } from '../audit/rebuilt.ts';
import type { Step } from '../audit/steps.ts';
import type { Checked } from '../pin/checked.ts';
import { parseRepoUrl } from '../pin/url.ts';
import { commitSha, treeSha256 } from '../pin/values.ts';
import { usageError } from './errors.ts';
import { readImage } from './image-option.ts';
import type { VerifyRequest } from './request.ts';
import { readTime } from './time.ts';

/** What commander read of the options of `twl verify`, unchecked but for their shape. */
export interface GivenOptions {
  policy?: string[];
  profile?: ProfileName;
  allowed?: string;
  repo?: string;
  commit?: string;
  treeSha256?: string;
  appId?: string;
  compose?: string;
  collateral?: string;
  bundle?: string[];
  trustedRoot?: string[];
  registry?: string;
  base?: string;
  rebuild?: string;
  rebuildStage?: RebuildStage;
  source?: string;
  receipt?: string;
  attest?: string;
  nonce?: string;
  logs?: string;
  since?: string;
  save?: string;
  attestResult?: string;
  rootSha256?: string[];
  savedSha256?: string;
  at?: string;
  only?: Step;
  mockRoot?: string;
  html?: string;
  offline?: true;
  json?: true;
  timings?: true;
  verbose?: true;
  quiet?: true;
}

/** A value by a rule of the pin, whose message goes on from the name. */
const byRule = (
  name: string,
  text: string | undefined,
  rule: (text: string) => Checked<unknown>,
): string | undefined => {
  if (text === undefined) return undefined;
  const checked = rule(text);
  if (!checked.ok) throw usageError(`${name} ${checked.fault.message}`, checked.fault.hint);
  return text;
};

const readAppId = (text: string | undefined): string | undefined => {
  if (text === undefined || /^[0-9a-f]{40}$/.test(text)) return text;
  throw usageError('--app-id must be 40 lower-case hex digits', 'write it without 0x and without app_');
};

/** The host of a registry, with a port where it has one. */
const readRegistry = (text: string | undefined): string | undefined => {
  if (text === undefined || /^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/i.test(text)) return text;
  throw usageError('--registry must be a host, with a port where it needs one', 'write it as the image is named');
};

/** An address by the rules of REPO_URL, or a folder of this machine, which becomes absolute. */
const readSource = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  if (!text.includes(':')) return resolve(text);
  return byRule('--source', text, parseRepoUrl);
};

/** A SHA-256 as `sha256sum` prints it. */
const readSha256 = (name: string, text: string): string => {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw usageError(`${name} must be 64 lower-case hex digits`, 'write it as sha256sum prints it');
};

/** The steps that hold a value against the evidence. Those of no flag here serve every step. */
const STEP_OF = {
  repo: ['source'],
  commit: ['source'],
  treeSha256: ['source'],
  source: ['source'],
  since: ['source'],
  bundle: ['provenance'],
  trustedRoot: ['provenance'],
  rebuild: ['provenance'],
  rebuildStage: ['provenance'],
  appId: ['attestation'],
  profile: ['attestation'],
  allowed: ['attestation'],
  compose: ['attestation'],
  receipt: ['runtime'],
  logs: ['runtime'],
  attest: ['attestation', 'runtime'],
  nonce: ['attestation'],
} as const satisfies Partial<Record<keyof GivenOptions, readonly Step[]>>;

const FLAGS: Readonly<Record<keyof typeof STEP_OF, string>> = {
  repo: '--repo',
  commit: '--commit',
  treeSha256: '--tree-sha256',
  source: '--source',
  since: '--since',
  bundle: '--bundle',
  trustedRoot: '--trusted-root',
  rebuild: '--rebuild',
  rebuildStage: '--rebuild-stage',
  appId: '--app-id',
  profile: '--profile',
  allowed: '--allowed',
  compose: '--compose',
  receipt: '--receipt',
  logs: '--logs',
  attest: '--attest',
  nonce: '--nonce',
};

/** Given, and of a step that was not asked for. */
const isIdle = (name: keyof typeof STEP_OF, given: GivenOptions): boolean =>
  given[name] !== undefined && !(STEP_OF[name] as readonly Step[]).includes(given.only!);

/** An address is asked a number of its own in every run, unless the user names one. */
const readNonce = ({ nonce, attest }: GivenOptions): string | undefined => {
  if (nonce === undefined) return attest !== undefined && isUrl(attest) ? 'random' : undefined;
  if (attest === undefined) throw usageError('--nonce needs --attest', 'name who answers it: --attest URL');
  if (nonce !== 'random' && !/^[0-9a-f]{64}$/.test(nonce)) {
    throw usageError(
      '--nonce must be random, or 64 lower-case hex digits',
      'the number that twl-attest was asked with',
    );
  }
  if (nonce === 'random' && !isUrl(attest)) {
    throw usageError('--nonce random needs a URL in --attest', 'of a saved answer, name the number that it was asked');
  }
  return nonce;
};

/** Options that name an address, which `--offline` leaves nobody to ask. */
const checkOffline = (given: GivenOptions): void => {
  if (given.rebuild !== undefined) {
    throw usageError(
      '--offline does not go together with --rebuild',
      'a build fetches packages: leave one of the two out',
    );
  }
  for (const name of ['collateral', 'attest', 'logs'] as const) {
    const value = given[name];
    if (value === undefined || !isUrl(value)) continue;
    const what = { collateral: 'collateral', attest: 'answer', logs: 'logs' }[name];
    throw usageError(
      `--offline does not go together with a URL in --${name}`,
      `save the ${what} to a file and name that`,
    );
  }
};

/** Options that mean something only together, or not together. */
const checkTogether = (target: string, given: GivenOptions): void => {
  if (given.repo !== undefined && given.commit === undefined) {
    throw usageError('--repo needs --commit', 'name the commit that you read: --commit SHA');
  }
  if (given.commit !== undefined && given.repo === undefined) {
    throw usageError('--commit needs --repo', 'name the repository that the commit belongs to: --repo URL');
  }
  if (given.treeSha256 !== undefined && given.repo === undefined) {
    throw usageError('--tree-sha256 needs --repo and --commit', 'name the commit that the tree is of');
  }
  if (given.allowed !== undefined && given.profile === undefined) {
    throw usageError('--allowed needs --profile', 'name whose lists these are: --profile mpc');
  }
  if (given.rebuildStage !== undefined && given.rebuild === undefined) {
    throw usageError('--rebuild-stage needs --rebuild', "name a clone of the launcher's repository: --rebuild DIR");
  }
  const idle =
    given.only === undefined
      ? undefined
      : Object.keys(STEP_OF).find((name) => isIdle(name as keyof typeof STEP_OF, given));
  if (idle !== undefined) {
    throw usageError(
      `${FLAGS[idle as keyof typeof STEP_OF]} has no effect with --only ${given.only}`,
      'leave one of the two out: what is not held against anything must not look as if it were',
    );
  }
  if (given.offline && isUrl(target)) {
    throw usageError('--offline reads saved answers only', 'save the answer to a file and name that');
  }
  if (given.offline) checkOffline(given);
  if (given.quiet && (given.verbose || given.timings) && !given.json) {
    throw usageError(
      `--quiet does not go together with --${given.verbose ? 'verbose' : 'timings'}`,
      'leave one of them out',
    );
  }
};

/** The options of `twl verify`, each checked. Throws CliError `usage`. */
export const readVerifyOptions = (target: string, given: GivenOptions): VerifyRequest => {
  if (target === '') throw usageError('TARGET must not be empty', 'name a file, - or a URL');
  checkTogether(target, given);
  return {
    target,
    policies: given.policy ?? [],
    profile: given.profile,
    allowed: given.allowed,
    repository: byRule('--repo', given.repo, parseRepoUrl),
    commit: byRule('--commit', given.commit, commitSha),
    treeSha256: byRule('--tree-sha256', given.treeSha256, treeSha256),
    appId: readAppId(given.appId),
    compose: given.compose,
    mockRoot: given.mockRoot,
    collateral: given.collateral,
    bundles: given.bundle ?? [],
    trustedRoots: given.trustedRoot ?? [],
    registry: readRegistry(given.registry),
    base: given.base === undefined ? undefined : readImage('--base', given.base),
    rebuild: given.rebuild === undefined ? undefined : resolve(given.rebuild),
    rebuildStage: given.rebuildStage,
    source: readSource(given.source),
    receipt: given.receipt,
    attest: given.attest,
    nonce: readNonce(given),
    logs: given.logs,
    since: byRule('--since', given.since, commitSha),
    save: given.save,
    attestResult: given.attestResult,
    rootSha256s: (given.rootSha256 ?? []).map((one) => readSha256('--root-sha256', one)),
    savedSha256: given.savedSha256 === undefined ? undefined : readSha256('--saved-sha256', given.savedSha256),
    at: given.at === undefined ? undefined : readTime(given.at),
    only: given.only,
    html: given.html,
    offline: given.offline === true,
    json: given.json === true,
    timings: given.timings === true,
    verbose: given.verbose === true,
    quiet: given.quiet === true,
  };
};
