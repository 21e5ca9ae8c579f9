import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { mpcImage } from '../../../src/audit/profile-mpc/image.ts';
import { mpcLauncher } from '../../../src/audit/profile-mpc/launcher.ts';
import { mpcMeasurements } from '../../../src/audit/profile-mpc/measurements.ts';
import { launcherTemplate, namedDigests } from '../../../src/audit/profile-mpc/template.ts';
import { runtimeEvent } from '../../mocks/deployment/event.ts';
import { dropEvent, insertAfter } from '../../mocks/deployment/edit-events.ts';
import { contextOf, goodInfo, infoOf, NOW } from '../checks/support.ts';
import {
  allowing,
  check,
  evidenceOf,
  good,
  IMAGE,
  imageEvent,
  LAUNCHER,
  LISTS,
  measuredSet,
  node,
  OLDER_IMAGE,
  SOURCE,
} from './support.ts';

const GIVE = 'give --allowed with a file of what the views of the contract return';
const LOG = 'saved answer public_data.json, tee_participant_info.Dstack.tcb_info.event_log';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const TEMPLATE = launcherTemplate({ launcher: LAUNCHER, image: IMAGE });

describe('mpc.image', () => {
  test('passes for each accepted image, and says which it is', () => {
    expect(check(mpcImage)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'the image of the node is number 1 of 2 accepted ones, the newest first',
      expected: `${IMAGE} or ${OLDER_IMAGE}`,
      found: IMAGE,
      source: SOURCE,
      origins: ['saved answer public_data.json, tee_participant_info.Dstack.tcb_info.event_log'],
      details: [],
    });
    expect(check(mpcImage, evidenceOf(node({ userEvents: [imageEvent(OLDER_IMAGE)] })))).toMatchObject({
      state: 'passed',
      summary: 'the image of the node is number 2 of 2 accepted ones, the newest first',
      details: ['accepted until 2026-09-24T14:13:20Z'],
    });
  });

  test('an end counts from its second on, and is stale', () => {
    const until = (expiry: number) => check(mpcImage, undefined, allowing({ images: [{ hash: IMAGE, expiry }] }));
    expect(until(NOW + 1).state).toBe('passed');
    expect(until(NOW)).toMatchObject({
      state: 'failed',
      exit: 12,
      summary: 'the image of the node was accepted until 2026-09-21T14:13:20Z',
      hint: 'start the machine again: the launcher then takes the newest image that is accepted',
      found: IMAGE,
    });
  });

  test('fails for another image, and for an empty list', () => {
    const images = [{ hash: OLDER_IMAGE, expiry: undefined }];
    expect(check(mpcImage, undefined, allowing({ images }))).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'the image of the node is not an accepted one',
      expected: OLDER_IMAGE,
      found: IMAGE,
      source: SOURCE,
    });
    const none = check(mpcImage, undefined, allowing({ images: [] }));
    expect(none).toMatchObject({ state: 'failed', summary: 'no image of the node is accepted: the list is empty' });
    expect(none.expected).toBeUndefined();
  });

  test.each([
    ['no list', allowing({ images: undefined })],
    ['nobody who stated lists', {}],
  ])('is not made with %s', (_, expectations) => {
    expect(check(mpcImage, undefined, expectations)).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: 'nobody said which images of the node are accepted',
      found: IMAGE,
      hint: GIVE,
    });
  });

  test.each([
    ['no event', [], 'RTMR3 has no event mpc-image-digest'],
    ['two events', [imageEvent(), imageEvent()], 'RTMR3 has 2 events mpc-image-digest, and one is allowed'],
    ['31 bytes', [imageEvent(IMAGE.slice(2))], "event 31 'mpc-image-digest' has 31 bytes, not 32"],
    ['33 bytes', [imageEvent(`${IMAGE}00`)], "event 31 'mpc-image-digest' has 33 bytes, not 32"],
  ])('fails with %s', (_, userEvents, summary) => {
    const found = check(mpcImage, evidenceOf(node({ userEvents })));
    expect(found).toMatchObject({ state: 'failed', exit: 10 });
    expect(found.summary.replace(/event \d+/, 'event 31')).toBe(summary);
    expect(found.origins).toEqual([LOG]);
  });

  test("an agent's public page is older than the event: then it is not made, and says what to take", () => {
    const booted = infoOf(node({ userEvents: [] }));
    const later = [...(booted.eventLog && 'value' in booted.eventLog ? booted.eventLog.value : [])];
    const event = { ...later.at(-1)!, name: 'mpc-image-digest', digest: undefined, payload: Buffer.alloc(32) };
    const evidence = { ...booted, eventLog: { origin: 'a log', value: [...later, event] } };
    expect(contextOf(evidence).splitLog().later).toHaveLength(1);
    expect(check(mpcImage, evidence)).toMatchObject({
      state: 'not-checked',
      summary: 'RTMR3 has no event mpc-image-digest',
      hint: "take the node's /public_data, whose quote is of now",
    });
    expect(check(mpcImage, goodInfo)).toMatchObject({ state: 'failed' });
  });

  test.each([
    ['two of them', [imageEvent(), imageEvent()]],
    ['one of another length', [imageEvent('ee')]],
  ])('of such a page %s fail all the same', (_, userEvents) => {
    const info = infoOf(node({ userEvents }));
    const log = info.eventLog !== undefined && 'value' in info.eventLog ? info.eventLog.value : [];
    const event = { ...log.at(-1)!, name: 'x', digest: undefined };
    const evidence = { ...info, eventLog: { origin: 'a log', value: [...log, event] } };
    expect(contextOf(evidence).splitLog().later).toHaveLength(1);
    expect(check(mpcImage, evidence)).toMatchObject({ state: 'failed', exit: 10 });
  });

  test('an event of another register is no event of this one', () => {
    const event = { ...runtimeEvent('mpc-image-digest', 'x'), imr: 1 };
    const evidence = evidenceOf(node({ editEvents: insertAfter('system-ready', event) }));
    expect(check(mpcImage, evidence).state).toBe('passed');
  });
});

describe('the template', () => {
  test('has the bytes that the contract has', () => {
    const unfilled = launcherTemplate({ launcher: '{{LAUNCHER_IMAGE_HASH}}', image: '{{DEFAULT_IMAGE_DIGEST_HASH}}' });
    expect([Buffer.byteLength(unfilled), sha256(unfilled)]).toEqual([
      588,
      '4178791d5991d92083837cc1ded9de6eb195b608b96c0963bc51abd345051b70',
    ]);
  });

  test('names its digests, and a text that does not name both names none', () => {
    expect(namedDigests(TEMPLATE)).toEqual({ launcher: LAUNCHER, image: IMAGE });
    for (const gone of ['nearone/mpc-launcher@sha256:', 'DEFAULT_IMAGE_DIGEST=sha256:']) {
      expect(namedDigests(TEMPLATE.replace(gone, gone.slice(1)))).toBeUndefined();
    }
    for (const [from, to] of [
      [LAUNCHER, `${LAUNCHER}0`],
      [IMAGE, IMAGE.slice(1)],
      ['    image:', 'image:'],
      ['      - DEF', '- DEF'],
    ] as const) {
      expect(namedDigests(TEMPLATE.replace(from, to)), from).toBeUndefined();
    }
  });
});

describe('mpc.launcher', () => {
  test('the golden vector: a launcher and an image of 2026-03', () => {
    const launcher = '1f54b55bad22c45067228a9262bc6377e393ca1a07edb64e691e80704f49b74e';
    const image = '6a5700fccbb3facddd1f3934f4976c4dcefc176c4aac28cd2fd035984b368980';
    const evidence = evidenceOf(node({ composeFile: launcherTemplate({ launcher, image }) }));
    const expected = allowing({
      launchers: [{ hash: launcher, expiry: undefined }],
      images: [{ hash: image, expiry: undefined }],
    });
    expect(check(mpcLauncher, evidence, expected)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'the compose file is an accepted one, byte for byte',
      found: 'c888db8855b55b0d947cc16059cd7e46c462863ca745f81ce289a26e56bc93df',
      source: SOURCE,
      origins: ['saved answer public_data.json, tee_participant_info.Dstack.tcb_info.app_compose'],
    });
  });

  test('the list of compose hashes decides where there is one, whatever the two others come to', () => {
    const listed = (composeHashes: readonly string[]) => check(mpcLauncher, undefined, allowing({ composeHashes }));
    expect(listed([sha256('x'), sha256(TEMPLATE)]).state).toBe('passed');
    expect(listed([sha256('x')])).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'the compose file of the launcher is not an accepted one',
      found: sha256(TEMPLATE),
      source: SOURCE,
      details: [
        "it is NEAR's template with the digests that it names",
        `the launcher image that it names, ${LAUNCHER}, is an accepted one`,
      ],
      hint: 'deploy the very bytes that were voted on, or have this hash voted in',
    });
    expect(listed([])).toMatchObject({
      state: 'failed',
      summary: 'no compose file of the launcher is accepted: the list is empty',
    });
  });

  test('what has run out is in no product, from its second on', () => {
    const run = (expiry: number) => [
      check(mpcLauncher, undefined, allowing({ images: [{ hash: IMAGE, expiry }] })).state,
      check(mpcLauncher, undefined, allowing({ launchers: [{ hash: LAUNCHER, expiry }] })).state,
    ];
    expect(run(NOW + 1)).toEqual(['passed', 'passed']);
    expect(run(NOW)).toEqual(['failed', 'failed']);
  });

  test.each([
    ['no images', allowing({ images: undefined })],
    ['no launchers', allowing({ launchers: undefined })],
    ['nothing', {}],
  ])('is not made with %s stated', (_, expectations) => {
    expect(check(mpcLauncher, undefined, expectations)).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: 'nobody said which compose files of the launcher are accepted',
      found: sha256(TEMPLATE),
      hint: GIVE,
    });
  });

  test.each([
    ['a line feed more', (text: string) => `${text}\n`, ["it is NEAR's template with changes:"]],
    ['CR LF', (text: string) => text.replace('\n', '\r\n'), ["it is NEAR's template with changes:"]],
    [
      'a service more',
      (text: string) => text.replace('\nvolumes:', '\n  spy:\n    image: x\n\nvolumes:'),
      ['services beside launcher: spy'],
    ],
    [
      'a mount more',
      (text: string) => text.replace('      - /tapp', '      - /:/host\n      - /tapp'),
      [
        'docker_compose_file line 17 of the template:     - /tapp:/tapp:ro',
        'docker_compose_file line 17 as measured:           - /:/host',
      ],
    ],
    [
      'another file',
      () => 'services: {}\n',
      ["it is not NEAR's template: it names no launcher and no image as that does"],
    ],
    ['no compose file', () => `${TEMPLATE}  x: [`, ["it is NEAR's template with changes:"]],
    [
      'another launcher',
      (text: string) => text.replace(LAUNCHER, 'ff'.repeat(32)),
      [`the launcher image that it names, ${'ff'.repeat(32)}, is not an accepted one`],
    ],
  ])('a text that differs is another text: %s', (_, change, details) => {
    const found = check(mpcLauncher, evidenceOf(node({ composeFile: change(TEMPLATE) })));
    expect(found).toMatchObject({ state: 'failed', exit: 10, found: sha256(change(TEMPLATE)) });
    const lines = (found.details ?? []).map((line) => line.replace(/: +/g, ': '));
    expect(lines).toEqual(expect.arrayContaining(details.map((line) => line.replace(/: +/g, ': '))));
  });

  test('lines are told as they are', () => {
    const text = TEMPLATE.replace('      - /tapp', '      - /:/host\n      - /tapp');
    expect(check(mpcLauncher, evidenceOf(node({ composeFile: text }))).details).toEqual([
      "it is NEAR's template with changes:",
      'docker_compose_file line 17 of the template:       - /tapp:/tapp:ro',
      'docker_compose_file line 17 as measured:           - /:/host',
      `the launcher image that it names, ${LAUNCHER}, is an accepted one`,
    ]);
    const unread = check(mpcLauncher, evidenceOf(node({ composeFile: `${TEMPLATE}  x: [` }))).details;
    expect(unread?.filter((line) => line.startsWith('services'))).toEqual([]);
    const two = TEMPLATE.replace('\nvolumes:', '\n  b:\n    image: x\n  a:\n    image: x\n\nvolumes:');
    const { details } = check(mpcLauncher, evidenceOf(node({ composeFile: two })));
    expect(details).toContain('services beside launcher: b, a');
  });

  test('nothing is said of a launcher where no list of them is', () => {
    const details = check(mpcLauncher, undefined, allowing({ composeHashes: [], launchers: undefined })).details;
    expect(details).toEqual(["it is NEAR's template with the digests that it names"]);
  });

  test('fails without a compose file', () => {
    const evidence = evidenceOf(node({ appComposeKeys: { docker_compose_file: undefined } }));
    expect(check(mpcLauncher, evidence)).toMatchObject({
      state: 'failed',
      summary: 'the app-compose holds no docker_compose_file',
    });
  });
});

describe('mpc.measurements', () => {
  const [set] = LISTS.measurements!;
  const other = '0d'.repeat(48);

  test('passes for any of the sets', () => {
    expect(check(mpcMeasurements, undefined, allowing({ measurements: [{ ...set!, rtmr2: other }, set!] }))).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'the measurements are set 2 of 2',
      source: SOURCE,
      origins: [
        'saved answer public_data.json, tee_participant_info.Dstack.quote',
        'saved answer public_data.json, tee_participant_info.Dstack.tcb_info.event_log',
      ],
    });
  });

  test.each([
    ['mrtd', 'MRTD'],
    ['rtmr0', 'RTMR0'],
    ['rtmr1', 'RTMR1'],
    ['rtmr2', 'RTMR2'],
    ['keyProviderEventDigest', 'the digest of the key-provider event'],
  ] as const)('fails where %s differs, and says so', (key, name) => {
    const measurements = [
      { ...set!, mrtd: other, rtmr0: other },
      { ...set!, [key]: other },
    ];
    const found = check(mpcMeasurements, undefined, allowing({ measurements }));
    expect(found).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'the measurements are those of no accepted set',
      expected: other,
      found: set![key],
      source: SOURCE,
    });
    expect(found.details).toEqual([
      `set 2 comes closest; what differs: ${name}`,
      ...(key === 'rtmr2' ? ['a release image and its development image differ in RTMR2 alone'] : []),
    ]);
  });

  test('all that differs is told', () => {
    const measurements = [{ ...set!, rtmr0: other, rtmr2: other }];
    expect(check(mpcMeasurements, undefined, allowing({ measurements }))).toMatchObject({
      expected: `${other}; ${other}`,
      found: `${set!.rtmr0}; ${set!.rtmr2}`,
      details: ['set 1 comes closest; what differs: RTMR0, RTMR2'],
    });
  });

  test('an event of another register is no event of this one', () => {
    const deployment = node({
      editEvents: insertAfter('system-ready', { ...runtimeEvent('key-provider', 'x'), imr: 1 }),
    });
    const measurements = [{ ...measuredSet(deployment), keyProviderEventDigest: set!.keyProviderEventDigest }];
    expect(check(mpcMeasurements, evidenceOf(deployment), allowing({ measurements })).state).toBe('passed');
  });

  test('values of two sets do not make one', () => {
    const measurements = [
      { ...set!, rtmr0: other },
      { ...set!, rtmr1: other },
    ];
    const found = check(mpcMeasurements, undefined, allowing({ measurements }));
    expect(found).toMatchObject({ state: 'failed', details: ['set 1 comes closest; what differs: RTMR0'] });
  });

  test('an empty list accepts nothing; no list, and the check is not made', () => {
    expect(check(mpcMeasurements, undefined, allowing({ measurements: [] }))).toMatchObject({
      state: 'failed',
      summary: 'no measurements are accepted: the list is empty',
      source: SOURCE,
    });
    expect(check(mpcMeasurements, undefined, allowing({ measurements: undefined }))).toMatchObject({
      state: 'not-checked',
      summary: 'nobody said which measurements are accepted',
      hint: GIVE,
    });
  });

  test.each(['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'])(
    'fails where the node states another %s than the quote has',
    (name) => {
      const evidence = evidenceOf(good, ({ tcb_info }) => {
        tcb_info[name] = other;
      });
      expect(check(mpcMeasurements, evidence)).toMatchObject({
        state: 'failed',
        exit: 10,
        summary: `the node states ${name.toUpperCase()} ${other}`,
        source: 'the signed quote',
      });
    },
  );

  test.each([
    [['mrtd'], 'MRTD'],
    [['rtmr0'], 'RTMR0'],
    [['rtmr1', 'rtmr2'], 'RTMR1, RTMR2'],
  ])('is not made where the node does not state %j, which the contract asks for', (names, told) => {
    const evidence = evidenceOf(good, ({ tcb_info }) => {
      for (const name of names) delete tcb_info[name];
    });
    expect(check(mpcMeasurements, evidence)).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: `the evidence states no ${told}, which the contract compares with the quote`,
      details: ['those of the quote are set 1 of 1'],
      source: SOURCE,
      hint: "give the node's /public_data",
      origins: [expect.any(String), expect.any(String)],
    });
    // What contradicts is told first.
    expect(check(mpcMeasurements, evidence, allowing({ measurements: [{ ...set!, mrtd: other }] })).state).toBe(
      'failed',
    );
  });

  test('another RTMR3 is nothing to this check', () => {
    const evidence = evidenceOf(good, ({ tcb_info }) => {
      tcb_info.rtmr3 = other;
    });
    expect(check(mpcMeasurements, evidence).state).toBe('passed');
  });

  test.each([
    ['no key-provider event', dropEvent('key-provider'), 0],
    ['a second one', insertAfter('system-ready', runtimeEvent('key-provider', '{}')), 2],
  ])('fails with %s', (_, editEvents, count) => {
    const deployment = node({ editEvents });
    const measurements = [measuredSet(deployment)];
    expect(check(mpcMeasurements, evidenceOf(deployment), allowing({ measurements }))).toMatchObject({
      state: 'failed',
      summary: `RTMR3 has ${count} events key-provider, not one`,
    });
  });

  test('the golden vector: the event of the key provider of NEAR', () => {
    const deployment = node({ keyProviderId: '6b5ed02e549a1c30aaa8e3171a045f1f449b0017353ef595e78e39c348c98d01' });
    const keyProviderEventDigest =
      '61ce56b6be756a9e45af7715b13c15040a4e6090cc740be24e2cc02e33b4fb53ae4e3c945c9af83e2a26c6d5efa414a8';
    const measurements = [{ ...measuredSet(deployment), keyProviderEventDigest }];
    expect(check(mpcMeasurements, evidenceOf(deployment), allowing({ measurements })).state).toBe('passed');
  });
});
