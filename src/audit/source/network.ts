import type { RepoUrl } from '../../pin/types.ts';
import type { Limits } from '../../source/limits.ts';
import type { NetworkSettings } from '../../source/transport/fetch.ts';

/** What the auditor gives for the network. Nothing of it is ever taken from a pin: its files and proxies are not the auditor's. */
export interface SourceNetwork {
  /** `token` or `user:password`, for an address that the auditor named. */
  readonly credential?: string;
  /** PEM certificates that replace the built-in roots. */
  readonly ca?: string;
  readonly proxy?: string;
  readonly sshKeyFile?: string;
  readonly sshKnownHostsFile?: string;
}

/** Settings of one audit. Only a host that the auditor named may be on a private network, and only it gets a credential. */
export const settingsFor = (url: RepoUrl, named: boolean, network: SourceNetwork, limits: Limits): NetworkSettings => ({
  limits,
  deadline: performance.now() + limits.TOTAL_MS,
  pinnedHosts: new Set(named && url.kind === 'http' ? [new URL(url.text).hostname] : []),
  primary: url,
  credential: named ? network.credential : undefined,
  ca: network.ca,
  proxy: network.proxy,
  sshKeyFile: named ? network.sshKeyFile : undefined,
  sshKnownHostsFile: named ? network.sshKnownHostsFile : undefined,
});
