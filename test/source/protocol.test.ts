import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Limits } from '../../src/source/limits.ts';
import {
  AdvertisementReader,
  checkCapabilities,
  encodeFetchV0,
  encodeFetchV2,
  FetchAnswerReader,
} from '../../src/source/transport/protocol.ts';
import { serverMessage } from '../../src/source/transport/server-message.ts';
import { holds } from '../support/property.ts';
import { bandLine, FLUSH, packfileResponse, pktLine } from '../support/pkt-line.ts';
import { codeOf, cutAt, cuts, limitsWith, onlySourceErrors } from './support.ts';

const ID = '1'.repeat(40);

const readAnswer = (pieces: Iterable<Buffer>, version: 0 | 2 = 2, limits: Limits = limitsWith()): Buffer => {
  const parts: Buffer[] = [];
  const reader = new FetchAnswerReader(version, limits, (bytes) => parts.push(Buffer.from(bytes)));
  for (const piece of pieces) reader.push(piece);
  reader.finish();
  return Buffer.concat(parts);
};

const readGreeting = (pieces: Iterable<Buffer>, limits: Limits = limitsWith()) => {
  const reader = new AdvertisementReader(limits);
  for (const piece of pieces) reader.push(piece);
  return reader.result;
};

const progress = (): fc.Arbitrary<Uint8Array[]> => fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 3 });

describe('the answer to a fetch', () => {
  test('the bytes of the pack come out, however they are cut on the way', () =>
    holds(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        progress(),
        fc.integer({ min: 1, max: 60 }),
        cuts(),
        (pack, texts, chunk, places) => {
          const body = packfileResponse(pack, { chunk, progress: texts, shallow: texts.length > 1 ? [ID] : [] });
          expect(readAnswer(cutAt(body, places))).toEqual(Buffer.from(pack));
        },
      ),
    ));

  test('cut anywhere, it is not whole', () =>
    holds(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (pack, place) => {
        const body = packfileResponse(pack, { shallow: [ID] });
        expect(codeOf(() => readAnswer([body.subarray(0, place % body.length)]))).toBe('connection-cut');
      }),
    ));

  test('arbitrary bytes and turned bits give a SourceError or a pack, the same for every cut', () =>
    holds(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(),
        fc.boolean(),
        cuts(),
        (input, bit, isDamaged, places) => {
          const bytes = isDamaged ? packfileResponse(input, { progress: ['x'] }) : Buffer.from(input);
          if (isDamaged) bytes[Math.floor(bit / 8) % bytes.length]! ^= 1 << (bit % 8);
          for (const version of [0, 2] as const) {
            const whole = onlySourceErrors(() => readAnswer([bytes], version));
            expect(onlySourceErrors(() => readAnswer(cutAt(bytes, places), version))).toEqual(whole);
          }
        },
      ),
    ));

  test('version 0', () => {
    const body = Buffer.concat([
      pktLine(`shallow ${ID}\n`),
      FLUSH,
      pktLine('NAK\n'),
      bandLine('progress', 'x'),
      bandLine('data', 'PACK'),
      FLUSH,
    ]);
    expect(readAnswer([body], 0).toString()).toBe('PACK');
    expect(codeOf(() => readAnswer([pktLine('ACK x\n')], 0))).toBe('protocol-malformed');
  });

  test('progress is counted, whatever carries it', () => {
    const limits = limitsWith({ PROGRESS_BYTES: 100 });
    const many = (bytes: Buffer): Buffer => Buffer.concat(Array.from({ length: 60 }, () => bytes));
    const head = pktLine('packfile\n');
    expect(codeOf(() => readAnswer([head, many(bandLine('progress', ''))], 2, limits))).toBe('limit-exceeded');
    expect(codeOf(() => readAnswer([pktLine('shallow-info\n'), many(pktLine(`shallow ${ID}`))], 2, limits))).toBe(
      'limit-exceeded',
    );
    expect(codeOf(() => readAnswer([many(pktLine(`shallow ${ID}`))], 0, limits))).toBe('limit-exceeded');
  });

  test('an error in every place', () => {
    const message = pktLine('ERR upload-pack: not our ref 1\n');
    for (const before of [Buffer.alloc(0), pktLine('shallow-info\n')]) {
      expect(codeOf(() => readAnswer([before, message]))).toBe('commit-not-served');
    }
    expect(codeOf(() => readAnswer([pktLine('packfile\n'), bandLine('error', 'disk full')]))).toBe('server-refused');
    expect(codeOf(() => readAnswer([packfileResponse(Buffer.from('x')), message]))).toBe('commit-not-served');
  });
});

describe('the greeting', () => {
  const v2 = Buffer.concat([pktLine('version 2\n'), pktLine('agent=x\n'), pktLine('object-format=sha256\n'), FLUSH]);
  const v0 = Buffer.concat([pktLine(`${ID} HEAD\0side-band-64k shallow\n`), pktLine(`${ID} refs/heads/x\n`), FLUSH]);
  const service = Buffer.concat([pktLine('# service=git-upload-pack\n'), FLUSH]);

  test.each([
    [v2, 2],
    [Buffer.concat([service, v2]), 2],
    [v0, 0],
    [Buffer.concat([service, v0]), 0],
    [Buffer.concat([pktLine('version 1\n'), v0]), 0],
  ])('%#', (bytes, version) => {
    holds(
      fc.property(cuts(), (places) => {
        expect(readGreeting(cutAt(bytes, places))?.version).toBe(version);
      }),
      20,
    );
  });

  test('what is no greeting', () => {
    for (const text of ['hello', `${ID} HEAD`, `${ID.slice(1)} HEAD\0x`, 'version 3']) {
      expect(codeOf(() => readGreeting([pktLine(text)]))).toBe('protocol-malformed');
    }
    expect(codeOf(() => readGreeting([pktLine('ERR access denied or repository not found')]))).toBe(
      'commit-not-served',
    );
    expect(codeOf(() => readGreeting([v0, pktLine('x')]))).toBe('protocol-malformed');
    expect(readGreeting([v0.subarray(0, -4)])).toBeUndefined();
  });

  test('it is bounded', () => {
    expect(codeOf(() => readGreeting([v0], limitsWith({ ADVERTISEMENT_BYTES: 50 })))).toBe('limit-exceeded');
  });

  test('arbitrary bytes', () =>
    holds(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        onlySourceErrors(() => readGreeting([Buffer.from(bytes)]));
      }),
    ));

  test('what a server can do is held against what is needed', () => {
    const sha1 = { commit: ID, format: 'sha1' } as const;
    const sha256 = { commit: '1'.repeat(64), format: 'sha256' } as const;
    const check = (version: 0 | 2, names: string[], want: typeof sha1 | typeof sha256) =>
      codeOf(() => checkCapabilities({ version, capabilities: new Set(names) }, want));
    expect(check(2, [], sha1)).toBeUndefined();
    expect(check(2, ['object-format=sha256'], sha1)).toBe('object-format-mismatch');
    expect(check(2, [], sha256)).toBe('object-format-mismatch');
    expect(check(0, ['side-band-64k', 'shallow'], sha1)).toBeUndefined();
    expect(check(0, ['shallow'], sha1)).toBe('protocol-unsupported');
    expect(check(0, ['side-band-64k', 'shallow', 'object-format=sha256'], sha256)).toBeUndefined();
  });
});

test('the requests are what git understands, and name one commit', () => {
  const want = { commit: ID, format: 'sha1' } as const;
  const v2 = encodeFetchV2(want);
  expect(v2).toMatch(/^0011command=fetch.*object-format=sha10001.*deepen 1\n.*0000$/s);
  expect(v2.match(/want /g)).toHaveLength(1);
  const v0 = encodeFetchV0(want, new Set(['side-band-64k', 'no-progress', 'evil']));
  expect(v0).toMatch(
    new RegExp(`^[0-9a-f]{4}want ${ID} side-band-64k no-progress agent=\\S+\n000ddeepen 1\n00000009done\n$`),
  );
});

test.each([
  ['upload-pack: not our ref 123', 'commit-not-served'],
  ['Server does not allow request for unadvertised object', 'commit-not-served'],
  ['mismatched object format: server sha1; client sha256', 'object-format-mismatch'],
  ['something else', 'server-refused'],
])('the server says %j', (text, code) => {
  expect(serverMessage(text).code).toBe(code);
  expect(serverMessage(`${text}\x1b[2J`).message).not.toContain('\x1b');
  expect(serverMessage(text.repeat(1000)).message.length).toBeLessThan(400);
});
