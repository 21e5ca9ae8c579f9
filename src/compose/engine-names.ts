/** Names of an encrypted environment that compose, docker or the shell that calls them would obey. */
const STEERS_THE_ENGINE = /^(?:COMPOSE_|DOCKER_|BUILDKIT_|BUILDX_)|^(?:PATH|HOME|TMPDIR|SHELL)$/;

/**
 * The same for nerdctl, which obeys those of docker too: its config, the engine's address, where network plug-ins and their
 * configs lie, and the folders below which it looks for all of these (nerdctl, docs/config.md and docs/command-reference.md).
 */
const STEERS_NERDCTL =
  /^(?:NERDCTL_|CONTAINERD_|CNI_|ROOTLESSKIT_|CDI_|XDG_)|^(?:NETCONFPATH|IPFS_PATH|HOSTS_DIR|COSIGN_.*)$/;

/** Whether the engine of a runner obeys a variable of this name. */
export const steersEngine = (name: string, runner: string | undefined): boolean =>
  STEERS_THE_ENGINE.test(name) || (runner === 'nerdctl-compose' && STEERS_NERDCTL.test(name));
