/** A whole node's config for testnet, with the kinds of secrets that one holds. */
export const NODE_TABLES = `[mpc_node_config]
home_dir = "/data"

[[mpc_node_config.pccs_endpoints]]
url = "https://10.0.2.2:8081/"
tls = { override = "ca_cert_pem", ca_cert_pem = "-----BEGIN CERTIFICATE-----\\nMIIB...\\n-----END CERTIFICATE-----\\n" }

[[mpc_node_config.pccs_endpoints]]
url = "https://api.trustedservices.intel.com/"

[mpc_node_config.log]
format = "plain"
filter = "mpc_node=debug,info"

[mpc_node_config.near_init]
chain_id          = "testnet"
boot_nodes        = "ed25519:2956bsTqWmXcVmXDSovLYS4HRpdyh51euNCiuQjy1h8Y@65.108.141.230:24567"
download_genesis  = true
download_config   = "rpc"
tier3_public_addr = "198.51.100.7:24567"

[mpc_node_config.secrets]
secret_store_key_hex      = "00112233445566778899aabbccddeeff"
backup_encryption_key_hex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

[mpc_node_config.node]
my_near_account_id        = "op1.testnet"
near_responder_account_id = "op1.testnet"
number_of_responder_keys  = 1
web_ui                    = "0.0.0.0:8080"
migration_web_ui          = "0.0.0.0:8079"
cores                     = 6

[mpc_node_config.node.indexer]
validate_genesis = false
sync_mode        = "Latest"
finality         = "optimistic"
concurrency      = 1
mpc_contract_id  = "v1.signer-prod.testnet"
port_override    = 80

[mpc_node_config.node.triple]
concurrency = 2
desired_triples_to_buffer = 16384
timeout_sec = 120
parallel_triple_generation_stagger_time_sec = 1

[mpc_node_config.node.presignature]
concurrency = 16
desired_presignatures_to_buffer = 8192
timeout_sec = 60

[mpc_node_config.node.signature]
timeout_sec = 60

[mpc_node_config.node.ckd]
timeout_sec = 60

[mpc_node_config.node.foreign_chains.bitcoin]
timeout_sec = 30
max_retries = 3
providers.public = { rpc_url = "https://bitcoin-testnet-rpc.publicnode.com", auth = { kind = "none" } }
providers.paid = { rpc_url = "https://rpc.example.com/v2/PATHTOKEN?key=QUERYTOKEN", auth = { kind = "header", name = "X-Api", token = { val = "HEADERTOKEN" } } }
`;

/** What of it must not be in a log, an error, or on a screen. */
export const SECRETS: readonly string[] = [
  '00112233445566778899aabbccddeeff',
  'PATHTOKEN',
  'QUERYTOKEN',
  'HEADERTOKEN',
];
