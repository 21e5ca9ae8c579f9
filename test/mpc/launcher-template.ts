/**
 * The compose file that NEAR's contract has as its template (near/mpc launcher_docker_compose.yaml.template), filled with two digests as
 * bare hex. Its hash is what operators vote on, so no byte of it is ours to choose.
 */
export const launcherTemplate = (launcher: string, image: string): string => `version: '3.8'

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
