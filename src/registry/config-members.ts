/**
 * Members of an image's config that engines know: OCI image specification, "Image Configuration", and Docker's own (moby, image.Image
 * and image.V1Image).
 */
export const IMAGE_MEMBERS: readonly string[] = [
  ...['architecture', 'os', 'os.version', 'os.features', 'variant', 'rootfs', 'config', 'history'],
  ...['author', 'created', 'id', 'parent', 'comment', 'container', 'container_config', 'docker_version', 'Size'],
];

/**
 * The same of its `config`, by which a container is run: OCI image specification, "Image Configuration", and what Docker adds (moby,
 * container.Config; docker-image-spec).
 */
export const CONTAINER_MEMBERS: readonly string[] = [
  ...['Entrypoint', 'Cmd', 'ArgsEscaped', 'Shell', 'OnBuild', 'Healthcheck', 'StopSignal', 'StopTimeout'],
  ...['User', 'WorkingDir', 'Env', 'Labels', 'Volumes', 'ExposedPorts', 'Image'],
  ...['Hostname', 'Domainname', 'MacAddress', 'NetworkDisabled'],
  ...['AttachStdin', 'AttachStdout', 'AttachStderr', 'Tty', 'OpenStdin', 'StdinOnce'],
  // Before the engine kept them with the host's settings.
  ...['Memory', 'MemorySwap', 'CpuShares', 'Cpuset'],
];
