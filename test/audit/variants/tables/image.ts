import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { DEVELOPMENT_IMAGES, KNOWN_IMAGES } from '../../../../src/audit/os-images.ts';
import type { DeploymentOptions } from '../../../mocks/deployment/options.ts';
import type { ImageOptions } from '../../../mocks/deployment/os-image.ts';
import { answered, expecting, good, info, infoOf, intel, make, policy, SOURCE } from '../support/baseline.ts';
import type { Variant } from '../support/variant.ts';

const other = (size: number): Buffer => Buffer.alloc(size, 0x5a);
const NO_IMAGE: readonly CheckId[] = ['os.acpi', 'os.development'];
const OTHER: Partial<Variant> = { failed: ['os.image'], notChecked: NO_IMAGE, exit: 10 };

/** A machine that runs another image than the policy admits. */
const running = (name: string, osImage: ImageOptions, more: Partial<Variant> = {}): Variant => ({
  name: `image: ${name}`,
  evidence: info({ osImage, appId: good.appId }),
  ...OTHER,
  exit: 10,
  ...more,
});

const images: readonly Variant[] = [
  running('another kernel', { digests: { kernel: other(48) } }),
  running('another command line', { digests: { cmdline: other(48) } }),
  running('another initial RAM disk', { digests: { initrd: other(48) } }),
  running('another firmware', { mrtdTwoPass: other(48) }),
  running('another QEMU, which adds pages in one pass', { qemuVersion: '9.1.0' }),
  running('other ACPI tables', { digests: { acpiTables: other(48) } }),
  running('another ACPI loader', { digests: { acpiLoader: other(48) } }),
  running('another TD HOB', { digests: { tdHob: other(48) } }),
  running('more memory', { memorySize: 3 * 2 ** 30 }),
  running(
    'the development image',
    { development: true },
    { failed: ['os.image', 'os.development'], notChecked: ['os.acpi'] },
  ),
];

const config = JSON.parse(good.vmConfig) as Record<string, unknown>;
const IMAGE_IDS: readonly CheckId[] = ['os.image', 'os.acpi', 'os.development'];
/** The host's words about the machine: nothing signs them. */
const said = (name: string, change: object | string, more: Partial<Variant> = {}): Variant => ({
  name: `vm_config: ${name}`,
  evidence: answered({ vm_config: typeof change === 'string' ? change : JSON.stringify({ ...config, ...change }) }),
  exit: 0,
  ...more,
});
const BROKEN: Partial<Variant> = { failed: IMAGE_IDS, exit: 30 };

const words: readonly Variant[] = [
  said('a development image by its name', { image: 'dstack-dev-0.5.8' }, { failed: ['os.development'], exit: 10 }),
  said(
    'a development image by its hash',
    { os_image_hash: DEVELOPMENT_IMAGES[0]!.hash },
    { failed: ['os.development'], exit: 10, findings: ['os.image-hash'] },
  ),
  said('another hash', { os_image_hash: '11'.repeat(32) }, { findings: ['os.image-hash'] }),
  said('no hash', { os_image_hash: '' }, { findings: [] }),
  said('another name', { image: 'something' }, { findings: [], facts: { os_image_name: 'something' } }),
  said('other processors', { cpu_count: 64 }, { same: true }),
  said('empty', '', { findings: [] }),
  said('a hash that is too short', { os_image_hash: '11' }, BROKEN),
  said('a hash that is no hex', { os_image_hash: 'zz'.repeat(32) }, BROKEN),
  said('processors in words', { cpu_count: 'two' }, BROKEN),
  said('no JSON', 'hello', BROKEN),
  said('an array', '[]', BROKEN),
  said('a key twice', '{"image":"a","image":"b"}', BROKEN),
];

/** Images from 0.6 on carry their own measurement. */
const lite = (options: ImageOptions = {}, more: DeploymentOptions = {}) =>
  make({ ...more, osImage: { lite: true, ...options } });
const goodLite = lite();
const byHash = (deployment: typeof goodLite) => ({
  ...policy,
  osImages: [
    {
      value: { ...deployment.osImage, mrtd: '11'.repeat(48), rtmr1: '11'.repeat(48), rtmr2: '11'.repeat(48) },
      source: SOURCE,
    },
  ],
});
const measured = (name: string, options: ImageOptions, more: Partial<Variant>): Variant => ({
  name: `image with its measurement: ${name}`,
  evidence: () => infoOf(lite(options)),
  expected: expecting(goodLite),
  exit: 10,
  ...more,
});
const { rtmr0: _, ...noRtmr0 } = goodLite.osImage;
const openPolicy = { ...policy, osImages: [{ value: noRtmr0, source: SOURCE }] };
const liteConfig = JSON.parse(goodLite.vmConfig) as { tdx_measurement: Record<string, string> };
const otherConfig = JSON.parse(lite({ digests: { kernel: other(48) } }).vmConfig) as typeof liteConfig;
const tampered = (name: string, change: object, more: Partial<Variant>): Variant => ({
  name: `image with its measurement: ${name}`,
  evidence: () => {
    const evidence = infoOf(goodLite);
    return { ...evidence, vmConfig: { origin: 'vm_config', value: JSON.stringify({ ...liteConfig, ...change }) } };
  },
  expected: expecting(goodLite),
  exit: 10,
  ...more,
});
const carrying = (change: object) => ({ tdx_measurement: { ...liteConfig.tdx_measurement, ...change } });

const measurements: readonly Variant[] = [
  measured('as it should be', {}, { exit: 0, findings: [] }),
  measured('found by its hash', {}, { expected: { ...expecting(goodLite), policy: byHash(goodLite) }, exit: 0 }),
  measured(
    'another hash expected',
    {},
    {
      expected: {
        ...expecting(goodLite),
        policy: {
          ...policy,
          osImages: [{ value: { ...byHash(goodLite).osImages[0]!.value, hash: '11'.repeat(32) }, source: SOURCE }],
        },
      },
      ...OTHER,
    },
  ),
  measured('another image, whose measurement fits it', { digests: { kernel: other(48) } }, OTHER),
  measured(
    'another image, and nobody vouches for any',
    { digests: { kernel: other(48) } },
    {
      expected: { ...expecting(goodLite), policy: (({ osImages: _, ...rest }) => rest)(policy) },
      notChecked: ['os.image', ...NO_IMAGE],
      exit: 13,
    },
  ),
  measured(
    'other ACPI tables, where the policy states no RTMR0',
    { digests: { acpiTables: other(48) } },
    { expected: { ...expecting(goodLite), policy: openPolicy }, notChecked: ['os.acpi'], exit: 0 },
  ),
  measured('other ACPI tables, where it does', { digests: { acpiTables: other(48) } }, OTHER),
  tampered('left out by the host', { tdx_measurement: undefined }, { exit: 0 }),
  tampered('that of another image', { tdx_measurement: otherConfig.tdx_measurement }, { failed: IMAGE_IDS }),
  tampered('all of another image', otherConfig, OTHER),
  tampered('no base64', carrying({ measurement: '!' }), BROKEN),
  tampered('no CBOR', carrying({ measurement: 'AAAA' }), { failed: IMAGE_IDS }),
  tampered(
    'a checksum file of something else',
    carrying({ checksum_file: Buffer.from(`${'11'.repeat(32)}  measurement.tdx.cbor\n`).toString('base64') }),
    { failed: IMAGE_IDS },
  ),
  tampered(
    'a checksum file without it',
    carrying({ checksum_file: Buffer.from(`${'11'.repeat(32)}  else\n`).toString('base64') }),
    { failed: IMAGE_IDS },
  ),
  tampered('with half of it', carrying({ checksum_file: undefined }), BROKEN),
];

const known = KNOWN_IMAGES[0]!;
/** A simulated machine that runs an image of whom somebody publishes values is judged by them, where the policy names none. */
const builtIn: Variant = {
  name: 'image: one that is built in, with nothing but its registers',
  evidence: info({
    body: {
      mrTd: Buffer.from(known.mrtd, 'hex'),
      rtmr1: Buffer.from(known.rtmr1, 'hex'),
      rtmr2: Buffer.from(known.rtmr2, 'hex'),
    },
  }),
  expected: {
    ...expecting(good),
    policy: (({ osImages: _, ...rest }) => rest)(policy),
    root: { der: intel.root.der, source: 'a test', simulated: true },
  },
  // The mock's log is not that image's.
  failed: ['eventlog.replay'],
  notChecked: ['os.acpi'],
  exit: 10,
};

/** The operating system: registers, the host's words, and measurements that come along. */
export const image: readonly Variant[] = [...images, ...words, ...measurements, builtIn];
