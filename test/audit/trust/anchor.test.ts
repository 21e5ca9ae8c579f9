import { describe, expect, test } from 'vitest';
import {
  anchorOf,
  type AnchorRequest,
  PUBLIC_GOOD_TUF_SHA256,
  publicGoodAnchor,
} from '../../../src/audit/trust/anchor.ts';
import { lastRoot } from '../../../src/audit/trust/metadata.ts';
import { BaseError } from '../../../src/base/error.ts';
import { sha256 } from '../../../src/provenance/sha256.ts';
import { writeScratch } from './support.ts';
import { tufRoot } from './tuf-repository.ts';

const NONE: AnchorRequest = { instance: 'public-good', tufRoot: undefined, mirror: undefined };

test("the public instance's TUF root comes with the npm package and has the hash that is written down", () => {
  const anchor = publicGoodAnchor();
  expect(sha256(anchor.root)).toBe(PUBLIC_GOOD_TUF_SHA256);
  expect(lastRoot(anchor.root, []).signed.version).toBe(16);
  expect(anchor).toMatchObject({
    name: 'public-good',
    instance: 'public-good',
    source: 'built in, from @sigstore/tuf',
    mirrorNamed: false,
  });
  expect(anchor.mirror.href).toBe('https://tuf-repo-cdn.sigstore.dev/');
  expect(anchorOf(NONE)).toEqual(anchor);
});

describe('another beginning', () => {
  const root = tufRoot();
  const path = (): string => writeScratch(root);
  const name = `tuf-${sha256(root)}`;

  test('at another mirror', () => {
    const anchor = anchorOf({ ...NONE, mirror: 'http://127.0.0.1:8080/tuf' });
    expect(anchor).toMatchObject({ name: 'public-good', mirrorNamed: true });
    expect(anchor.mirror.href).toBe('http://127.0.0.1:8080/tuf');
  });

  test("is GitHub's TUF root, which has to be given", () => {
    const file = path();
    const anchor = anchorOf({ ...NONE, instance: 'github', tufRoot: file });
    expect(anchor).toMatchObject({ name, instance: 'github', source: file, mirrorNamed: false });
    expect(Buffer.from(anchor.root).equals(root)).toBe(true);
    expect(anchor.mirror.href).toBe('https://tuf-repo.github.com/');
    const elsewhere = anchorOf({ instance: 'github', tufRoot: file, mirror: 'https://mirror.example' });
    expect(elsewhere).toMatchObject({ instance: 'github', mirrorNamed: true });
    expect(elsewhere.mirror.href).toBe('https://mirror.example/');
  });

  test('is any TUF root with its mirror', () => {
    const file = path();
    const anchor = anchorOf({ instance: file, tufRoot: undefined, mirror: 'https://mirror.example/' });
    expect(anchor).toMatchObject({ name, instance: undefined, source: file, mirrorNamed: true });
  });

  test.each<[string, Partial<AnchorRequest>, string, number, string, string | undefined]>([
    [
      'GitHub without its root',
      { instance: 'github' },
      'bad-request',
      2,
      "GitHub's instance begins at a TUF root, and none comes with this program",
      'give --tuf-root FILE; or give verify --trusted-root with the output of `gh attestation trusted-root`',
    ],
    [
      'a root beside another instance',
      { tufRoot: 'x' },
      'bad-request',
      2,
      "a TUF root is given apart only for GitHub's instance",
      'write --instance FILE --mirror URL',
    ],
    [
      'a root without a mirror',
      { instance: 'root.json' },
      'bad-request',
      2,
      'a TUF root does not say where its successors are served',
      'give --mirror URL; the instances with a name are public-good and github',
    ],
    [
      'http',
      { mirror: 'http://mirror.example' },
      'unsupported-target',
      2,
      'http://mirror.example is http and not on loopback',
      'use https://',
    ],
    [
      'a query',
      { mirror: 'https://mirror.example/?a=b' },
      'bad-request',
      2,
      'https://mirror.example/?a=b has a query, behind which no file can be named',
      'end the URL before the ?',
    ],
    [
      'a file that is not there',
      { instance: '/none/root.json', mirror: 'https://mirror.example' },
      'file-unreadable',
      50,
      'reading /none/root.json failed',
      undefined,
    ],
  ])('is refused: %s', (_what, request, code, exitCode, message, hint) => {
    let thrown: unknown;
    try {
      anchorOf({ ...NONE, ...request });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BaseError);
    const error = thrown as BaseError<string>;
    expect({ code: error.code, exitCode: error.exitCode }).toEqual({ code, exitCode });
    expect(error.message).toContain(message);
    if (hint !== undefined) expect(error.hint).toBe(hint);
  });

  test('a file that is too large is not read', () => {
    const file = writeScratch(Buffer.alloc(512 * 1024 + 1));
    expect(() => anchorOf({ instance: file, tufRoot: undefined, mirror: 'https://mirror.example' })).toThrow(
      /is larger than/,
    );
  });
});
