import { sameBytes } from '../../evidence/bytes.ts';
import type { AppCompose } from '../../evidence/app-compose.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { explainCompose } from '../explain-compose.ts';
import { failed, notChecked, type Outcome, passed, type Remarks } from '../outcome.ts';
import { hex, originsOf } from '../wording.ts';

/** The runners that start `docker_compose_file`; `bash` starts another member and leaves it alone (dstack app-compose, `runner`). */
const COMPOSE_RUNNERS = ['docker-compose', 'nerdctl-compose'];

/** Members beside the compose file that the guest runs, outside of every container. */
const codeBeside = ({ initScripts, preLaunchScript = '' }: AppCompose): string[] => [
  ...(initScripts.length === 0 ? [] : ['init_script']),
  ...(preLaunchScript === '' ? [] : ['pre_launch_script']),
];

/** Holds the hashed app-compose against the file that the auditor read: that very app-compose, or the compose file in it. */
const compareRead = (
  context: Context,
  remarks: Omit<Remarks, 'summary'> & { readonly origins: readonly string[] },
): Outcome => {
  const read = context.expectations.compose;
  if (read === undefined) return passed({ ...remarks, summary: 'SHA-256 of the app-compose is what was measured' });
  const app = context.appCompose();
  const difference = explainCompose(read.value, context.composeBytes(), app.dockerComposeFile);
  const { origins } = remarks;
  if (difference !== undefined) {
    return failed({
      summary: `the app-compose that was measured is not what ${read.source} holds`,
      source: read.source,
      origins,
      details: difference,
    });
  }
  const summary = `what was measured, and what ${read.source} holds`;
  if (sameBytes(read.value, context.composeBytes())) return passed({ ...remarks, summary });
  if (!COMPOSE_RUNNERS.includes(app.runner)) {
    return failed({
      summary: `the app-compose holds the compose file of ${read.source}, and does not run it`,
      expected: `runner ${COMPOSE_RUNNERS.join(' or ')}`,
      found: `runner ${app.runner}`,
      source: 'built in',
      origins,
    });
  }
  const code = codeBeside(app);
  return passed({
    ...remarks,
    summary,
    details: [
      'that file is docker_compose_file: the rest of the app-compose is what was measured, and nobody said what to expect of it',
      ...(code.length === 0 ? [] : [`code runs from the rest of the app-compose, too: ${code.join(', ')}`]),
    ],
  });
};

export const composeHash: Check = {
  id: 'compose.hash',
  step: 'attestation',
  title: 'the app-compose is the one that was measured',
  proves:
    'The app-compose in the evidence is, byte for byte, the one whose hash dstack measured before it started anything of it; and the one that the auditor read, where --compose names a file.',
  from: 'the exact bytes of app-compose.json and the compose-hash event',
  assumes: 'The order of the events holds (eventlog.order).',
  citation: 'dstack docs/normalized-app-compose, "compose hash"; dstack-util system_setup',
  required: 'always',
  needs: ['eventlog.order'],
  run: (context) => {
    if (context.evidence.appCompose === undefined) {
      return notChecked({
        summary: 'the evidence has no app-compose',
        hint: 'the deployment may hide it (public_tcbinfo = false): ask its operator for the exact file',
      });
    }
    const expected = context.events().system.composeHash;
    const found = context.composeHash();
    const origins = originsOf(context, 'appCompose', 'eventLog');
    const hashes = { expected: hex(expected), found: hex(found), source: 'the compose-hash event, covered by RTMR3' };
    if (!sameBytes(expected, found)) {
      return failed({
        ...hashes,
        summary: 'the app-compose is another than the one that was measured',
        origins,
        hint: 'get the very bytes of app-compose.json: a file that was parsed and written again hashes differently',
      });
    }
    return compareRead(context, { ...hashes, origins });
  },
};
