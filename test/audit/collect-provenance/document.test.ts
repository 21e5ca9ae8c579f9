import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CollectError } from '../../../src/audit/collect/errors.ts';
import { readDocuments, unavailable } from '../../../src/audit/collect/provenance/document.ts';
import { fromFile } from '../../../src/audit/collect/provenance/from-file.ts';
import { fixtures, hasFixtures, unlessFixtures } from '../../support/fixtures.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { failure } from './failure.ts';

const bundle = (origin: string, text: string) => ({ kind: 'bundle' as const, origin, bytes: Buffer.from(text) });

test('a file is taken as it is', async () => {
  const scratch = useScratch();
  writeFileSync(scratch.join('a.json'), 'any bytes');
  expect(fromFile(scratch.join('a.json'))).toEqual({
    kind: 'bundle',
    origin: scratch.join('a.json'),
    bytes: expect.anything(),
  });
  expect(Buffer.from((fromFile(scratch.join('a.json')) as { bytes: Uint8Array }).bytes).toString()).toBe('any bytes');
  expect(await failure(() => fromFile(scratch.join('none')))).toMatchObject({ code: 'file-unreadable', exitCode: 50 });
  writeFileSync(scratch.join('large'), Buffer.alloc(32 * 1024 * 1024 + 1));
  expect(await failure(() => fromFile(scratch.join('large')))).toMatchObject({ code: 'too-large', exitCode: 30 });
});

test('what does not read is a source of its own, what was not there a failure; both keep their place', () => {
  const layer = { mediaType: 'a/b', annotations: {}, content: Buffer.from('x') };
  const { sources, failures } = readDocuments([
    bundle('first', 'no json'),
    unavailable('a\x1bplace', new CollectError('not-found', 'nothing is there')),
    { kind: 'cosign-layer', origin: 'layer', layer },
    bundle('answer', '{"attestations":[{"bundle":null},{"bundle":{}}]}'),
  ]);
  expect(failures).toEqual(['a\\x1bplace: nothing is there']);
  expect(sources.map(({ origin }) => origin)).toEqual([
    'first',
    'layer',
    'answer, attestation 1',
    'answer, attestation 2',
  ]);
  expect(sources.map((source) => 'error' in source && source.error.code)).toEqual([
    'bad-json',
    expect.any(String),
    'bundle-elsewhere',
    expect.any(String),
  ]);
});

test('two hundred bundles are looked at, and no document hides another', () => {
  const lines = (origin: string, count: number) => bundle(origin, Array(count).fill('{"a":1}').join('\n'));
  const counted = (...documents: Parameters<typeof readDocuments>[0]) => {
    const { sources, failures } = readDocuments(documents);
    const of = (origin: string) => sources.filter((one) => one.origin.startsWith(`${origin},`)).length;
    return [sources.length, of('a'), of('b'), of('c'), failures];
  };
  expect(counted(lines('a', 150), lines('b', 50))).toEqual([200, 150, 50, 0, []]);
  const cut = (all: number) => [`of ${all} bundles that were found 200 are looked at`];
  expect(counted(lines('a', 151), lines('b', 50))).toEqual([200, 150, 50, 0, cut(201)]);
  expect(counted(lines('a', 200), lines('b', 200), lines('c', 3))).toEqual([200, 99, 98, 3, cut(403)]);
  const many = Array.from({ length: 201 }, (_, at) => bundle(`${at}`, '{}'));
  const { sources, failures } = readDocuments(many);
  expect([sources.length, sources.at(-1)?.origin, failures]).toEqual([200, '199', cut(201)]);
});

test('nothing gives nothing', () => {
  expect(readDocuments([])).toEqual({ sources: [], failures: [] });
});

test.skipIf(!hasFixtures)(`a real bundle is read${unlessFixtures}`, () => {
  const path = join(fixtures, 'sigstore/attest-build-provenance-13532655.sigstore.json');
  const { sources } = readDocuments([fromFile(path)]);
  expect(sources).toHaveLength(1);
  expect(sources[0]).toMatchObject({ origin: path, bundle: { version: '0.3' } });
  expect(readFileSync(path).length).toBeGreaterThan(1000);
});
