import * as z from 'zod/mini';
import { EXIT } from '../../base/exit-codes.ts';
import { CHECK_IDS } from '../check-ids.ts';
import type { VerdictWord } from '../result.ts';
import { STEPS } from '../steps.ts';
import { VERDICT_SCHEMA } from './schema-id.ts';

/** A key with the sentence that the published schema says of it. */
const described = <T extends z.ZodMiniType>(type: T, description: string): T => type.check(z.describe(description));

const text = (description: string) => described(z.string(), description);
const textOrNull = (description: string) => described(z.nullable(z.string()), description);
const texts = (description: string) => described(z.array(z.string()), description);
const count = () => z.int().check(z.minimum(0));

const WORDS = [
  'VERIFIED',
  'PASSED',
  'CONSISTENT',
  'REJECTED',
  'NOT BOUND',
  'STALE',
  'UNSUPPORTED',
  'MALFORMED',
  'UNAVAILABLE',
  'ENVIRONMENT',
  'INTERNAL ERROR',
] as const satisfies readonly VerdictWord[];

const exitCode = (description: string) => described(z.literal(Object.values(EXIT)), description);

const checkSchema = z.object({
  id: described(z.enum(CHECK_IDS), 'Stable name of the check; twl explain ID says what it proves.'),
  step: described(z.enum(STEPS), 'Which of the four steps it serves.'),
  required: described(z.boolean(), 'Whether the verdict needs it to have passed. A failed check counts in any case.'),
  state: described(
    z.enum(['passed', 'failed', 'not-checked', 'not-bound']),
    'Only passed counts. not-bound: shown, but the evidence does not cover it.',
  ),
  exit: exitCode('The exit code that this result calls for; 0 where it passed.'),
  summary: text('What was found out, or why not, in one sentence. It may quote the evidence.'),
  expected: textOrNull('The value that was expected.'),
  found: textOrNull('The value that the evidence holds.'),
  blocked_by: described(
    z.nullable(z.enum(CHECK_IDS)),
    'The check that this one stands on and that did not pass: then it was not made.',
  ),
  source: textOrNull('Where the expected value came from: a flag, a line of a policy, built in.'),
  origins: texts('Where the bytes that were looked at came from.'),
  details: texts('Further lines.'),
  hint: textOrNull('What to do next.'),
});

const findingSchema = z.object({
  id: text('Stable name, by which a policy can accept it.'),
  text: text('What a reader should know. It may quote the evidence.'),
  path: textOrNull('The file that it is about, from the top of the commit, escaped; or the key of the pin.'),
  line: described(z.nullable(count()), 'The line in it, from 1.'),
  accepted: z.nullable(
    z.object({ reason: text('Why a policy accepts it.'), source: text('Which policy, and where.') }),
  ),
});

const names = (description: string) => described(z.record(z.string(), z.string()), description);

const launcherSchema = z.object({
  service: text('The name of its service.'),
  image: text('Name, tag and digest of the image.'),
});

const buildSchema = z.object({
  origin: text('Where the bundle came from.'),
  accepted: described(z.boolean(), 'No check of the bundle failed.'),
  simulated: described(z.boolean(), 'Somebody pretended to be Sigstore.'),
  facts: names('What the certificate says, by name: run, repository, commit, ref and the like.'),
});

const commandsSchema = z.object({
  install: textOrNull('INSTALL_CMD, whole.'),
  run: text('RUN_CMD, whole.'),
});

const entryScriptSchema = z.object({
  path: text('From the top of the commit.'),
  size: described(count(), 'Bytes.'),
  text: textOrNull('Its text; null where note says why.'),
  note: textOrNull('Why there is no text.'),
});

const pathStateSchema = z.nullable(
  z.object({
    kind: described(z.enum(['file', 'executable', 'symlink', 'gitlink']), 'What stands at the path.'),
    id: text('The id of the object.'),
    size: described(z.nullable(count()), 'Bytes; null for a submodule.'),
  }),
);

const changesSchema = z.object({
  added: count(),
  removed: count(),
  changed: count(),
  paths: described(
    z.array(z.object({ path: text('Escaped.'), before: pathStateSchema, after: pathStateSchema })),
    'The paths; not all of them where there are many.',
  ),
  lines: described(
    z.nullable(z.array(z.object({ sign: z.enum(['+', '-']), line: count(), text: text('Without its line feed.') }))),
    'Lines of the entry script; null where it is not in both commits, or too large.',
  ),
});

const sinceSchema = z.object({
  commit: textOrNull('The commit that was audited last; null where note says why.'),
  note: textOrNull('Why nothing is known of it.'),
  hint: textOrNull('What to do next.'),
  changes: z.nullable(changesSchema),
});

/** The form of a JSON report. */
export const verdictSchema = z.object({
  schema: described(z.literal(VERDICT_SCHEMA), 'The version of this form.'),
  simulated: described(
    z.boolean(),
    'The trust root was not the one of Intel: nothing here says anything about any hardware.',
  ),
  verdict: described(z.enum(WORDS), 'What the evidence as a whole comes to. Only VERIFIED means that all was shown.'),
  exit: exitCode('The exit code of the program.'),
  target: text('The target as it was named.'),
  only: described(z.nullable(z.enum(STEPS)), 'The step that was asked for alone.'),
  at: text('The time that validity was judged at, ISO 8601 in UTC.'),
  at_source: text('Where that time came from.'),
  counts: z.object({ passed: count(), failed: count(), not_bound: count(), not_checked: count() }),
  checks: z.array(checkSchema),
  findings: z.array(findingSchema),
  launcher: described(z.nullable(launcherSchema), 'The service that was taken for the launcher.'),
  build: described(
    z.nullable(buildSchema),
    'What a certificate says of the build of its image. Believed only where checks of the step provenance say so.',
  ),
  pin: described(
    z.nullable(z.array(z.string())),
    'The pin as the launcher reads it: lines KEY=VALUE in canonical form, defaults written out.',
  ),
  commands: described(z.nullable(commandsSchema), 'What the pin runs in place of an entry script.'),
  entry_script: described(z.nullable(entryScriptSchema), 'The entry script of the pinned commit.'),
  since: described(z.nullable(sinceSchema), 'What changed since the commit of --since.'),
  missing: texts('What would have to be given or done for the best verdict; empty where it is that.'),
  facts: names('What the evidence showed of the deployment. Believed only where a check says so.'),
  timings_ms: described(
    z.nullable(z.record(z.string(), z.number().check(z.minimum(0)))),
    'Milliseconds that each check took; null unless --timings was given.',
  ),
});

export type VerdictReport = z.infer<typeof verdictSchema>;
export type CheckReport = z.infer<typeof checkSchema>;
export type FindingReport = z.infer<typeof findingSchema>;
export type MaterialReport = Pick<VerdictReport, 'launcher' | 'build' | 'pin' | 'commands' | 'entry_script' | 'since'>;
export type SinceReport = z.infer<typeof sinceSchema>;

/** The form of a JSON report as a JSON Schema (2020-12). Further keys are let pass: a later release may add some to v1. */
export const verdictJsonSchema = (): object => ({
  ...z.toJSONSchema(verdictSchema, { io: 'input' }),
  $id: VERDICT_SCHEMA,
  title: 'The verdict of twl verify --json',
});
