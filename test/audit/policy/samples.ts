/** A value of each kind that a policy holds, and a whole file of them. */
export const REPOSITORY = 'https://github.com/example/workload.git';
export const COMMIT = '3b18e512dba79e4c8300dd08aeb37f8e728b8dad';
export const TREE = '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321';
export const APP_ID = '944edab771280ede410e7b9e66fcaee6b2c4a12c';
export const KMS_ID = '3059'.padEnd(182, 'a');
export const ENCLAVE_ID = '0e'.repeat(32);
export const HASH = '64'.repeat(32);
export const MRTD = 'f0'.repeat(48);
export const RTMR0 = 'e0'.repeat(48);
export const RTMR1 = 'b1'.repeat(48);
export const RTMR2 = '92'.repeat(48);

export const DIGEST = `sha256:${HASH}`;
export const DEFINITION = 'de'.repeat(32);

/** 2027-01-31 00:00:00 UTC. */
export const UNTIL = 1801353600;

export const FULL = `# an organisation's
repository = "${REPOSITORY}"
commit = [
  "${COMMIT}", # the release
  "${'ab'.repeat(32)}",
]
tree_sha256 = "${TREE}"
app_id = "${APP_ID}"
key_provider_id = ["${KMS_ID}", "${ENCLAVE_ID}"]
required_checks = ["freshness", "os.acpi"]

[[os_image]]
name = "dstack-0.5.8"
hash = "${HASH}"
mrtd = "${MRTD}"
rtmr0 = "${RTMR0}"
rtmr1 = "${RTMR1}"
rtmr2 = "${RTMR2}"

[[os_image]]
name = "dev"
mrtd = "${MRTD}"
rtmr1 = "${RTMR1}"
rtmr2 = "${'93'.repeat(48)}"
development = true

[[tcb.accept]]
status = "OutOfDate"
reason = "the host is updated in January"
until = 2027-01-31

[[advisory.accept]]
id = "INTEL-SA-00837"
reason = "does not apply"
until = 2027-01-31

[[development_image.accept]]
hash = "${HASH}"
reason = "staging"
until = 2027-01-31

[[finding.accept]]
id = "compose.persistence"
reason = "read"
until = 2027-01-31 # a comment

[[os_image]]
name = "by hash"
hash = "${HASH}"

[[launcher]]
digest = "${DIGEST}"

[[launcher]]
digest = "sha256:${'1a'.repeat(32)}"
program = "git-launcher"

[[service]]
digest = "${DIGEST}"
definition = "${DEFINITION}"
reason = "the proxy"

[[service]]
digest = "${DIGEST}"
reason = "any other"

[[script]]
sha256 = "${HASH}"
name = "start"
reason = "read in full"

[provenance]
repository = "https://github.com/example/launcher"
repository_id = "1"
owner_id = "20"
commit = "${COMMIT}"
workflow = ".github/workflows/release.yml"
workflow_repository = "https://github.com/example/builders"
workflow_refs = ["refs/tags/v*"]
workflow_commit = "${'cd'.repeat(20)}"
refs = [
  "refs/heads/main",
  "refs/tags/v*",
]
runners = "self-hosted"
triggers = ["push", "merge_group"]
predicate_types = "https://slsa.dev/provenance/v0.2"
instances = ["github", "other"]
`;
