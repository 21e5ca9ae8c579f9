/** An operator's config is some 5 KiB, certificates included; the host writes it, so it is not believed to be. */
export const MAX_USER_CONFIG_BYTES = 1024 * 1024;
/** Inline tables and arrays in one another: `providers.public = { auth = { token = { … } } }` needs four. */
export const MAX_USER_CONFIG_DEPTH = 32;
/** The list grows by one digest of 75 bytes a release: some 10 KiB after years. */
export const MAX_HASHES_BYTES = 1024 * 1024;
/** `{"approved_hashes": [ … ]}` nests two deep. */
export const MAX_HASHES_DEPTH = 8;
/** Of text that others wrote, so many characters are shown. */
export const MAX_SHOWN_CHARACTERS = 2000;
/** Of what docker prints, so many of the last bytes are kept: what went wrong stands at the end. */
export const MAX_OUTPUT_BYTES = 64 * 1024;
/** A name with registry, port and tag; the distribution specification takes 255 for the name and 128 for the tag. */
export const MAX_IMAGE_REFERENCE = 384;
/** Every port once. Docker itself needs a rule and a process for each. */
export const MAX_PORT_MAPPINGS = 1024;
/** The whole event log of a machine has some 30 events. */
export const MAX_EVENTS = 10_000;

/** Retries of a pull, and of a request for a manifest: at the longest pause that is a day. */
export const MAX_RETRIES = 1000;
/** Longest pause between two attempts: whoever wants more than an hour restarts the machine. */
export const MAX_PAUSE_SECS = 3600;
/** Growth of the pause from one attempt to the next (near/mpc validation.rs). */
export const BACKOFF_FACTOR = 1.5;
/** Longest pause between requests for a manifest (near/mpc, the generation that made them). */
export const MAX_REQUEST_PAUSE_SECS = 60;
/** Longest time that one request to a registry may be given. */
export const MAX_REQUEST_SECS = 600;
/** Longest pause that a registry may ask for (`Retry-After`). Docker Hub's windows are of some minutes. */
export const MAX_RETRY_AFTER_MS = 15 * 60 * 1000;

/** One `docker pull` or `docker compose up`: 2 GiB at 10 Mbit/s take half an hour. `DOCKER_TIMEOUT_SECS` sets another. */
export const DOCKER_TIMEOUT_SECS = 45 * 60;
export const MAX_DOCKER_TIMEOUT_SECS = 24 * 3600;
/** `docker compose version` speaks to nobody. */
export const VERSION_TIMEOUT_MS = 60_000;
/** What was told to end has so long to do so before it is killed. */
export const KILL_AFTER_MS = 5000;
/** What a command left running may hold its pipes open so long after it has ended. */
export const PIPE_GRACE_MS = 1000;

/** Tags of the config-digest profile. */
export const MAX_TAGS = 64;
/** Manifests and indexes that are looked at for all tags together. */
export const MAX_VISITS = 256;
/** Indexes in one another. Real ones hold manifests only. */
export const MAX_INDEX_DEPTH = 3;
