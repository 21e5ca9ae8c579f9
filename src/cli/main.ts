import { isatty } from 'node:tty';
import { STDERR, STDOUT, writeText } from './output.ts';
import { fail, type Process, run } from './run.ts';
import { describeTerminal } from './terminal.ts';

declare const __VERSION__: string | undefined;

/** Standard error is for a reader beside the result: where it cannot be written to, the result still counts. */
const say = (text: string): void => {
  try {
    writeText(STDERR, text);
  } catch {
    // There is nobody left to tell.
  }
};

const onTerminal = isatty(STDOUT);
const args = process.argv.slice(2);
const io: Process = {
  version: typeof __VERSION__ === 'string' ? __VERSION__ : 'from source',
  // Looking at `process.stdout` opens it; only a terminal has columns to ask for.
  terminal: describeTerminal(process.env, onTerminal, onTerminal ? process.stdout.columns : undefined),
  debug: process.env.TWL_DEBUG === '1',
  print: (text) => writeText(STDOUT, text),
  say,
};

// What is thrown outside of any call of ours still ends in one line and a status.
const end = (thrown: unknown): void => process.exit(fail(thrown, args, io));
process.on('uncaughtException', end);
process.on('unhandledRejection', end);

void run(args, io).then((status) => process.exit(status));
