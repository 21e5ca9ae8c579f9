import { readCompose } from '../../compose/document.ts';
import { ComposeError } from '../../compose/errors.ts';
import { utf8 } from '../../evidence/bytes.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { explainCompose } from '../explain-compose.ts';
import { failed, type Outcome, passed } from '../outcome.ts';
import { originsOf } from '../wording.ts';
import { composeHashes, textHash } from './launcher-text.ts';
import { listOf, withoutList } from './lists.ts';
import { launcherTemplate, namedDigests } from './template.ts';

/** The one service of the template. */
const LAUNCHER_SERVICE = 'launcher';

const otherServices = (text: string): string[] => {
  try {
    return readCompose(text)
      .services.map(({ name }) => name)
      .filter((name) => name !== LAUNCHER_SERVICE);
  } catch (error) {
    // The compose checks say what is wrong with the text.
    if (error instanceof ComposeError) return [];
    throw error;
  }
};

const knownLauncher = (context: Context, launcher: string): string[] => {
  const list = listOf(context, 'launchers');
  if (list === undefined) return [];
  const is = list.value.some(({ hash }) => hash === launcher) ? 'is' : 'is not';
  return [`the launcher image that it names, ${launcher}, ${is} an accepted one`];
};

/** `explainCompose` compares with a file that the auditor read. */
const ofTemplate = (line: string): string => line.replace(/^(\S+ line \d+ of the) file: {4}/, '$1 template:');

/** How the text differs from the template with the very digests that it names: a template that was added to is told by what was. */
const explain = (context: Context, text: string): string[] => {
  const digests = namedDigests(text);
  if (digests === undefined) return ["it is not NEAR's template: it names no launcher and no image as that does"];
  const others = otherServices(text);
  const difference = explainCompose(utf8(launcherTemplate(digests)), new Uint8Array(0), text);
  return [
    ...(difference === undefined
      ? ["it is NEAR's template with the digests that it names"]
      : ["it is NEAR's template with changes:", ...difference.map(ofTemplate)]),
    ...(others.length === 0 ? [] : [`services beside ${LAUNCHER_SERVICE}: ${others.join(', ')}`]),
    ...knownLauncher(context, digests.launcher),
  ];
};

const judge = (context: Context): Outcome => {
  const origins = originsOf(context, 'appCompose');
  const text = context.appCompose().dockerComposeFile;
  if (text === undefined) return failed({ summary: 'the app-compose holds no docker_compose_file', origins });
  const found = textHash(text);
  const hashes = composeHashes(context);
  if (hashes === undefined) return { ...withoutList('compose files of the launcher', origins), found };
  const { value, source } = hashes;
  if (value.includes(found)) {
    return passed({ summary: 'the compose file is an accepted one, byte for byte', found, source, origins });
  }
  return failed({
    summary:
      value.length === 0
        ? 'no compose file of the launcher is accepted: the list is empty'
        : 'the compose file of the launcher is not an accepted one',
    found,
    source,
    origins,
    details: explain(context, text),
    hint: 'deploy the very bytes that were voted on, or have this hash voted in',
  });
};

export const mpcLauncher: Check = {
  id: 'mpc.launcher',
  step: 'attestation',
  title: 'the compose file is an accepted one',
  proves:
    'SHA-256 of docker_compose_file, byte for byte, is a hash that the contract accepts: which launcher runs, with which default image, which mounts, and that nothing runs beside it.',
  from: 'docker_compose_file of the measured app-compose, and the compose hashes of --allowed, or its launchers and images over the template',
  assumes: 'The app-compose is the one that was measured (compose.hash). Operators read what they voted on.',
  citation:
    'near/mpc crates/mpc-attestation, the check of the launcher compose hash; crates/contract/assets, the template',
  required: 'never',
  isOptional: true,
  needs: ['compose.hash'],
  run: judge,
};
