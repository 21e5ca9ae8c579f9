import { afterAll, describe, expect, test } from 'vitest';
import { readAnswer } from '../../../src/audit/collect/answer/read-answer.ts';
import { renderJson } from '../../../src/audit/report/json.ts';
import { renderText } from '../../../src/audit/report/text.ts';
import type { Verdict } from '../../../src/audit/result.ts';
import { verify } from '../../../src/audit/verify.ts';
import { escapeText } from '../../../src/base/escape.ts';
import { composeFile as goodCompose } from '../../mocks/deployment/app-compose.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import { changeEvent, insertBefore } from '../../mocks/deployment/edit-events.ts';
import { runtimeEvent } from '../../mocks/deployment/event.ts';
import { answered, expectations, expecting, good, info, make, infoOf } from './support/baseline.ts';
import { HOSTILE } from './support/hostile-text.ts';
import { check, OF_ANY_TEXT, type Variant, variantsRun } from './support/variant.ts';
import { verdictOf } from './support/verdicts.ts';

const SAFE = { width: 100, color: false, verbose: true, timings: false } as const;

/** No line of a report holds anything but what can be printed, and none begins as a verdict but the last. */
const expectSafe = (verdict: Verdict): void => {
  const lines = renderText(verdict, SAFE).split('\n');
  for (const line of lines) expect(escapeText(line)).toBe(line);
  const words = /^(?:VERIFIED|PASSED|CONSISTENT|REJECTED|NOT BOUND|STALE|UNSUPPORTED|MALFORMED)\b/;
  expect(lines.filter((line) => words.test(line.replace(/^SIMULATED:? */, '')))).toHaveLength(1);
  expect(() => JSON.parse(renderJson(verdict))).not.toThrow();
};

const COMPOSE = goodCompose();
const shown = HOSTILE.map((text) => [JSON.stringify(text).slice(0, 60), text] as const);
const run = (variant: Omit<Variant, 'name'>): void => expectSafe(check({ name: '', ...variant }));
const of = (options: DeploymentOptions) => info({ appId: good.appId, ...options });

describe.each(shown)('%s', (_, text) => {
  const ambiguous = text.includes(':');

  test('as the name of an application event', () =>
    run({
      evidence: of({ userEvents: [{ event: text, payload: text }] }),
      ...(ambiguous
        ? { failed: ['eventlog.replay'], exit: 10 }
        : { exit: 0, findings: ['eventlog.application-event'] }),
    }));

  test('as the name of an event before system-ready', () =>
    run({
      evidence: of({ editEvents: insertBefore('system-ready', runtimeEvent(text)) }),
      failed: ambiguous ? ['eventlog.replay', 'cert.report-data'] : ['eventlog.order', 'cert.report-data'],
      exit: 10,
    }));

  test('as the name of an event of version 2', () => {
    const userEvents = [{ event: text, payload: '' }];
    const deployment = make({ eventLogVersion: 2, userEvents });
    run({
      evidence: () => infoOf(deployment),
      expected: expecting(deployment),
      exit: 0,
      findings: ['eventlog.application-event'],
    });
  });

  test.each(['key-provider', 'storage-fs', 'app-id'])('as the payload of %s', (name) =>
    run({
      evidence: of({ editEvents: changeEvent(name, runtimeEvent(name, text)) }),
      failed: ['eventlog.order', 'cert.report-data'],
      exit: 10,
    }),
  );

  test('as the kind of a key provider', () =>
    run({
      evidence: of({
        editEvents: changeEvent('key-provider', runtimeEvent('key-provider', JSON.stringify({ name: text, id: '' }))),
      }),
      failed: ['eventlog.order', 'cert.report-data'],
      exit: 10,
    }));

  test('as the name of the app', () =>
    run({ evidence: of({ appComposeKeys: { name: text } }), exit: 0, findings: [], facts: { app_name: text } }));

  test('as a key of the app-compose', () => run({ evidence: of({ appComposeKeys: { [text]: 1 } }), exit: 0 }));

  test('as the whole app-compose', () => {
    const isObject = text.startsWith('{');
    run({
      evidence: of({ appCompose: text }),
      failed: isObject ? ['compose.launcher'] : OF_ANY_TEXT,
      ...(isObject ? { notChecked: ['compose.images'] } : {}),
      exit: isObject ? 10 : 30,
    });
  });

  test.each<[string, (quoted: string) => string]>([
    ['the whole compose file', () => text],
    ['a service', (quoted) => COMPOSE.replace('workload:', `${quoted}:`)],
    ['a key of the service', (quoted) => COMPOSE.replace('    restart:', `    ${quoted}: 1\n    restart:`)],
    ['a neighbour', (quoted) => COMPOSE.replace('services:', `services:\n  ${quoted}: { image: x }`)],
    ['an image', (quoted) => COMPOSE.replace(/image: .*/, `image: ${quoted}`)],
    ['a volume', (quoted) => COMPOSE.replace('checkout:/srv/workload', quoted.slice(1, -1))],
    ['a pin', (quoted) => COMPOSE.replace('LAUNCHER_CONFIG: |', `LAUNCHER_CONFIG: ${quoted}\n      OTHER: |`)],
  ])('in the compose file, as %s', (_place, composeFile) => {
    const deployment = make({ composeFile: composeFile(JSON.stringify(text)), appId: good.appId });
    const verdict = verify(infoOf(deployment), expectations);
    expectSafe(verdict);
    expect(verdict.checks.filter(({ exit }) => exit === 1)).toEqual([]);
  });

  test('as the compose file that the auditor did not read', () =>
    run({
      evidence: of({ composeFile: text }),
      expected: { compose: { value: Buffer.from('services: {}\n'), source: '--compose' } },
      failed: ['compose.hash'],
      exit: 10,
    }));

  test('as the name of the image, by its host', () =>
    run({
      evidence: answered({ vm_config: JSON.stringify({ image: text }) }),
      exit: 0,
      findings: [],
      facts: { os_image_name: text },
    }));

  test('as what the answer says of itself', () =>
    run({
      evidence: answered({ app_id: text, instance_id: text }),
      exit: 0,
      findings: ['statement.contradicted', 'statement.contradicted'],
    }));

  test('as a key of the answer, and as the answer', () => {
    const answer = { ...good.info(), more: { [text]: text } };
    expect(verdictOf(Buffer.from(JSON.stringify(answer)))?.word).toBe('PASSED');
    // A NUL is how an attestation begins, and this one ends there; all else is refused as a whole.
    expect(verdictOf(Buffer.from(text))?.exit).toBe(text === '\u0000' ? 30 : undefined);
  });

  test('as the target', () => {
    const evidence = readAnswer(Buffer.from(JSON.stringify(good.info())), text);
    run({
      evidence: () => ({ ...evidence, collateral: { origin: text, value: {} } }),
      failed: ['quote.tcb', 'quote.module'],
      exit: 30,
    });
  });
});

afterAll(() => {
  console.info(`variants: ${variantsRun()} with hostile text`);
});
