import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutSecrets } from '../../../src/audit/bundle/clean.ts';
import { base64Of, bytesOfBase64, contentBytes, contentOf } from '../../../src/audit/bundle/content.ts';
import { holds } from '../../support/property.ts';

test.each<[string, Uint8Array, object]>([
  ['text', Buffer.from('a\n{"é":1}'), { text: 'a\n{"é":1}' }],
  ['nothing', Buffer.alloc(0), { text: '' }],
  ['a byte order mark stays', Buffer.from([0xef, 0xbb, 0xbf, 0x61]), { text: '\ufeffa' }],
  ['NUL is text', Buffer.from([0]), { text: '\0' }],
  ['no UTF-8', Buffer.from([0xff, 0xfe]), { base64: '//4=' }],
  ['half a surrogate pair', Buffer.from([0xed, 0xa0, 0x80]), { base64: '7aCA' }],
])('%s', (_name, bytes, content) => {
  expect(contentOf(bytes)).toEqual(content);
  expect(contentBytes(contentOf(bytes), bytes.length, 'x')).toEqual(new Uint8Array(bytes));
});

test('any bytes come back, through JSON too', () => {
  holds(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(contentBytes(JSON.parse(JSON.stringify(contentOf(bytes))), 64, 'x')).toEqual(new Uint8Array(bytes));
      expect(bytesOfBase64(base64Of(bytes), 64, 'x')).toEqual(new Uint8Array(bytes));
    }),
  );
});

test('a part of a larger buffer is that part alone', () => {
  expect(base64Of(Buffer.from('abcdef').subarray(2, 4))).toBe('Y2Q=');
});

test('the bound is on bytes, and holds before anything is decoded', () => {
  const tooLarge = { code: 'too-large', exitCode: 30, message: 'x has more than 3 bytes' };
  const thrown = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return error;
    }
  };
  expect(bytesOfBase64('AAAA', 3, 'x')).toEqual(new Uint8Array(3));
  expect(thrown(() => bytesOfBase64('AAAAAA==', 3, 'x'))).toMatchObject(tooLarge);
  // Longer than any base64 of so few bytes: its characters are not looked at.
  expect(thrown(() => bytesOfBase64('!!!!!!', 3, 'x'))).toMatchObject(tooLarge);
  expect(thrown(() => bytesOfBase64('AAAA', 2, 'x'))).toMatchObject({
    code: 'too-large',
    message: 'x has more than 2 bytes',
  });
  expect(thrown(() => bytesOfBase64('AA=A', 3, 'x'))).toMatchObject({ code: 'malformed', message: 'x is not base64' });
  expect(contentBytes({ text: 'abc' }, 3, 'x')).toEqual(new Uint8Array(Buffer.from('abc')));
  expect(thrown(() => contentBytes({ text: 'abé' }, 3, 'x'))).toMatchObject(tooLarge);
  expect(thrown(() => contentBytes({ base64: '!' }, 3, 'x'))).toMatchObject({ code: 'malformed' });
});

test.each([
  ['answer of https://a.example/info?token=1#x', 'answer of https://a.example/info'],
  ['https://user:pw@a.example/x', 'https://a.example/x'],
  ['https://user@a.example', 'https://a.example'],
  ['https://a.example/x?a=1, https://b.example/y?b=2', 'https://a.example/x, https://b.example/y'],
  ['ssh://git@a.example/x', 'ssh://a.example/x'],
  ['https://a.example/#k', 'https://a.example/'],
  ['https://a.example/p@q', 'https://a.example/p@q'],
  ['saved answer /x/info.json?', 'saved answer /x/info.json?'],
  ['is it? yes', 'is it? yes'],
  ['logs of http://127.0.0.1:1/logs?fields=a,b&token=S3CRET', 'logs of http://127.0.0.1:1/logs'],
  ['answer of https://a.example/x?a,b=S3CRET, receipt', 'answer of https://a.example/x, receipt'],
  ['(https://a.example/x#S3,CRET)', '(https://a.example/x)'],
  ['https://a.example/x,y', 'https://a.example/x,y'],
  ['https://user:pw@[::1]:8/x?y', 'https://[::1]:8/x'],
  ['https:///user:pw@a.example/x', 'https:///a.example/x'],
  ['https://user:p\\w@a.example/x', 'https://a.example/x'],
  ['https://user:p@w@a.example/x', 'https://a.example/x'],
  ['https://user:p/w@a.example/x?S3CRET', 'https://a.example/x'],
  ['HTTPS://user:pw@a.example/x?y', 'HTTPS://a.example/x'],
  ['git@a.example:x/y', 'git@a.example:x/y'],
  ['(see https://a.example/x?a).', '(see https://a.example/x).'],
  ['https://a.example/x, and more', 'https://a.example/x, and more'],
  ['https://:pw@a.example/x', 'https://a.example/x'],
  // An @ that is no end of a password is a part of a path.
  ['file:///me@work/x', 'file:///me@work/x'],
  ['https://a.example/p:x@y?q', 'https://a.example/p:x@y'],
  // What a parser reads otherwise than it looks is written as that reads it.
  ['ssh://user:p\\w@a.example/x?y', 'ssh://a.example/x'],
  ['ssh://us\\er@a.example/x', 'ssh://a.example/x'],
  ['ssh://:p\\w@a.example/x', 'ssh://a.example/x'],
  ['ssh://a.example\u0001?S3CRET', 'ssh://a.example%01'],
  ['foo://\\user@a.example/x', 'foo://a.example/x'],
  // It parses as no address: where a password ends nobody knows.
  ['https://user:p?w@a.example/x', 'https://'],
  ['https://user:p/w@a.example/x?S3@CRET', 'https://'],
  ['https://user:p/w@a.example#S3CRET', 'https://a.example'],
  ['https://[bad?S3CRET', 'https://[bad'],
])('%j is kept as %j', (text, kept) => {
  expect(withoutSecrets(text)).toBe(kept);
});
