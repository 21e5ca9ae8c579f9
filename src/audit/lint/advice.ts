import type { ComposeCheckId, Severity } from '../../compose/findings.ts';

/** What to do about a finding: against a rule, left open by the text, or just told. */
type Advice = Readonly<Record<Severity, string>>;

const MEANT = 'nothing, where this is meant';
const WRITE_OUT = 'write the value itself into the file';
const POLICY = 'name it in a policy, if you have read it, and give that with --policy';

const ADVICE: Readonly<Record<ComposeCheckId, Advice>> = {
  'compose.launcher': {
    failed: 'let exactly one service run the image of a launcher, under a runner that reads the compose file',
    'not-bound': 'name the image as NAME@sha256:DIGEST',
    information: MEANT,
  },
  'compose.pin': { failed: 'correct the pin', 'not-bound': WRITE_OUT, information: MEANT },
  'compose.pin-bound': {
    failed: 'give the launcher one pin, whole in LAUNCHER_CONFIG',
    'not-bound': 'write the whole pin as text into LAUNCHER_CONFIG of the service',
    information: MEANT,
  },
  'compose.override': {
    failed: 'remove it: what the image does is to stay as it was built',
    'not-bound': WRITE_OUT,
    information: MEANT,
  },
  'compose.environment': {
    failed: 'remove the name, or see whether ALLOW_ENV is meant to let it through',
    'not-bound': 'write name and value into the file, and take the name out of allowed_envs',
    information: MEANT,
  },
  'compose.sharing': {
    failed: 'take it from the other service: no neighbour may change the files of the launcher or act as the machine',
    'not-bound': WRITE_OUT,
    information: MEANT,
  },
  'compose.services': {
    failed: 'remove the service, or admit it in a policy and give that with --policy',
    'not-bound': 'write the service out in this file',
    information: MEANT,
  },
  'compose.persistence': {
    failed: 'set read_only: true and mount what the workload writes to',
    'not-bound': 'set read_only: true and mount nothing through which the workload reaches the machine',
    information: "set cap_drop: [ALL] and security_opt: ['no-new-privileges:true']",
  },
  'compose.images': {
    failed: 'name the image as NAME@sha256:DIGEST',
    'not-bound': 'name the image as NAME@sha256:DIGEST',
    information: MEANT,
  },
  'compose.scripts': { failed: POLICY, 'not-bound': WRITE_OUT, information: MEANT },
  'compose.commands': {
    failed: 'correct the command',
    'not-bound': WRITE_OUT,
    information: 'read the command as you read the repository: it is trusted like it',
  },
  'compose.child-env': {
    failed: 'correct the file that CHILD_ENV_FILE names',
    'not-bound': 'give the file as an inline config, mounted where CHILD_ENV_FILE says',
    information: MEANT,
  },
  'compose.exposure': { failed: 'close it', 'not-bound': WRITE_OUT, information: MEANT },
};

/** What to do about a finding of this check. */
export const adviceFor = (id: ComposeCheckId, severity: Severity): string => ADVICE[id][severity];
