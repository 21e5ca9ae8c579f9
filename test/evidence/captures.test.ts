import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/base/json.ts';
import { mrAggregated } from '../../src/evidence/aggregates.ts';
import { composeHash, readAppCompose } from '../../src/evidence/app-compose.ts';
import { appIdKind } from '../../src/evidence/app-id.ts';
import { decodeAttestation, toEventLog } from '../../src/evidence/attestation.ts';
import { checkConfigId } from '../../src/evidence/check-config-id.ts';
import { acpiDigestsOf } from '../../src/evidence/os-image/acpi-digests.ts';
import { compareImage } from '../../src/evidence/os-image/compare.ts';
import { recomputeImage } from '../../src/evidence/os-image/recompute.ts';
import { readRaTlsChain } from '../../src/evidence/ra-tls/read-chain.ts';
import { verifyRaTlsChain } from '../../src/evidence/ra-tls/verify-chain.ts';
import { readEventLog } from '../../src/evidence/read-event-log.ts';
import { replayAgainst } from '../../src/evidence/replay-against.ts';
import { certificateReportData, nearReportData, paddedReportData } from '../../src/evidence/report-data.ts';
import { readRuntimeEvents } from '../../src/evidence/system-events.ts';
import { readVmConfig, vmConfigTextOf } from '../../src/evidence/vm-config.ts';
import {
  bodyOf,
  bytesOf,
  captured,
  changed,
  failure,
  hex,
  hexOf,
  jsonOf,
  text,
  textOf,
  unlessCaptured,
} from './support.ts';

const NOW = 1786622400;
const all = (state: string) => [state, state, state, state];
const states = (log: Parameters<typeof replayAgainst>[0], quote: Uint8Array) =>
  replayAgainst(log, bodyOf(quote).rtmrs).map(({ state }) => state);

describe.skipIf(!captured)(`near-mpc-2026-08${unlessCaptured}`, () => {
  const read = () => {
    const info = jsonOf('near-mpc-2026-08/tcb_info.json');
    return { info, quote: Uint8Array.from(jsonOf('near-mpc-2026-08/quote.json')), log: readEventLog(info.event_log) };
  };

  test('replays, and its system events name what the answer says', () => {
    const { info, quote, log } = read();
    expect(states(log, quote)).toEqual(all('matches'));
    const { system, user } = readRuntimeEvents(log);
    expect(system.rows).toEqual(['0.4.2 to 0.5.11', '0.6']);
    expect(hexOf(system.composeHash)).toBe(info.compose_hash);
    expect(hexOf(system.instanceId)).toBe('');
    expect(system.keyProvider).toMatchObject({ name: 'local-sgx' });
    expect(system.storageFs).toBe('zfs');
    expect(user).toEqual([
      {
        index: 28,
        name: 'mpc-image-digest',
        payload: hex(textOf('near-mpc-2026-08/mpc_image_digest.txt').trim()),
        note: undefined,
      },
    ]);
  });

  test('binds its app-compose by event and by config id, and its keys by report data', () => {
    const { info, quote, log } = read();
    const bytes = text(info.app_compose);
    const hash = composeHash(bytes);
    const { system } = readRuntimeEvents(log);
    expect(hexOf(hash)).toBe(hexOf(system.composeHash));
    expect(hexOf(composeHash(bytesOf('near-mpc-2026-08/app_compose.json')))).toBe(info.compose_hash);
    expect(readAppCompose(bytes)).toMatchObject({ keyProvider: 'local', noInstanceId: true, unknownKeys: [] });
    expect(appIdKind(system.appId, hash)).toBe('default');
    expect(checkConfigId(bodyOf(quote).mrConfigId, { composeHash: hash })).toMatchObject({
      state: 'bound',
      form: 'v1',
    });
    const key = (name: string): Uint8Array => base58(textOf(`near-mpc-2026-08/${name}`).trim().replace('ed25519:', ''));
    const keys = { p2p: key('near_p2p_public_key.pub'), account: key('near_account_public_key.pub') };
    expect(hexOf(nearReportData(keys))).toBe(hexOf(bodyOf(quote).reportData));
  });

  test('does not replay with any byte of any payload or digest edited, any event dropped, doubled, added or moved', () => {
    const { quote, log } = read();
    const differs = (events: typeof log, register: number, why: string) =>
      expect(states(events, quote)[register], why).toBe('differs');
    for (const [index, event] of log.entries()) {
      const why = `event ${index}`;
      differs(log.toSpliced(index, 1), event.register, why);
      differs(log.toSpliced(index, 0, event), event.register, why);
      differs(
        changed(log, index, { digest: event.digest?.map((byte, at) => (at === 47 ? byte ^ 1 : byte)) }),
        event.register,
        why,
      );
      const next = log.findIndex((other, at) => at > index && other.register === event.register);
      if (next > 0) differs(log.with(index, log[next]!).with(next, event), event.register, why);
      if (event.register !== 3) continue;
      differs(changed(log, index, { name: `${event.name}x` }), 3, why);
      differs(changed(log, index, { eventType: 10 }), 3, why);
      for (const digest of [undefined, event.digest]) {
        differs(changed(log, index, { payload: Buffer.concat([event.payload, Uint8Array.of(0)]), digest }), 3, why);
      }
      expect(states(changed(log, index, { digest: undefined }), quote)).toEqual(all('matches'));
    }
  });
});

describe.skipIf(!captured)(`near-mpc-measurements${unlessCaptured}`, () => {
  test('both logs replay to the registers beside them, and the images differ in RTMR2 alone', () => {
    const [release, development] = ['tcb_info.json', 'tcb_info_dev.json'].map((name) =>
      jsonOf(`near-mpc-measurements/${name}`),
    );
    for (const info of [release, development]) {
      const rtmrs = [info.rtmr0, info.rtmr1, info.rtmr2, info.rtmr3].map(hex) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      expect(replayAgainst(readEventLog(info.event_log), rtmrs).map(({ state }) => state)).toEqual(all('matches'));
      expect(hexOf(composeHash(text(info.app_compose)))).toBe(info.compose_hash);
    }
    expect(['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'].filter((name) => release[name] !== development[name])).toEqual([
      'rtmr2',
    ]);
  });
});

describe.skipIf(!captured)(`phala-dev-0.5.9${unlessCaptured}`, () => {
  const read = () => {
    const info = jsonOf('phala-dev-0.5.9/real_attestation_info.json');
    const tcb = parseJson(info.tcb_info) as Record<string, string>;
    return { info, tcb, quote: bytesOf('phala-dev-0.5.9/real_tdx_quote.bin'), log: readEventLog(tcb.event_log) };
  };

  test('replays, and everything names the same app', () => {
    const { info, tcb, quote, log } = read();
    expect(states(log, quote)).toEqual(all('matches'));
    const { system, user } = readRuntimeEvents(log);
    expect(user).toEqual([]);
    expect(system.rows).toEqual(['0.4.2 to 0.5.11']);
    expect(hexOf(system.appId)).toBe(info.app_id);
    expect(hexOf(system.instanceId)).toBe(info.instance_id);
    expect(hexOf(system.osImageHash)).toBe(info.os_image_hash);
    expect(Buffer.from(system.keyProvider.raw).toString()).toBe(info.key_provider_info);
    const bytes = text(tcb.app_compose!);
    const hash = composeHash(bytes);
    expect(hexOf(hash)).toBe(hexOf(system.composeHash));
    expect(readAppCompose(bytes)).toMatchObject({
      keyProvider: 'kms',
      gatewayEnabled: true,
      features: ['kms', 'tproxy-net'],
      unknownKeys: [],
    });
    expect(appIdKind(system.appId, hash)).toBe('explicit');
    expect(checkConfigId(bodyOf(quote).mrConfigId, { composeHash: hash })).toMatchObject({
      state: 'bound',
      form: 'v1',
    });
    expect(hexOf(mrAggregated(bodyOf(quote)))).toBe(info.mr_aggregated);
  });

  test('has a chain that holds, over the same quote and log, from the measured key provider', () => {
    const { info, quote, log } = read();
    const chain = verifyRaTlsChain(readRaTlsChain(info.app_cert), NOW);
    expect(chain.kind).toBe('kms');
    expect(hexOf(chain.appId)).toBe(info.app_id);
    expect(chain.rootSpki).toBe(hexOf(readRuntimeEvents(log).system.keyProvider.id));
    expect(chain.extensions.usage).toBe('app:custom');
    expect(hexOf(chain.extensions.quote)).toBe(hexOf(quote));
    expect(chain.extensions.eventLog).toEqual(log);
    expect(hexOf(certificateReportData(chain.leaf.spki))).toBe(hexOf(bodyOf(quote).reportData));
    expect(failure(() => verifyRaTlsChain(readRaTlsChain(info.app_cert), 2086200000), 12)).toContain('expired: ');
  });

  test('carries no measurement of its image', () => {
    const { info, log } = read();
    const config = readVmConfig(info.vm_config);
    expect(config).toMatchObject({
      image: 'dstack-dev-0.5.9-de9c74f0',
      cpuCount: 1,
      memorySize: 2 ** 31,
      qemuSinglePassAddPages: true,
    });
    expect(failure(() => recomputeImage(config, acpiDigestsOf(log)), 20)).toContain('unsupported-image');
  });
});

describe.skipIf(!captured)(`dstack-verifier-report${unlessCaptured}`, () => {
  test('replays, has a user event, and is not bound by the hardware', () => {
    const report = jsonOf('dstack-verifier-report/quote-report.json');
    const [quote, log] = [hex(report.quote), readEventLog(parseJson(report.event_log))];
    expect(states(log, quote)).toEqual(all('matches'));
    const { system, user } = readRuntimeEvents(log);
    expect(system.rows).toEqual(['0.4.2 to 0.5.11']);
    expect(user.map(({ name }) => name)).toEqual(['LIUM_MINER_HOTKEY']);
    expect(checkConfigId(bodyOf(quote).mrConfigId, { composeHash: system.composeHash })).toMatchObject({
      state: 'unbound',
      form: 'none',
    });
    expect(hexOf(paddedReportData(hex('1234')))).toBe(hexOf(bodyOf(quote).reportData));
    expect(readVmConfig(report.vm_config)).toMatchObject({
      cpuCount: 16,
      memorySize: 2 ** 36,
      qemuVersion: '9.2.1',
      image: undefined,
    });
  });
});

describe.skipIf(!captured)(`dstack-simulator${unlessCaptured}`, () => {
  test('decodes and replays, 17 events in RTMR0', () => {
    const attestation = decodeAttestation(bytesOf('dstack-simulator/attestation.bin'));
    const log = toEventLog(attestation);
    expect(attestation.quote).toHaveLength(5010);
    expect(log.filter(({ register }) => register === 0)).toHaveLength(17);
    expect(states(log, attestation.quote)).toEqual(all('matches'));
    expect(hexOf(attestation.reportData)).toBe(hexOf(bodyOf(attestation.quote).reportData));
    const { system } = readRuntimeEvents(log);
    expect(checkConfigId(bodyOf(attestation.quote).mrConfigId, { composeHash: system.composeHash })).toMatchObject({
      state: 'bound',
      form: 'v1',
    });
    expect(readVmConfig(vmConfigTextOf(attestation.config))).toMatchObject({
      image: 'dstack-0.6.0',
      memorySize: 2 ** 34,
    });
    expect(acpiDigestsOf(log).loader).toHaveLength(48);
  });
});

describe.skipIf(!captured)(`dstack-lite${unlessCaptured}`, () => {
  const read = () => {
    const attestation = decodeAttestation(hex(jsonOf('dstack-lite/tdx-lite-attestation.json').attestation));
    const config = readVmConfig(vmConfigTextOf(attestation.config));
    return { quote: attestation.quote, log: toEventLog(attestation), config };
  };

  test('is stripped: RTMR3 replays, the others cannot', () => {
    const { quote, log, config } = read();
    expect(states(log, quote)).toEqual(['not-replayable', 'not-replayable', 'not-replayable', 'matches']);
    const { system } = readRuntimeEvents(log);
    expect(checkConfigId(bodyOf(quote).mrConfigId, { composeHash: system.composeHash })).toMatchObject({
      state: 'bound',
      form: 'v1',
    });
    // The capture was edited so.
    expect(hexOf(system.osImageHash)).not.toBe(hexOf(config.osImageHash));
  });

  test('is recomputed whole from its image', () => {
    const { quote, log, config } = read();
    const image = recomputeImage(config, acpiDigestsOf(log));
    const compared = compareImage(image, { quote: bodyOf(quote), eventLog: log, qemuVersion: '8.2.2' });
    expect(compared.map(({ name, matches }) => [name, matches])).toEqual([
      ['mrtd', true],
      ['rtmr0', true],
      ['rtmr1', true],
      ['rtmr2', true],
    ]);
  });

  test('is not, with another size of memory, ACPI table or order of pages', () => {
    const { quote, log, config } = read();
    const failing = (change: object, at = -1) => {
      const events = at < 0 ? log : changed(log, at, { digest: new Uint8Array(48) });
      const image = recomputeImage({ ...config, ...change }, acpiDigestsOf(events));
      return compareImage(image, { quote: bodyOf(quote), eventLog: log, qemuVersion: '8.2.2' }).flatMap(
        ({ name, matches }) => (matches ? [] : [name]),
      );
    };
    expect(failing({ memorySize: 2 ** 32 })).toEqual(['rtmr0']);
    expect(failing({ qemuVersion: '9.0.0' })).toEqual(['mrtd']);
    for (const at of [0, 1, 2]) expect(failing({}, at)).toEqual(['rtmr0']);
  });
});

const base58 = (value: string): Uint8Array => {
  const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  const number = [...value].reduce((sum, digit) => sum * 58n + BigInt(digits.indexOf(digit)), 0n);
  return hex(number.toString(16).padStart(64, '0'));
};
