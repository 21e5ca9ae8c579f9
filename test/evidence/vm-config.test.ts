import { describe, expect, test } from 'vitest';
import { readVmConfig } from '../../src/evidence/vm-config.ts';
import { failure, hex } from './support.ts';

const HASH = 'e6'.repeat(32);
const read = (value: object) => readVmConfig(JSON.stringify(value));
const NONE = {
  osImageHash: undefined,
  cpuCount: undefined,
  memorySize: undefined,
  qemuVersion: undefined,
  qemuSinglePassAddPages: undefined,
  image: undefined,
  ovmfVariant: undefined,
  tdxAttestationVariant: undefined,
  tdxMeasurement: undefined,
};

describe('readVmConfig', () => {
  test('reads what is there, and leaves other keys alone', () => {
    expect(read({})).toEqual(NONE);
    expect(read({ os_image_hash: '', image: '', cpu_count: null, tdx_measurement: null, num_gpus: 'x' })).toEqual(NONE);
    expect(
      read({
        os_image_hash: HASH,
        cpu_count: 0,
        memory_size: 2 ** 40,
        qemu_version: '8.2.2',
        qemu_single_pass_add_pages: false,
        image: 'dstack-0.6.0',
        ovmf_variant: 'pre202505',
        tdx_attestation_variant: 'lite',
        tdx_measurement: { measurement: 'AQI=', checksum_file: '', more: 1 },
      }),
    ).toEqual({
      osImageHash: hex(HASH),
      cpuCount: 0,
      memorySize: 2 ** 40,
      qemuVersion: '8.2.2',
      qemuSinglePassAddPages: false,
      image: 'dstack-0.6.0',
      ovmfVariant: 'pre202505',
      tdxAttestationVariant: 'lite',
      tdxMeasurement: { measurement: hex('0102'), checksumFile: hex('') },
    });
  });

  const measurement = (value: unknown) => ({ tdx_measurement: { measurement: value, checksum_file: '' } });
  test.each([
    [{ os_image_hash: 'e6' }, 'bad-length: vm_config.os_image_hash has 2 hex digits, not 64'],
    [{ os_image_hash: 1 }, 'wrong-type: vm_config.os_image_hash is of type number, not a string'],
    [{ cpu_count: '1' }, 'wrong-type: vm_config.cpu_count is of type string, not a number'],
    [{ memory_size: -1 }, 'wrong-type: vm_config.memory_size is -1'],
    [{ qemu_version: 8 }, 'wrong-type: vm_config.qemu_version is of type number'],
    [{ qemu_single_pass_add_pages: 'no' }, 'wrong-type: vm_config.qemu_single_pass_add_pages is of type string'],
    [{ image: [] }, 'wrong-type: vm_config.image is an array'],
    [{ ovmf_variant: 1 }, 'wrong-type: vm_config.ovmf_variant is of type number'],
    [{ tdx_attestation_variant: 1 }, 'wrong-type: vm_config.tdx_attestation_variant is of type number'],
    [{ tdx_measurement: 'x' }, 'wrong-type: vm_config.tdx_measurement is of type string, not an object'],
    [{ tdx_measurement: { measurement: '' } }, 'missing: vm_config.tdx_measurement.checksum_file is missing'],
    [measurement(undefined), 'missing: vm_config.tdx_measurement.measurement is missing'],
    [measurement('A'), 'bad-vm-config: vm_config.tdx_measurement.measurement is not base64'],
    [measurement('AQI'), 'bad-vm-config: vm_config.tdx_measurement.measurement is not base64'],
    [measurement('AQJ='), 'bad-vm-config: vm_config.tdx_measurement.measurement is not base64'],
    [measurement('AQ_='), 'bad-vm-config: vm_config.tdx_measurement.measurement is not base64'],
    [measurement('AQI=\n'), 'bad-vm-config: vm_config.tdx_measurement.measurement is not base64'],
  ])('refuses %j', (value, message) => expect(failure(() => read(value))).toContain(message));

  test('refuses what is no object, has a key twice or is too large', () => {
    expect(failure(() => readVmConfig('[]'))).toBe('wrong-type: vm_config is an array, not an object');
    expect(failure(() => readVmConfig('{"image":"a","image":"b"}'))).toContain('duplicate-key: vm_config');
    expect(failure(() => readVmConfig(' '.repeat(1048577)))).toBe('too-large: vm_config is larger than 1048576 bytes');
  });
});
