import { DEFAULT_WORK_DIR, type FileInBoth, type PinForm, type PinRequest } from '../audit/pinning/request.ts';
import { parseRef } from '../audit/pinning/ref.ts';
import { escapeText } from '../base/escape.ts';
import type { Checked } from '../pin/checked.ts';
import { absoluteFile, relativeFile, workDir } from '../pin/paths.ts';
import type { Pin } from '../pin/types.ts';
import { parseRepoUrl } from '../pin/url.ts';
import { proxy } from '../pin/values.ts';
import { usageError } from './errors.ts';
import { readImage } from './image-option.ts';

/** What commander read of the options of `twl pin`, unchecked but for their shape. */
export interface GivenPinOptions {
  out?: string;
  workDir?: string;
  image?: string;
  entry?: string;
  credentialFile?: string;
  caFile?: string;
  proxy?: string;
  sshKeyFile?: string;
  sshKnownHostsFile?: string;
  submodules?: Pin['submodules'];
  receipt?: Pin['receipt'];
  form?: PinForm;
  attest?: true;
  json?: true;
  force?: true;
}

/** Of an argument in a message; more would hide what is wrong with it. */
const MAX_SHOWN = 200;

/** A value by a rule whose message goes on from the name. */
const byRule = <T>(name: string, text: string, rule: (text: string) => Checked<T>): T => {
  const checked = rule(text);
  if (!checked.ok) throw usageError(`${name} ${checked.fault.message}`, checked.fault.hint);
  return checked.value;
};

/** Where the launcher looks for a file of which nobody says where it lies there: compose and swarm mount secrets so. */
const SECRETS = '/run/secrets';

/** `FILE`, or `FILE:PATH` with its path in the container. */
const fileOf = (option: string, text: string | undefined, name: string): FileInBoth | undefined => {
  if (text === undefined) return undefined;
  const colon = text.lastIndexOf(':/');
  const here = colon === -1 ? text : text.slice(0, colon);
  if (here === '')
    throw usageError(`${option} names no file of this machine`, 'write FILE, or FILE:PATH in the container');
  if (colon === -1) return { here, inContainer: `${SECRETS}/${name}` };
  return { here, inContainer: byRule(option, text.slice(colon + 1), absoluteFile) };
};

const readAttest = ({ attest, receipt }: GivenPinOptions): boolean => {
  if (attest === true && receipt === 'off') {
    throw usageError('--attest with --receipt off', 'twl-attest answers over the receipt: take another --receipt');
  }
  return attest === true;
};

/** The options of `twl pin`, each checked. Throws CliError `usage`. */
export const readPinOptions = (url: string, ref: string, given: GivenPinOptions): PinRequest => ({
  url: byRule('URL', url, parseRepoUrl),
  ref: byRule(`REF '${escapeText(ref.slice(0, MAX_SHOWN))}'`, ref, parseRef),
  out: given.out ?? '.',
  workDir: given.workDir === undefined ? DEFAULT_WORK_DIR : byRule('--work-dir', given.workDir, workDir),
  image: given.image === undefined ? undefined : readImage('--image', given.image),
  entry: given.entry === undefined ? undefined : byRule('--entry', given.entry, relativeFile),
  network: {
    credential: fileOf('--credential-file', given.credentialFile, 'repo-credential'),
    ca: fileOf('--ca-file', given.caFile, 'repo-ca.pem'),
    proxy: given.proxy === undefined ? undefined : byRule('--proxy', given.proxy, proxy),
    sshKey: fileOf('--ssh-key-file', given.sshKeyFile, 'ssh-key'),
    sshKnownHosts: fileOf('--ssh-known-hosts-file', given.sshKnownHostsFile, 'ssh-known-hosts'),
  },
  submodules: given.submodules,
  receipt: given.receipt ?? 'required',
  form: given.form ?? 'compose',
  attest: readAttest(given),
  force: given.force === true,
});
