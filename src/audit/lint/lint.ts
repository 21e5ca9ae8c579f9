import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { objectOf, parseJson } from '../../base/json.ts';
import { type AppFacts, appFactsOf } from '../../compose/app-facts.ts';
import { ComposeError } from '../../compose/errors.ts';
import { composeHash, readAppCompose } from '../../evidence/app-compose.ts';
import { MAX_APP_COMPOSE_BYTES } from '../../evidence/limits.ts';
import type { Policy } from '../policy/policy.ts';
import { hex } from '../wording.ts';
import { LintError } from './errors.ts';
import { formOf } from './form.ts';
import { lintCompose } from './lint-compose.ts';
import { lintConfig } from './lint-config.ts';
import type { LintReport } from './report.ts';

/** The largest of the three forms is an app-compose. */
export const MAX_LINT_BYTES = MAX_APP_COMPOSE_BYTES;

/** `NAME:LINE: what`, or for a text inside of app-compose the line of that text. */
const composeProblem = (error: ComposeError, file: string, inside: string): LintError => {
  const { line, hint, message } = error;
  const what = message.replace(/^compose file(?:, line \d+)?: /, '');
  const place = `${escapeText(file)}${inside === '' ? '' : `: ${inside}`}${line === undefined ? '' : `:${line}`}`;
  return new LintError('malformed-compose', `${place}: ${what}`, {
    hint: hint ?? 'hold it against docker compose config',
    cause: error,
  });
};

/** Runs `read`; what it throws of a compose text names the file. */
const naming = (file: string, inside: string, read: () => LintReport): LintReport => {
  try {
    return read();
  } catch (error) {
    if (error instanceof ComposeError) throw composeProblem(error, file, inside);
    throw error;
  }
};

/** The guest reads the file before anything else does, so whatever it refuses is malformed here, too. */
const readApp = (bytes: Uint8Array, file: string): AppFacts => {
  try {
    readAppCompose(bytes);
    return appFactsOf(objectOf(parseJson(bytes, { maxBytes: MAX_APP_COMPOSE_BYTES }), 'the document'));
  } catch (cause) {
    throw new LintError('malformed-app-compose', `${escapeText(file)}: ${messageOf(cause)}`, {
      hint: 'write it as dstack reads it: one JSON object, each key once, of the type that it has there',
      cause,
    });
  }
};

/** Without app-compose nothing is said beside the compose file; that it is run by compose is taken for granted, and said. */
const alone = (bytes: Uint8Array): AppFacts => ({
  runner: 'docker-compose',
  composeText: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
  allowedEnvs: [],
  scripts: [],
  exposure: {},
});

const readAlone = (bytes: Uint8Array, file: string): AppFacts => {
  try {
    return alone(bytes);
  } catch (cause) {
    throw new LintError('malformed-compose', `${escapeText(file)}: it is not UTF-8`, {
      hint: 'save the file as UTF-8',
      cause,
    });
  }
};

/**
 * Looks at a file before it is deployed: a config, a compose file or an app-compose, told apart by what they hold. Pure.
 * @param file its name, for the report and messages
 * @throws LintError where it is none of them, or cannot be read as the one that it is
 */
export const lint = (bytes: Uint8Array, file: string, policy: Policy): LintReport => {
  const form = formOf(bytes);
  if (form === 'config') return lintConfig(bytes, file);
  if (form === 'compose') {
    const app = readAlone(bytes, file);
    return naming(file, '', () => lintCompose({ file, app, policy, composeHash: undefined }));
  }
  if (form === 'app-compose') {
    const app = readApp(bytes, file);
    const hash = hex(composeHash(bytes));
    return naming(file, 'docker_compose_file', () => lintCompose({ file, app, policy, composeHash: hash }));
  }
  throw new LintError('not-recognised', `${escapeText(file)}: no config, no compose file and no app-compose`, {
    hint: 'a config begins with KEY=VALUE, a compose file with services:, an app-compose with {',
  });
};
