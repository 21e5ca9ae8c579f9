import { describe, expect, test } from 'vitest';
import { readBundle } from '../../../src/audit/bundle/read.ts';
import { countingRoots, type NamedRoots } from '../../../src/audit/bundle/roots.ts';
import { sha256Hex } from '../../../src/audit/bundle/sha256.ts';
import { sigstoreRoots } from '../../../src/audit/collect/sigstore-roots.ts';
import { intelRootDer } from '../../../src/tdx/intel-root.ts';
import { intel, sigstore } from '../steps/support/story.ts';

const AT = '2026-01-02T03:04:05Z';
const BUILT_IN = sigstoreRoots([]);
const PUBLIC = BUILT_IN[0]!.text;
const MOCK = Buffer.from(sigstore.root()).toString('utf8');
const shaOf = (text: string | Uint8Array): string => sha256Hex(Buffer.from(text as string));

const bundleWith = (tdx: Uint8Array, ...roots: readonly string[]) =>
  readBundle(
    Buffer.from(
      JSON.stringify({
        schema: 'twl-evidence-bundle/v1',
        note: '',
        target: '',
        collected_at: AT,
        judged_at: AT,
        answer: { origin: '', at: AT, text: '' },
        roots: {
          tdx: { origin: 'o', sha256: sha256Hex(tdx), base64: Buffer.from(tdx).toString('base64') },
          sigstore: roots.map((text, index) => ({ origin: `r${index}`, sha256: shaOf(text), text })),
        },
      }),
    ),
    'b.json',
  );
const named = (more: Partial<NamedRoots> = {}): NamedRoots => ({
  intel: intelRootDer(),
  mock: undefined,
  sha256s: [],
  sigstore: BUILT_IN,
  isSigstoreNamed: false,
  ...more,
});
const MOCK_DER = intel.root.der;

describe('the root of hardware', () => {
  test("Intel's counts by itself", () => {
    const { root, reservations } = countingRoots(bundleWith(intelRootDer()), named());
    expect(root).toEqual({ der: intelRootDer(), source: 'built in', simulated: false });
    expect(reservations).toEqual({});
  });

  test('another one counts where its hash was named, and is SIMULATED', () => {
    const sha256 = sha256Hex(MOCK_DER);
    const { root, reservations } = countingRoots(bundleWith(MOCK_DER), named({ sha256s: [sha256] }));
    expect(root).toMatchObject({ source: `--root-sha256 ${sha256}`, simulated: true });
    expect(Buffer.compare(root.der, MOCK_DER)).toBe(0);
    expect(reservations).toEqual({});
  });

  test("else Intel's is believed, all is SIMULATED, and what does not pass is not made", () => {
    const { root, reservations } = countingRoots(bundleWith(MOCK_DER), named());
    expect(root).toEqual({ der: intelRootDer(), source: 'built in', simulated: true });
    expect(Object.keys(reservations)).toEqual(['quote.signature', 'quote.module', 'freshness']);
    expect(reservations['quote.signature']).not.toHaveProperty('unless');
    expect(reservations.freshness).toEqual({
      on: 'other',
      unless: 'quote.signature',
      summary:
        'the bundle was saved under a root of hardware that nobody vouches for, and it does not pass under the one that is known',
      hint: `it is not Intel's: the hardware is pretended, or forged. whoever made that root can forge all that it vouches for; to believe that root: --root-sha256 ${sha256Hex(MOCK_DER)}`,
    });
  });

  test('one of a file is believed in place of all', () => {
    const mock = { der: MOCK_DER, source: '--mock-root x', simulated: true };
    const counting = countingRoots(bundleWith(MOCK_DER), named({ mock }));
    expect(counting.root).toBe(mock);
    expect(counting.reservations).toEqual({});
  });
});

describe('roots of Sigstore', () => {
  test('in place of the one that comes with the program that of the auditor counts', () => {
    const { sigstore: roots, reservations } = countingRoots(bundleWith(intelRootDer(), PUBLIC), named());
    expect(roots).toEqual(BUILT_IN);
    expect(reservations).toEqual({});
  });

  test('a newer one of the auditor is believed, and the older one of the bundle is not', () => {
    const newer = [{ ...BUILT_IN[0]!, sha256: 'ab'.repeat(32), source: 'brought by twl trust refresh' }];
    const known = countingRoots(bundleWith(intelRootDer(), PUBLIC), named({ sigstore: newer }));
    expect(known.sigstore).toEqual(newer);
    expect(known.reservations).toEqual({});
    const both = countingRoots(
      bundleWith(intelRootDer(), PUBLIC, MOCK),
      named({ sigstore: newer, sha256s: [shaOf(MOCK)] }),
    );
    expect(both.sigstore.map(({ sha256 }) => sha256)).toEqual(['ab'.repeat(32), shaOf(MOCK)]);
    // Whoever names its hash says that he means that one.
    const asked = countingRoots(
      bundleWith(intelRootDer(), PUBLIC),
      named({ sigstore: newer, sha256s: [shaOf(PUBLIC)] }),
    );
    expect(asked.sigstore.map(({ sha256 }) => sha256)).toEqual([shaOf(PUBLIC)]);
  });

  test('the newer one of the auditor in the bundle is known by its hash', () => {
    const mine = [{ ...BUILT_IN[0]!, sha256: shaOf(MOCK) }];
    const found = countingRoots(bundleWith(intelRootDer(), MOCK), named({ sigstore: mine }));
    expect([found.sigstore, found.reservations]).toEqual([mine, {}]);
  });

  test('one of several of the auditor is known, too', () => {
    const mine = [BUILT_IN[0]!, { ...BUILT_IN[0]!, sha256: shaOf(MOCK) }];
    const found = countingRoots(bundleWith(intelRootDer(), MOCK), named({ sigstore: mine }));
    expect([found.sigstore, found.reservations]).toEqual([mine, {}]);
  });

  test('without any the built-in one counts', () => {
    expect(countingRoots(bundleWith(intelRootDer()), named())).toMatchObject({ sigstore: BUILT_IN, reservations: {} });
  });

  test('one that was named counts in place of the built-in one', () => {
    const sha256 = shaOf(MOCK);
    const { sigstore: roots, reservations } = countingRoots(
      bundleWith(intelRootDer(), MOCK),
      named({ sha256s: [sha256] }),
    );
    expect(roots).toMatchObject([{ source: '--root-sha256, bundle b.json, r0', sha256, simulated: true }]);
    expect(reservations).toEqual({});
  });

  test('one that nobody named does not, beside a good one neither', () => {
    const alone = countingRoots(bundleWith(intelRootDer(), MOCK), named());
    expect(alone.sigstore).toEqual(BUILT_IN);
    expect(Object.keys(alone.reservations)).toEqual(['provenance.bundle']);
    expect(alone.reservations['provenance.bundle']).toEqual({
      on: 'no-root',
      summary:
        'the bundle was saved under a trusted root of Sigstore that nobody vouches for, and it does not pass under the one that is known',
      hint: `whoever made that root can forge all that it vouches for; to believe that root: --root-sha256 ${shaOf(MOCK)}`,
    });
    const beside = countingRoots(bundleWith(intelRootDer(), MOCK, PUBLIC), named());
    expect(beside.sigstore.map(({ sha256 }) => sha256)).toEqual([shaOf(PUBLIC)]);
    expect(Object.keys(beside.reservations)).toEqual(['provenance.bundle']);
  });

  test('those of files are believed in place of all', () => {
    const mine = BUILT_IN.slice();
    const counting = countingRoots(bundleWith(intelRootDer(), MOCK), named({ sigstore: mine, isSigstoreNamed: true }));
    expect(counting.sigstore).toBe(mine);
    expect(counting.reservations).toEqual({});
  });

  test('two in one are refused', () => {
    const two = `${JSON.stringify(JSON.parse(MOCK))}\n${JSON.stringify(JSON.parse(MOCK))}`;
    expect(() => countingRoots(bundleWith(intelRootDer(), two), named({ sha256s: [shaOf(two)] }))).toThrow(
      expect.objectContaining({
        code: 'malformed',
        exitCode: 30,
        message: '--root-sha256, bundle b.json, r0 holds more than one root',
      }),
    );
  });
});

test('a hash that nothing comes of is refused', () => {
  const idle = 'a1'.repeat(32);
  const bundle = bundleWith(MOCK_DER, MOCK);
  const [der, json] = [sha256Hex(MOCK_DER), shaOf(MOCK)];
  const mock = { der: MOCK_DER, source: 'x', simulated: true };
  const refused = (more: Partial<NamedRoots>, one: string): void => {
    let error: unknown;
    try {
      countingRoots(bundle, named(more));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'usage',
      exitCode: 2,
      message: `--root-sha256 ${one}: no root of the bundle that counts has that hash`,
      hint: 'leave it out: what is not held against anything must not look as if it were',
    });
  };
  refused({ sha256s: [idle] }, idle);
  refused({ sha256s: [der, json, idle] }, idle);
  refused({ sha256s: [der], mock }, der);
  refused({ sha256s: [json], isSigstoreNamed: true }, json);
  expect(countingRoots(bundle, named({ sha256s: [der, json] })).reservations).toEqual({});
});
