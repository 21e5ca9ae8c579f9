import { describeKeys } from '../pin/help.ts';
import type { Program } from './programs.ts';

/** How the program is called. */
export const usageText = ({ name }: Program): string =>
  `Usage: ${name} [--dry-run] [config-file]
       ${name} --check [config-file]
       ${name} --print-schema | --version | --help`;

/** The text of `--help`. */
export const helpText = (program: Program): string =>
  `${usageText(program)}

Brings exactly the bytes of one git commit, checks every one of them, and becomes the workload.
The pin is read from the config file (default: ${program.defaultConfig}), or whole from the
environment variable LAUNCHER_CONFIG.

  --dry-run       do all of it, but start nothing; prints TREE_SHA256 too
  --check         read the pin, print its canonical form, and end
  --print-schema  print a JSON Schema of the keys, and end

The pin holds one KEY=VALUE a line, which is never evaluated. * marks what is required:
${describeKeys()}
The entry script is ${program.defaults.entrypointScript}, SUBMODULES is ${program.defaults.submodules}, unless the pin says otherwise.

Environment: LOG_FORMAT=text|json; TWL_LIMIT_<NAME> raises a limit (docs/limits.md); for the receipt
TWL_AGENT_SOCKET, TWL_AGENT_TIMEOUT_MS and TWL_RUN_DIR (docs/receipt.md).
Exit status: 2 usage, 10 rejected, 20 unsupported, 30 malformed, 40 unavailable, 50 local environment,
1 internal error; after the start of the workload it is the workload's own.
`;
