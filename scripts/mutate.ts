// Mutation testing by room (docs/mutation.md): `npm run mutate`, or `npm run mutate -- pin tdx` for some of them.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

/** The rooms whose answers are believed and that fast tests can hold: bytes in, an answer out. */
const ROOMS = ['pin', 'asn1', 'evidence', 'tdx', 'compose', 'provenance', 'audit'];

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

const rooms = positionals.length > 0 ? positionals : ROOMS;
const odd = rooms.find((room) => !existsSync(join('src', room)) || !existsSync(join('test', room)));
if (odd !== undefined) {
  console.error(`error: there is no src/${odd} with tests in test/${odd}; the rooms are ${ROOMS.join(', ')}`);
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

const report = (room: string, results: Result[], seconds: number): number => {
  const count = (...statuses: Result['status'][]): number =>
    results.filter(({ status }) => statuses.includes(status)).length;
  const found = count('Killed', 'Timeout');
  const missed = results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  for (const { fileName, location, mutatorName, replacement, status } of missed) {
    const place = `${fileName}:${location.start.line}:${location.start.column}`;
    console.log(`${status} ${place} ${mutatorName}: ${JSON.stringify(replacement)}`);
  }
  const valid = found + missed.length;
  const score = valid === 0 ? 0 : (100 * found) / valid;
  const others = results.length - valid;
  console.log(
    `${room}: ${valid} mutants, ${found} found out (${count('Timeout')} by a time-out), ${missed.length} survived ` +
      `(${count('NoCoverage')} in code that no test reaches), ${others} invalid, ${seconds} s: ${score.toFixed(2)} %`,
  );
  return score;
};

const scores: [string, number][] = [];
for (const room of rooms) {
  // For vitest.mutate.config.ts: a room is held by its own tests, not by those of rooms that happen to use it.
  process.env.MUTATE_ROOM = room;
  const start = Date.now();
  const results = await new Stryker({
    mutate: values.only ?? [`src/${room}/**/*.ts`],
    incrementalFile: `.stryker/${room}.json`,
    force: values.force,
    tempDirName: copies,
    htmlReporter: { fileName: `.stryker/${room}.html` },
    ...(values.concurrency === undefined ? {} : { concurrency: Number(values.concurrency) }),
  }).runMutationTest();
  scores.push([room, report(room, results, Math.round((Date.now() - start) / 1000))]);
}

console.log();
for (const [room, score] of scores) console.log(`${room.padEnd(10)} ${score.toFixed(2).padStart(6)} %`);
const low = scores.filter(([, score]) => score < REQUIRED_SCORE).map(([room]) => room);
if (low.length > 0) {
  console.error(`error: under ${REQUIRED_SCORE} %: ${low.join(', ')}`);
  process.exitCode = 1;
}
