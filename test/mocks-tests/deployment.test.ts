import { createHash, X509Certificate } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { QuoteVerifier } from '@phala/dcap-qvl';
import { describe, expect, test } from 'vitest';
import { type Deployment, simulate } from '../mocks/deployment.ts';
import { composeFile } from '../mocks/deployment/app-compose.ts';
import { DSTACK_ARC } from '../mocks/deployment/certificates.ts';
import { changeEvent, dropEvent, insertAfter } from '../mocks/deployment/edit-events.ts';
import { fold, type MockEvent, runtimeEvent } from '../mocks/deployment/event.ts';
import { keccak256 } from '../mocks/deployment/keccak.ts';
import type { DeploymentOptions } from '../mocks/deployment/options.ts';
import { base58 } from '../mocks/deployment/public-data.ts';
import { octetString, oid, sequence } from '../mocks/der.ts';
import { createIntel } from '../mocks/intel/intel.ts';
import { fixtureJson, hasFixtures } from './fixtures.ts';
import { readAttestation } from './scale-reader.ts';

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
const at = (quote: Buffer, offset: number, size = 48): string => quote.subarray(offset, offset + size).toString('hex');
const RTMR = [376, 424, 472, 520] as const;
const CONFIG_ID = 232;
const REPORT_DATA = 568;
const statusOf = ({ intel }: Deployment, quote: Buffer, collateral: object): unknown =>
  QuoteVerifier.newWithRootCa(intel.root.der).verify(quote, collateral as never, intel.now).status;
const runtimeNames = (events: readonly MockEvent[]): string[] =>
  events.filter(({ imr }) => imr === 3).map(({ event }) => event);

const VARIANTS: [string, DeploymentOptions][] = [
  ['as it is', {}],
  ['lite', { osImage: { lite: true } }],
  ['next with version 2 of the log', { line: 'next', eventLogVersion: 2 }],
  ['with a local key provider', { keyProvider: 'local-sgx' }],
  ['without keys and instance', { keyProvider: 'none', instanceId: '' }],
  ['with another app-compose', { appCompose: '{"docker_compose_file":""}' }],
  ['on another machine', { intel: createIntel({ name: 'Other', platform: { ca: 'processor' } }) }],
  ['with a user event', { userEvents: [{ event: 'mpc-image-digest', payload: Buffer.alloc(32) }] }],
];

describe.each(VARIANTS)('a deployment %s', (_, options) => {
  const deployment = simulate(options);
  const { quote, events } = deployment;

  test('its quote is good and holds what log, compose file and certificate say', () => {
    expect(statusOf(deployment, quote, deployment.collateral())).toBe('UpToDate');
    expect(RTMR.map((offset) => at(quote, offset))).toEqual(
      [0, 1, 2, 3].map((imr) => fold(events, imr).toString('hex')),
    );
    expect(deployment.composeHash).toBe(sha256(deployment.appCompose));
    expect(at(quote, CONFIG_ID)).toBe(`01${deployment.composeHash}${'00'.repeat(15)}`);
    const { osImage } = deployment;
    expect([osImage.mrtd, osImage.rtmr0, osImage.rtmr1, osImage.rtmr2]).toEqual([
      at(quote, 184),
      ...RTMR.slice(0, 3).map((offset) => at(quote, offset)),
    ]);
    const spki = new X509Certificate(deployment.certificates[0]?.pem ?? '').publicKey.export({
      format: 'der',
      type: 'spki',
    });
    const bound = createHash('sha512').update('ratls-cert:').update(spki).digest('hex');
    expect([at(quote, REPORT_DATA, 64), deployment.reportData.toString('hex')]).toEqual([bound, bound]);
  });

  test('all answers say the same', () => {
    const info = deployment.info();
    const tcb = JSON.parse(info.tcb_info);
    expect(tcb).toMatchObject({
      mrtd: at(quote, 184),
      rtmr3: at(quote, 520),
      compose_hash: deployment.composeHash,
      app_compose: deployment.appCompose.toString('utf8'),
      event_log: events,
    });
    expect(info).toMatchObject({
      app_id: deployment.appId,
      instance_id: deployment.instanceId,
      app_cert: deployment.certificatePem,
      vm_config: deployment.vmConfig,
      os_image_hash: sha256Of(deployment),
      cloud_vendor: 'SIMULATED',
      mr_aggregated: tcb.mr_aggregated,
    });
    expect(JSON.parse(info.key_provider_info)).toEqual(deployment.keyProvider);
    const answer = deployment.quoteAnswer();
    expect(answer).toMatchObject({ quote: quote.toString('hex'), vm_config: deployment.vmConfig });
    expect(runtimeNames(JSON.parse(answer.event_log))).toEqual(runtimeNames(events));
    const attested = readAttestation(Buffer.from(deployment.attestation().attestation, 'hex'));
    expect(attested).toMatchObject({ head: [0, 0], quote, reportData: deployment.reportData, rest: 0 });
    expect(attested.runtime.map(({ event }) => event)).toEqual(runtimeNames(events));
    expect(JSON.parse(deployment.phala()).tcb_info).toEqual(tcb);
  });
});

const sha256Of = ({ vmConfig }: Deployment): string => JSON.parse(vmConfig).os_image_hash;

const LINES: [string, DeploymentOptions, string][] = [
  ['0.5, KMS', {}, 'boot-mr-done mr-kms os-image-hash key-provider storage-fs system-ready'],
  ['0.5, local', { keyProvider: 'local-sgx' }, 'boot-mr-done key-provider storage-fs system-ready'],
  ['next, KMS', { line: 'next' }, 'boot-mr-done os-image-hash key-provider storage-fs system-ready'],
];
test.each(LINES)('order of events: %s', (_, options, tail) => {
  const head = 'system-preparing app-id compose-hash instance-id';
  expect(runtimeNames(simulate(options).events).join(' ')).toBe(`${head} ${tail}`);
});

test('init scripts have their events in the next line alone', () => {
  const hashes = (line: '0.5' | 'next'): string[] =>
    simulate({ line, initScripts: ['a', 'b'] })
      .events.filter(({ event }) => event === 'init-script-hash')
      .map(({ event_payload }) => event_payload);
  expect(hashes('next')).toEqual([sha256('a'), sha256('b')]);
  expect(hashes('0.5')).toEqual([]);
});

describe('mr_config_id', () => {
  const idOf = (options: DeploymentOptions): string => at(simulate(options).quote, CONFIG_ID);
  const { composeHash, appId, keyProvider } = simulate();
  test('its forms', () => {
    const preimage = Buffer.from(`${composeHash}${appId}02${keyProvider.id}`, 'hex');
    expect(idOf({ mrConfigId: 'zero' })).toBe('00'.repeat(48));
    expect(idOf({ mrConfigId: 'untagged' })).toBe(`${composeHash}${'00'.repeat(16)}`);
    expect(idOf({ mrConfigId: 'v2' })).toBe(`02${keccak256(preimage).toString('hex')}${'00'.repeat(15)}`);
    const v3 = simulate({ mrConfigId: 'v3' });
    expect(at(v3.quote, CONFIG_ID)).toBe(`03${sha256(`dstack-mr-config-v3:\0${v3.mrConfig}`)}${'00'.repeat(15)}`);
    expect(JSON.parse(v3.mrConfig ?? '')).toEqual({
      app_id: appId,
      compose_hash: composeHash,
      key_provider: 'kms',
      key_provider_id: keyProvider.id,
      version: 3,
    });
    const { config } = readAttestation(Buffer.from(v3.attestation().attestation, 'hex'));
    expect(JSON.parse(config)).toMatchObject({ mr_config: v3.mrConfig, vm_config: v3.vmConfig });
    expect(simulate().mrConfig).toBeUndefined();
    expect(idOf({ mrConfigId: Buffer.alloc(48, 9) })).toBe('09'.repeat(48));
  });
});

describe('one thing changed alone', () => {
  const good = simulate();
  test('an edited log, the registers refolded or left', () => {
    const editEvents = insertAfter('system-ready', runtimeEvent('late'));
    const consistent = simulate({ editEvents });
    const inconsistent = simulate({ editEvents, refold: false });
    expect(at(consistent.quote, 520)).toBe(fold(consistent.events, 3).toString('hex'));
    expect(at(inconsistent.quote, 520)).toBe(at(good.quote, 520));
    expect(inconsistent.events).toEqual(consistent.events);
    expect(runtimeNames(simulate({ editEvents: dropEvent('app-id') }).events)).not.toContain('app-id');
    const kept = simulate({ editEvents: changeEvent('app-id', { event_payload: '00' }) });
    expect(at(kept.quote, 520)).toBe(at(good.quote, 520));
  });

  test('the shown app-compose, the body, the report data, the statements', () => {
    expect(JSON.parse(simulate({ shownAppCompose: 'x' }).info().tcb_info).app_compose).toBe('x');
    expect(simulate({ shownAppCompose: 'x' }).quoteAnswer().app_compose).toBe('x');
    expect(at(simulate({ body: { rtmr3: Buffer.alloc(48, 1) } }).quote, 520)).toBe('01'.repeat(48));
    expect(at(simulate({ reportData: Buffer.alloc(64, 2) }).quote, REPORT_DATA, 64)).toBe('02'.repeat(64));
    expect(simulate({ info: { app_id: 'lie' } }).info().app_id).toBe('lie');
    expect(JSON.parse(simulate({ tcbInfo: { rtmr0: 'lie' } }).info().tcb_info).rtmr0).toBe('lie');
    const { keyProvider, events } = simulate({ keyProviderId: 'abcd' });
    expect(keyProvider.id).toBe('abcd');
    const payload = events.find(({ event }) => event === 'key-provider')?.event_payload ?? '';
    expect(JSON.parse(Buffer.from(payload, 'hex').toString())).toEqual({ name: 'kms', id: 'abcd' });
    expect(simulate({ appId: '11'.repeat(20) }).appId).toBe('11'.repeat(20));
  });

  test('the pin and the image of the default app-compose', () => {
    const compose = (options: DeploymentOptions): string =>
      JSON.parse(simulate(options).appCompose.toString('utf8')).docker_compose_file;
    expect(compose({})).toBe(composeFile());
    expect(compose({ pin: 'A=1\nB=2\n' })).toContain(
      'LAUNCHER_CONFIG: |\n        A=1\n        B=2\n    read_only: true',
    );
    expect(compose({ image: 'registry.example/x:latest' })).toContain('image: registry.example/x:latest\n');
    expect(compose({ composeFile: 'services: {}' })).toBe('services: {}');
    const keys = JSON.parse(simulate({ appComposeKeys: { public_logs: undefined, extra: 1 } }).appCompose.toString());
    expect([keys.extra, 'public_logs' in keys]).toEqual([1, false]);
  });

  test('a quote over other report data is of the same machine', () => {
    const reportData = Buffer.alloc(64, 3);
    const answer = good.quoteAnswer({ reportData, strip: 'none' });
    const quote = Buffer.from(answer.quote, 'hex');
    expect(at(quote, REPORT_DATA, 64)).toBe(answer.report_data);
    expect(quote.subarray(184, 568)).toEqual(good.quote.subarray(184, 568));
    expect(JSON.parse(answer.event_log)).toEqual(good.events);
    const attested = readAttestation(Buffer.from(good.attestation({ reportData, strip: 'none' }).attestation, 'hex'));
    expect(attested.reportData).toEqual(reportData);
    expect(attested.events).toEqual(
      good.events.map(({ imr, event_type, digest, event, event_payload }) => ({
        imr,
        event_type,
        digest,
        event,
        event_payload,
      })),
    );
  });
});

describe('the RA-TLS certificate', () => {
  const extension = (number: number, content: Uint8Array): Buffer =>
    sequence(oid(`${DSTACK_ARC}.${number}`), octetString(octetString(content)));
  test('carries app id, usage, quote and log doubly wrapped', () => {
    const { certificates, quote, appId, eventLog } = simulate();
    const [leaf, appCa, root] = certificates;
    const wanted = [
      extension(1, quote),
      extension(2, Buffer.from(eventLog())),
      extension(3, Buffer.from(appId, 'hex')),
    ];
    expect(wanted.map((one) => leaf?.der.includes(one))).toEqual([true, true, true]);
    expect(leaf?.der.includes(extension(4, Buffer.from('app:custom')))).toBe(true);
    expect(appCa?.der.includes(extension(4, Buffer.from('app:ca')))).toBe(true);
    expect(appCa?.der.includes(extension(3, Buffer.from(appId, 'hex')))).toBe(true);
    expect(root?.key.spki.toString('hex')).toBe(simulate().keyProvider.id);
  });

  test('its other forms', () => {
    const leafOf = (form: 'quote-gzip' | 'attestation' | 'none'): [Buffer, Deployment] => {
      const deployment = simulate({ certificates: { form } });
      return [deployment.certificates[0]!.der, deployment];
    };
    const [attested, deployment] = leafOf('attestation');
    expect(attested.includes(oid(`${DSTACK_ARC}.8`))).toBe(true);
    expect(attested.includes(deployment.quote)).toBe(true);
    expect(attested.includes(oid(`${DSTACK_ARC}.1`))).toBe(false);
    const [zipped, { eventLog }] = leafOf('quote-gzip');
    const log = Buffer.concat([Buffer.from('ELGZv1'), gzipSync(eventLog())]);
    expect(zipped.includes(extension(2, log))).toBe(true);
    expect(leafOf('none')[0].includes('BEGIN')).toBe(false);
    const edited = simulate({ certificates: { editLeafExtensions: (all) => [...all, ...all] } });
    expect(edited.certificates[0]!.der.length).toBeGreaterThan(2 * edited.quote.length);
  });
});

describe('printed and served forms', () => {
  test('phala: noise, the strict shape, and no tcb_info where it is not public', () => {
    const deployment = simulate();
    const text = deployment.phala({ noise: true });
    expect(text.startsWith('{')).toBe(false);
    expect(JSON.parse(text.slice(text.indexOf('\n{\n') + 1, text.lastIndexOf('\n}\n') + 3))).toHaveProperty('tcb_info');
    const strict = JSON.parse(deployment.phala({ shape: 'strict' }));
    expect(Object.keys(strict.tcb_info)).toEqual([
      'mrtd',
      'rootfs_hash',
      'rtmr0',
      'rtmr1',
      'rtmr2',
      'rtmr3',
      'event_log',
    ]);
    expect(strict.app_certificates.map((one: { quote: string | null }) => one.quote)).toEqual([
      deployment.quote.toString('hex'),
      null,
      null,
    ]);
    expect(JSON.parse(deployment.phala({ isPublic: false })).tcb_info).toBeNull();
    expect(JSON.parse(deployment.phala({ composeFile: 'c', change: { error: 'e' } }))).toMatchObject({
      compose_file: 'c',
      error: 'e',
    });
  });

  // biome-ignore lint/suspicious/noExplicitAny: the page has many parts
  const pageOf = (deployment: Deployment): any => deployment.publicData();
  test('NEAR: the quote binds both keys and fits the collateral beside it', () => {
    const deployment = simulate();
    const page = pageOf(deployment);
    const { quote, collateral, tcb_info } = page.tee_participant_info.Dstack;
    const { p2p, account } = deployment.nearKeys;
    const hash = createHash('sha3-384').update(p2p).update(account).digest('hex');
    expect(at(Buffer.from(quote), REPORT_DATA, 64)).toBe(`0001${hash}${'00'.repeat(14)}`);
    expect(statusOf(deployment, Buffer.from(quote), collateral)).toBe('UpToDate');
    expect(tcb_info.event_log).toEqual(deployment.events);
    expect(page.near_p2p_public_key).toBe(`ed25519:${base58(p2p)}`);
  });

  test.each([
    ['', ''],
    ['00', '1'],
    ['0001', '12'],
    ['3a', '21'],
    ['ffff', 'LUv'],
  ])('base 58 of %s', (hex, text) => {
    expect(base58(Buffer.from(hex, 'hex'))).toBe(text);
  });

  test.skipIf(!hasFixtures)('the shapes are those of real answers', () => {
    const keys = (value: object): string[] => Object.keys(value).sort();
    const info = fixtureJson('phala-dev-0.5.9/real_attestation_info.json');
    const ours = simulate().info();
    expect(keys(ours)).toEqual(keys(info));
    expect(keys(JSON.parse(ours.tcb_info))).toEqual(keys(JSON.parse(info.tcb_info)));
    const page = fixtureJson('near-mpc-2026-08/public_data.json');
    const ourPage = pageOf(simulate());
    const parts = ['quote', 'collateral', 'tcb_info'];
    expect(keys(ourPage)).toEqual(expect.arrayContaining(keys(page).filter((key) => key.startsWith('near_'))));
    const [real, mock] = [page, ourPage].map((one) => one.tee_participant_info.Dstack);
    expect(keys(mock)).toEqual(parts.toSorted());
    for (const part of ['collateral', 'tcb_info']) expect(keys(mock[part])).toEqual(keys(real[part]));
  });
});
