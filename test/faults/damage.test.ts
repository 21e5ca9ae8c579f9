import { beforeAll, expect, test } from 'vitest';
import type { Answer } from '../support/answer.ts';
import * as behave from '../support/behaviours.ts';
import { git } from '../support/git-command.ts';
import { type Random, seededRandom } from '../support/random.ts';
import { sourceWriter } from '../support/source-text.ts';
import { expectRan, leftoversIn, type Launched, launch, type PinValues, RAN, useStand } from './support.ts';

const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
console.info(`damaged transfers: FAULT_SEED=${seed}`);

const writer = sourceWriter(seededRandom(7));
const base = writer.file(9000);
const stand = useStand({ files: { 'one.ts': base, 'two.ts': writer.variant(base), 'three.ts': writer.file(4000) } });
let recorded: Buffer;
let checked = 0;

beforeAll(async () => {
  await stand.repository.git('repack', '-adfq');
  expectRan(await stand.launch());
  recorded = Buffer.concat(stand.server.requests.at(-1)!.response!);
  expect(recorded.length).toBeGreaterThan(3000);
});

/** Nothing but the pinned bytes ever ran, and the next start at the same place runs them. */
const faultThenHeal = async (fault: Answer, what: string): Promise<Launched> => {
  const pin: PinValues = stand.pin();
  stand.server.behave(behave.onFetch({ ...behave.resultOf(recorded), ...fault }));
  const broken = await launch(pin);
  const isFine = broken.code === 0 && broken.stdout === RAN;
  const isNothing = broken.stdout === '' && [10, 20, 30, 40].includes(broken.code ?? -1);
  expect(isFine || isNothing, `${what}: ${broken.code} ${broken.stdout}${broken.stderr}`).toBe(true);
  expect(leftoversIn(String(pin.WORK_DIR)), what).toEqual([]);
  stand.server.behave(undefined);
  const healed = await launch(pin);
  expect({ code: healed.code, stdout: healed.stdout }, what).toEqual({ code: 0, stdout: RAN });
  if (checked++ % 8 === 0) expect(await git(['-C', String(pin.WORK_DIR), 'status', '--porcelain']), what).toBe('');
  return broken;
};

/** Places from the whole range, each in its own part of it, so that head, middle and trailer all get some. */
const places = (count: number, range: number, random: Random): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(((i + random.next()) / count) * range));

test('the connection cut at 60 random bytes', async () => {
  const cuts = [0, ...places(58, recorded.length, seededRandom(seed)), recorded.length - 1];
  for (const cutAfter of cuts) {
    const broken = await faultThenHeal({ cutAfter }, `cut after ${cutAfter}`);
    expect(broken).toMatchObject({ stdout: '', errorCode: 'connection-cut' });
  }
}, 120_000);

test('a bit turned over at 64 random places', async () => {
  const refused: string[] = [];
  for (const flipBit of places(64, recorded.length * 8, seededRandom(seed + 1))) {
    const broken = await faultThenHeal({ flipBit }, `bit ${flipBit}`);
    if (broken.errorCode !== undefined) refused.push(broken.errorCode);
    expect(broken.errorCode).not.toBe('readers-disagree');
  }
  // A bit of a pkt-line's case or of a shallow line changes nothing; nearly all others must be noticed.
  expect(refused.length).toBeGreaterThan(55);
}, 120_000);
