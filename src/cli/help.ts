/** What `twl verify` does, for its help. */
export const VERIFY_HELP =
  'Holds the evidence of a deployment against what was expected from outside, and says which checks passed. ' +
  'VERIFIED takes a repository and a commit, from --repo and --commit or from a policy.';

/** The exit codes, below the options of `twl verify`. */
export const EXIT_STATUS_HELP = `
Exit status: 0 VERIFIED, or PASSED with --only; 10 REJECTED: bytes contradict;
11 NOT BOUND: shown, but not covered by the evidence; 12 STALE: expired;
13 CONSISTENT: nothing failed, something is missing; 20 unsupported;
30 malformed; 40 unavailable; 50 local environment; 2 usage; 1 internal error.`;

/** What `twl lint` does, for its help. */
export const LINT_HELP =
  'Looks at a file before it is deployed: a config, a compose file or an app-compose.json, told apart by what it holds. ' +
  'Prints the pin as the launcher reads it, and every finding with its line.';

/** The exit codes, below the options of `twl lint`. */
export const LINT_EXIT_HELP = `
Exit status: 0 CLEAN; 10 REJECTED: against a rule; 11 NOT BOUND: the text does
not decide it; 13 INCOMPLETE: a check could not be made; 30 malformed;
50 local environment; 2 usage; 1 internal error.`;

/** What `twl pin` does, for its help. */
export const PIN_HELP =
  'Resolves a branch or tag once, brings its commit as the launcher would, and writes launcher.conf and ' +
  'docker-compose.yml, which pin it; with --form derived-image a Dockerfile, too. Nothing of the repository is executed.';

/** What `twl trust refresh` does, for its help. */
export const TRUST_HELP =
  'Asks an instance of Sigstore for its newest trusted root, by TUF, and keeps it. Of the public instance verify then uses it in ' +
  'place of the one that comes with this program, if it is newer. Nothing else asks for it.';
