import { TomlDate } from 'smol-toml';
import * as z from 'zod/mini';
import { LAUNCHER_PROGRAMS, type LauncherName } from '../../compose/programs.ts';
import { parseRepoUrl } from '../../pin/url.ts';
import { treeSha256 } from '../../pin/values.ts';
import { TCB_STATUSES } from '../../tdx/tcb-status.ts';
import { CHECK_IDS } from '../check-ids.ts';
import { type Described, hex, hexPattern, listOf, oneOrMore, text } from './fields.ts';
import { imageIdentity, osImage } from './os-image-schema.ts';
import { provenance } from './provenance-schema.ts';
import { commit, imageDigest, matching, prose, reason, SHA256_DIGITS, sha256 } from './values.ts';

/** Digits of an app id, and of the two ids that key providers have. */
const APP_ID_DIGITS = 40;
/** MRENCLAVE of a local SGX key provider; DER SubjectPublicKeyInfo of a P-256 key for a KMS (dstack event `key-provider`). */
const KEY_PROVIDER_DIGITS = [64, 182];

const repository = text(parseRepoUrl, {
  description: 'a repository, as REPO_URL of the pin names it',
  pattern: String.raw`^\S+$`,
  example: 'https://github.com/example/workload.git',
});

const tree = text(treeSha256, {
  description: 'a tree, as TREE_SHA256 of the pin names it',
  pattern: hexPattern(SHA256_DIGITS),
  example: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
});

const appId = text(hex(APP_ID_DIGITS), {
  description: 'a dstack app id',
  pattern: hexPattern(APP_ID_DIGITS),
  example: '944edab771280ede410e7b9e66fcaee6b2c4a12c',
});

const keyProviderId = text(hex(...KEY_PROVIDER_DIGITS), {
  description: "the id of dstack's key-provider event: a KMS's root CA key, or MRENCLAVE of a local key provider",
  pattern: hexPattern(...KEY_PROVIDER_DIGITS),
  example: '3059301306072a8648ce3d020106082a8648ce3d030107034200'.padEnd(182, '04'),
});

/** A date of TOML's without time: the first day, in UTC, on which an exception no longer holds. */
const until = z.custom<TomlDate>((given) => given instanceof TomlDate && given.isDate());

const PROGRAMS = Object.keys(LAUNCHER_PROGRAMS) as LauncherName[];

const launcher = z
  .strictObject({
    digest: imageDigest('an image that holds the launcher'),
    program: z
      ._default(z.enum(PROGRAMS), 'trusted-workload-launcher')
      .check(z.describe('what its entry point calls the launcher')),
  })
  .check(z.describe('an image that holds a launcher'));

const service = z
  .strictObject({
    digest: imageDigest('the image of a service beside the launcher'),
    definition: z.optional(
      sha256('the definition that was read, as reports name it; without it, whatever the file makes the image do'),
    ),
    reason,
  })
  .check(z.describe('a service that may run beside the launcher'));

const script = z
  .strictObject({
    sha256: sha256('SHA-256 of the script'),
    name: prose('how reports name the script', 'write how reports should name the script', 'our start script, 3rd'),
    reason,
  })
  .check(z.describe('a script of app-compose.json that may run'));

/** `[[name.accept]]`: a list of exceptions, each with reason and end. */
const accepting = <Name extends string, T extends z.ZodMiniType<string>>(name: Name, value: T, description: string) => {
  const exception = z.strictObject({ [name]: value, reason, until } as Record<Name, T> & {
    reason: typeof reason;
    until: typeof until;
  });
  const list = listOf(
    exception as z.ZodMiniType<Record<Name, string> & { reason: string; until: TomlDate }>,
    (one) => one[name],
  );
  return z.optional(z.strictObject({ accept: list }).check(z.describe(description)));
};

/** Intel's statuses less `UpToDate`, which needs no exception, and `Revoked`, which can have none. */
export const ACCEPTABLE_STATUSES = TCB_STATUSES.filter((status) => status !== 'UpToDate' && status !== 'Revoked');

const advisory: Described = {
  description: 'an advisory of Intel',
  pattern: '^INTEL-(?:SA|DOC)-[0-9]{4,6}$',
  example: 'INTEL-SA-00837',
};

const finding: Described = {
  description: 'a finding, as reports name it',
  pattern: '^[a-z][a-z0-9-]*(?:[.][a-z0-9-]+)+$',
  example: 'compose.persistence',
};

/** A policy file. Every key may be left out: what is not given is not expected, and then there is no VERIFIED. */
export const policySchema = z.strictObject({
  repository: oneOrMore(repository, 'the repository that the workload must come from; of a list, any of them'),
  commit: oneOrMore(
    commit('a commit, as COMMIT_SHA of the pin names it'),
    'the commit that must run; of a list, any of them',
  ),
  tree_sha256: oneOrMore(tree, 'the tree that must run; of a list, any of them'),
  app_id: oneOrMore(appId, 'the app id that the deployment must have; of a list, any of them'),
  key_provider_id: oneOrMore(keyProviderId, 'the key provider that must have given the keys; of a list, any of them'),
  os_image: z.optional(
    listOf(osImage, imageIdentity).check(z.describe('the OS images that may have been booted, beside none')),
  ),
  launcher: z.optional(
    listOf(launcher, ({ digest }) => digest).check(z.describe('the images that the launcher may be of, beside none')),
  ),
  provenance: z.optional(provenance),
  service: z.optional(
    listOf(service, ({ digest, definition = '' }) => `${digest} ${definition}`).check(
      z.describe('the services that may run beside the launcher'),
    ),
  ),
  script: z.optional(
    listOf(script, (one) => one.sha256).check(z.describe('the scripts of app-compose.json that may run')),
  ),
  tcb: accepting(
    'status',
    z.enum(ACCEPTABLE_STATUSES).check(z.describe('a TCB status other than UpToDate; never Revoked')),
    'TCB statuses that are let pass for a time',
  ),
  advisory: accepting(
    'id',
    text(matching(new RegExp(advisory.pattern), 'must be an advisory id', `write it as ${advisory.example}`), advisory),
    'advisories that are let pass for a time',
  ),
  development_image: accepting(
    'hash',
    sha256('os_image_hash of a development image'),
    'development images that are let pass for a time',
  ),
  finding: accepting(
    'id',
    text(
      matching(new RegExp(finding.pattern), 'must be the id of a finding', `write it as ${finding.example}`),
      finding,
    ),
    'findings that are accepted for a time: they are shown as such',
  ),
  required_checks: z.optional(
    listOf(z.enum(CHECK_IDS), (id) => id).check(z.describe('checks that must pass beside those that always must')),
  ),
});

export type PolicyDocument = z.infer<typeof policySchema>;

// Parsers made by `new Function` cost more than the one parse they would serve, and some policies forbid them.
z.config({ jitless: true });

/** The policy file as a JSON Schema (2020-12), for editors of TOML. The reader is stricter than patterns can be. */
export const policyJsonSchema = (): object => ({
  title: 'The policy of an auditor',
  ...z.toJSONSchema(policySchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== until) return;
      const description =
        'the first day, in UTC, on which this is no longer accepted; a date of TOML: until = 2027-01-31';
      Object.assign(jsonSchema, { type: 'string', format: 'date', description });
    },
  }),
});
