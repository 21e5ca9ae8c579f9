import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import { hex, originsOf } from '../wording.ts';

/**
 * What each source expects: a flag one value, a policy one of its list. All of them have to agree with the evidence.
 */
const demandsOf = ({ expectations: { appId, policy } }: Context): { values: readonly string[]; source: string }[] => [
  ...(appId === undefined ? [] : [{ values: [appId.value], source: appId.source }]),
  ...(policy.appIds === undefined
    ? []
    : [
        {
          values: policy.appIds.map(({ value }) => value),
          source: [...new Set(policy.appIds.map(({ source }) => source))].join(', '),
        },
      ]),
];

export const appId: Check = {
  id: 'app.id',
  step: 'attestation',
  title: 'it is the app that was meant',
  proves:
    'The app id that dstack measured is the expected one. An app id names a deployment and its keys; it says nothing of the code, since an app keeps its id across upgrades.',
  from: 'the app-id event',
  assumes: 'The order of the events holds (eventlog.order).',
  citation: 'dstack docs, "app id"; dstack-util system_setup',
  required: 'when-expected',
  needs: ['eventlog.order'],
  isExpected: (context) => demandsOf(context).length > 0,
  run: (context) => {
    const found = hex(context.events().system.appId);
    const origins = originsOf(context, 'eventLog');
    const demands = demandsOf(context);
    const unmet = demands.find(({ values }) => !values.includes(found));
    if (unmet !== undefined) {
      return failed({
        summary: 'this is another app',
        expected: unmet.values.join(' or '),
        found,
        source: unmet.source,
        origins,
      });
    }
    const first = demands[0];
    if (first === undefined) {
      return notChecked({
        summary: 'nobody said which app id to expect',
        found,
        origins,
        hint: 'give --app-id, from a source other than this evidence',
      });
    }
    const source = demands.map((demand) => demand.source).join(', ');
    return passed({
      summary: 'the app id is the expected one',
      expected: first.values.join(' or '),
      found,
      source,
      origins,
    });
  },
};
