import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../../src/audit/collect/answer/read-answer.ts';
import { partValue } from '../../../src/evidence/evidence.ts';
import { nearReportData } from '../../../src/evidence/report-data.ts';
import { parseQuote } from '../../../src/tdx/quote.ts';
import { capture, captureJson, haveCaptures } from './captures.ts';

const from = (where: string): string => `saved answer a.json${where}`;
const read = (answer: unknown) => readAnswer(Buffer.from(JSON.stringify(answer)), 'a.json');
const failing = (origin: string, code: string, message = '') => ({
  origin,
  error: expect.objectContaining({ code, message: expect.stringContaining(message) }),
});

const NO_TCB = `${from(', tcb_info')} is empty: the deployment keeps it to itself (public_tcbinfo = false), so app-compose is not there to be checked`;
const NO_CHAIN = `${from(', app_cert')} is empty: the agent could not get a certificate, so there is no quote`;

test('an agent without certificate and tcb_info gives statements and says what is not there', () => {
  expect(read({ app_cert: '', tcb_info: '', app_id: 'a', instance_id: '', vm_config: '' })).toStrictEqual({
    target: 'a.json',
    kind: 'agent-info',
    statements: { app_id: { origin: from(', app_id'), value: 'a' } },
    notes: [NO_CHAIN, NO_TCB],
  });
});

test('what is said twice must be the same', () => {
  const { statements } = read({
    app_cert: '',
    tcb_info: JSON.stringify({ compose_hash: 'one', os_image_hash: 'same', mrtd: 'm', device_id: '' }),
    compose_hash: 'two',
    os_image_hash: 'same',
    device_id: 'd',
    key_provider_info: 7,
  });
  expect(statements).toEqual({
    compose_hash: failing(
      `${from(', compose_hash')} and ${from(', tcb_info, compose_hash')}`,
      'contradictory',
      'compose_hash say different things',
    ),
    os_image_hash: { origin: `${from(', os_image_hash')} and ${from(', tcb_info, os_image_hash')}`, value: 'same' },
    device_id: { origin: from(', device_id'), value: 'd' },
    mrtd: { origin: from(', tcb_info, mrtd'), value: 'm' },
    key_provider_info: failing(from(', key_provider_info'), 'wrong-type', 'key_provider_info is of type number'),
  });
  expect(statements.compose_hash).toMatchObject({
    error: { exitCode: 30, hint: 'the answer contradicts itself; ask for it again' },
  });
});

test('a tcb_info or certificate that cannot be read says so in the parts it would have held', () => {
  const why = failing(from(', tcb_info'), 'truncated');
  const broken = read({ app_cert: 'no PEM', tcb_info: '{', vm_config: '{}' });
  const noChain = failing(from(', app_cert'), 'bad-pem');
  expect(broken).toEqual({
    target: 'a.json',
    kind: 'agent-info',
    certificates: noChain,
    quote: noChain,
    eventLog: why,
    appCompose: why,
    vmConfig: { origin: from(', vm_config'), value: '{}' },
    statements: {},
    notes: [],
  });
  expect(read({ app_cert: 1, tcb_info: [] })).toMatchObject({
    certificates: failing(from(', app_cert'), 'wrong-type', 'app_cert is of type number'),
    appCompose: failing(from(', tcb_info'), 'wrong-type', 'tcb_info is an array'),
  });
  const junk = `-----BEGIN CERTIFICATE-----\n${Buffer.from('junk').toString('base64')}\n-----END CERTIFICATE-----\n`;
  const unreadable = read({ app_cert: junk, tcb_info: '' });
  expect(unreadable.certificates).toEqual({ origin: from(', app_cert'), value: [new Uint8Array(Buffer.from('junk'))] });
  expect(unreadable.quote).toMatchObject({
    origin: from(', app_cert, leaf'),
    error: { exitCode: 30, message: expect.stringContaining('the RA-TLS leaf') },
  });
  expect(unreadable.notes).toEqual([NO_TCB]);
});

describe.skipIf(!haveCaptures)('a Phala Cloud machine', () => {
  const info = haveCaptures ? captureJson('phala-dev-0.5.9/real_attestation_info.json') : {};
  const quote = haveCaptures ? new Uint8Array(capture('phala-dev-0.5.9/real_tdx_quote.bin')) : undefined;
  const OID = '1.3.6.1.4.1.62397.1';

  test('all parts are read, with where they came from', () => {
    const found = read(info);
    const tcb = JSON.parse(info.tcb_info);
    expect(found).toMatchObject({
      kind: 'agent-info',
      quote: { origin: from(`, app_cert, leaf, extension ${OID}.1`), value: quote },
      certificates: { origin: from(', app_cert') },
      eventLog: { origin: from(', tcb_info.event_log') },
      appCompose: { origin: from(', tcb_info.app_compose'), value: new TextEncoder().encode(tcb.app_compose) },
      vmConfig: { origin: from(', vm_config'), value: info.vm_config },
      notes: [],
    });
    expect(found.certificates).toHaveProperty('value.length', 3);
    expect(found.eventLog).toHaveProperty('value.length', 30);
    expect(found.statements.app_id).toEqual({ origin: from(', app_id'), value: info.app_id });
    expect(found.statements.rtmr3).toEqual({ origin: from(', tcb_info, rtmr3'), value: tcb.rtmr3 });
    expect(found).not.toHaveProperty('mrConfig');
  });

  test('without tcb_info the event log is the one of the certificate', () => {
    const found = read({ ...info, tcb_info: '', vm_config: '' });
    expect(found.eventLog).toHaveProperty('origin', from(`, app_cert, leaf, extension ${OID}.2`));
    expect(found.eventLog).toHaveProperty('value', (read(info).eventLog as { value: unknown }).value);
    expect(found).not.toHaveProperty('appCompose');
    expect(found).not.toHaveProperty('vmConfig');
    expect(found.notes).toEqual([NO_TCB]);
  });

  test('a chain whose leaf has no quote says so', () => {
    const [, , root] = String(info.app_cert).split(/(?<=-----END CERTIFICATE-----\n)/);
    const found = read({ ...info, app_cert: root });
    expect(found.quote).toMatchObject(
      failing(from(', app_cert, leaf'), 'bad-answer', 'leaf carries no quote (extensions .1 and .8 of dstack)'),
    );
    expect(found.eventLog).toHaveProperty('origin', from(', tcb_info.event_log'));
  });
});

describe.skipIf(!haveCaptures)('other captures', () => {
  test('a NEAR MPC node', () => {
    const answer = captureJson('near-mpc-2026-08/public_data.json');
    const found = readAnswer(capture('near-mpc-2026-08/public_data.json'), 'a.json');
    const tcb = captureJson('near-mpc-2026-08/tcb_info.json');
    expect(found).toMatchObject({
      kind: 'near-mpc',
      quote: { value: Uint8Array.from(captureJson('near-mpc-2026-08/quote.json')) },
      collateral: { value: answer.tee_participant_info.Dstack.collateral },
      appCompose: { value: new TextEncoder().encode(tcb.app_compose) },
      nearKeys: {
        value: { p2p: expect.objectContaining({ length: 32 }), account: expect.objectContaining({ length: 32 }) },
      },
    });
    expect(found.eventLog).toHaveProperty('value.length', 29);
    // The signed quote says which key is which.
    const { reportData } = parseQuote(partValue(found.quote!)).body;
    expect(nearReportData(partValue(found.nearKeys!))).toEqual(new Uint8Array(reportData));
  });

  test('a quote answer', () => {
    const answer = captureJson('dstack-verifier-report/quote-report.json');
    const found = readAnswer(capture('dstack-verifier-report/quote-report.json'), 'a.json');
    expect(found).toMatchObject({
      kind: 'quote-answer',
      quote: { value: new Uint8Array(Buffer.from(answer.quote, 'hex')) },
      vmConfig: { value: answer.vm_config },
      statements: { report_data: { value: answer.report_data } },
    });
    expect(found.eventLog).toHaveProperty('value.length', 28);
  });

  test('a versioned attestation, raw and in JSON', () => {
    const raw = readAnswer(capture('dstack-simulator/attestation.bin'), 'a.json');
    expect(raw).toMatchObject({
      kind: 'versioned-attestation',
      quote: { origin: from(', quote'), value: expect.objectContaining({ length: 5010 }) },
      eventLog: { origin: from(', event log'), value: expect.objectContaining({ length: 33 }) },
      vmConfig: { origin: from(', config') },
      statements: { report_data: { origin: from(', report data'), value: expect.stringMatching(/^[0-9a-f]{128}$/) } },
      notes: [],
    });
    expect(raw).not.toHaveProperty('mrConfig');
    const lite = readAnswer(capture('dstack-lite/tdx-lite-attestation.json'), 'a.json');
    expect(lite).toMatchObject({ kind: 'versioned-attestation', quote: { origin: from(', attestation, quote') } });
    expect(lite.eventLog).toHaveProperty('value.length', 12);
    expect(lite.vmConfig).toHaveProperty('value', expect.stringContaining('tdx_measurement'));
  });
});
