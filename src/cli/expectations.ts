import { randomBytes } from 'node:crypto';
import { appIdOfAddress, isUrl, readAddress } from '../audit/collect/address.ts';
import type { Expectations, Expected, TrustRoot } from '../audit/expectations.ts';
import type { Policy } from '../audit/policy/policy.ts';
import { withReleaseIdentity } from '../audit/policy/release-identity.ts';
import { MAX_ALLOWED_BYTES, parseAllowed } from '../audit/profile-mpc/allowed.ts';
import { NONCE_BYTES } from '../evidence/receipt/attest.ts';
import { usageError } from './errors.ts';
import { readFile } from './read-file.ts';
import type { VerifyRequest } from './request.ts';

/** A compose file is a few KiB, an app-compose.json with one in it hardly more. */
const MAX_COMPOSE_BYTES = 1024 * 1024;

const flag = (source: string, value: string | undefined): Expected<string> | undefined =>
  value === undefined ? undefined : { value, source };

/** The app id that `--app-id` names, else the one in a URL that the user typed. Both at once have to agree. */
const appIdFlag = ({ appId, target }: VerifyRequest): Expected<string> | undefined => {
  const named = isUrl(target) ? flag('the address of the target', appIdOfAddress(readAddress(target))) : undefined;
  if (appId === undefined || named === undefined) return flag('--app-id', appId) ?? named;
  if (named.value === appId) return flag('--app-id', appId);
  throw usageError('--app-id is not the app id in the address of the target', 'change one of the two');
};

/** What twl-attest is asked: by the user's word, or a number that nobody knew before this run. */
const nonceOf = ({ nonce }: VerifyRequest): Expected<Uint8Array> | undefined => {
  if (nonce === undefined) return undefined;
  if (nonce === 'random') return { value: new Uint8Array(randomBytes(NONCE_BYTES)), source: 'made for this run' };
  return { value: new Uint8Array(Buffer.from(nonce, 'hex')), source: '--nonce' };
};

const given = <Name extends keyof Expectations>(
  name: Name,
  value: Expectations[Name] | undefined,
): { readonly [_ in Name]?: NonNullable<Expectations[Name]> } =>
  (value === undefined ? {} : { [name]: value }) as { readonly [_ in Name]?: NonNullable<Expectations[Name]> };

/**
 * All that is expected: what the command line names, each value with its source, and the policy, which the checks hold against
 * the evidence beside it. Reads the files of `--compose` and `--allowed`. `clock`: seconds since 1970.
 * Throws CliError `usage` where `--app-id` and the address contradict one another, and `file-*`; CollectError for a bad address;
 * AllowedError for a file of `--allowed` that is none.
 */
export const expectationsOf = (
  request: VerifyRequest,
  { policy, root, clock }: { policy: Policy; root: TrustRoot; clock: number },
): Expectations => ({
  now:
    request.at === undefined
      ? { value: clock, source: 'the clock of this machine' }
      : { value: request.at, source: '--at' },
  root,
  // A profile is of somebody else's launcher.
  policy: request.profile === undefined ? withReleaseIdentity(policy) : policy,
  ...given('repository', flag('--repo', request.repository)),
  ...given('commit', flag('--commit', request.commit)),
  ...given('treeSha256', flag('--tree-sha256', request.treeSha256)),
  ...given('appId', appIdFlag(request)),
  ...given(
    'compose',
    request.compose === undefined
      ? undefined
      : {
          value: Uint8Array.from(readFile('--compose', request.compose, MAX_COMPOSE_BYTES)),
          source: `--compose ${request.compose}`,
        },
  ),
  ...given(
    'mpcAllowed',
    request.allowed === undefined
      ? undefined
      : {
          value: parseAllowed(readFile('--allowed', request.allowed, MAX_ALLOWED_BYTES), request.allowed),
          source: `--allowed ${request.allowed}`,
        },
  ),
  ...given('nonce', nonceOf(request)),
  ...given('only', request.only),
});
