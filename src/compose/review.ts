import type { Pin } from '../pin/types.ts';
import type { AppFacts } from './app-facts.ts';
import { checkAppKeys } from './checks/app-keys.ts';
import { checkChildEnv, checkCommands } from './checks/commands.ts';
import { checkEnvironment } from './checks/environment.ts';
import { checkExposure } from './checks/exposure.ts';
import { checkImages } from './checks/images.ts';
import { checkLauncher } from './checks/launcher.ts';
import { checkOverride } from './checks/override.ts';
import { checkPersistence } from './checks/persistence.ts';
import { readPin } from './checks/pin.ts';
import { checkScripts } from './checks/scripts.ts';
import { checkServices } from './checks/services.ts';
import { checkSharing } from './checks/sharing.ts';
import type { ComposeContext, ComposeExpectations, LauncherContext } from './context.ts';
import { type ComposeFile, readCompose, type Service } from './document.ts';
import { findRoles } from './find-launcher.ts';
import { type ComposeCheckId, type ComposeResult, failing, notChecked, resultOf } from './findings.ts';
import { type InlineText, type Located, locatePin } from './locate-pin.ts';
import { LAUNCHER_PROGRAMS, type LauncherProgram } from './programs.ts';

/** All that the attested text says, and what each check of it comes to. */
export interface ComposeReview {
  /** Undefined where the runner reads no compose file. */
  readonly file: ComposeFile | undefined;
  /** The one service that launches; undefined where there is none or more than one. */
  readonly launcher: Service | undefined;
  readonly program: LauncherProgram | undefined;
  /** The exact text of the pin, where the attested text decides it. */
  readonly pinText: InlineText | undefined;
  readonly pin: Pin | undefined;
  readonly results: Readonly<Record<ComposeCheckId, ComposeResult>>;
}

const NO_LAUNCHER = "the launcher's service was not found, or is not the only one";
const NO_PIN_TEXT = 'the text does not decide what the pin is';
const NO_PIN = 'there is no pin to look at';

/** The results of the checks that are about the launcher's service, or why there are none. */
const launcherResults = (context: ComposeContext, one: LauncherContext | undefined) => {
  if (one === undefined) {
    const without = notChecked(NO_LAUNCHER);
    return {
      'compose.pin': without,
      'compose.pin-bound': without,
      'compose.override': without,
      'compose.environment': resultOf(checkEnvironment(context, undefined)),
      'compose.sharing': without,
      'compose.persistence': without,
      'compose.commands': without,
      'compose.child-env': without,
    };
  }
  const { located, pin, program } = one;
  const inline = 'inline' in located ? located.inline : undefined;
  const reading = inline === undefined ? undefined : readPin(inline, program);
  return {
    'compose.pin': reading === undefined ? notChecked(NO_PIN_TEXT) : resultOf(reading.findings),
    'compose.pin-bound': resultOf('findings' in located ? located.findings : []),
    'compose.override': resultOf(checkOverride(one)),
    'compose.environment': resultOf(checkEnvironment(one, pin)),
    'compose.sharing': resultOf(checkSharing(one)),
    'compose.persistence': resultOf(checkPersistence(one)),
    'compose.commands':
      pin === undefined || inline === undefined ? notChecked(NO_PIN) : resultOf(checkCommands(pin, inline)),
    'compose.child-env': pin === undefined ? notChecked(NO_PIN) : resultOf(checkChildEnv(one, pin)),
  };
};

const launcherContext = (context: ComposeContext): LauncherContext | undefined => {
  const [launcher, second] = context.roles.launchers;
  if (launcher === undefined || second !== undefined) return undefined;
  const { program: name, pins } = context.expected.launchers.find(({ digest }) => digest === launcher.image?.digest)!;
  const program = LAUNCHER_PROGRAMS[name];
  const located: Located = locatePin(context.file, launcher, program, pins);
  const pin = 'inline' in located ? readPin(located.inline, program).pin : undefined;
  return { ...context, launcher, program, located, pin };
};

/** No compose file to read: that is a finding, and the scripts and flags of app-compose are looked at all the same. */
const withoutFile = (app: AppFacts, expected: ComposeExpectations): ComposeReview => {
  const file = undefined;
  const place = { line: undefined, path: 'docker_compose_file' };
  const without = notChecked('there is no compose file');
  const context = {
    app,
    expected,
    file: EMPTY,
    roles: findRoles(EMPTY, []),
  };
  const results = {
    'compose.launcher': resultOf([failing(place, `there is no compose file for the runner ${app.runner ?? '(none)'}`)]),
    ...launcherResults(context, undefined),
    'compose.services': without,
    'compose.images': without,
    'compose.scripts': resultOf([...checkScripts(context), ...checkAppKeys(context, undefined)]),
    'compose.exposure': resultOf(checkExposure(context)),
  };
  return { file, launcher: undefined, program: undefined, pinText: undefined, pin: undefined, results };
};

const EMPTY: ComposeFile = { root: { kind: 'map', line: 1, path: '', entries: new Map() }, services: [] };

/**
 * Looks at the compose file of an app-compose.json as the engine would run it, and at what app-compose says beside it.
 * @throws ComposeError where the compose text cannot be read
 */
export const reviewCompose = (app: AppFacts, expected: ComposeExpectations): ComposeReview => {
  if (app.composeText === undefined || app.runner === 'bash') return withoutFile(app, expected);
  const file = readCompose(app.composeText);
  const roles = findRoles(
    file,
    expected.launchers.map(({ digest }) => digest),
  );
  const context: ComposeContext = { file, app, expected, roles };
  const one = launcherContext(context);
  const results = {
    'compose.launcher': resultOf(checkLauncher(context)),
    ...launcherResults(context, one),
    'compose.services': resultOf(checkServices(context)),
    'compose.images': resultOf(checkImages(context)),
    'compose.scripts': resultOf([...checkScripts(context), ...checkAppKeys(context, one)]),
    'compose.exposure': resultOf(checkExposure(context)),
  };
  const pinText = one !== undefined && 'inline' in one.located ? one.located.inline : undefined;
  return { file, launcher: one?.launcher, program: one?.program, pinText, pin: one?.pin, results };
};
