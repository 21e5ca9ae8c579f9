import { type Fault, fail } from './checked.ts';
import type { PinErrorCode } from './errors.ts';
import type { PinKey } from './keys.ts';
import type { PinValues } from './schema.ts';
import type { RepoUrl } from './types.ts';

/** A fault that lies between keys, shown at the one that is to go. */
export interface RuleFault {
  key: PinKey;
  fault: Fault;
}

/** Which keys serve which URLs only. A key that nothing uses was meant for something. */
const SERVES: { keys: PinKey[]; what: string; serves: (url: RepoUrl) => boolean }[] = [
  { keys: ['REPO_CREDENTIAL_FILE', 'REPO_PROXY'], what: 'https', serves: (url) => url.kind === 'http' },
  { keys: ['REPO_CA_FILE'], what: 'https', serves: (url) => url.kind === 'http' && url.secure },
  { keys: ['SSH_KEY_FILE', 'SSH_KNOWN_HOSTS_FILE'], what: 'ssh', serves: (url) => url.kind === 'ssh' },
];

/** What is wrong between keys that are each well formed (design, "The pin"). */
export const crossKeyFaults = (values: PinValues, submodules: PinValues['SUBMODULES']): RuleFault[] => {
  const faults: RuleFault[] = [];
  const refuse = (key: PinKey, code: PinErrorCode, message: string, hint: string): void => {
    faults.push({ key, fault: fail(code, message, hint).fault });
  };
  if (values.INSTALL_CMD !== undefined && values.RUN_CMD === undefined) {
    refuse('INSTALL_CMD', 'key-conflict', 'requires RUN_CMD', 'add RUN_CMD, or call the install from the script');
  }
  if (values.ENTRYPOINT_SCRIPT !== undefined && values.RUN_CMD !== undefined) {
    refuse('ENTRYPOINT_SCRIPT', 'key-conflict', 'cannot be used with RUN_CMD', 'keep one of the two');
  }
  if (values.REPO_MIRRORS?.some((url) => url.text === values.REPO_URL.text)) {
    refuse('REPO_MIRRORS', 'bad-value', 'must not name REPO_URL again', 'remove it: REPO_URL is tried first');
  }
  // A submodule may live elsewhere and need what the repository itself does not.
  if (submodules === 'yes') return faults;
  for (const { keys, what, serves } of SERVES) {
    for (const key of keys) {
      if (values[key] === undefined || serves(values.REPO_URL) || values.REPO_MIRRORS?.some(serves)) continue;
      refuse(key, 'unused-key', 'is not used', `remove it: no URL of this pin is reached by ${what}`);
    }
  }
  return faults;
};
