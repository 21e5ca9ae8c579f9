/** What an auditor has before anybody answers: whom to believe, and what was expected; and what the auditor does with it. */
import { pemChain } from '../../test/mocks/pem.ts';
import type { Deployment } from '../../test/mocks/deployment.ts';
import { excerptOf } from './excerpt.ts';
import type { LauncherImage } from './launcher-image.ts';
import { type Ran, runProgram } from './run-program.ts';
import type { Stage } from './stage.ts';

const policyOf = ({ osImage, keyProvider }: Deployment, image: LauncherImage): string => `# SIMULATED.
key_provider_id = "${keyProvider.id}"

[[os_image]]
name = "${osImage.name}"
mrtd = "${osImage.mrtd}"
rtmr1 = "${osImage.rtmr1}"
rtmr2 = "${osImage.rtmr2}"

[[launcher]]
digest = "${image.digest}"

[provenance]
repository = "${image.repository}"
workflow = "${image.workflow}"
commit = "${image.commit}"
`;

/** Writes the auditor's files. On real hardware nobody needs the first three: they stand in for Intel and Sigstore. */
export const writeAuditor = ({ folder, intel, sigstore, image }: Stage, deployment: Deployment): void => {
  folder.write('auditor/simulated-intel-root.pem', pemChain([intel.root.der]));
  folder.write('auditor/simulated-collateral.json', JSON.stringify(intel.collateral()));
  folder.write('auditor/simulated-sigstore-root.json', sigstore.root());
  folder.write('auditor/policy.toml', policyOf(deployment, image));
};

/** In place of what comes with the program. */
export const SIMULATED_ROOTS = [
  ...['--mock-root', 'auditor/simulated-intel-root.pem'],
  ...['--trusted-root', 'auditor/simulated-sigstore-root.json'],
];

/** What was expected, and from where the auditor's program may fetch although it is an address of this machine. */
export const verifyOptions = ({ forge, registry }: Stage, commit: string): string[] => [
  ...['--repo', forge.url, '--commit', commit, '--policy', 'auditor/policy.toml'],
  ...['--source', forge.url, '--registry', registry.host],
  ...['--collateral', 'auditor/simulated-collateral.json', ...SIMULATED_ROOTS],
];

/** `twl verify`, whose whole report is kept below `name`. */
export const verify = async (
  { folder }: Stage,
  name: string,
  args: readonly string[],
  { expected = 0, report = 'report' }: { readonly expected?: number; readonly report?: string } = {},
): Promise<Ran> => {
  const ran = await runProgram(['twl', 'verify', ...args], { cwd: folder.path, expected, excerpt: excerptOf });
  folder.write(`${name}/${report}.txt`, ran.stdout);
  return ran;
};
