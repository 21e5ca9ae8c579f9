import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogEvent } from '../../src/evidence/log-event.ts';
import { replayAgainst } from '../../src/evidence/replay-against.ts';
import { fold, replay } from '../../src/evidence/replay.ts';
import { digestV1, preimageV2, runtimeDigest } from '../../src/evidence/runtime-digest.ts';
import { holds } from '../support/property.ts';
import { once, changed, failure, firmware, hex, hexOf, runtime, text } from './support.ts';

const sha384 = (...parts: Uint8Array[]): Uint8Array => createHash('sha384').update(Buffer.concat(parts)).digest();
const ZERO = new Uint8Array(48);
const V1 = '01000008 3a 6162 3a 00ff';

describe('the digest of a runtime event', () => {
  test('of version 1 covers type, name and payload', () => {
    const expected = hexOf(sha384(hex(V1)));
    expect(hexOf(digestV1('ab', hex('00ff')))).toBe(expected);
    expect(hexOf(runtimeDigest(runtime('ab', hex('00ff')), 'x'))).toBe(expected);
    expect(hexOf(runtimeDigest(runtime('ab', hex('00ff'), { digest: sha384(hex(V1)) }), 'x'))).toBe(expected);
  });

  test('of version 2 is that of the canonical JSON', () => {
    const canonical = '{"name":"a\\"\\u001f é:","payload":"00ff","type":134217729}';
    const name = 'a"\u001f é:';
    expect(Buffer.from(preimageV2(name, hex('00ff'))).toString()).toBe(canonical);
    const event = runtime(name, hex('00ff'), { version: 2 });
    const expected = hexOf(sha384(text(canonical)));
    expect(hexOf(runtimeDigest(event, 'x'))).toBe(expected);
    expect(hexOf(runtimeDigest({ ...event, preimage: text(canonical), digest: sha384(text(canonical)) }, 'x'))).toBe(
      expected,
    );
  });

  const wrongPreimage = 'x: its preimage is not the RFC 8785 text of its name and payload';
  test.each<[() => LogEvent, string]>([
    [() => runtime('a', hex(''), { eventType: 10 }), 'event-type: x is of type 0xa, which nothing extends into RTMR3'],
    [
      () => runtime('a', hex('01'), { digest: digestV1('a', hex('02')) }),
      'digest-mismatch: x: its digest does not match its name and payload',
    ],
    [() => runtime('a', hex('01'), { digest: digestV1('b', hex('01')) }), 'digest-mismatch: x: its digest'],
    [() => runtime('a', hex('01'), { digest: ZERO }), 'digest-mismatch: x: its digest'],
    [() => runtime('a', hex('01'), { version: 2, digest: digestV1('a', hex('01')) }), 'digest-mismatch: x: its digest'],
    [() => runtime('a', hex('01'), { digest: sha384(preimageV2('a', hex('01'))) }), 'digest-mismatch: x: its digest'],
    [
      () => runtime('a', hex('01'), { version: 2, preimage: preimageV2('a', hex('02')) }),
      `bad-preimage: ${wrongPreimage}`,
    ],
    [() => runtime('a', hex('01'), { version: 2, preimage: hex('') }), `bad-preimage: ${wrongPreimage}`],
    [
      () => runtime('a', hex('01'), { version: 2, preimage: text('{"name":"a","payload":"01","type": 134217729}') }),
      `bad-preimage: ${wrongPreimage}`,
    ],
    [
      () => runtime('a', hex('01'), { preimage: hex('00') }),
      'bad-preimage: x is of version 1 and has a preimage, which only version 2 has',
    ],
  ])('is refused %#', (event, message) => expect(failure(() => runtimeDigest(event(), 'x'), 10)).toContain(message));

  test('of version 1 needs a name without the separator', () => {
    expect(hexOf(digestV1('a:b', hex('63')))).toBe(hexOf(digestV1('a', text('b:c'))));
    expect(() => runtimeDigest(runtime('a:b'), 'x')).toThrow(
      expect.objectContaining({ hint: "emit events whose names hold no ':'" }),
    );
    expect(failure(() => runtimeDigest(runtime('a:b'), 'x'), 20)).toBe(
      "ambiguous-name: x has ':' in its name, so its digest fits other names too",
    );
  });
});

describe('replay', () => {
  const log = [firmware(0, 1), runtime('a'), firmware(1, 2), firmware(0, 3), firmware(2, 4), runtime('b', hex('05'))];

  test('folds each register in the order of the log, with recomputed digests', () => {
    const step = (value: Uint8Array, digest: Uint8Array): Uint8Array => sha384(value, digest);
    const of = (seed: number): Uint8Array => new Uint8Array(48).fill(seed);
    const expected = [
      step(step(ZERO, of(1)), of(3)),
      step(ZERO, of(2)),
      step(ZERO, of(4)),
      step(step(ZERO, digestV1('a', hex(''))), digestV1('b', hex('05'))),
    ];
    expect(replay(log)).toEqual(expected.map((value) => ({ state: 'value', value: new Uint8Array(value) })));
    expect(hexOf(fold([of(1), of(3)]))).toBe(hexOf(expected[0]));
    expect(hexOf(fold([]))).toBe('00'.repeat(48));
    expect(hexOf(fold([of(3)], fold([of(1)])))).toBe(hexOf(expected[0]));
  });

  test('tells a stripped register from a whole one', () => {
    const acpi = ['acpi-loader', 'acpi-rsdp', 'acpi-tables'].map((name, seed) => firmware(0, seed, { name }));
    const states = (events: readonly LogEvent[]) =>
      replay(events).map((one) => ('reason' in one ? one.reason : one.state));
    const gone = (register: number): string => `the log holds no event of RTMR${register}: it was stripped`;
    expect(states([runtime('a')])).toEqual([gone(0), gone(1), gone(2), 'value']);
    expect(states(acpi)).toEqual([
      'the log holds only the three ACPI events of RTMR0: it was stripped',
      gone(1),
      gone(2),
      'value',
    ]);
    expect(replay(acpi)[0]?.state).toBe('not-replayable');
    // One less, one more, or in another order is a whole log.
    expect(states(acpi.slice(1))[0]).toBe('value');
    expect(states(acpi.slice(0, 2))[0]).toBe('value');
    expect(states([...acpi, firmware(0, 9)])[0]).toBe('value');
    expect(states(acpi.toReversed())[0]).toBe('value');
    expect(states(acpi.map((event) => ({ ...event, register: 1 as const })))[1]).toBe('value');
  });

  test('names the event that it cannot fold', () => {
    expect(failure(() => replay(changed(log, 5, { digest: ZERO })), 10)).toBe(
      "digest-mismatch: event 6 'b': its digest does not match its name and payload",
    );
    expect(failure(() => replay(changed(log, 2, { digest: undefined })))).toBe(
      'bad-event-log: event 3 (type 0x80000001) has no digest',
    );
  });
});

const valuesOf = (events: readonly LogEvent[]) =>
  replay(events).map((one) => ('value' in one ? one.value : ZERO)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
const whole = [
  firmware(0, 1),
  firmware(0, 2),
  firmware(1, 3),
  firmware(2, 4),
  ...['a', 'b', 'c', 'd'].map((name, seed) => runtime(name, Uint8Array.of(seed))),
];
const truth = once(() => valuesOf(whole));
const given = once(() =>
  whole.map((event) => (event.register === 3 ? { ...event, digest: digestV1(event.name, event.payload) } : event)),
);
const [A, B, C, D] = ["event 5 'a'", "event 6 'b'", "event 7 'c'", "event 8 'd'"];

describe('replayAgainst', () => {
  test('says that a whole log matches, with or without digests', () => {
    for (const log of [whole, given()]) {
      expect(replayAgainst(log, truth())).toEqual(
        truth().map((value, register) => ({
          register,
          state: 'matches',
          computed: value,
          expected: value,
          explanation: [],
        })),
      );
    }
  });

  test('says what is stripped, and with which reason', () => {
    const [first] = replayAgainst(whole.slice(2), truth());
    const reason = 'the log holds no event of RTMR0: it was stripped';
    expect(first).toEqual({
      register: 0,
      state: 'not-replayable',
      computed: undefined,
      expected: truth()[0],
      explanation: [reason],
    });
  });

  const third = (log: readonly LogEvent[]) => {
    const { state, explanation } = replayAgainst(log, truth())[3] ?? {};
    expect(state).toBe('differs');
    return explanation;
  };
  const held = (...labels: (string | undefined)[]): string => `the log holds ${labels.join(', ')}`;
  const noFit =
    'no single event left out, given twice or exchanged with its neighbour makes it fit: an event is missing, edited or added';

  test('explains an added event', () => {
    const log = whole.toSpliced(6, 0, runtime('x'));
    expect(third(log)).toEqual(["fits without event 7 'x'", held(A, B, "event 7 'x'", "event 8 'c'", "event 9 'd'")]);
    expect(third([...whole, runtime('x')])?.[0]).toBe("fits without event 9 'x'");
    expect(third([runtime('x'), ...whole])?.[0]).toBe("fits without event 1 'x'");
    expect(third([...whole, runtime('x'), runtime('y')])?.[0]).toBe(
      "fits without event 9 'x' and every event after it",
    );
  });

  test('explains a doubled and a lost double', () => {
    expect(third([...whole, whole[7]!])?.[0]).toBe(`fits without ${D}`);
    const doubled = valuesOf([...whole, whole[7]!]);
    expect(replayAgainst(whole, doubled)[3]?.explanation[0]).toBe(`fits with ${D} given twice`);
  });

  test('explains exchanged neighbours', () => {
    const log = [...whole.slice(0, 5), whole[6]!, whole[5]!, whole[7]!];
    expect(third(log)).toEqual([
      "fits with event 6 'c' and event 7 'b' exchanged",
      held(A, "event 6 'c'", "event 7 'b'", D),
    ]);
    const last = [...whole.slice(0, 6), whole[7]!, whole[6]!];
    expect(third(last)?.[0]).toBe("fits with event 7 'd' and event 8 'c' exchanged");
  });

  test('explains a payload that was edited while its digest was kept', () => {
    expect(third(changed(given(), 5, { payload: hex('09') }))).toEqual([
      `${B}: its digest does not match its name and payload`,
      'fits with the digests as the log gives them: what does not match them was edited after it was measured',
      held(A, B, C, D),
    ]);
    expect(replayAgainst(changed(given(), 5, { payload: hex('09') }), truth())[3]?.computed).toBe(undefined);
  });

  test('explains what it cannot pin down', () => {
    expect(third(changed(whole, 5, { payload: hex('09') }))).toEqual([noFit, held(A, B, C, D)]);
    expect(third(whole.toSpliced(5, 1))).toEqual([noFit, held(A, "event 6 'c'", "event 7 'd'")]);
    expect(third(whole.slice(0, 4))).toEqual([noFit, 'the log holds no event of it']);
    expect(third(changed(whole, 5, { eventType: 4 }))).toEqual([
      `${B} is of type 0x4, which nothing extends into RTMR3`,
      'an event has no digest, so no change to the log can be tried',
      held(A, B, C, D),
    ]);
  });

  test('says that nothing was measured into a register that is zero', () => {
    const [, , , comparison] = replayAgainst(whole, [truth()[0], truth()[1], truth()[2], ZERO]);
    expect(comparison?.explanation).toEqual([
      'the register is zero: nothing was ever measured into it',
      held(A, B, C, D),
    ]);
    expect(replayAgainst(whole.slice(0, 4), [truth()[0], truth()[1], truth()[2], ZERO])[3]?.state).toBe('matches');
  });

  test('explains the registers of the firmware likewise', () => {
    const [zero, one] = replayAgainst(changed(whole, 2, { digest: undefined }).toSpliced(0, 1), truth());
    expect(zero?.explanation).toEqual([noFit, 'the log holds event 1 (type 0x80000001)']);
    expect(one).toMatchObject({ state: 'differs', computed: undefined });
    expect(one?.explanation[0]).toBe('event 2 (type 0x80000001) has no digest');
  });

  test('bounds its work', () => {
    const many = Array.from({ length: 129 }, (_, index) => runtime(`e${index}`));
    const explain = (log: readonly LogEvent[], of: readonly LogEvent[]) =>
      replayAgainst(log, valuesOf(of))[3]?.explanation[0];
    expect(explain(many, many.slice(1))).toBe(
      'the log holds more than 128 events of the register: no change to it was tried',
    );
    expect(explain(many.slice(1), many.slice(2))).toBe("fits without event 1 'e1'");
    expect(replayAgainst(many, valuesOf(many))[3]?.state).toBe('matches');
  });
});

describe('for any log', () => {
  const anyEvent = fc.record({
    register: fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3),
    seed: fc.nat(255),
    name: fc.string({ maxLength: 8 }).map((name) => name.replaceAll(':', '-')),
    payload: fc.uint8Array({ maxLength: 16 }),
  });
  const anyLog = fc
    .array(anyEvent, { maxLength: 24 })
    .map((all) =>
      all.map(({ register, seed, name, payload }) =>
        register === 3 ? runtime(name, payload) : firmware(register, seed),
      ),
    );

  test('replay and comparison agree', () =>
    holds(
      fc.property(anyLog, (log) => {
        const states = replay(log).map(({ state }) => (state === 'value' ? 'matches' : state));
        expect(replayAgainst(log, valuesOf(log)).map(({ state }) => state)).toEqual(states);
      }),
    ));

  test('one changed byte of a payload, a name or a digest makes the register differ', () =>
    holds(
      fc.property(anyLog, fc.nat(), (log, pick) => {
        fc.pre(log.length > 0);
        const at = pick % log.length;
        const event = log[at]!;
        const edit = event.register === 3 ? { name: `${event.name}~` } : { digest: ZERO };
        fc.pre(event.digest === undefined || hexOf(event.digest) !== hexOf(ZERO));
        const state = replayAgainst(changed(log, at, edit), valuesOf(log))[event.register]?.state;
        expect(state).toBe('differs');
      }),
    ));
});
