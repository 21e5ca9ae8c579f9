import { describe, expect, test } from 'vitest';
import { type BundleOptions, IMAGE } from '../mocks-sigstore/sigstore.ts';
import { refuses } from './cases.ts';
import { check } from './support.ts';

describe('provenance.subject', () => {
  const NAME = { name: `ghcr.io/acme/launcher@sha256:${IMAGE}` };
  const others = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `n${index}`, digest: { sha256: String(index).repeat(64) } }));
  const about = (subject: unknown): BundleOptions => ({ statement: (statement) => ({ ...statement, subject }) });
  const line = (index: number): string => `n${index} sha256:${String(index).repeat(64)}`;
  const expected = `sha256:${IMAGE}`;

  test.each<[string, BundleOptions, string, string?]>([
    [
      'another digest',
      { digest: '1'.repeat(64) },
      'no subject has the digest of the image',
      `ghcr.io/acme/launcher sha256:${'1'.repeat(64)}`,
    ],
    [
      'the digest only in the name',
      about([{ ...NAME, digest: { sha256: '1'.repeat(64) } }]),
      'the digest is only in the name of a subject',
      `${NAME.name} sha256:${'1'.repeat(64)}`,
    ],
    [
      'the digest only in one of two names',
      about([
        { name: 'a', digest: { sha256: '1'.repeat(64) } },
        { ...NAME, digest: { sha512: 'x' } },
      ]),
      'the digest is only in the name of a subject',
      `a sha256:${'1'.repeat(64)}, ${NAME.name} (no SHA-256)`,
    ],
    [
      'the digest of another algorithm',
      about([{ name: 'a', digest: { sha512: IMAGE } }]),
      'no subject has the digest of the image',
      'a (no SHA-256)',
    ],
    [
      'a digest without a name',
      about([{ digest: { sha256: '1'.repeat(64) } }]),
      'no subject has the digest of the image',
      `(no name) sha256:${'1'.repeat(64)}`,
    ],
    ['five others', about(others(5)), 'no subject has the digest of the image', [0, 1, 2, 3, 4].map(line).join(', ')],
    [
      'six others',
      about(others(6)),
      'no subject has the digest of the image',
      `${[0, 1, 2, 3, 4].map(line).join(', ')} and 1 more`,
    ],
    ['nothing', about([]), 'the statement is about nothing'],
  ])('fails: %s', (_what, options, summary, found) => {
    refuses({ options, id: 'provenance.subject', summary, expected, ...(found === undefined ? {} : { found }) });
  });

  test('any subject counts, not only the first', () => {
    expect(check(about([...others(3), { digest: { sha256: IMAGE } }])).status).toBe('accepted');
  });

  const [one, two] = ['1'.repeat(64), '2'.repeat(64)] as const;
  const digest = (hex: string): string => `sha256:${hex}`;
  const index = { image: digest('f'.repeat(64)), children: [digest(one), digest(two)] };
  const of = (...hexes: string[]): BundleOptions => about(hexes.map((sha256) => ({ name: 'n', digest: { sha256 } })));
  const subject = (options: BundleOptions, subjectDigests: typeof index) =>
    check(options, { subjectDigests }).checks['provenance.subject'];

  test('an index counts where every linux/amd64 image of it is a subject', () => {
    expect(subject(of(one, two), index)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'every linux/amd64 image of the index is a subject of the statement',
      expected: index.image,
      found: `${digest(one)}, ${digest(two)}`,
    });
    expect(subject(of('f'.repeat(64)), index)).toMatchObject({
      state: 'passed',
      summary: 'the image is a subject of the statement',
    });
  });

  test('an index does not count where one is missing', () => {
    expect(subject(of(two), index)).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'not every linux/amd64 image of the index is a subject of the statement',
      expected: `${digest(one)}, ${digest(two)}`,
      found: `n ${digest(two)}`,
    });
    expect(subject(of(IMAGE), index)).toMatchObject({
      state: 'failed',
      summary: 'no subject has the digest of the image',
    });
    expect(subject(of(one), { image: index.image, children: [] })).toMatchObject({ state: 'failed' });
  });
});
