import { describe, expect, test } from 'vitest';
import { type ImageInputs, type ImageMatch, matchImage } from '../../../src/audit/match-image.ts';
import { KNOWN_IMAGES } from '../../../src/audit/os-images.ts';
import type { ImageRegisters, OsImage } from '../../../src/audit/policy/policy.ts';
import type { Deployment } from '../../mocks/deployment.ts';
import { changeEvent, insertAfter } from '../../mocks/deployment/edit-events.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import type { ImageOptions } from '../../mocks/deployment/os-image.ts';
import { contextOf, deploy, good, hexOf, infoOf, stated } from '../checks/support.ts';

const inputsOf = (deployment: Deployment): ImageInputs => {
  const context = contextOf(infoOf(deployment));
  return {
    body: context.quote().body,
    vmConfig: context.vmConfig(),
    log: context.log(),
    policyImages: undefined,
  };
};
const admits = (...images: OsImage[]) => images.map((image, index) => stated(image, `line ${index + 1}`));

const reference = inputsOf(good);
const image = good.osImage;
/** The image without what it may leave out. */
const { hash: _hash, rtmr0: _rtmr0, ...bare } = image;

describe('an image without a measurement of its own is found by its registers', () => {
  test('and is what the policy says that it is', () => {
    expect(matchImage({ ...reference, policyImages: admits(image) })).toEqual({
      state: 'known',
      name: 'dstack-0.5.8-SIMULATED',
      hash: good.osImageHash,
      development: false,
      summary: 'dstack-0.5.8-SIMULATED has these reference values',
      source: 'line 1',
      rtmr0: image.rtmr0,
      acpi: undefined,
    });
    expect(matchImage({ ...reference, policyImages: admits({ ...bare, development: true }) })).toMatchObject({
      state: 'known',
      hash: undefined,
      rtmr0: undefined,
      development: true,
    });
  });

  test('whatever vm_config and log say, or without them', () => {
    const policyImages = admits(image);
    expect(matchImage({ ...reference, vmConfig: undefined, log: undefined, policyImages }).state).toBe('known');
  });

  test.each(['mrtd', 'rtmr1', 'rtmr2'] as const)('all three: not with another %s', (name) => {
    const other = { ...bare, [name]: 'ee'.repeat(48) };
    // Its hash is the host's word, and finds nothing.
    const policyImages = admits({ ...other, hash: good.osImageHash });
    expect(matchImage({ ...reference, policyImages })).toEqual({
      state: 'other',
      summary: 'the policy admits other images only',
      expected: image.name,
      source: 'line 1',
      details: [],
      acpi: undefined,
    });
    expect(matchImage({ ...reference, policyImages: [...policyImages, stated(image, 'line 2')] })).toMatchObject({
      state: 'known',
      source: 'line 2',
    });
  });

  test('others that are admitted are named, each place once', () => {
    const other = { ...bare, mrtd: 'ee'.repeat(48) };
    const policyImages = [stated({ ...other, name: 'a' }), stated({ ...other, name: 'b' }), stated(other, 'line 9')];
    expect(matchImage({ ...reference, policyImages })).toMatchObject({
      expected: `a or b or ${image.name}`,
      source: 'org.toml line 1, line 9',
    });
  });

  test('a policy that admits none admits none', () => {
    expect(matchImage({ ...reference, policyImages: [] })).toMatchObject({ state: 'other', expected: '', source: '' });
  });

  test('nobody vouches for it', () => {
    expect(matchImage(reference)).toEqual({
      state: 'unknown',
      summary: 'nobody known here vouches for this image',
      details: [],
      acpi: undefined,
    });
  });
});

describe('RTMR0', () => {
  const here = image.rtmr0!;
  const other = 'ee'.repeat(48);

  test('is a demand where a policy states it', () => {
    expect(matchImage({ ...reference, policyImages: admits({ ...image, rtmr0: other }) })).toEqual({
      state: 'other',
      summary:
        'the image is an admitted one, and RTMR0 is another: the shape of the machine differs, or its ACPI tables',
      expected: `${image.name} with RTMR0 ${other}`,
      source: 'line 1',
      details: [`the quote has RTMR0 ${here}`],
      acpi: 'RTMR0 is another than the expected one: the shape of the machine differs, or its ACPI tables',
    });
  });

  test('one shape of several is enough, and none of several names them all', () => {
    const policyImages = admits({ ...image, rtmr0: other }, image);
    expect(matchImage({ ...reference, policyImages })).toMatchObject({ state: 'known', source: 'line 2', rtmr0: here });
    const none = admits({ ...image, name: 'a', rtmr0: other }, { ...image, name: 'b', rtmr0: 'dd'.repeat(48) });
    expect(matchImage({ ...reference, policyImages: none })).toMatchObject({
      state: 'other',
      expected: `a with RTMR0 ${other} or b with RTMR0 ${'dd'.repeat(48)}`,
      source: 'line 1, line 2',
    });
  });

  test('is not what an image is told by', () => {
    const policyImages = admits({ ...bare, mrtd: other, rtmr0: here });
    expect(matchImage({ ...reference, policyImages })).toMatchObject({
      summary: 'the policy admits other images only',
    });
  });

  test('no image that is built in states it', () => {
    for (const known of KNOWN_IMAGES) expect(known).not.toHaveProperty('rtmr0');
  });
});

describe('the images that are built in', () => {
  const running = (known: ImageRegisters): ImageInputs => {
    const hex = (text: string): Buffer => Buffer.from(text, 'hex');
    const body = { mrTd: hex(known.mrtd), rtmr1: hex(known.rtmr1), rtmr2: hex(known.rtmr2) };
    return inputsOf(deploy({ body }));
  };

  test.each(KNOWN_IMAGES.map((known) => [known.name, known] as const))('%s', (name, known) => {
    expect(matchImage(running(known))).toEqual({
      state: 'known',
      name,
      hash: known.hash,
      development: known.development,
      summary: `${name} has these reference values`,
      source: `built in: ${known.origin}`,
      rtmr0: undefined,
      acpi: undefined,
    });
  });

  test('do not count where a policy states images', () => {
    const inputs = running(KNOWN_IMAGES[0]!);
    expect(matchImage({ ...inputs, policyImages: admits(image) }).state).toBe('other');
    expect(matchImage({ ...inputs, policyImages: [] }).state).toBe('other');
  });
});

describe('an image with a measurement of its own', () => {
  const measured = (osImage: ImageOptions = {}, options: DeploymentOptions = {}): Deployment =>
    deploy({ ...options, osImage: { ...osImage, lite: true } });
  const lite = measured();
  const inputs = inputsOf(lite);
  const FITS = `the image came with a measurement that fits; its hash is ${lite.osImageHash}`;
  const NOT_RECOMPUTED = 'RTMR0 cannot be recomputed: the log does not give the ACPI tables that fit';
  const RECOMPUTED = "RTMR0 is the image's firmware with ACPI tables that nobody vouches for";
  const acpi = ({ acpi: said }: ImageMatch): string | undefined => said;

  test('is found by the hash that it hangs from', () => {
    const byHash = { ...bare, name: 'by hash', hash: lite.osImageHash, mrtd: '', rtmr1: '', rtmr2: '' };
    expect(matchImage({ ...inputs, policyImages: admits(byHash) })).toEqual({
      state: 'known',
      name: 'by hash',
      hash: lite.osImageHash,
      development: false,
      summary: 'by hash leads to these registers',
      source: 'line 1',
      rtmr0: undefined,
      acpi: RECOMPUTED,
    });
    const byRegisters = { ...lite.osImage, hash: 'ee'.repeat(32) };
    expect(matchImage({ ...inputs, policyImages: admits(byRegisters) }).state).toBe('known');
  });

  test('is found by a policy that states its hash alone, which finds no other kind of image', () => {
    const alone: OsImage = { name: 'by hash', hash: lite.osImageHash, development: false };
    expect(matchImage({ ...inputs, policyImages: admits(alone) }).state).toBe('known');
    const same: OsImage = { ...alone, hash: good.osImageHash };
    expect(matchImage({ ...reference, policyImages: admits(same) })).toMatchObject({
      state: 'other',
      summary: 'the policy admits other images only',
    });
  });

  test('that fits itself is unknown where nobody vouches for it: anybody can make one', () => {
    expect(matchImage(inputs)).toEqual({
      state: 'unknown',
      summary: 'nobody known here vouches for this image',
      details: [FITS],
      acpi: RECOMPUTED,
    });
    const policyImages = admits({ ...bare, hash: 'ee'.repeat(32) });
    expect(matchImage({ ...inputs, policyImages })).toMatchObject({
      state: 'other',
      details: [FITS],
      acpi: RECOMPUTED,
    });
    const nameless = { ...bare, mrtd: '', rtmr1: '', rtmr2: '' };
    expect(matchImage({ ...inputs, policyImages: admits(nameless) }).state).toBe('other');
  });

  test('with another RTMR0 than the policy states', () => {
    const policyImages = admits({ ...lite.osImage, rtmr0: 'ee'.repeat(48) });
    expect(matchImage({ ...inputs, policyImages })).toMatchObject({
      state: 'other',
      details: [`the quote has RTMR0 ${hexOf(lite.body.rtmr0)}`, FITS],
      acpi: 'RTMR0 is another than the expected one: the shape of the machine differs, or its ACPI tables',
    });
  });

  test.each([
    ['MRTD', 'mrTd'],
    ['RTMR1', 'rtmr1'],
    ['RTMR2', 'rtmr2'],
  ] as const)('that does not lead to %s is another, although its hash is the expected one', (name, field) => {
    const deployment = measured({}, { body: { [field]: Buffer.alloc(48, 0xee) } });
    const match = matchImage({ ...inputsOf(deployment), policyImages: admits(lite.osImage) });
    expect(match).toMatchObject({
      state: 'other',
      summary: 'the machine does not run the image whose measurement came along',
      expected: `${name} ${hexOf(lite.body[field])}`,
      source: 'the measurement in vm_config',
      acpi: RECOMPUTED,
    });
    const [first, ...explained] = match.state === 'other' ? match.details : [];
    expect(first).toMatch(new RegExp(`^${name}: .+, ${hexOf(lite.body[field])}; the quote has ${'ee'.repeat(48)}$`));
    expect(explained).toHaveLength(1);
  });

  test('that leads to none of them names each', () => {
    const [mrTd, rtmr1, rtmr2] = [1, 2, 3].map((byte) => Buffer.alloc(48, byte));
    const deployment = measured({}, { body: { mrTd: mrTd!, rtmr1: rtmr1!, rtmr2: rtmr2! } });
    const { body } = lite;
    expect(matchImage(inputsOf(deployment))).toMatchObject({
      expected: `MRTD ${hexOf(body.mrTd)}; RTMR1 ${hexOf(body.rtmr1)}; RTMR2 ${hexOf(body.rtmr2)}`,
    });
  });

  test('RTMR0 alone makes it no other image', () => {
    const deployment = measured({}, { body: { rtmr0: Buffer.alloc(48, 0xee) } });
    const { rtmr0: _, ...without } = lite.osImage;
    const match = matchImage({ ...inputsOf(deployment), policyImages: admits(without) });
    expect([match.state, acpi(match)]).toEqual(['known', NOT_RECOMPUTED]);
  });

  test.each<[string, Partial<ImageInputs>]>([
    ['no log', { log: undefined }],
    ['an empty log', { log: [] }],
    ['a log without ACPI events', { log: inputs.log!.filter(({ name }) => !name.startsWith('acpi-')) }],
  ])('with %s its RTMR0 cannot be told', (_, changes) => {
    const match = matchImage({ ...inputs, ...changes });
    expect([match.state, acpi(match)]).toEqual(['unknown', NOT_RECOMPUTED]);
  });

  test('a log with one ACPI event more does not say which ones fit', () => {
    const editEvents = insertAfter('acpi-tables', {
      imr: 0,
      event_type: 10,
      digest: 'ab'.repeat(48),
      event: 'acpi-tables',
      event_payload: '',
    });
    expect(acpi(matchImage(inputsOf(measured({}, { editEvents }))))).toBe(NOT_RECOMPUTED);
  });

  test('ACPI digests that do not fold to RTMR0 are not those that were measured', () => {
    const editEvents = changeEvent('acpi-tables', { digest: 'ab'.repeat(48) });
    expect(acpi(matchImage(inputsOf(measured({}, { editEvents, refold: false }))))).toBe(NOT_RECOMPUTED);
  });

  test('ACPI digests of zero bytes are told by the log, or not at all', () => {
    const zero = Buffer.alloc(48);
    const deployment = measured({ digests: { acpiLoader: zero, acpiRsdp: zero, acpiTables: zero } });
    expect(acpi(matchImage(inputsOf(deployment)))).toBe(RECOMPUTED);
    expect(acpi(matchImage({ ...inputsOf(deployment), log: undefined }))).toBe(NOT_RECOMPUTED);
  });

  test('of a kind that is not known here is found by its registers, if at all', () => {
    const deployment = measured({ checksumFile: `${'00'.repeat(32)}  other.file\n` });
    const unsupported = inputsOf(deployment);
    expect(matchImage(unsupported)).toMatchObject({ state: 'unknown', details: [], acpi: undefined });
    expect(matchImage({ ...unsupported, policyImages: admits(deployment.osImage) })).toMatchObject({
      state: 'known',
      summary: `${deployment.osImage.name} has these reference values`,
    });
  });

  test.each<[string, ImageOptions, string]>([
    ['another file', { checksumFile: `${'00'.repeat(32)}  measurement.tdx.cbor\n` }, 'os-image-mismatch'],
    ['another hash', { vmConfig: { os_image_hash: '00'.repeat(32) } }, 'os-image-mismatch'],
    ['no hash', { vmConfig: { os_image_hash: '' } }, 'bad-vm-config'],
    ['no memory', { vmConfig: { memory_size: null } }, 'bad-vm-config'],
    ['a version of QEMU that is none', { vmConfig: { qemu_version: 'new' } }, 'bad-vm-config'],
    ['a measurement that is none', { measurement: Buffer.from('x') }, 'bad-measurement'],
  ])('with %s is an error, whoever vouches', (_, osImage, code) => {
    const broken = inputsOf(measured(osImage));
    expect(() => matchImage(broken)).toThrow(expect.objectContaining({ code }));
    expect(() => matchImage({ ...broken, policyImages: admits(lite.osImage) })).toThrow();
  });

  test('the order of adding pages is said where it explains', () => {
    const deployment = measured({ vmConfig: { qemu_version: '9.1.0' } });
    const match = matchImage(inputsOf(deployment));
    expect(match.state === 'other' && match.details[1]).toContain('qemu_version in vm_config is not');
  });

  test('a kernel that newer versions of QEMU leave alone is said where it explains', () => {
    const deployment = measured({ qemuVersion: '10.2.0' }, { body: { rtmr1: Buffer.alloc(48, 0xee) } });
    const match = matchImage(inputsOf(deployment));
    expect(match.state === 'other' && match.details.at(-1)).toContain('QEMU from 10.2 on');
  });
});

test('an error that is none of the evidence goes through, also one that comes once', () => {
  let times = 0;
  const trap = new Proxy([], {
    get: (target, name) => {
      if (times++ === 0) throw new TypeError('a mistake');
      return Reflect.get(target, name);
    },
  });
  const measured = inputsOf(deploy({ osImage: { lite: true } }));
  expect(() => matchImage({ ...measured, log: trap })).toThrow(new TypeError('a mistake'));
});
