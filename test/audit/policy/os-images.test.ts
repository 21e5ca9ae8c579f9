import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  DEVELOPMENT_IMAGES,
  findDevelopmentImage,
  findImage,
  isKnownDevelopmentHash,
  KNOWN_IMAGES,
} from '../../../src/audit/os-images.ts';

const fixtures = fileURLToPath(new URL('../../../../shared/fixtures/tdx/', import.meta.url));
if (!existsSync(fixtures)) console.info(`skipped: no captures in ${fixtures}`);

const [release, development] = KNOWN_IMAGES;

describe.skipIf(!existsSync(fixtures))('against the captures', () => {
  const read = (name: string): Record<string, string> => JSON.parse(readFileSync(`${fixtures}${name}`, 'utf8'));

  test.each([
    ['near-mpc-measurements/tcb_info.json', release],
    ['near-mpc-measurements/tcb_info_dev.json', development],
  ])('%s', (name, image) => {
    const { os_image_hash: hash, mrtd, rtmr1, rtmr2 } = read(name);
    expect(image).toMatchObject({ hash, mrtd, rtmr1, rtmr2 });
  });

  test('the development image of a Phala machine', () => {
    const { os_image_hash: hash, vm_config } = read('phala-dev-0.5.9/real_attestation_info.json');
    expect(findDevelopmentImage(hash!)).toMatchObject({ name: 'dstack-dev-0.5.9', hash });
    expect(JSON.parse(vm_config!).image).toContain('dstack-dev-0.5.9');
  });
});

test('every entry is well formed and says where it is from', () => {
  for (const { hash, mrtd, rtmr1, rtmr2, origin, rtmr0 } of KNOWN_IMAGES) {
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    for (const register of [mrtd, rtmr1, rtmr2]) expect(register).toMatch(/^[0-9a-f]{96}$/);
    expect(origin).toMatch(/^near\/mpc, crates\/mpc-attestation\/assets\/tcb_info\w*\.json \(MIT\)$/);
    expect(rtmr0).toBeUndefined();
  }
  expect(KNOWN_IMAGES.map(({ name, development: dev }) => [name, dev])).toEqual([
    ['dstack-0.5.8', false],
    ['dstack-dev-0.5.8', true],
  ]);
  expect(DEVELOPMENT_IMAGES.map(({ name }) => name)).toEqual(['dstack-dev-0.5.9', 'dstack-dev-0.5.8']);
  for (const { origin } of DEVELOPMENT_IMAGES) expect(origin).toContain('(MIT)');
});

test('an image is found by all three registers and by no two', () => {
  for (const image of KNOWN_IMAGES) {
    const { mrtd, rtmr1, rtmr2 } = image;
    expect(findImage({ mrtd, rtmr1, rtmr2 })).toBe(image);
    expect(findImage({ mrtd: rtmr1, rtmr1, rtmr2 })).toBeUndefined();
    expect(findImage({ mrtd, rtmr1: mrtd, rtmr2 })).toBeUndefined();
    expect(findImage({ mrtd, rtmr1, rtmr2: mrtd })).toBeUndefined();
  }
});

test('a development image is known by its hash', () => {
  for (const image of DEVELOPMENT_IMAGES) {
    expect(findDevelopmentImage(image.hash)).toBe(image);
    expect(isKnownDevelopmentHash(image.hash)).toBe(true);
  }
  expect(isKnownDevelopmentHash(release!.hash)).toBe(false);
  expect(findDevelopmentImage('')).toBeUndefined();
});
