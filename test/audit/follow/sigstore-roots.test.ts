import { expect, test } from 'vitest';
import { CollectError } from '../../../src/audit/collect/errors.ts';
import { sigstoreRoots } from '../../../src/audit/collect/sigstore-roots.ts';
import { ProvenanceError } from '../../../src/provenance/errors.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { writeFileSync } from 'node:fs';
import { useScratch } from '../../support/use-scratch.ts';

const file = (content: string | Uint8Array): string => {
  const path = useScratch().join('root.json');
  writeFileSync(path, content);
  return path;
};

test("without a file the public instance's root is believed, and no other", () => {
  const roots = sigstoreRoots([]);
  expect(roots).toHaveLength(1);
  expect(roots[0]).toMatchObject({
    instance: 'public-good',
    simulated: false,
    source: 'built in, from @sigstore/tuf, trusted_root.json',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('files stand in its place, each with its name, and pretended ones say so', () => {
  const mock = file(new Sigstore({ name: 'one' }).root());
  const github = file(new Sigstore({ name: 'two', shape: 'github' }).root());
  const roots = sigstoreRoots([mock, github]);
  expect(roots.map(({ source, simulated, instance }) => [source, simulated, instance])).toEqual([
    [mock, true, 'other'],
    [github, true, 'github'],
  ]);
});

test('what is no root, too large or not there is an error', () => {
  expect(() => sigstoreRoots([file('{}')])).toThrow(ProvenanceError);
  expect(() => sigstoreRoots([file('x')])).toThrow(ProvenanceError);
  expect(() => sigstoreRoots([file(' '.repeat(1024 * 1024 + 1))])).toThrow(CollectError);
  expect(() => sigstoreRoots([file(' '.repeat(1024 * 1024))])).toThrow(ProvenanceError);
  expect(() => sigstoreRoots(['/none.json'])).toThrow(CollectError);
});
