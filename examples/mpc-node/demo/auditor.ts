// What an auditor has before the node answers: whom to believe, what was expected, what the contract accepts.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Deployment } from '../../../test/mocks/deployment.ts';
import type { MockIntel } from '../../../test/mocks/intel/intel.ts';
import { pemChain } from '../../../test/mocks/pem.ts';
import { claimsOf } from '../../../test/mocks-sigstore/claims.ts';
import type { Sigstore } from '../../../test/mocks-sigstore/sigstore.ts';
import type { Pinned } from './deployment.ts';
import type { Folder } from './folder.ts';
import type { Images } from './images.ts';
import { type Ran, run } from './run.ts';

/** A forge that is not GitHub, whose API the program would ask. */
const FORGE = 'https://forge.example';
const TWL = fileURLToPath(new URL('../../../bin/twl', import.meta.url));

const policyText = ({ osImage, keyProvider }: Deployment, { launcherDigest }: Images): string => `# SIMULATED.
key_provider_id = "${keyProvider.id}"

[[os_image]]
name = "${osImage.name}"
mrtd = "${osImage.mrtd}"
rtmr1 = "${osImage.rtmr1}"
rtmr2 = "${osImage.rtmr2}"

[[launcher]]
digest = "${launcherDigest}"

[provenance]
repository = "${FORGE}/acme/launcher"
workflow = ".github/workflows/release.yml"
`;

/** As the contract would have it, once operators had voted on this compose file and these measurements. */
const allowedLists = ({ osImage, events }: Deployment, { nodeDigest }: Images, composeFile: string): object => ({
  allowed_docker_image_hashes: [{ image_hash: nodeDigest.slice('sha256:'.length), expiry_timestamp_seconds: null }],
  allowed_launcher_compose_hashes: [createHash('sha256').update(composeFile).digest('hex')],
  allowed_os_measurements: [
    {
      ...Object.fromEntries((['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'] as const).map((name) => [name, osImage[name]])),
      key_provider_event_digest: events.find(({ event }) => event === 'key-provider')?.digest,
    },
  ],
});

export interface Known {
  readonly intel: MockIntel;
  readonly sigstore: Sigstore;
  readonly deployment: Deployment;
  readonly images: Images;
  readonly composeFile: string;
  readonly pinned: Pinned;
}

/** Writes the auditor's files, and gives the options that name them. */
export const auditorOptions = (folder: Folder, known: Known): string[] => {
  const { intel, sigstore, deployment, images, composeFile, pinned } = known;
  const bundle = sigstore.bundle({
    digest: images.launcherDigest.slice('sha256:'.length),
    claims: claimsOf({ host: FORGE }),
  });
  const write = (name: string, content: object | string): string =>
    folder.write(`auditor/${name}`, typeof content === 'string' ? content : JSON.stringify(content));
  return [
    ...['--profile', 'mpc', '--allowed', write('allowed.json', allowedLists(deployment, images, composeFile))],
    ...['--policy', write('policy.toml', policyText(deployment, images))],
    ...['--repo', pinned.repository, '--commit', pinned.commit, '--source', pinned.repository],
    ...['--bundle', write('bundle.json', bundle), '--trusted-root', write('sigstore-root.json', sigstore.rootJson())],
    ...['--mock-root', write('intel-root.pem', pemChain([intel.root.der]))],
    ...['--collateral', write('collateral.json', intel.collateral())],
  ];
};

/** `twl verify`, as a process of its own. Its environment is small: npm's many variables are no part of an audit. */
export const runVerify = (folder: Folder, target: string, options: readonly string[]): Promise<Ran> =>
  run(TWL, ['verify', target, ...options], { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder.path });
