import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rawMember } from '../../../src/audit/collect/collateral/raw-member.ts';
import { holds } from '../../support/property.ts';

test.each([
  ['{"a":{}}', '{}'],
  ['{"a": {"b" : [1, "}"] } , "c": 1}', '{"b" : [1, "}"] }'],
  [' \n{ "x":1 ,\t"a"\r\n:\n{"\\"":{}}}\n', '{"\\"":{}}'],
  ['{"x":{"a":{"no":1}},"y":["a",{"a":2}],"a":{"yes":1}}', '{"yes":1}'],
  ['{"x":"\\\\","y":"{\\"a\\":{}","z":-1.5e3,"n":null,"t":true,"a":{"k":"\\\\\\""}}', '{"k":"\\\\\\""}'],
  ['{"\\u0061":{"escaped":1}}', '{"escaped":1}'],
])('of %s it is %s', (text, member) => {
  JSON.parse(text);
  expect(rawMember(text, 'a')).toBe(member);
});

test.each(['{}', '{"b":{}}', '{"a":1}', '{"a":"{}"}', '{"a":[{}]}', '{"b":{"a":{}}}', '{"a":null}', ' { } '])(
  '%s has none',
  (text) => {
    JSON.parse(text);
    expect(() => rawMember(text, 'a')).toThrow(
      expect.objectContaining({ code: 'bad-answer', exitCode: 30, message: 'the answer has no object a' }),
    );
  },
);

test('whatever stands around it, the text is the exact one', () =>
  holds(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom(undefined, 1, '\t'),
      (before, inside, indent) => {
        const { a: _, ...others } = before;
        const text = JSON.stringify({ ...others, a: inside }, null, indent);
        const member = rawMember(text, 'a');
        expect(text).toContain(member);
        expect(JSON.parse(member)).toEqual(JSON.parse(JSON.stringify(inside)));
      },
    ),
  ));
