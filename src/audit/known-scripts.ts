import type { ReadScript } from './policy/policy.ts';

/** A script of app-compose.json that this program knows, where it was seen, and what a reader should know of it. */
export interface KnownScript extends ReadScript {
  /** The public repository and path that the script was read from, and its licence. */
  readonly origin: string;
  /** What it does that matters to an auditor, each a sentence without its subject. */
  readonly remarks: readonly string[];
}

/** Scripts that many deployments have and that somebody has read. Known is not harmless: see the remarks of each. */
export const KNOWN_SCRIPTS: readonly KnownScript[] = [
  {
    sha256: 'bf12939bc82c9bdd103b6b1226913e6da58ed7cfcfc7c7ae808ac0813715b9a8',
    name: 'Phala Cloud pre-launch script v0.0.15',
    origin:
      'openclaw/crabbox, internal/providers/phala/testdata/real_attestation_info.json (MIT): its app_compose.pre_launch_script',
    remarks: [
      'adds the SSH keys for root that user_config names, which is what the host writes and is not measured',
      'sets the password and the SSH keys of root from DSTACK_ROOT_PASSWORD, DSTACK_ROOT_PUBLIC_KEY and DSTACK_AUTHORIZED_KEYS',
      'with DSTACK_AWS_* set, fetches a program by URL without a digest and runs it as root',
      'removes unused images and volumes, and pulls the images of the compose file',
    ],
  },
];

/** The known script with this SHA-256 (lower-case hex of 32 bytes). */
export const findScript = (sha256: string): KnownScript | undefined =>
  KNOWN_SCRIPTS.find((script) => script.sha256 === sha256);
