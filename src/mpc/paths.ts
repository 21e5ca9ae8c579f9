import { join } from 'node:path';

/** Paths that the node, the contract's template and operators know (near/mpc constants.rs). They never move inside the node's container. */
export const USER_CONFIG = '/tapp/user_config';
export const APPROVED_HASHES = '/mnt/shared/image-digest.bin';
export const NODE_CONFIG = '/mnt/shared/mpc-config.toml';
export const DSTACK_SOCKET = '/var/run/dstack.sock';
const SHARED_FOLDER = '/mnt/shared';
const DOCKER_SOCKET = '/var/run/docker.sock';
/** Where Debian's package and docker's own image have the command. It is not looked for on PATH. */
const DOCKER_PLACES: readonly string[] = ['/usr/bin/docker', '/usr/local/bin/docker'];
const TEMPORARY = '/tmp';

/** What this program opens. */
export interface Paths {
  readonly userConfig: string;
  readonly approvedHashes: string;
  readonly nodeConfig: string;
  readonly sharedFolder: string;
  readonly dstackSocket: string;
  readonly dockerSocket: string;
  readonly dockerPlaces: readonly string[];
  readonly temporary: string;
}

/** All paths, below `root`, which is `/` but in tests. */
export const pathsBelow = (root: string): Paths => ({
  userConfig: join(root, USER_CONFIG),
  approvedHashes: join(root, APPROVED_HASHES),
  nodeConfig: join(root, NODE_CONFIG),
  sharedFolder: join(root, SHARED_FOLDER),
  dstackSocket: join(root, DSTACK_SOCKET),
  dockerSocket: join(root, DOCKER_SOCKET),
  dockerPlaces: DOCKER_PLACES.map((path) => join(root, path)),
  temporary: join(root, TEMPORARY),
});
