import type { EventEmitter } from 'node:events';
import { Command, CommanderError, Option } from 'commander';
import { PROFILE_NAMES } from '../audit/policy/profiles/names.ts';
import { REBUILD_STAGES } from '../audit/rebuilt.ts';
import { STEPS } from '../audit/steps.ts';
import { escapeText } from '../base/escape.ts';
import { CliError, USAGE_HINT, usageError } from './errors.ts';
import { EXIT_STATUS_HELP, LINT_EXIT_HELP, LINT_HELP, PIN_HELP, TRUST_HELP, VERIFY_HELP } from './help.ts';
import { FORMS } from '../audit/pinning/request.ts';
import { type GivenPinOptions, readPinOptions } from './pin-options.ts';
import type { Request } from './request.ts';
import { type GivenOptions, readVerifyOptions } from './verify-options.ts';

/** The same on every terminal: help is documentation, too. */
const HELP_WIDTH = 80;

/** Of an argument in a message; more would hide what is wrong with it. */
const MAX_MESSAGE = 200;

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/**
 * Refuses what commander lets pass: an option that is given twice (the last would silently win), and a value that is empty or
 * looks like an option (the option's own value was forgotten, and the next option taken for it).
 */
const checkEach = (command: Command): Command => {
  // It is one, whatever its types say; its own listener must come second.
  const events = command as unknown as EventEmitter;
  for (const option of command.options) {
    const name = option.long ?? option.flags;
    let seen = false;
    events.prependListener(`option:${option.name()}`, (value: unknown) => {
      if (seen && option.parseArg !== collect) throw usageError(`${name} is given twice`, 'leave one out');
      seen = true;
      if (typeof value !== 'string') return;
      if (value === '') throw usageError(`${name} must not be empty`, 'leave it out, or write a value');
      if (value.startsWith('-')) {
        throw usageError(
          `${name} lacks its value`,
          `'${escapeText(value.slice(0, MAX_MESSAGE))}' is none; of a file of that name write ./ in front`,
        );
      }
    });
  }
  return command;
};

const addVerify = (program: Command, take: (request: Request) => void): void => {
  checkEach(
    program
      .command('verify')
      .summary('check a deployment')
      .description(VERIFY_HELP)
      .argument('<target>', "a saved answer, - for standard input, or the https URL of a guest agent's public page")
      .addOption(new Option('--policy <file>', 'a policy; further ones can only tighten it').argParser(collect))
      .addOption(new Option('--profile <name>', 'a policy that comes with the program').choices(PROFILE_NAMES))
      .option('--allowed <file>', "with --profile mpc: what the views of NEAR's contract return")
      .option('--repo <url>', 'the repository that was expected, with --commit')
      .option('--commit <sha>', 'the commit that you read: 40 or 64 hex digits')
      .option('--tree-sha256 <hex>', 'its tree in the SHA-256 object format')
      .option('--app-id <hex>', 'the app id that was expected')
      .option('--compose <file>', 'the compose file or app-compose.json that you read')
      .option('--collateral <file-or-url>', "Intel's collateral: saved, or a PCCS to ask")
      .option('--bundle <file>', "a Sigstore bundle on the launcher's image; may be repeated", collect)
      .option('--trusted-root <file>', 'believe these Sigstore instances in place of the public one', collect)
      .option('--registry <host>', "read the launcher's image from this registry, private or not")
      .option('--base <name@digest>', 'the launcher image that one which holds the pin is made from')
      .option('--rebuild <dir>', "build the launcher's image again in this clone of its repository, and compare")
      .addOption(
        new Option('--rebuild-stage <stage>', 'which image, where the deployed one does not say').choices(
          REBUILD_STAGES,
        ),
      )
      .option('--source <url-or-dir>', "fetch the source from here in place of the pin's REPO_URL")
      .option('--receipt <file>', "the launcher's receipt")
      .option('--attest <url-or-file>', "the deployment's twl-attest, or an answer of it that was saved")
      .option('--nonce <random-or-hex>', 'what twl-attest is, or was, asked: 64 hex digits')
      .option('--logs <file-or-url>', "the launcher's log: shown, never proof")
      .option('--save <file>', 'save the evidence to a file, which verify takes as a target')
      .option('--root-sha256 <hex>', 'of a saved file: believe the root in it that has this hash', collect)
      .option('--saved-sha256 <hex>', 'of a saved file that you saved yourself: the hash that --save printed')
      .option('--attest-result <file>', 'write the result as an in-toto statement')
      .option('--since <sha>', 'show what changed since this commit')
      .option('--at <time>', 'judge validity at this time: RFC 3339, a date, seconds since 1970')
      .option('--offline', 'open no connection')
      .addOption(new Option('--only <step>', 'one step alone; never VERIFIED').choices(STEPS))
      .option('--html <file>', 'write the report as one page for a browser, too')
      .option('--json', 'one JSON document on standard output, errors included')
      .option('--timings', 'say how long each check took')
      .option('--verbose', 'show all that is known of checks that passed, too')
      .option('--quiet', 'no progress, and of the report the verdict line only')
      .option('--mock-root <file>', "SIMULATED: believe this certificate in place of Intel's root")
      .addHelpText('after', EXIT_STATUS_HELP)
      .action((target: string, given: GivenOptions) =>
        take({ action: 'verify', options: readVerifyOptions(target, given) }),
      ),
  );
};

const addLint = (program: Command, take: (request: Request) => void): void => {
  checkEach(
    program
      .command('lint')
      .summary('look at a file before it is deployed')
      .description(LINT_HELP)
      .argument('<file>', 'a config, a compose file or an app-compose.json')
      .addOption(new Option('--policy <file>', 'a policy; further ones can only tighten it').argParser(collect))
      .option('--json', 'one JSON document on standard output, errors included')
      .addHelpText('after', LINT_EXIT_HELP)
      .action((file: string, given: { policy?: string[]; json?: true }) => {
        if (file === '') throw usageError('FILE must not be empty', 'name a file');
        take({ action: 'lint', options: { file, policies: given.policy ?? [], json: given.json === true } });
      }),
  );
};

const addPin = (program: Command, take: (request: Request) => void): void => {
  checkEach(
    program
      .command('pin')
      .summary('pin the commit of a branch or tag')
      .description(PIN_HELP)
      .argument('<url>', 'the repository, as REPO_URL of a pin names it')
      .argument('<ref>', 'a branch or tag, short or in full, or a commit: 40 or 64 hex digits')
      .option('--out <dir>', 'where to write the files; default: here')
      .option('--work-dir <path>', 'WORK_DIR of the pin; default: /srv/workload/checkout')
      .option('--image <name@digest>', "the launcher's image; default: a placeholder")
      .option('--entry <path>', 'ENTRYPOINT_SCRIPT of the pin; default: tee-launch.sh')
      .option(
        '--credential-file <file[:path]>',
        'for https: a file with a token or user:password, here and in the container',
      )
      .option('--ca-file <file[:path]>', 'for https: a file of CA certificates to trust')
      .option('--proxy <url>', 'for https: a proxy')
      .option('--ssh-key-file <file[:path]>', 'for ssh: a private key')
      .option('--ssh-known-hosts-file <file[:path]>', 'for ssh: the host keys to accept')
      .addOption(
        new Option('--submodules <how>', 'SUBMODULES of the pin; default: no').choices(['no', 'ignore', 'yes']),
      )
      .addOption(
        new Option('--receipt <how>', 'RECEIPT of the pin; default: required').choices(['auto', 'required', 'off']),
      )
      .addOption(new Option('--form <form>', 'where the pin goes; default: compose').choices(FORMS))
      .option('--attest', 'a service twl-attest beside the launcher, for twl verify --attest')
      .option('--json', 'one JSON document on standard output, errors included')
      .option('--force', 'write over files that are there')
      .action((url: string, ref: string, given: GivenPinOptions) =>
        take({ action: 'pin', options: readPinOptions(url, ref, given), json: given.json === true }),
      ),
  );
};

const addTrust = (program: Command, take: (request: Request) => void): void => {
  const trust = program.command('trust').summary('bring newer trusted roots').description('Bring newer trusted roots.');
  checkEach(
    trust
      .command('refresh')
      .description(TRUST_HELP)
      .option('--instance <name-or-file>', 'public-good (default), github, or a TUF root of another one')
      .option('--tuf-root <file>', "GitHub's TUF root: none comes with this program")
      .option('--mirror <url>', "where the instance's TUF repository is served; default: its own")
      .option('--out <file>', 'write the trusted root to this file too, for --trusted-root')
      .action((given: { instance?: string; tufRoot?: string; mirror?: string; out?: string }) => {
        const { instance = 'public-good', tufRoot, mirror, out } = given;
        take({ action: 'trust-refresh', options: { instance, tufRoot, mirror, out } });
      }),
  );
};

const addOthers = (program: Command, take: (request: Request) => void): void => {
  program
    .command('explain')
    .summary('what the checks prove')
    .description('Lists the checks; or says of one what it proves, from which bytes, and under which assumption.')
    .argument('[check]', 'the id of a check, as quote.tcb')
    .action((check: string | undefined) => take({ action: 'explain', check }));
  const policy = program.command('policy').summary('write or check a policy').description('Write or check a policy.');
  policy
    .command('init')
    .description('Writes a first policy for a deployment to standard output, everything commented out.')
    .argument('<target>', 'as for verify')
    .action((target: string) => take({ action: 'policy-init', target }));
  policy
    .command('check')
    .description('Reads policies as verify would, each further one tightening those before.')
    .argument('<file...>')
    .action((files: string[]) => take({ action: 'policy-check', files }));
};

/** Commander's own message as one of ours: without its `error: `, and the suggestion as the hint. */
const fromCommander = ({ code, message }: CommanderError, args: readonly string[]): CliError => {
  if (code === 'commander.help') {
    const [name = '', ...rest] = args.map((arg) => escapeText(arg.slice(0, MAX_MESSAGE)));
    if (name === 'help') return usageError(`unknown command '${rest.join(' ')}'`);
    return usageError(name === '' ? 'a command is missing' : `a command is missing behind '${name}'`);
  }
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const suggestion = /^\(Did you mean (.*)\?\)$/.exec(rest.at(-1) ?? '')?.[1];
  const what = escapeText(
    [first, ...(suggestion === undefined ? rest : rest.slice(0, -1))].join(' ').slice(0, MAX_MESSAGE),
  );
  return usageError(what.replace(/\.$/, ''), suggestion === undefined ? USAGE_HINT : `did you mean ${suggestion}?`);
};

/**
 * All commands with their options: what is parsed, and what help, man page and completions are made of. `take` gets what a command
 * asks for, `print` the text of help and version.
 */
export const describeProgram = (
  version: string,
  take: (request: Request) => void,
  print: (text: string) => void,
): Command => {
  const program = new Command('twl')
    .description('Check from outside which commit a deployment in a TEE runs.')
    .version(`twl ${version}`, '-V, --version', 'print the version')
    .helpCommand(true)
    .exitOverride()
    .configureOutput({
      writeOut: print,
      writeErr: () => {},
      getOutHelpWidth: () => HELP_WIDTH,
      getOutHasColors: () => false,
    });
  addVerify(program, take);
  addLint(program, take);
  addPin(program, take);
  addTrust(program, take);
  addOthers(program, take);
  return program;
};

/**
 * Reads the command line, without the program's own name. Pure; the text of help and version comes back as a request to
 * print it. Throws CliError `usage`.
 */
export const readCommandLine = (args: readonly string[], version: string): Request => {
  let request: Request | undefined;
  let printed = '';
  const take = (taken: Request): void => {
    request = taken;
  };
  const program = describeProgram(version, take, (text) => {
    printed += text;
  });
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { action: 'print', text: printed };
    throw fromCommander(error, args);
  }
  if (request === undefined) throw new CliError('usage', 'a command is missing', { hint: USAGE_HINT });
  return request;
};
