/** The two digests of NEAR's compose template, bare hex each. */
export interface TemplateDigests {
  /** Of the launcher's image. */
  readonly launcher: string;
  /** Of the node's image that runs while the node has left no list. */
  readonly image: string;
}

/**
 * The compose file that NEAR's contract has as its template (near/mpc crates/contract/assets/launcher_docker_compose.yaml.template, MIT),
 * filled. Operators vote on its hash, so no byte of it is ours to choose.
 */
export const launcherTemplate = ({ launcher, image }: TemplateDigests): string => `version: '3.8'

services:
  launcher:
    image: nearone/mpc-launcher@sha256:${launcher}

    container_name: launcher

    environment:
      - PLATFORM=TEE
      - DOCKER_CONTENT_TRUST=1
      - DEFAULT_IMAGE_DIGEST=sha256:${image}

    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
      - /var/run/dstack.sock:/var/run/dstack.sock
      - /tapp:/tapp:ro
      - shared-volume:/mnt/shared:rw

    security_opt:
      - no-new-privileges:true

    read_only: true

    tmpfs:
      - /tmp

volumes:
  shared-volume:
    name: shared-volume
`;

/** The digests that a compose text names as the template does; undefined where it names none so. They are what the text says, no more. */
export const namedDigests = (text: string): TemplateDigests | undefined => {
  const launcher = /^ +image: nearone\/mpc-launcher@sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const image = /^ +- DEFAULT_IMAGE_DIGEST=sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  return launcher === undefined || image === undefined ? undefined : { launcher, image };
};
