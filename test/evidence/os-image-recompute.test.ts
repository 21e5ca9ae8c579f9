import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { acpiDigestsOf } from '../../src/evidence/os-image/acpi-digests.ts';
import { compareImage } from '../../src/evidence/os-image/compare.ts';
import { recomputeImage } from '../../src/evidence/os-image/recompute.ts';
import { readEventLog } from '../../src/evidence/read-event-log.ts';
import { type VmConfig, readVmConfig } from '../../src/evidence/vm-config.ts';
import { simulate } from '../mocks/deployment.ts';
import { cbor } from '../mocks/deployment/cbor.ts';
import { TD_HOB_WITNESS } from '../mocks/deployment/td-hob.ts';
import { once, changed, failure, firmware, hex, hexOf, text } from './support.ts';

const GIB = 2 ** 30;
const setUp = (osImage: Parameters<typeof simulate>[0] = {}) => {
  const deployment = simulate({ ...osImage, osImage: { lite: true, ...osImage.osImage } });
  const { mrTd, rtmr0, rtmr1, rtmr2 } = deployment.body;
  const log = readEventLog(JSON.parse(deployment.eventLog()));
  const quote = { mrtd: mrTd!, rtmr0: rtmr0!, rtmr1: rtmr1!, rtmr2: rtmr2! };
  return { config: readVmConfig(deployment.vmConfig), log, quote, hash: deployment.osImageHash };
};
const good = once(() => setUp());
const acpi = once(() => acpiDigestsOf(good().log));
const qemuVersion = '8.2.2';

describe('recomputeImage', () => {
  test.each([
    [2 * GIB, '8.2.2', 'two passes'],
    [64 * GIB, '9.2.1', 'a single pass'],
    [0xb0000000, '10.0', 'a single pass'],
  ])('comes to what a machine of %i bytes under QEMU %s measured', (memorySize, version, passes) => {
    const { config, log, quote, hash } = setUp({ osImage: { memorySize, qemuVersion: version } });
    const computed = recomputeImage(config, acpiDigestsOf(log));
    expect(hexOf(computed.osImageHash)).toBe(hash);
    for (const name of ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'] as const)
      expect(hexOf(computed[name].value)).toBe(hexOf(quote[name]));
    expect(computed.mrtd).toMatchObject({ how: `the image's MRTD for ${passes} of adding pages`, events: [] });
    expect(computed.rtmr0.how).toBe(
      `folded from the firmware's events for ${memorySize} bytes of memory and the log's three ACPI digests`,
    );
    expect(computed.rtmr1.how).toBe("folded from the image's kernel and the events of its start");
    expect(computed.rtmr2.how).toBe("folded from the image's kernel command line and initrd");
    expect(compareImage(computed, { quote, eventLog: log, qemuVersion: version })).toEqual(
      (['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'] as const).map((name) => ({
        name,
        matches: true,
        computed: computed[name].value,
        expected: quote[name],
        how: computed[name].how,
        explanation: [],
      })),
    );
  });

  test('names every event', () => {
    const { rtmr0, rtmr1, rtmr2 } = recomputeImage(good().config, acpi());
    expect([rtmr0, rtmr1, rtmr2].map(({ events }) => events.map(({ what }) => what))).toEqual([
      [
        'TD HOB',
        'configuration firmware volume',
        'EFI variable SecureBoot',
        'EFI variable PK',
        'EFI variable KEK',
        'EFI variable db',
        'EFI variable dbx',
        'separator',
        'ACPI loader',
        'ACPI RSDP',
        'ACPI tables',
        'boot order',
        'Boot0000',
      ],
      [
        'kernel',
        'call of the boot option',
        'separator',
        'exit of boot services, call',
        'exit of boot services, success',
      ],
      ['kernel command line', 'initrd'],
    ]);
  });

  test('follows what the host says of adding pages', () => {
    const { quote } = setUp({ osImage: { qemuVersion: '9.0.0' } });
    const { mrtd, mrtdOtherPass } = recomputeImage({ ...good().config, qemuSinglePassAddPages: true }, acpi());
    expect([hexOf(mrtd.value), hexOf(mrtdOtherPass)]).toEqual([hexOf(quote.mrtd), hexOf(good().quote.mrtd)]);
    expect(hexOf(recomputeImage(good().config, acpi()).mrtdOtherPass)).toBe(hexOf(quote.mrtd));
  });

  const lite = () => good().config.tdxMeasurement!;
  const bytes = cbor({ version: 3 });
  const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
  const under = (measurement: Uint8Array, line = `${sha256(measurement)}  measurement.tdx.cbor\n`) => {
    const checksumFile = text(line);
    return { ...good().config, osImageHash: hex(sha256(checksumFile)), tdxMeasurement: { measurement, checksumFile } };
  };
  const measurement = (ovmf: string) => {
    const d = new Uint8Array(48);
    const image = { cmdline_sha384: d, kernel_authenticode: d, initrd_sha384: d };
    return cbor({ version: 3, image, tdvf: { ovmf, mrtd: { single_pass: d, two_pass: d }, td_hob: TD_HOB_WITNESS } });
  };

  test.each<[string, () => VmConfig, number, string | (() => string)]>([
    [
      'no measurement',
      () => ({ ...good().config, tdxMeasurement: undefined }),
      20,
      'unsupported-image: the image carries no measurement (tdx_measurement in vm_config)',
    ],
    [
      'no hash',
      () => ({ ...good().config, osImageHash: undefined }),
      30,
      'bad-vm-config: vm_config has no os_image_hash',
    ],
    [
      'no memory size',
      () => ({ ...good().config, memorySize: undefined }),
      30,
      'bad-vm-config: vm_config has no memory_size',
    ],
    [
      'no version of QEMU',
      () => ({ ...good().config, qemuVersion: undefined }),
      30,
      'bad-vm-config: vm_config has no qemu_version',
    ],
    [
      'a wrong version of QEMU',
      () => ({ ...good().config, qemuVersion: 'x' }),
      30,
      "bad-vm-config: vm_config.qemu_version 'x' is no version",
    ],
    ['another memory size', () => ({ ...good().config, memorySize: 5 }), 20, 'unsupported-image: memory of 5 bytes'],
    [
      'another hash',
      () => ({ ...good().config, osImageHash: new Uint8Array(32) }),
      10,
      () => `os-image-mismatch: os_image_hash is not the hash of the checksum file: it is ${good().hash}`,
    ],
    [
      'another measurement',
      () => ({ ...good().config, tdxMeasurement: { ...lite(), measurement: bytes } }),
      10,
      () =>
        `os-image-mismatch: the image measurement is not the one of the checksum file: ${sha256(bytes)} instead of ${sha256(lite().measurement)}`,
    ],
    [
      'no line for it',
      () => under(bytes, `${sha256(bytes)}  measurement.cbor\n`),
      20,
      'unsupported-image: the checksum file of the image does not list measurement.tdx.cbor',
    ],
    [
      'a wrong checksum file',
      () => under(bytes, 'x\n'),
      30,
      'bad-measurement: line 1 of the checksum file is no checksum',
    ],
    ['a wrong measurement', () => under(bytes), 30, "bad-measurement: the image measurement: it has no 'image'"],
    [
      'another firmware',
      () => under(measurement('pre202506')),
      20,
      'unsupported-image: the firmware of the image is of another variant than pre202505',
    ],
  ])('refuses %s', (_, config, exit, message) =>
    expect(failure(() => recomputeImage(config(), acpi()), exit)).toContain(
      typeof message === 'string' ? message : message(),
    ),
  );

  test('says what to do for an older image', () =>
    expect(() => recomputeImage({ ...good().config, tdxMeasurement: undefined }, acpi())).toThrow(
      expect.objectContaining({ hint: 'dstack images before 0.6 are identified by known measurements instead' }),
    ));

  test('takes the known firmware', () =>
    expect(recomputeImage(under(measurement('pre202505')), acpi()).osImageHash).toHaveLength(32));
});

describe('a mismatch is explained', () => {
  const computed = once(() => recomputeImage(good().config, acpi()));
  const zero = new Uint8Array(48);
  const explain = (
    name: 'mrtd' | 'rtmr0' | 'rtmr1' | 'rtmr2',
    change: Partial<Parameters<typeof compareImage>[1]> = {},
    value = zero,
  ) => {
    const context = { quote: { ...good().quote, [name]: value }, eventLog: good().log, qemuVersion, ...change };
    const result = compareImage(computed(), context).filter(({ matches }) => !matches);
    expect(result).toMatchObject([{ name, matches: false, computed: computed()[name].value, expected: value }]);
    return result[0]?.explanation;
  };

  test('MRTD by the order of adding pages', () => {
    expect(explain('mrtd', {}, new Uint8Array(computed().mrtdOtherPass))).toEqual([
      "it is the image's MRTD for the other order of adding pages: qemu_version in vm_config is not the host's",
    ]);
    expect(explain('mrtd')).toEqual(["it is the image's MRTD for no order of adding pages: the firmware is another"]);
  });

  test('a register by the digests that the log has otherwise', () => {
    const index = good().log.findIndex(({ register }) => register === 2);
    const found = good().log[index]?.digest;
    const eventLog = changed(good().log, index, { digest: new Uint8Array(48).fill(0xee) });
    expect(explain('rtmr2', { eventLog })).toEqual([
      `kernel command line: the image leads to ${hexOf(found)?.slice(0, 16)}…, the log has eeeeeeeeeeeeeeee`,
    ]);
    expect(explain('rtmr2', { eventLog: good().log.toSpliced(index, 1) })).toHaveLength(2);
    expect(explain('rtmr2', { eventLog: good().log.toSpliced(index + 1, 1) })?.[0]).toMatch(
      /^initrd: .*, the log has none$/,
    );
    expect(explain('rtmr2', { eventLog: changed(good().log, index, { digest: undefined }) })?.[0]).toMatch(
      /the log has none$/,
    );
    const longer = [...good().log, firmware(2, 1), firmware(2, 2)];
    expect(explain('rtmr2', { eventLog: longer })).toEqual(['the log has 2 events more than the image leads to']);
    expect(explain('rtmr2')).toEqual([
      'the log has the very digests of the image, and does not come to the quote either',
    ]);
  });

  test('a stripped register by what it would be made of', () => {
    const eventLog = good().log.filter(({ register }) => register !== 2);
    expect(explain('rtmr2', { eventLog })).toEqual([
      'the log holds no event of RTMR2: it was stripped, so which of these differs cannot be told: kernel command line, initrd',
    ]);
    const stripped = good().log.filter(({ name }) => name.startsWith('acpi-'));
    expect(explain('rtmr0', { eventLog: stripped })?.[0]).toContain(
      'the three ACPI events of RTMR0: it was stripped, so which',
    );
  });

  test('RTMR1 under QEMU from 10.2 on by the kernel header', () => {
    const note = 'QEMU from 10.2 on does not patch the kernel header, so that the digest of the kernel differs';
    expect(explain('rtmr1', { qemuVersion: '10.2.0' })?.[1]).toBe(note);
    expect(explain('rtmr1', { qemuVersion: '10.1.0' })).toHaveLength(1);
    expect(explain('rtmr2', { qemuVersion: '10.2.0' })).toHaveLength(1);
  });
});
