export const USAGE = `Usage: mpc-launcher [--platform P] [--docker-content-trust 1] [--default-image-digest D]
       mpc-launcher --check [user-config]
       mpc-launcher --render [user-config]
       mpc-launcher --version | --help`;

export const HELP = `${USAGE}

Starts NEAR's MPC node: reads /tapp/user_config, decides which approved image runs, pulls it by
digest, records the digest in RTMR3 (TEE), writes the node's config and starts it with docker compose.

  --check    read and check everything, say what would run, and end
  --render   print the compose file and the node's config, secrets masked, and end

Environment, to be set in the compose file of the launcher, which is measured (* is required):
* PLATFORM               TEE or NONTEE (or --platform)
* DOCKER_CONTENT_TRUST   1 (or --docker-content-trust)
* DEFAULT_IMAGE_DIGEST   sha256:<64 hex> (or --default-image-digest): runs while there is no approved list
  IMAGE_DIGEST_KIND      manifest (default) or config: what the approved digests are of
  REQUIRE_RTMR3          0: start also where the guest agent cannot record the event (dstack 0.6)
  DOCKER_TIMEOUT_SECS    for one docker pull or docker compose up (2700)
  MPC_NODE_RUST_LOG, MPC_NODE_RUST_BACKTRACE, MPC_NODE_LOG_ROTATION=50m:5,
  MPC_NODE_HEALTH_CHECK='["program"]'
                         for the node's compose file; nothing of it unless set
  LOG_FORMAT             text or json

Exit status: 0 started, 2 usage, 10 rejected, 20 unsupported, 30 malformed, 40 unavailable, 50 local
environment, 1 internal error.
`;
