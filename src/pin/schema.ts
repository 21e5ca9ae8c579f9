import * as z from 'zod/mini';
import type { Checked, Fault } from './checked.ts';
import { fail, pass } from './checked.ts';
import type { PinKey } from './keys.ts';
import { absoluteFile, relativeFile, relativeFolder, workDir } from './paths.ts';
import type { Pin, PinDefaults } from './types.ts';
import { parseRepoUrl } from './url.ts';
import { command, commitSha, envNames, mirrors, oneOf, optionalCommand, proxy, treeSha256 } from './values.ts';

// One for all keys: each costs time at the start of a launch.
const text = z.string();

/** A value by one of our rules; the fault travels in the issue's `params`. */
const byRule = <T>(rule: (text: string) => Checked<T>) =>
  z.pipe(
    text,
    z.transform((given: string, context): T => {
      const checked = rule(given);
      if (checked.ok) return checked.value;
      const { fault } = checked;
      context.issues.push({ code: 'custom', input: given, message: fault.message, params: { fault } });
      return z.NEVER;
    }),
  );

/** As {@link byRule}, where the key says nothing when it is empty: an error, since a forgotten value looks the same. */
const value = <T>(rule: (text: string) => Checked<T>) =>
  byRule((given) =>
    given === '' ? fail('empty-value', 'must not be empty', 'write a value, or remove the line') : rule(given),
  );

const optional = <T>(rule: (text: string) => Checked<T>) => z.optional(value(rule));

/** A key of the predecessor whose templates may leave it blank: then it says nothing. */
const blankable = <T>(rule: (text: string) => Checked<T>) =>
  z.optional(byRule((given): Checked<T | undefined> => (given === '' ? pass(undefined) : rule(given))));

const pinSchema = z.strictObject({
  REPO_URL: value(parseRepoUrl),
  REPO_MIRRORS: optional(mirrors),
  COMMIT_SHA: value(commitSha),
  TREE_SHA256: optional(treeSha256),
  WORK_DIR: value(workDir),
  REPO_SUBDIR: blankable(relativeFolder),
  ENTRYPOINT_SCRIPT: optional(relativeFile),
  RUN_CMD: optional(command),
  INSTALL_CMD: z.optional(byRule(optionalCommand)),
  CHILD_ENV_FILE: blankable(absoluteFile),
  ALLOW_ENV: optional(envNames),
  REPO_CREDENTIAL_FILE: optional(absoluteFile),
  REPO_CA_FILE: optional(absoluteFile),
  REPO_PROXY: optional(proxy),
  SSH_KEY_FILE: optional(absoluteFile),
  SSH_KNOWN_HOSTS_FILE: optional(absoluteFile),
  SUBMODULES: optional(oneOf('no', 'ignore', 'yes')),
  RECEIPT: optional(oneOf('auto', 'required', 'off')),
} satisfies Record<PinKey, z.ZodMiniType>);

/** The values of the keys, each by its own rule. */
export type PinValues = z.infer<typeof pinSchema>;

/** What is wrong with one key. */
export type Problem =
  | { kind: 'unknown'; key: string }
  | { kind: 'missing'; key: string }
  | { kind: 'fault'; key: string; fault: Fault };

const problemsOf = (issue: z.core.$ZodIssue): Problem[] => {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ kind: 'unknown', key }));
  const key = String(issue.path[0]);
  // Custom issues are those of byRule alone.
  return [issue.code === 'custom' ? { kind: 'fault', key, fault: issue.params!.fault } : { kind: 'missing', key }];
};

// Parsers made by `new Function` cost more than the one parse they would serve, and some policies forbid them.
z.config({ jitless: true });

/** The values of the keys, or everything that is wrong with them taken one by one. */
export const readValues = (
  given: Record<string, string>,
): { ok: true; values: PinValues } | { ok: false; problems: Problem[] } => {
  const result = z.safeParse(pinSchema, given);
  return result.success
    ? { ok: true, values: result.data }
    : { ok: false, problems: result.error.issues.flatMap(problemsOf) };
};

/** The pin that good values make, with what is not given filled in. */
export const toPin = (values: PinValues, defaults: PinDefaults): Pin => ({
  repoUrl: values.REPO_URL,
  repoMirrors: values.REPO_MIRRORS ?? [],
  commitSha: values.COMMIT_SHA,
  objectFormat: values.COMMIT_SHA.length === 40 ? 'sha1' : 'sha256',
  workDir: values.WORK_DIR,
  treeSha256: values.TREE_SHA256,
  repoSubdir: values.REPO_SUBDIR,
  mode:
    values.RUN_CMD === undefined
      ? { kind: 'default', entrypointScript: values.ENTRYPOINT_SCRIPT ?? defaults.entrypointScript }
      : { kind: 'advanced', runCmd: values.RUN_CMD, installCmd: values.INSTALL_CMD },
  childEnvFile: values.CHILD_ENV_FILE,
  allowEnv: values.ALLOW_ENV ?? [],
  repoCredentialFile: values.REPO_CREDENTIAL_FILE,
  repoCaFile: values.REPO_CA_FILE,
  repoProxy: values.REPO_PROXY,
  sshKeyFile: values.SSH_KEY_FILE,
  sshKnownHostsFile: values.SSH_KNOWN_HOSTS_FILE,
  submodules: values.SUBMODULES ?? defaults.submodules,
  receipt: values.RECEIPT ?? 'auto',
});
