import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { readCommandLine } from './command-line.ts';
import { failureJson, failureOf, failureText } from './failure.ts';
import type { Request } from './request.ts';
import type { Terminal } from './terminal.ts';

/** What a run of the program needs of the process that it is. */
export interface Process {
  readonly version: string;
  readonly terminal: Terminal;
  /** Show where in the program a failure came from. */
  readonly debug: boolean;
  /** The result, to standard output. Throws CliError `output-failed`. */
  readonly print: (text: string) => void;
  /** Whatever else, to standard error. Never throws. */
  readonly say: (text: string) => void;
}

/** Each command loads what it needs itself: reading help must not wait for the checks. */
const act = async (request: Request, { print, say, terminal, version, debug }: Process): Promise<ExitCode> => {
  switch (request.action) {
    case 'print':
      print(request.text);
      return EXIT.ok;
    case 'explain': {
      const [{ explain }, { CHECKS }] = await Promise.all([import('./explain.ts'), import('../audit/registry.ts')]);
      print(explain(CHECKS, request.check));
      return EXIT.ok;
    }
    case 'policy-check': {
      const { checkPolicies } = await import('./policy-check.ts');
      print(checkPolicies(request.files));
      return EXIT.ok;
    }
    case 'policy-init': {
      const { initPolicy } = await import('./policy-init.ts');
      print(await initPolicy(request.target, say));
      return EXIT.ok;
    }
    case 'trust-refresh': {
      const { runTrustRefresh } = await import('./trust-refresh.ts');
      print(await runTrustRefresh(request.options, process.env, say));
      return EXIT.ok;
    }
    case 'lint': {
      const { runLint } = await import('./lint.ts');
      const { text, exit } = await runLint(request.options, terminal);
      print(text);
      return exit;
    }
    case 'pin': {
      const { runPin } = await import('./pin.ts');
      print(await runPin(request, say));
      return EXIT.ok;
    }
    case 'verify': {
      const { runVerify } = await import('./verify.ts');
      const { text, exit, failure } = await runVerify(request.options, terminal, say, version);
      print(text);
      if (failure === undefined) return exit;
      // With --json the verdict is the one document; a file that could not be written is for standard error.
      const told = failureOf(failure);
      say(failureText(told, debug));
      return (await import('../audit/verdict.ts')).firstExit(new Set([exit, told.exit]));
    }
  }
};

/** Even of a command line that cannot be read the answer must come in the form that its reader expects. */
export const wantsJson = (args: readonly string[]): boolean => {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
};

/** Says why there is no verdict: with `--json` as the one document on standard output. Returns the status to end with. */
export const fail = (thrown: unknown, args: readonly string[], { print, say, debug }: Process): ExitCode => {
  const failure = failureOf(thrown);
  if (!wantsJson(args)) {
    say(failureText(failure, debug));
    return failure.exit;
  }
  if (debug) say(failureText(failure, debug));
  try {
    print(failureJson(failure));
  } catch (error) {
    say(failureText(failureOf(error), debug));
  }
  return failure.exit;
};

/** One run of `twl` with these arguments. Returns the status to end with, and never throws. */
export const run = async (args: readonly string[], io: Process): Promise<ExitCode> => {
  try {
    return await act(readCommandLine(args, io.version), io);
  } catch (error) {
    return fail(error, args, io);
  }
};
