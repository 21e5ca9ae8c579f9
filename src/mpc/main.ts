import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { createLogger, type LogFormat, type Logger } from '../base/log.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { endCommands } from './docker/run-command.ts';
import { MpcError } from './errors.ts';
import { HELP, USAGE } from './help.ts';
import { announce, launch } from './launch.ts';
import { pathsBelow } from './paths.ts';
import { makePlan } from './plan.ts';
import { resolveImage } from './resolve-image.ts';
import { readSettings } from './settings.ts';

declare const __VERSION__: string | undefined;

const NAME = 'mpc-launcher';
/** CI and scripts of near/mpc look for these words. */
const SUCCESS = 'MPC launched successfully.';
const STDOUT = 1;

/** A program that is process 1 gets no default action for signals. */
const ENDINGS = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

const print = (text: string): void => {
  for (let bytes = Buffer.from(text, 'utf8'); bytes.length > 0; ) bytes = bytes.subarray(writeSync(STDOUT, bytes));
};

/** To standard output, where near/mpc's launcher writes it; the log goes to standard error. */
const printSuccess = (format: LogFormat): void => {
  const entry = { time: new Date().toISOString(), level: 'info', program: NAME, message: SUCCESS };
  print(format === 'json' ? `${JSON.stringify(entry)}\n` : `${SUCCESS}\n`);
};

const readLogFormat = (value: string | undefined): LogFormat => {
  if (value === undefined || value === 'text' || value === 'json') return value ?? 'text';
  throw new MpcError('setting-invalid', 'LOG_FORMAT is neither text nor json', {
    hint: 'set one of the two, or neither',
  });
};

const run = async ({ action, settings: flags, root, userConfig }: Arguments, log: Logger): Promise<void> => {
  if (action === 'help') return print(HELP);
  if (action === 'version') return print(`${NAME} ${typeof __VERSION__ === 'string' ? __VERSION__ : 'from source'}\n`);
  const format = readLogFormat(process.env.LOG_FORMAT);
  const settings = readSettings({ ...process.env, ...flags });
  const below = pathsBelow(root);
  if (root !== '/') log.warning(`all paths are below ${root}: for tests`);
  const paths = userConfig === undefined ? below : { ...below, userConfig };
  if (action === 'launch') {
    await launch({ settings, paths, log });
    return printSuccess(format);
  }
  const plan = await makePlan(settings, paths);
  announce(plan, log);
  const { describeFiles, describePlan } = await import('./describe-plan.ts');
  if (action === 'check') return print(describePlan(plan));
  print(describeFiles(plan, await resolveImage(plan, log, (ms) => wait(ms))));
};

const main = async (): Promise<void> => {
  for (const [signal, status] of ENDINGS) {
    process.on(signal, () => {
      endCommands();
      process.exit(status);
    });
  }
  const log = createLogger(NAME, process.env.LOG_FORMAT === 'json' ? 'json' : 'text');
  let status: ExitCode = EXIT.internal;
  try {
    await run(readArguments(process.argv.slice(2)), log);
    status = EXIT.ok;
  } catch (error) {
    if (error instanceof BaseError) {
      const { code, message, hint, exitCode } = error as BaseError<string>;
      log.error(message, { code });
      if (hint !== undefined) log.hint(hint);
      if (code === 'usage') log.info(USAGE);
      status = exitCode;
    } else {
      // By its name and place alone: what it says may repeat what it was about.
      const place = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line)) : [];
      const kind = error instanceof Error ? error.name : typeof error;
      log.error([`internal error: ${kind}`, ...place].join('\n'), { code: 'internal' });
    }
  }
  process.exit(status);
};

void main();
