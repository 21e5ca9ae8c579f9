import { LAUNCHER_PROGRAMS } from '../../compose/programs.ts';
import { type Deployment, origin, PLACEHOLDER_IMAGE, serviceLines } from './deployment.ts';
import { PLACEHOLDER_DIGEST } from '../recognise-launchers.ts';

/** What stands where the digest of an image belongs that is still to be built. */
export const UNBUILT_IMAGE = `registry.example/workload@${PLACEHOLDER_DIGEST}`;

const { defaultConfig } = LAUNCHER_PROGRAMS['trusted-workload-launcher'];

/**
 * A Dockerfile that adds the config to the launcher's image and nothing else, as `twl verify` wants it: of root, not writable by others. The
 * labels say where to look for the lower image; they are compared and not believed.
 * @param config the file beside it
 */
export const dockerfileText = (deployment: Deployment, config: string): string => {
  const { image } = deployment;
  const at = image.lastIndexOf('@');
  return [
    ...origin(deployment),
    ...(image === PLACEHOLDER_IMAGE
      ? ['# To be filled in, here and in the label: the image of the launcher, by its digest.']
      : []),
    `FROM ${image}`,
    `LABEL org.opencontainers.image.base.name="${image.slice(0, at)}" \\`,
    `      org.opencontainers.image.base.digest="${image.slice(at + 1)}"`,
    `COPY --chown=0:0 --chmod=0644 ${config} ${defaultConfig}`,
    '',
  ].join('\n');
};

/** The deployment of the image that is built: the pin is in it, and the compose file says nothing of it. */
export const derivedComposeText = (deployment: Deployment): string => {
  const head = [
    '    # To be filled in: the image that the Dockerfile beside builds, by the digest that pushing it prints.',
    `    image: ${UNBUILT_IMAGE}`,
  ];
  return [...origin(deployment), ...serviceLines(deployment, head), ''].join('\n');
};
