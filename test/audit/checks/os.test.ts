import { describe, expect, test } from 'vitest';
import { osAcpi } from '../../../src/audit/checks/os-acpi.ts';
import { osDevelopment } from '../../../src/audit/checks/os-development.ts';
import { osImage } from '../../../src/audit/checks/os-image.ts';
import { DEVELOPMENT_IMAGES, KNOWN_IMAGES } from '../../../src/audit/os-images.ts';
import type { ImageRegisters, OsImage } from '../../../src/audit/policy/policy.ts';
import type { Deployment } from '../../mocks/deployment.ts';
import { dropEvent } from '../../mocks/deployment/edit-events.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import {
  accepted,
  BROKEN,
  broken,
  changed,
  deploy,
  good,
  goodInfo,
  hexOf,
  infoOf,
  NOW,
  ORIGIN,
  policy,
  run,
  stated,
} from './support.ts';

const admits = (...images: OsImage[]) => policy({ osImages: images.map((image) => stated(image)) });
const found = ({ body }: Deployment): string =>
  `MRTD ${hexOf(body.mrTd)}; RTMR1 ${hexOf(body.rtmr1)}; RTMR2 ${hexOf(body.rtmr2)}`;
const lite = deploy({ osImage: { lite: true } });
const known = admits(good.osImage);
const [release, builtInDevelopment] = KNOWN_IMAGES;
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** A machine that runs an image which is built in. Its log is of another one, which is for another check. */
const running = (image: ImageRegisters, options: DeploymentOptions = {}): Deployment =>
  deploy({ ...options, body: { mrTd: hex(image.mrtd), rtmr1: hex(image.rtmr1), rtmr2: hex(image.rtmr2) } });

describe('os.image', () => {
  const origins = [ORIGIN.quote, ORIGIN.vmConfig];

  test('one that a policy vouches for', () => {
    expect(run(osImage, goodInfo, known)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'dstack-0.5.8-SIMULATED has these reference values',
      found: found(good),
      source: 'org.toml line 1',
      origins,
    });
  });

  test('one that is built in', () => {
    const deployment = running(release!);
    expect(run(osImage, infoOf(deployment))).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'dstack-0.5.8 has these reference values',
      found: found(deployment),
      source: 'built in: near/mpc, crates/mpc-attestation/assets/tcb_info.json (MIT)',
      origins,
    });
  });

  test('one that nobody vouches for is not checked', () => {
    expect(run(osImage)).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'nobody known here vouches for this image',
      found: found(good),
      origins,
      details: [],
      hint: 'name the image in a policy, with values from its publisher or from your own build of it',
    });
  });

  test('another than the policy admits is a failure', () => {
    const image = { ...good.osImage, name: 'the other one', rtmr2: '00'.repeat(48) };
    expect(run(osImage, goodInfo, admits(image))).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the policy admits other images only',
      expected: 'the other one',
      found: found(good),
      source: 'org.toml line 1',
      origins,
      details: [],
    });
  });

  test('needs no vm_config, and one that cannot be read is a failure', () => {
    expect(run(osImage, changed({ vmConfig: undefined }), known)).toMatchObject({
      state: 'passed',
      origins: [ORIGIN.quote],
    });
    for (const check of [osImage, osAcpi, osDevelopment]) {
      expect(run(check, changed({ vmConfig: broken() }), known)).toEqual(BROKEN);
    }
  });

  test('a measurement that contradicts its own hash is a failure', () => {
    const deployment = deploy({ osImage: { lite: true, checksumFile: `${'00'.repeat(32)}  measurement.tdx.cbor\n` } });
    for (const check of [osImage, osAcpi, osDevelopment]) {
      expect(run(check, infoOf(deployment))).toMatchObject({ state: 'failed', exit: 10 });
    }
  });
});

describe('os.acpi', () => {
  const origins = [ORIGIN.quote, ORIGIN.vmConfig, ORIGIN.eventLog];
  const rtmr0 = hexOf(good.body.rtmr0);

  test('the RTMR0 that a policy states', () => {
    expect(run(osAcpi, goodInfo, known)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'RTMR0 is the expected one',
      expected: rtmr0,
      found: rtmr0,
      source: 'org.toml line 1',
      origins,
    });
  });

  test('another one is for os.image to fail for, and is said here', () => {
    const image = { ...good.osImage, rtmr0: 'ee'.repeat(48) };
    expect(run(osAcpi, goodInfo, admits(image))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'RTMR0 is another than the expected one: the shape of the machine differs, or its ACPI tables',
      found: rtmr0,
      origins,
    });
    expect(run(osImage, goodInfo, admits(image)).state).toBe('failed');
  });

  test.each<[string, OsImage[] | undefined]>([
    ['an image without one', [{ ...good.osImage, rtmr0: undefined } as unknown as OsImage]],
    ['no image', undefined],
    ['other images', [{ ...good.osImage, mrtd: '00'.repeat(48) }]],
  ])('a policy with %s says nothing of it', (_, images) => {
    expect(run(osAcpi, goodInfo, images === undefined ? {} : admits(...images))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'RTMR0 depends on the shape of the machine, and no value is known for this one',
      found: rtmr0,
      origins,
    });
  });

  test('an image with a measurement says how far RTMR0 can be told', () => {
    expect(run(osAcpi, infoOf(lite))).toMatchObject({
      state: 'not-checked',
      summary: "RTMR0 is the image's firmware with ACPI tables that nobody vouches for",
    });
    expect(run(osAcpi, changed({ eventLog: undefined }, infoOf(lite)))).toMatchObject({
      state: 'not-checked',
      summary: 'RTMR0 cannot be recomputed: the log does not give the ACPI tables that fit',
    });
  });
});

describe('os.development', () => {
  const origins = [ORIGIN.quote, ORIGIN.eventLog, ORIGIN.vmConfig];
  const development = deploy({ osImage: { development: true } });
  const FAILED = {
    state: 'failed',
    exit: 10,
    expected: 'an image that lets nobody log in',
    source: 'built in',
    origins,
    details: [],
    hint: 'deploy with a release image',
  };

  const NO_HASH =
    'deploy with a release image; for a policy to accept this one, its [[os_image]] has to state the hash';

  test('a release image of a policy', () => {
    expect(run(osDevelopment, goodInfo, known)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'dstack-0.5.8-SIMULATED is no development image',
      source: 'org.toml line 1',
      origins,
    });
  });

  test.each([
    ['unknown', {}],
    ['another than the policy admits', admits({ ...good.osImage, mrtd: '00'.repeat(48) })],
  ])('of an image that is %s the kind is unknown', (_, expectations) => {
    expect(run(osDevelopment, goodInfo, expectations)).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the image is unknown, and so is its kind',
      origins,
    });
  });

  test('the policy says that it is one', () => {
    expect(run(osDevelopment, infoOf(development), admits(development.osImage))).toEqual({
      ...FAILED,
      summary: 'a development image: it is dstack-dev-0.5.8-SIMULATED (org.toml line 1)',
      found: development.osImageHash,
    });
  });

  const { name, hash, origin } = DEVELOPMENT_IMAGES[0]!;
  const byHash = { ...FAILED, summary: `a development image: its hash is that of ${name} (${origin})`, found: hash };

  test('its hash is one that is built in, whoever states it', () => {
    const named = { ...good.osImage, hash };
    expect(run(osDevelopment, goodInfo, admits(named))).toEqual(byHash);
    const config = infoOf(deploy({ osImage: { vmConfig: { os_image_hash: hash } } }));
    expect(run(osDevelopment, config, known)).toEqual(byHash);
    expect(run(osDevelopment, config)).toEqual(byHash);
    const measured = deploy({
      editEvents: (events) =>
        events.map((event) => (event.event === 'os-image-hash' ? { ...event, event_payload: hash } : event)),
    });
    expect(run(osDevelopment, infoOf(measured), known)).toEqual(byHash);
    expect(run(osDevelopment, changed({ eventLog: undefined }, infoOf(measured)), known)).toMatchObject({
      state: 'passed',
      origins: [ORIGIN.quote, ORIGIN.vmConfig],
    });
  });

  test('its registers are those of one that is built in, whatever a policy calls it', () => {
    const { name: image, hash: itsHash, origin: where } = builtInDevelopment!;
    const { hash: _, ...nameless } = { ...builtInDevelopment!, development: false, name: 'copied from its facts' };
    const deployment = running(builtInDevelopment!);
    for (const expectations of [admits(nameless), admits(good.osImage)]) {
      expect(run(osDevelopment, infoOf(deployment), expectations)).toEqual({
        ...FAILED,
        summary: `a development image: its hash is that of ${image} (${where})`,
        found: itsHash,
      });
    }
    expect(run(osDevelopment, infoOf(deployment))).toMatchObject({
      summary: `a development image: it is ${image} (built in: ${where})`,
      found: itsHash,
    });
    expect(run(osDevelopment, infoOf(running(release!)))).toMatchObject({
      state: 'passed',
      summary: 'dstack-0.5.8 is no development image',
    });
  });

  test('an exception for a hash that the host claims is none for the image that runs', () => {
    const { hash: itsHash, ...nameless } = { ...builtInDevelopment!, development: false };
    const deployment = running(builtInDevelopment!, { osImage: { vmConfig: { os_image_hash: hash } } });
    const { osImages } = admits(nameless).policy;
    const accepting = (value: string) => policy({ osImages: osImages!, developmentImages: [accepted(value)] });
    expect(run(osDevelopment, infoOf(deployment), accepting(hash))).toMatchObject({ state: 'failed', found: itsHash });
    expect(run(osDevelopment, infoOf(deployment), accepting(itsHash))).toMatchObject({ state: 'passed' });
  });

  test.each(['dev', 'dstack-dev', 'dev-1', 'a_dev_b', 'a.dev.b', 'dstack-dev-0.5.9-de9c74f0'])(
    'the host calls it %s',
    (image) => {
      const deployment = deploy({ osImage: { vmConfig: { image } } });
      expect(run(osDevelopment, infoOf(deployment), known)).toEqual({
        ...FAILED,
        summary: `a development image: the host calls it '${image}'`,
        found: good.osImageHash,
      });
    },
  );

  test.each(['devel-0.5.8', 'dstack-nodev', 'device', 'undev-1', 'dstack-DEV'])(
    'a name such as %s says nothing',
    (image) => {
      expect(run(osDevelopment, infoOf(deploy({ osImage: { vmConfig: { image } } })), known).state).toBe('passed');
    },
  );

  test('a name alone leaves the hash open', () => {
    const deployment = deploy({
      keyProvider: 'none',
      osImage: { vmConfig: { image: 'dstack-dev', os_image_hash: '' } },
    });
    expect(run(osDevelopment, infoOf(deployment))).toStrictEqual({
      ...FAILED,
      summary: "a development image: the host calls it 'dstack-dev'",
      hint: NO_HASH,
    });
    const developmentImages = [accepted('')];
    expect(run(osDevelopment, infoOf(deployment), policy({ developmentImages })).state).toBe('failed');
  });

  test('the hash that is told beside a name is the vouched one, else the one of the log, else of the host', () => {
    const [vouched, logged, said] = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(32));
    const of = (event: string | undefined, config: string, image: OsImage | undefined) => {
      const deployment = deploy({
        osImage: { vmConfig: { image: 'dev', os_image_hash: config } },
        editEvents: (events) =>
          events.flatMap((one) => {
            if (one.event !== 'os-image-hash') return [one];
            return event === undefined ? [] : [{ ...one, event_payload: event }];
          }),
      });
      return run(osDevelopment, infoOf(deployment), image === undefined ? {} : admits(image)).found;
    };
    const image = { ...good.osImage, hash: vouched! };
    expect(of(logged, said!, image)).toBe(vouched);
    expect(of(logged, said!, undefined)).toBe(logged);
    expect(of(undefined, said!, undefined)).toBe(said);
  });

  test('without vm_config the other signs are left', () => {
    const none = { vmConfig: undefined, eventLog: undefined };
    expect(run(osDevelopment, changed(none), known).state).toBe('passed');
    const running = changed(none, infoOf(development));
    expect(run(osDevelopment, running, admits(development.osImage)).state).toBe('failed');
  });

  test('a log that cannot be read leaves the other signs', () => {
    const editEvents = dropEvent('system-ready');
    expect(run(osDevelopment, infoOf(deploy({ editEvents })), known).state).toBe('passed');
    const named = deploy({ editEvents, osImage: { vmConfig: { image: 'dev' } } });
    expect(run(osDevelopment, infoOf(named), known).state).toBe('failed');
    // One that the answer garbled is a failure wherever it is looked at.
    expect(run(osDevelopment, changed({ eventLog: broken() }), known)).toEqual(BROKEN);
  });

  describe('a policy may accept it', () => {
    const image = development.osImage;
    const accepting = (until: number, value = development.osImageHash) => ({
      policy: { ...admits(image).policy, developmentImages: [accepted(value, until)] },
    });

    test('until its end, by its hash', () => {
      expect(run(osDevelopment, infoOf(development), accepting(NOW + 1))).toEqual({
        state: 'passed',
        exit: 0,
        summary: 'a development image, which the policy accepts',
        source: 'org.toml line 3',
        origins,
        details: ['it is dstack-dev-0.5.8-SIMULATED (org.toml line 1); accepted until 2026-09-21T14:13:21Z: a test'],
      });
    });

    test.each([NOW, NOW - 1])('and not from %d on', (until) => {
      expect(run(osDevelopment, infoOf(development), accepting(until))).toMatchObject({
        state: 'failed',
        exit: 10,
        details: [`org.toml line 3 accepted it until ${new Date(until * 1000).toISOString().replace('.000Z', 'Z')}`],
      });
    });

    test('at a time that is none it accepts nothing', () => {
      const now = { value: Number.NaN, source: '--at' };
      expect(run(osDevelopment, infoOf(development), { ...accepting(NOW + 1), now }).state).toBe('failed');
    });

    test('not without a hash of who vouches for it: the host may claim any', () => {
      const { hash: _, ...nameless } = image;
      const { developmentImages } = accepting(NOW + 1).policy;
      const expectations = { policy: { ...admits(nameless).policy, developmentImages } };
      expect(run(osDevelopment, infoOf(development), expectations)).toEqual({
        ...FAILED,
        summary: 'a development image: it is dstack-dev-0.5.8-SIMULATED (org.toml line 1)',
        hint: NO_HASH,
      });
    });

    test('another hash is another image', () => {
      const outcome = run(osDevelopment, infoOf(development), accepting(NOW + 1, 'aa'.repeat(32)));
      expect(outcome).toMatchObject({ state: 'failed', details: [] });
    });
  });
});
