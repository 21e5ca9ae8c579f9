import type { Check } from '../check.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import { hex, originsOf } from '../wording.ts';

export const kmsIdentity: Check = {
  id: 'kms.identity',
  step: 'attestation',
  title: 'its keys come from the expected key provider',
  proves: 'The key provider that dstack measured, which knows every key of the app, is one that the policy names.',
  from: 'the key-provider event',
  assumes:
    'The order of the events holds (eventlog.order). What that provider does with the keys is for its own audit.',
  citation: 'dstack docs/security, "key provider"; key-provider event',
  required: 'when-expected',
  needs: ['eventlog.order'],
  isExpected: ({ expectations }) => expectations.policy.keyProviderIds !== undefined,
  run: (context) => {
    const { name, id } = context.events().system.keyProvider;
    const found = hex(id);
    const expected = context.expectations.policy.keyProviderIds;
    const origins = originsOf(context, 'eventLog');
    if (expected === undefined) {
      return notChecked({
        summary: `the key provider is of kind ${name}; nobody said which one to expect`,
        found: found === '' ? '(no id)' : found,
        origins,
        hint: 'name it in a policy, from a source other than this evidence',
      });
    }
    const match = expected.find(({ value }) => value === found);
    const remarks = {
      expected: expected.map(({ value }) => value).join(' or '),
      found: found === '' ? '(no id)' : found,
      source: match?.source ?? [...new Set(expected.map(({ source }) => source))].join(', '),
      origins,
    };
    if (match === undefined) return failed({ ...remarks, summary: `the ${name} key provider is another one` });
    return passed({ ...remarks, summary: `the ${name} key provider is the expected one` });
  },
};
