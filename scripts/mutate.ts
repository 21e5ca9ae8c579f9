// Mutation testing by room (docs/mutation.md): `npm run mutate`, or `npm run mutate -- pin audit/policy` for some of them.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

/** What is mutated together, and the tests that hold it: patterns of paths under `src` and under `test`. */
interface Room {
  readonly source: readonly string[];
  readonly tests: readonly string[];
}

const whole = (room: string): [string, Room] => [room, { source: [`${room}/**/*.ts`], tests: [`${room}/**`] }];

/** A part of a room, by the paths of its files and of its tests there. */
const partOf =
  (room: string) =>
  (name: string, source: string, ...tests: readonly string[]): [string, Room] => [
    `${room}/${name}`,
    { source: [`${room}/${source}.ts`], tests: tests.map((test) => `${room}/${test}.test.ts`) },
  ];
const part = partOf('audit');
const compose = partOf('compose');
const provenance = partOf('provenance');
const registry = partOf('registry');
const source = partOf('source');

/**
 * The rooms whose answers are believed and that fast tests can hold: bytes in, an answer out. `audit` is taken in parts,
 * since a static mutant runs all tests of its room; of its collectors only what reads the bytes of others is here.
 */
const ROOMS = new Map<string, Room>([
  ...['pin', 'asn1', 'evidence', 'tdx'].map(whole),
  compose(
    'yaml',
    '{build-tree,definition-hash,document,errors,interpolate,limits,read-yaml,scalars,tree}',
    '{definition-hash,parts,yaml}',
  ),
  // Without the tests of hostile YAML: half of the changes are in tables of names, and each of these runs all tests.
  compose(
    'review',
    '{app-facts,checks/*,command,context,engine-names,environment,find-launcher,findings,host-paths,image,locate-pin,mounts,networks,own-places,paths,programs,review,service-keys,volumes,words}',
    '!(yaml)',
  ),
  provenance(
    'read',
    '{bundle,bundle-shape,cosign,fields,media-type,predicate,public-key,read-bundles,sha256,statement}',
    '{bundle,check-predicate,cosign,public-key,read-bundles,statement}',
  ),
  provenance('roots', '{instance,public-good,root-shape,trusted-root}', 'trusted-root'),
  provenance(
    'policy',
    '{claims,errors,expectations,facts,limits,outcome,refs,repository,result,subject-digests}',
    '{claims,errors,expectations,repository}',
  ),
  provenance('checks', '{checks/*,check-bundle,check-provenance}', 'check-*', 'mock'),
  provenance(
    'verify',
    '{prehashed,verify-artifact,verify-bundle}',
    '{fixtures,mock,prehashed,verify-artifact,verify-bundle}',
  ),
  // What says of images what they are; not what fetches them.
  registry('layers', '{compare-config,derived-image,layer/*}', '{derived-image,layer,pax,tar}'),
  registry(
    'documents',
    '{config-members,descriptor,digest,http/public-address,image-config,image-environment,manifest,platform,reference,spelling}',
    '{derived-image,digest,manifest,platform,public-address,reference,spelling}',
  ),
  registry('auth', 'auth/{challenge,realm}', 'auth'),
  // What a commit and its trees are, and to which branch or tag it belongs; the launcher's own tests drive the program.
  source('trees', '{checkout/layout,objects/*}', '{layout,objects,trees}'),
  source('history', 'history/{find-ref,graph,refs,refs-answer,requests}', 'history'),
  ...['audit/lint', 'audit/policy', 'audit/profile-mpc'].map(whole),
  // Here and with the seeds of `trust`: one file of tests has another module in the place of one, and files share their modules.
  part('pinning', 'pinning/*', 'pinning/!(measure)'),
  part('collect/answer', 'collect/{answer/*,base58}', 'collect/{agent-info,base58,ra-tls-leaf,read-answer}'),
  part('report', 'report/*', 'report/*'),
  // Without the tests that make pages of megabytes: a static mutant runs all.
  part('report/html', 'report/html/*', 'report/html/!(browser|hostile|limits)'),
  part(
    'bundle',
    '{bundle/*,reservation}',
    'bundle/{content,hostile,is-bundle,recheck,recheck-evidence,recording,roots,saved-refs,schema,source,write,write-limits}',
    'reservation',
  ),
  part('trust', 'trust/{anchor,kept-root,metadata,record}', 'trust/{anchor,record}'),
  // The judge of a commit, and what may be asked for it; not what brings it.
  part('source/contents', 'source/contents/{commands,finding,manifests}', 'source/{contents,contents-rules}'),
  part('source/signature', 'source/signature/*', 'source/{gitsign,signature,signature-bytes}'),
  part('source/since', 'source/since/*', 'source/since'),
  part('source/address', 'source/{address,submodule-address}', 'source/{address,submodules}'),
  part(
    'source/judge',
    'source/{audit-limits,contents/scan,entry,facts,judge-*}',
    'source/{audit-limits,judge,judge-commit,scan}',
  ),
  // What each check says of itself is held in core/registry.
  part('checks/source', 'checks/source', 'checks/source', 'core/registry'),
  part('checks/provenance', 'checks/provenance', 'checks/provenance', 'core/registry'),
  // What is believed of a build; not what runs it.
  part(
    'rebuild',
    '{checks/provenance-rebuild,collect/rebuild/{lines,read-result,stage-of},rebuilt}',
    'rebuild/{check,parts}',
    'core/registry',
  ),
  part(
    'checks/compose',
    'checks/{app-id,compose,compose-config-id,compose-hash,kms-identity}',
    'checks/{compose,compose-text,identity}',
    'core/registry',
  ),
  part(
    'checks/quote',
    'checks/{cert-report-data,eventlog-*,os-*,quote-*}',
    'checks/{event-log,eventlog-later,os,quote,quote-tcb,report-data}',
    'core/registry',
  ),
  part(
    'runtime',
    '{checks/freshness,checks/runtime,runtime/*}',
    'runtime/*',
    'checks/{eventlog-later,report-data}',
    'core/registry',
  ),
  // What lies in `audit` itself: the tables of known images and scripts are held beside what reads them.
  part('core', '*', '*', 'core/*', 'lint/compose', 'policy/{known-scripts,os-images}'),
]);

/** Of the mutants of each room, how many must be found out, in percent. */
const REQUIRED_SCORE = 90;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // Every mutant again, also those whose file and tests are as they were.
    force: { type: 'boolean', default: false },
    concurrency: { type: 'string' },
    // Files of the room to mutate, in place of all; what earlier runs found in the others counts in the score.
    only: { type: 'string', multiple: true },
  },
});

/** The rooms of a name: one, or all that lie in it (`audit`). */
const named = (name: string): string[] =>
  [...ROOMS.keys()].filter((room) => room === name || room.startsWith(`${name}/`));

const names =
  positionals.length > 0 ? positionals : [...new Set([...ROOMS.keys()].map((room) => room.split('/', 1)[0] ?? room))];
const odd = names.find((name) => named(name).length === 0);
if (odd !== undefined) {
  console.error(`error: there is no room ${odd}; the rooms are ${[...ROOMS.keys()].join(', ')}`);
  process.exit(2);
}

// Stryker tests copies of the project, which lie in here: a folder of this run alone, so that several can run at once and
// each takes away its own, also when it is interrupted. The captures beside the project must lie beside its copy as well.
const copies = `.stryker/run-${process.pid}`;
mkdirSync(join(copies, 'shared'), { recursive: true });
const captures = ['../shared/fixtures', 'fixtures'].find((place) => existsSync(place));
if (captures !== undefined) symlinkSync(resolve(captures), join(copies, 'shared/fixtures'));
else console.error('warning: no captures (npm run fixtures brings them): what their tests hold will seem to survive');
process.on('exit', () => rmSync(copies, { recursive: true, force: true }));

type Result = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const mutate = (room: string, { source, tests }: Room): Promise<Result[]> => {
  // For vitest.mutate.config.ts: a room is held by its own tests, not by those of rooms that happen to use it.
  process.env.MUTATE_TESTS = JSON.stringify(tests);
  const file = `.stryker/${room.replaceAll('/', '-')}`;
  return new Stryker({
    mutate: values.only ?? source.map((pattern) => `src/${pattern}`),
    incrementalFile: `${file}.json`,
    force: values.force,
    tempDirName: copies,
    htmlReporter: { fileName: `${file}.html` },
    ...(values.concurrency === undefined ? {} : { concurrency: Number(values.concurrency) }),
  }).runMutationTest();
};

const isMissed = ({ status }: Result): boolean => status === 'Survived' || status === 'NoCoverage';

const printMissed = (results: Result[]): void => {
  for (const { fileName, location, mutatorName, replacement, status } of results.filter(isMissed)) {
    const place = `${relative(root, fileName)}:${location.start.line}:${location.start.column}`;
    console.log(`${status} ${place} ${mutatorName}: ${JSON.stringify(replacement)}`);
  }
};

/** @returns the score in percent, and the line that says how it came about */
const score = (results: Result[]): { percent: number; line: string } => {
  const count = (...statuses: Result['status'][]): number =>
    results.filter(({ status }) => statuses.includes(status)).length;
  const found = count('Killed', 'Timeout');
  const missed = count('Survived', 'NoCoverage');
  const valid = found + missed;
  const percent = valid === 0 ? 0 : (100 * found) / valid;
  const line =
    `${valid} mutants, ${found} found out (${count('Timeout')} by a time-out), ${missed} survived ` +
    `(${count('NoCoverage')} in code that no test reaches), ${results.length - valid} invalid: ${percent.toFixed(2)} %`;
  return { percent, line };
};

const lines: string[] = [];
const low: string[] = [];
for (const name of names) {
  const all: Result[] = [];
  const rooms = named(name);
  for (const room of rooms) {
    const start = Date.now();
    const results = await mutate(room, ROOMS.get(room) as Room);
    all.push(...results);
    const { percent, line } = score(results);
    printMissed(results);
    console.log(`${room}: ${line}, ${Math.round((Date.now() - start) / 1000)} s`);
    lines.push(`${room}: ${line}`);
    if (percent < REQUIRED_SCORE) low.push(room);
  }
  if (rooms.length > 1) lines.push(`${name}, all: ${score(all).line}`);
}

console.log(`\n${lines.join('\n')}`);
if (low.length > 0) {
  console.error(`error: under ${REQUIRED_SCORE} %: ${low.join(', ')}`);
  process.exitCode = 1;
}
