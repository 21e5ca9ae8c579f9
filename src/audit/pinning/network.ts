import { readNamedFile } from '../../source/transport/fetch.ts';
import type { SourceNetwork } from '../source/network.ts';
import type { PinNetwork } from './request.ts';

/**
 * The settings of the network as files of this machine hold them. What is wrong with a credential, the launcher's engine says when it reads it.
 * @throws SourceError `file-unreadable`
 */
export const readNetwork = ({ credential, ca, proxy, sshKey, sshKnownHosts }: PinNetwork): SourceNetwork => ({
  ...(credential === undefined ? {} : { credential: readNamedFile('--credential-file', credential.here).trim() }),
  ...(ca === undefined ? {} : { ca: readNamedFile('--ca-file', ca.here) }),
  ...(proxy === undefined ? {} : { proxy }),
  ...(sshKey === undefined ? {} : { sshKeyFile: sshKey.here }),
  ...(sshKnownHosts === undefined ? {} : { sshKnownHostsFile: sshKnownHosts.here }),
});
