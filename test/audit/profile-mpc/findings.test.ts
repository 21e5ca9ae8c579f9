import { describe, expect, test } from 'vitest';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import { accepted, broken, changed, NOW, policy, stated } from '../checks/support.ts';
import {
  allowing,
  DAY,
  evidenceOf,
  goodEvidence,
  IMAGE,
  imageEvent,
  judge,
  LAUNCHER,
  node,
  OLDER_IMAGE,
} from './support.ts';
import { mpcPolicy } from '../../../src/audit/policy/profiles/mpc.ts';

const older = evidenceOf(node({ userEvents: [imageEvent(OLDER_IMAGE)] }));
const NEWEST = { hash: IMAGE, expiry: undefined };

const texts = (id: string, evidence = goodEvidence, expectations = {}): string[] =>
  judge(evidence, expectations).findings.flatMap((one) => (one.id === id ? [one.text] : []));

describe('mpc.image-expiry', () => {
  const ending = (seconds: number): string[] =>
    texts('mpc.image-expiry', older, allowing({ images: [NEWEST, { hash: OLDER_IMAGE, expiry: NOW + seconds }] }));

  test.each([
    [1, 'in less than a day'],
    [DAY - 1, 'in less than a day'],
    [DAY, 'in 1 day'],
    [2 * DAY - 1, 'in 1 day'],
    [2 * DAY, 'in 2 days'],
    [7 * DAY, 'in 7 days'],
  ])('%i seconds before the end says: %s', (seconds, days) => {
    const end = new Date((NOW + seconds) * 1000).toISOString().replace('.000Z', 'Z');
    expect(ending(seconds)).toEqual([
      `this image stops being accepted ${days} (${end}): start the machine again before, and the launcher takes a newer one`,
    ]);
    expect(judge(older, { ...allowing(), only: 'attestation' }).word).toBe('PASSED');
  });

  test('at the end it is no warning any more: mpc.image fails', () => {
    expect(ending(0)).toEqual([]);
    const images = [NEWEST, { hash: OLDER_IMAGE, expiry: NOW }];
    expect(judge(older, { ...allowing({ images, composeHashes: undefined }), only: 'attestation' })).toMatchObject({
      word: 'STALE',
      exit: 12,
    });
  });

  test('nothing is said of an image without an end, of another one, and without a list', () => {
    expect(texts('mpc.image-expiry')).toEqual([]);
    expect(texts('mpc.image-expiry', older, allowing({ images: [NEWEST] }))).toEqual([]);
    expect(texts('mpc.image-expiry', older, allowing({ images: undefined }))).toEqual([]);
    expect(texts('mpc.image-expiry', older, { mpcAllowed: undefined })).toEqual([]);
    expect(texts('mpc.image-expiry', changed({ eventLog: undefined }, older))).toEqual([]);
    expect(texts('mpc.image-expiry', changed({ eventLog: broken() }, older))).toEqual([]);
    expect(texts('mpc.image-expiry', evidenceOf(node({ userEvents: [] })))).toEqual([]);
  });

  test('a policy may accept it', () => {
    const accepting = policy({ ...mpcPolicy(), findings: [accepted('mpc.image-expiry')] });
    expect(judge(older, accepting).findings.find(({ id }) => id === 'mpc.image-expiry')?.accepted).toEqual({
      reason: 'a test',
      source: 'org.toml line 3',
    });
  });
});

test('all that is said, in its order', () => {
  const ids = (evidence = goodEvidence, expectations = {}): string[] =>
    judge(evidence, expectations).findings.map(({ id }) => id);
  const event = 'eventlog.application-event';
  expect(ids()).toEqual([event, 'mpc.no-pin']);
  expect(ids(older)).toEqual([event, 'mpc.image-expiry', 'mpc.image-older', 'mpc.no-pin']);
  expect(ids(evidenceOf(node({ userEvents: [imageEvent('ee'.repeat(32))] })))).toEqual([event, 'mpc.no-pin']);
  expect(ids(evidenceOf(node({ userEvents: [] })))).toEqual(['mpc.no-pin']);
  expect(ids(evidenceOf(node({ composeFile: 'x: [' })))).toEqual([event]);
  expect(ids(changed({ appCompose: undefined }, goodEvidence))).toEqual([event]);
  expect(ids(changed({ appCompose: broken() }, goodEvidence))).toEqual([event]);
  expect(ids(changed({ eventLog: broken() }, goodEvidence))).toEqual(['mpc.no-pin']);
  expect(ids(changed({ eventLog: undefined }, goodEvidence))).toEqual(['mpc.no-pin']);
  expect(ids(goodEvidence, allowing({ images: undefined, launchers: undefined }))).toEqual([event, 'mpc.no-pin']);
});

test('mpc.image-older: images stand newest first', () => {
  expect(texts('mpc.image-older', older)).toEqual([`a newer image is accepted: ${IMAGE}`]);
  expect(texts('mpc.image-older')).toEqual([]);
  expect(texts('mpc.image-older', older, allowing({ images: [NEWEST] }))).toEqual([]);
});

test('mpc.launcher-older: launchers stand the other way round', () => {
  const launchers = (...hashes: string[]) =>
    texts(
      'mpc.launcher-older',
      goodEvidence,
      allowing({ launchers: hashes.map((hash) => ({ hash, expiry: undefined })) }),
    );
  const other = 'ee'.repeat(32);
  expect(launchers(other, LAUNCHER)).toEqual([]);
  expect(launchers(LAUNCHER, other)).toEqual([`a newer launcher is accepted: ${other}`]);
  expect(launchers(LAUNCHER, 'dd'.repeat(32), other)).toEqual([`a newer launcher is accepted: ${other}`]);
  expect(launchers(LAUNCHER)).toEqual([]);
  expect(launchers(other)).toEqual([]);
  expect(texts('mpc.launcher-older', goodEvidence, { mpcAllowed: undefined })).toEqual([]);
  expect(texts('mpc.launcher-older', evidenceOf(node({ composeFile: 'services: {}\n' })))).toEqual([]);
  expect(texts('mpc.launcher-older', changed({ appCompose: broken() }, goodEvidence))).toEqual([]);
});

describe('mpc.no-pin', () => {
  test('is said of a text that names no commit', () => {
    expect(texts('mpc.no-pin')).toEqual([
      'the compose file names no commit: nobody can say which source runs, so VERIFIED is out of reach. What speaks for this node are the digests that operators voted on; --only attestation holds it against these',
    ]);
  });

  test('is not said of a text with a pin, without one that can be read, and without the profile', () => {
    expect(texts('mpc.no-pin', evidenceOf(node({ composeFile: undefined as never })))).toEqual([]);
    expect(texts('mpc.no-pin', evidenceOf(node({ composeFile: 'x: [' })))).toEqual([]);
    expect(texts('mpc.no-pin', changed({ appCompose: undefined }, goodEvidence))).toEqual([]);
    expect(texts('mpc.no-pin', goodEvidence, { policy: EMPTY_POLICY })).toEqual([]);
    expect(texts('mpc.no-pin', goodEvidence, policy({ required: [stated('quote.tcb')] }))).toEqual([]);
  });
});
