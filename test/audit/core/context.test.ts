import { describe, expect, test } from 'vitest';
import { Context } from '../../../src/audit/context.ts';
import { EvidenceError } from '../../../src/evidence/errors.ts';
import type { Evidence, Part } from '../../../src/evidence/evidence.ts';
import { broken, changed, contextOf, expecting, good, goodInfo, hexOf, intel, NOW } from '../checks/support.ts';

type Read = { [Name in keyof Context]: Context[Name] extends () => unknown ? Name : never }[keyof Context];

const READS: readonly Read[] = [
  'quote',
  'pck',
  'collateral',
  'tcb',
  'log',
  'registers',
  'events',
  'composeBytes',
  'composeHash',
  'appCompose',
  'vmConfig',
  'image',
];

/** A part that counts how often it is looked at. */
const counting = <T>(value: T): { readonly part: Part<T>; readonly count: () => number } => {
  let times = 0;
  const part = {
    origin: 'counted',
    get value() {
      times++;
      return value;
    },
  };
  return { part, count: () => times };
};

test.each(READS)('%s is computed once', (name) => {
  const context = contextOf(goodInfo);
  const first = context[name]();
  expect(first).not.toBeUndefined();
  expect(context[name]()).toBe(first);
});

test('nothing is computed before it is asked for, nor again after', () => {
  const { part, count } = counting(Buffer.from('no quote'));
  const context = contextOf(changed({ quote: part }));
  expect(count()).toBe(0);
  const caught = [0, 1].map(() => {
    try {
      return context.quote();
    } catch (error) {
      return error;
    }
  });
  expect(count()).toBe(1);
  expect(caught[0]).toBeInstanceOf(Error);
  // What was thrown is thrown again, the very same.
  expect(caught[1]).toBe(caught[0]);
});

test('even undefined is computed once', () => {
  const { part, count } = counting('{}');
  const context = contextOf(changed({ vmConfig: part }));
  expect(context.vmConfig()).toBe(context.vmConfig());
  expect(count()).toBe(1);
  expect(contextOf(changed({ vmConfig: undefined })).vmConfig()).toBeUndefined();
});

describe('a part that is not there', () => {
  test.each<[Read, keyof Evidence, string]>([
    ['quote', 'quote', 'quote'],
    ['pck', 'quote', 'quote'],
    ['collateral', 'collateral', 'collateral'],
    ['tcb', 'collateral', 'collateral'],
    ['log', 'eventLog', 'event log'],
    ['registers', 'eventLog', 'event log'],
    ['events', 'eventLog', 'event log'],
    ['composeBytes', 'appCompose', 'app-compose'],
    ['composeHash', 'appCompose', 'app-compose'],
    ['appCompose', 'appCompose', 'app-compose'],
  ])('%s without %s is a mistake of the program', (read, part, name) => {
    const context = contextOf(changed({ [part]: undefined }));
    expect(() => context[read]()).toThrow(new Error(`the evidence has no ${name}`));
  });

  test('a part that could not be read throws why', () => {
    const parts = { quote: broken(), collateral: broken(), eventLog: broken(), appCompose: broken() };
    const context = contextOf(changed({ ...parts, vmConfig: broken() }));
    for (const read of READS) expect(() => context[read]()).toThrow(EvidenceError);
  });
});

test('what is read is what the evidence holds', () => {
  const context = contextOf(goodInfo);
  expect(hexOf(context.quote().body.mrTd)).toBe(hexOf(good.body.mrTd));
  expect(context.pck().fmspc).toBe('00a05eed0000');
  expect(context.tcb().status).toBe('UpToDate');
  expect(context.collateral().window.untilPart).toBe('tcb_info');
  expect(context.registers().map(({ state }) => state)).toEqual(['matches', 'matches', 'matches', 'matches']);
  expect(hexOf(context.events().system.appId)).toBe(good.appId);
  expect(hexOf(context.composeBytes())).toBe(hexOf(good.appCompose));
  expect(hexOf(context.composeHash())).toBe(good.composeHash);
  expect(context.appCompose().name).toBe('SIMULATED workload');
  expect(context.vmConfig()?.image).toBe('dstack-0.5.8-SIMULATED');
});

test('root and time are those of the expectations', () => {
  const day = 24 * 3600;
  const late = new Context(goodInfo, expecting({ now: { value: NOW + 60 * day, source: '--at' } }));
  expect(() => late.collateral()).toThrow('expired');
  expect(late.pck().ca).toBe('platform');
  const root = { der: intel.platformCa.der, source: 'a test', simulated: false };
  const other = new Context(goodInfo, expecting({ root }));
  expect(() => other.pck()).toThrow('not the expected root');
  expect(() => other.collateral()).toThrow('not the expected root');
});

test('the image is found without a log, and by the images of the policy', () => {
  expect(contextOf(changed({ eventLog: undefined })).image()).toMatchObject({ state: 'unknown' });
  const osImages = [{ value: good.osImage, source: 'a test' }];
  const { policy } = expecting();
  expect(contextOf(goodInfo, { policy: { ...policy, osImages } }).image()).toMatchObject({ state: 'known' });
});
