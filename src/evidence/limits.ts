/** Boot makes fewer than 40 events; the rest leaves room for what an application emits over months. */
export const MAX_EVENTS = 4096;
/** Real names are below 20 bytes. */
export const MAX_EVENT_NAME_BYTES = 1024;
/** The largest real payload, a key-provider document, is below 1 KiB. */
export const MAX_EVENT_PAYLOAD_BYTES = 64 * 1024;
/** An event log as JSON: about 11 KiB in practice. */
export const MAX_EVENT_LOG_BYTES = 4 * 1024 * 1024;
/** Events of one register up to which a mismatch is explained: trying to leave out each one is quadratic in it. */
export const MAX_EXPLAINED_EVENTS = 128;
/** Names shown in a message before the rest is counted. */
export const MAX_SHOWN_EVENTS = 40;
/** app-compose.json: the guest's own copy limit for shared files is below this. */
export const MAX_APP_COMPOSE_BYTES = 4 * 1024 * 1024;
/** dstack's own cap on a versioned attestation (dstack-attest). */
export const MAX_ATTESTATION_BYTES = 10 * 1024 * 1024;
/** A quote is about 5 KiB; auth data of other certification types stays far below this. */
export const MAX_QUOTE_BYTES = 64 * 1024;
/** `config` and `vm_config`: host settings of about 1 KiB. */
export const MAX_CONFIG_BYTES = 1024 * 1024;
/** The preimage of a V3 `mr_config_id`: hashes and names. */
export const MAX_MR_CONFIG_BYTES = 64 * 1024;
/** Leaf, App CA and KMS CA; twice that for chains to come. */
export const MAX_CHAIN_CERTIFICATES = 6;
/** A leaf with quote and event log is about 13 KiB. */
export const MAX_CERTIFICATE_BYTES = 256 * 1024;
/** A usage is one word (`app:custom`). */
export const MAX_USAGE_BYTES = 64;
/** The CBOR measurement of an OS image: about 350 bytes. Also bounds the nesting that its decoder recurses into. */
export const MAX_MEASUREMENT_BYTES = 4096;
/** `sha256sum.txt` of an OS image: a dozen lines. */
export const MAX_CHECKSUM_FILE_BYTES = 64 * 1024;
/** Ranges in a TD HOB witness; real images have two. Each makes at most two resource entries. */
export const MAX_HOB_RANGES = 64;
