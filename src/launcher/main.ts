import { writeSync } from 'node:fs';
import { BaseError, messageOf } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { createLogger, type Logger } from '../base/log.ts';
import { canonicalPin } from '../pin/canonical.ts';
import { pinJsonSchema } from '../pin/json-schema.ts';
import { parsePin } from '../pin/parse.ts';
import { readLimits } from '../source/limits.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { childEnvironment } from './child-environment.ts';
import { CONFIG_VARIABLE, readConfigSource } from './config-source.ts';
import { checkEncoding, readRawEnvironment, restoreEnvironment } from './environment.ts';
import { LaunchError } from './errors.ts';
import { helpText, usageText } from './help.ts';
import { announce, launch } from './launch.ts';
import { type Program, programByName } from './programs.ts';
import { endOnSignals } from './signals.ts';
import { leaveStandardStreams } from './standard-streams.ts';

declare const __VERSION__: string | undefined;
const VERSION = typeof __VERSION__ === 'string' ? __VERSION__ : 'from source';

// Small buffers would be cut from slabs of 8 KiB, and each one that is kept (a tree, a base of deltas) would keep its slab:
// measured on 13,000 files, 50 MB.
Buffer.poolSize = 0;

const STDOUT = 1;
const print = (text: string): void => {
  for (let bytes = Buffer.from(text, 'utf8'); bytes.length > 0; ) bytes = bytes.subarray(writeSync(STDOUT, bytes));
};

const report = (log: Logger, error: BaseError<string>): void => {
  log.error(error.message, { code: error.code });
  if (error.hint !== undefined) log.hint(error.hint);
};

/** Says what is wrong with what was read, all of it, and gives the least status: what was rejected comes before what was malformed. */
const reportAll = (log: Logger, errors: readonly BaseError<string>[]): ExitCode => {
  for (const error of errors) report(log, error);
  return Math.min(EXIT.environment, ...errors.map(({ exitCode }) => exitCode)) as ExitCode;
};

const readLogFormat = (value: string | undefined): 'text' | 'json' => (value === 'json' ? 'json' : 'text');

/** What `bin/` knows of the start, and Node does not. */
interface Start {
  softFiles: string | undefined;
  aside: string[];
}

const run = async (program: Program, start: Start, args: string[], log: Logger): Promise<ExitCode> => {
  const { action, config }: Arguments = readArguments(args);
  if (action === 'help') {
    print(helpText(program));
    return EXIT.ok;
  }
  if (action === 'version') {
    print(`${program.name} ${VERSION}\n`);
    return EXIT.ok;
  }
  if (action === 'print-schema') {
    print(`${JSON.stringify(pinJsonSchema(), undefined, 2)}\n`);
    return EXIT.ok;
  }
  const { LOG_FORMAT } = process.env;
  if (LOG_FORMAT !== undefined && LOG_FORMAT !== '' && !['text', 'json'].includes(LOG_FORMAT)) {
    throw new LaunchError('log-format', 'LOG_FORMAT is neither text nor json', {
      hint: 'set one of the two, or neither',
    });
  }
  const source = readConfigSource(config, process.env[CONFIG_VARIABLE], program.defaultConfig);
  const parsed = parsePin(source.bytes, { source: source.name, defaults: program.defaults });
  if (!parsed.ok) return reportAll(log, parsed.errors);
  const { pin } = parsed;
  if (action === 'check') {
    print(canonicalPin(pin));
    return EXIT.ok;
  }
  const limits = readLimits(process.env);
  if (!limits.ok) {
    throw new LaunchError(
      'limit-variable',
      `no limit of that name, or no positive whole number: ${limits.variables.join(', ')}`,
      {
        hint: 'docs/limits.md lists the limits',
      },
    );
  }
  checkEncoding(readRawEnvironment());
  announce(pin, source.name, log);
  const child = childEnvironment(pin, restoreEnvironment(process.env, start.aside), log);
  if (!child.ok) return reportAll(log, child.errors);
  await launch({
    pin,
    limits: limits.limits,
    log,
    env: child.env,
    softFiles: start.softFiles,
    dryRun: action === 'dry-run',
    facts: {
      launcher: { name: program.name, version: VERSION },
      config: source.bytes,
      dropped: child.dropped,
      allowed: child.allowed,
      pinReadAt: performance.now(),
    },
  });
  return EXIT.ok;
};

/**
 * Called by `bin/` with three things in front of the arguments: the program's name, the soft limit of open files, and the names
 * of the variables that were set aside.
 */
const main = async (): Promise<void> => {
  const [name, softFiles, aside, ...args] = process.argv.slice(2);
  const program = programByName(name);
  const log = createLogger(program.name, readLogFormat(process.env.LOG_FORMAT));
  leaveStandardStreams();
  endOnSignals();
  let status: ExitCode = EXIT.internal;
  try {
    const start = {
      softFiles: softFiles === '' ? undefined : softFiles,
      aside: (aside ?? '').split(',').filter((variable) => variable !== ''),
    };
    status = await run(program, start, args, log);
  } catch (error) {
    if (error instanceof BaseError) {
      report(log, error);
      if (error.code === 'usage') log.info(usageText(program));
      status = error.exitCode;
    } else {
      log.error(`internal error: ${error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error)}`, {
        code: 'internal',
      });
      log.hint('nothing was run; please report this with the lines above');
    }
  }
  process.exit(status);
};

void main();
