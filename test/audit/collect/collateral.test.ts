import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collectCollateral, type CollateralOptions } from '../../../src/audit/collect/collateral/collect-collateral.ts';
import { collateralUrls, INTEL_PCS, PHALA_PCCS } from '../../../src/audit/collect/collateral/fetch-collateral.ts';
import { endOfCollateral } from '../../../src/audit/collect/collateral/in-date.ts';
import { platformOfQuote } from '../../../src/audit/collect/collateral/platform.ts';
import { CollectError } from '../../../src/audit/collect/errors.ts';
import { openCache } from '../../../src/state/cache.ts';
import { readCollateral } from '../../../src/tdx/collateral.ts';
import type { Answer } from '../../support/answer.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { reply, useServer } from './answer-server.ts';
import { capture, captureJson, haveCaptures } from './captures.ts';

const PLATFORM = { fmspc: 'b0c06f000000', ca: 'platform' } as const;
/** The captures verify at this time, and the first of them ends at that. */
const NOW = 1786622400;
const END = 1789171031;

const options = (more: Partial<CollateralOptions> = {}): CollateralOptions => ({
  now: NOW,
  offline: false,
  cache: undefined,
  limits: { attempts: 1, totalMs: 3000 },
  ...more,
});

const failure = async (promise: Promise<unknown>): Promise<CollectError> => {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof CollectError) return error;
  throw error;
};

test.each([
  [PHALA_PCCS, 'https://pccs.phala.network', 'https://pccs.phala.network/sgx/certification/v4/rootcacrl'],
  [
    INTEL_PCS,
    'https://api.trustedservices.intel.com',
    'https://certificates.trustedservices.intel.com/IntelSGXRootCA.der',
  ],
  ['https://a.example/p/q//', 'https://a.example/p/q', 'https://a.example/p/q/sgx/certification/v4/rootcacrl'],
])('where %s has what', (base, start, rootCrl) => {
  const urls = collateralUrls(new URL(base), { fmspc: 'b0c06f000000', ca: 'processor' });
  expect(Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, url.href]))).toEqual({
    tcb: `${start}/tdx/certification/v4/tcb?fmspc=b0c06f000000`,
    qeIdentity: `${start}/tdx/certification/v4/qe/identity`,
    pckCrl: `${start}/sgx/certification/v4/pckcrl?ca=processor&encoding=der`,
    rootCrl,
  });
});

test('a file is read as it is, and only a JSON file', async () => {
  const path = useScratch().join('collateral.json');
  writeFileSync(path, '{"tcb_info":"x"}');
  const source = { kind: 'file', path } as const;
  expect(await collectCollateral(PLATFORM, source, options({ offline: true }))).toEqual({
    origin: `file ${path}`,
    value: expect.objectContaining({ tcb_info: 'x' }),
  });
  writeFileSync(path, 'nothing');
  const error = await failure(collectCollateral(PLATFORM, source, options()));
  expect(error).toMatchObject({ code: 'bad-answer', exitCode: 30, cause: { code: 'syntax' } });
  expect(error.message).toContain(`${path} is no collateral: `);
  expect(error.hint).toContain('tcb_info, qe_identity');
  writeFileSync(path, Buffer.alloc(1024 * 1024 + 1, '1'));
  expect(await failure(collectCollateral(PLATFORM, source, options()))).toMatchObject({ code: 'too-large' });
  const missing = { kind: 'file', path: `${path}.not` } as const;
  expect(await failure(collectCollateral(PLATFORM, missing, options()))).toMatchObject({
    code: 'file-unreadable',
    exitCode: 50,
  });
});

test('offline and with nothing kept there is none', async () => {
  for (const cache of [undefined, openCache(useScratch().path, 1000)]) {
    const error = await failure(collectCollateral(PLATFORM, { kind: 'default' }, options({ offline: true, cache })));
    expect(error).toMatchObject({ code: 'not-cached', exitCode: 40 });
    expect(error.message).toBe('no collateral for platform b0c06f000000 (platform) is kept here');
    expect(error.hint).toContain('--offline');
  }
});

test('a service is an address as any other', async () => {
  for (const url of ['http://example.org', 'file:///x', 'x']) {
    expect(await failure(collectCollateral(PLATFORM, { kind: 'service', url }, options()))).toMatchObject({
      code: 'unsupported-target',
      exitCode: 2,
    });
  }
});

test.each(['B0C06F000000', 'b0c06f00000', '../../../x', ''])('%j is no FMSPC', async (fmspc) => {
  await expect(
    collectCollateral({ fmspc, ca: 'platform' }, { kind: 'default' }, options({ offline: true })),
  ).rejects.toThrow('an FMSPC is 12 lower-case hex digits');
});

describe.skipIf(!haveCaptures)('a service', () => {
  const { pck_certificate_chain: _, ...good } = haveCaptures ? captureJson('near-mpc-2026-08/collateral.json') : {};
  const chain = (pem: string) => encodeURIComponent(pem);

  /** What a PCCS answers, by path. */
  const answers = (changes: Record<string, Answer> = {}): Record<string, Answer> => ({
    '/tdx/certification/v4/tcb?fmspc=b0c06f000000': reply(
      200,
      `{"tcbInfo":${good.tcb_info},"signature":"${good.tcb_info_signature}"}`,
      { 'TCB-Info-Issuer-Chain': chain(good.tcb_info_issuer_chain) },
    ),
    '/tdx/certification/v4/qe/identity': reply(
      200,
      `{ "enclaveIdentity": ${good.qe_identity}, "signature":"${good.qe_identity_signature}"}`,
      { 'SGX-Enclave-Identity-Issuer-Chain': chain(good.qe_identity_issuer_chain) },
    ),
    '/sgx/certification/v4/pckcrl?ca=platform&encoding=der': reply(200, Buffer.from(good.pck_crl, 'hex'), {
      'SGX-PCK-CRL-Issuer-Chain': chain(good.pck_crl_issuer_chain),
    }),
    '/sgx/certification/v4/rootcacrl': reply(200, `${good.root_ca_crl}\n`),
    ...changes,
  });
  const usePccs = (changes: Record<string, Answer> = {}, prefix = '') => {
    const table = answers(changes);
    return useServer(({ url }) => table[url.slice(prefix.length)] ?? reply(404));
  };
  const collect = (url: string, more: Partial<CollateralOptions> = {}) =>
    collectCollateral(PLATFORM, { kind: 'service', url }, options(more));

  test('gives what a file of collateral holds, the signed texts to the byte', async () => {
    const { url, requests } = await usePccs();
    expect(await collect(url)).toEqual({ origin: `answers of ${url}/`, value: good });
    expect(requests.map((request) => request.url)).toEqual(Object.keys(answers()));
  });

  test('may have a path, answer CRLs in hex, and use the older name of a header', async () => {
    const { url } = await usePccs(
      {
        '/sgx/certification/v4/rootcacrl': reply(200, Buffer.from(good.root_ca_crl, 'hex')),
        '/sgx/certification/v4/pckcrl?ca=platform&encoding=der': reply(200, good.pck_crl.toUpperCase(), {
          'SGX-PCK-CRL-Issuer-Chain': chain(good.pck_crl_issuer_chain),
        }),
        '/tdx/certification/v4/tcb?fmspc=b0c06f000000': reply(
          200,
          `{"tcbInfo":${good.tcb_info},"signature":"${good.tcb_info_signature}"}`,
          { 'SGX-TCB-Info-Issuer-Chain': chain(good.tcb_info_issuer_chain) },
        ),
      },
      '/pre/fix',
    );
    expect(await collect(`${url}/pre/fix/`)).toMatchObject({ value: good });
  });

  const TCB = '/tdx/certification/v4/tcb?fmspc=b0c06f000000';
  const QE = '/tdx/certification/v4/qe/identity';
  const CRL = '/sgx/certification/v4/pckcrl?ca=platform&encoding=der';
  const ROOT = '/sgx/certification/v4/rootcacrl';
  const tcbChain = { 'TCB-Info-Issuer-Chain': '-----BEGIN CERTIFICATE-----' };

  test.each<[string, Answer, string, string]>([
    [TCB, reply(404), 'not-found', 'status 404'],
    [QE, reply(500), 'server-busy', 'status 500'],
    [TCB, reply(200, '{}', tcbChain), 'bad-answer', 'the answer has no object tcbInfo'],
    [TCB, reply(200, 'x', tcbChain), 'bad-answer', 'cannot be read'],
    [TCB, reply(200, '[]', tcbChain), 'bad-answer', 'is an array, not an object'],
    [TCB, reply(200, '{"tcbInfo":{}}', tcbChain), 'bad-answer', 'signature is missing'],
    [
      TCB,
      reply(200, '{"tcbInfo":{},"signature":"00"}', tcbChain),
      'bad-answer',
      'tcb_info_signature has 1 bytes, not 64',
    ],
    [TCB, reply(200, '{"tcbInfo":{},"tcbInfo":{},"signature":"00"}', tcbChain), 'bad-answer', 'twice'],
    [
      TCB,
      reply(200, `{"tcbInfo":{},"signature":"${'00'.repeat(64)}"}`),
      'bad-answer',
      'the header TCB-Info-Issuer-Chain of ',
    ],
    [
      QE,
      reply(200, `{"enclaveIdentity":{},"signature":"${'00'.repeat(64)}"}`),
      'bad-answer',
      'SGX-Enclave-Identity-Issuer-Chain',
    ],
    [CRL, reply(200, Buffer.from('3082', 'hex')), 'bad-answer', 'the header SGX-PCK-CRL-Issuer-Chain of '],
    [
      CRL,
      reply(200, Buffer.from('3082', 'hex'), { 'SGX-PCK-CRL-Issuer-Chain': '%zz' }),
      'bad-answer',
      'is no certificate chain',
    ],
    [
      CRL,
      reply(200, Buffer.from('3082', 'hex'), { 'SGX-PCK-CRL-Issuer-Chain': 'x' }),
      'bad-answer',
      'is no certificate chain',
    ],
    [ROOT, reply(200, ''), 'bad-answer', 'is no CRL, neither in DER nor in hex'],
    [ROOT, reply(200, '308'), 'bad-answer', 'is no CRL'],
    [ROOT, reply(200, '3182aa'), 'bad-answer', 'is no CRL'],
    [ROOT, reply(200, 'x30aa'), 'bad-answer', 'is no CRL'],
    [ROOT, reply(200, '30aax'), 'bad-answer', 'is no CRL'],
    [ROOT, reply(200, '0'), 'bad-answer', 'is no CRL'],
    [ROOT, reply(200, '-----BEGIN X509 CRL-----'), 'bad-answer', 'is no CRL'],
    [ROOT, reply(200, Buffer.alloc(2 * 1024 * 1024 + 1)), 'too-large', 'sends more than 2097152 bytes'],
    [TCB, reply(200, Buffer.alloc(512 * 1024 + 1)), 'too-large', 'sends more than 524288 bytes'],
    [ROOT, reply(302, '', { Location: 'https://10.0.0.1/' }), 'address-refused', 'not a public address'],
  ])('%s may answer wrongly: %j', async (path, answer, code, message) => {
    const { url } = await usePccs({ [path]: answer });
    const cache = openCache(useScratch().path, 1_000_000);
    const error = await failure(collect(url, { cache }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(cache.read('b0c06f000000-platform.json')).toBeUndefined();
  });

  test('all its answers together are bounded in time', async () => {
    const slow = Object.fromEntries(
      Object.entries(answers()).map(([path, answer]) => [path, { ...answer, delayMs: 150 }]),
    );
    const { url } = await usePccs(slow);
    const error = await failure(collect(url, { limits: { attempts: 1, totalMs: 400 } }));
    expect(error).toMatchObject({ code: 'timed-out' });
  });

  test('is asked once while what it said is in date, and again from then on', async () => {
    const cache = openCache(useScratch().join('kept'), 1_000_000);
    const { url, requests } = await usePccs();
    await collect(url, { cache });
    expect(await collect(url, { cache })).toEqual({ origin: `cache, from ${url}/`, value: good });
    expect(await collect(url, { cache, now: END - 1 })).toHaveProperty('origin', `cache, from ${url}/`);
    expect(requests).toHaveLength(4);
    expect(await collect(url, { cache, now: END })).toHaveProperty('origin', `answers of ${url}/`);
    expect(requests).toHaveLength(8);
  });

  test('is not asked offline, where what was kept is used although it is out of date', async () => {
    const cache = openCache(useScratch().path, 1_000_000);
    const { url, requests } = await usePccs();
    await collect(url, { cache });
    const source = { kind: 'default' } as const;
    for (const now of [NOW, END + 1000]) {
      const part = await collectCollateral(PLATFORM, source, options({ cache, offline: true, now }));
      expect(part).toEqual({ origin: `cache, from ${url}/`, value: good });
    }
    expect(requests).toHaveLength(4);
    // Another platform, another entry.
    expect(
      await failure(collectCollateral({ ...PLATFORM, ca: 'processor' }, source, options({ cache, offline: true }))),
    ).toMatchObject({
      code: 'not-cached',
    });
  });

  test.each([
    ['no JSON', 'x'],
    ['another shape', '[]'],
    ['no source', JSON.stringify({ collateral: good })],
    ['no collateral', JSON.stringify({ source: 'x' })],
    ['damaged collateral', JSON.stringify({ source: 'x', collateral: { ...good, root_ca_crl: '00' } })],
    ['no date', JSON.stringify({ source: 'x', collateral: { ...good, tcb_info: '{"nextUpdate":"never"}' } })],
  ])('is asked where what was kept is %s', async (_what, kept) => {
    const cache = openCache(useScratch().path, 1_000_000);
    cache.write('b0c06f000000-platform.json', Buffer.from(kept));
    const { url } = await usePccs();
    expect(await collect(url, { cache })).toHaveProperty('origin', `answers of ${url}/`);
  });

  test('the end of collateral is the first of its four ends', () => {
    expect(endOfCollateral(good)).toBe(END);
    const later = (text: string) => text.replace(/"nextUpdate":"2026-/, '"nextUpdate":"2036-');
    const ends = (changes: object) => endOfCollateral({ ...good, ...changes });
    expect(ends({ tcb_info: '{"nextUpdate":"2026-08-14T00:00:00Z"}' })).toBe(1786665600);
    expect(ends({ qe_identity: '{"nextUpdate":"2026-08-14T00:00:00Z"}' })).toBe(1786665600);
    expect(ends({ tcb_info: later(good.tcb_info), qe_identity: later(good.qe_identity) })).toBe(END);
    expect(ends({ pck_crl: good.root_ca_crl })).not.toBe(END);
    expect(ends({ tcb_info: '{"nextUpdate":"never"}' })).toBeNaN();
    expect(() => ends({ tcb_info: '{}' })).toThrow('tcb_info, nextUpdate is missing');
    expect(readCollateral(good).rootCaCrl.length).toBeGreaterThan(100);
  });

  test.each([
    ['near-mpc-2026-08/quote.json', 'b0c06f000000'],
    ['phala-dev-0.5.9/real_tdx_quote.bin', '20a06f000000'],
    ['dcap-qvl-2025-06/quote.bin', 'b0c06f000000'],
  ])('the platform of %s is %s', (name, fmspc) => {
    const quote = name.endsWith('.json') ? Uint8Array.from(captureJson(name)) : capture(name);
    expect(platformOfQuote(quote)).toEqual({ fmspc, ca: 'platform' });
  });

  test('a quote whose certificate is of no known authority is refused', () => {
    const quote = Uint8Array.from(captureJson('near-mpc-2026-08/quote.json'));
    const text = Buffer.from(quote).toString('latin1');
    const start = text.indexOf('-----BEGIN CERTIFICATE-----');
    const end = text.indexOf('-----END CERTIFICATE-----');
    const der = Buffer.from(text.slice(start + 27, end), 'base64');
    const at = der.indexOf('Platform');
    der.write('Plotform', at, 'latin1');
    const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n');
    const forged = `${text.slice(0, start + 27)}\n${lines}\n${text.slice(end)}`;
    expect(forged).toHaveLength(text.length);
    expect(() => platformOfQuote(Buffer.from(forged, 'latin1'))).toThrow(
      expect.objectContaining({ code: 'bad-answer', hint: 'give the collateral as a file' }),
    );
  });
});
