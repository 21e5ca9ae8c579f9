import type { PinKey } from './keys.ts';
import { PIN_KEY_NAMES } from './keys.ts';
import { quote } from './quotes.ts';
import type { Pin } from './types.ts';

/**
 * The version of the rules by which a config is read. It grows when a config that was read one way would be read
 * another.
 */
export const GRAMMAR_VERSION = 1;

const listed = (words: string[]): string | undefined => (words.length === 0 ? undefined : words.join(' '));

const valuesOf = (pin: Pin): Record<PinKey, string | undefined> => ({
  REPO_URL: pin.repoUrl.text,
  REPO_MIRRORS: listed(pin.repoMirrors.map((url) => url.text)),
  COMMIT_SHA: pin.commitSha,
  TREE_SHA256: pin.treeSha256,
  WORK_DIR: pin.workDir,
  REPO_SUBDIR: pin.repoSubdir,
  ENTRYPOINT_SCRIPT: pin.mode.kind === 'default' ? pin.mode.entrypointScript : undefined,
  RUN_CMD: pin.mode.kind === 'advanced' ? pin.mode.runCmd : undefined,
  INSTALL_CMD: pin.mode.kind === 'advanced' ? pin.mode.installCmd : undefined,
  CHILD_ENV_FILE: pin.childEnvFile,
  ALLOW_ENV: listed(pin.allowEnv),
  REPO_CREDENTIAL_FILE: pin.repoCredentialFile,
  REPO_CA_FILE: pin.repoCaFile,
  REPO_PROXY: pin.repoProxy,
  SSH_KEY_FILE: pin.sshKeyFile,
  SSH_KNOWN_HOSTS_FILE: pin.sshKnownHostsFile,
  SUBMODULES: pin.submodules,
  RECEIPT: pin.receipt,
});

/**
 * The one way to write a pin: keys in the order of the documentation, defaults written out, values quoted only where
 * they must be. Two configs that mean the same give the same text, whatever program reads them, and the text reads back
 * to an equal pin. Throws a RangeError for a pin that no config can give.
 */
export const canonicalPin = (pin: Pin): string => {
  const values = valuesOf(pin);
  return PIN_KEY_NAMES.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [`${name}=${quote(value)}\n`];
  }).join('');
};
