import { composeFile } from '../../../mocks/deployment/app-compose.ts';
import type { DeploymentOptions } from '../../../mocks/deployment/options.ts';
import { simulate } from '../../../mocks/deployment.ts';
import { pemChain } from '../../../mocks/pem.ts';
import { claimsOf } from '../../../mocks-sigstore/claims.ts';
import { type RunResult, runLauncher } from '../../../support/run-launcher.ts';
import { useScratch } from '../../../support/use-scratch.ts';
import { writeFileSync } from 'node:fs';
import { intel } from './story.ts';

/** What an auditor has on the disk, and what the program is called with. */
export interface Saved {
  /** A file, and its path. */
  readonly write: (name: string, content: unknown) => string;
  /** TARGET, and what makes all of step 1 pass that a compose file does not decide. */
  readonly args: readonly string[];
}

export interface Saving {
  readonly deployment?: DeploymentOptions;
  readonly image?: string;
  readonly pin?: string;
  /** The launcher's image, `sha256:…`, and what it calls the launcher. */
  readonly digest: string;
  readonly program?: 'trusted-workload-launcher' | 'git-launcher';
  /** Who is expected to have built it; nobody where left out. */
  readonly repository?: string;
}

/** Saves what an agent of such a deployment answers, and a policy that knows all but the source. Inside a test only. */
export const saveFor = ({ deployment: options = {}, image, pin, digest, program, repository }: Saving): Saved => {
  const scratch = useScratch();
  const write = (name: string, content: unknown): string => {
    const path = scratch.join(name);
    writeFileSync(
      path,
      content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content),
    );
    return path;
  };
  const text = composeFile({ ...(image === undefined ? {} : { image }), ...(pin === undefined ? {} : { pin }) });
  const deployment = simulate({ intel, composeFile: text, ...options });
  const { name, mrtd, rtmr1, rtmr2 } = deployment.osImage;
  const policy = [
    `key_provider_id = "${deployment.keyProvider.id}"`,
    '[[os_image]]',
    ...Object.entries({ name, mrtd, rtmr1, rtmr2 }).map(([key, value]) => `${key} = "${value}"`),
    '[[launcher]]',
    `digest = "${digest}"`,
    `program = "${program ?? 'trusted-workload-launcher'}"`,
    ...(repository === undefined
      ? []
      : [
          '[provenance]',
          `repository = "${repository}"`,
          `commit = "${claimsOf()[13]}"`,
          'workflow = ".github/workflows/release.yml"',
        ]),
    '',
  ].join('\n');
  return {
    write,
    args: [
      write('info.json', deployment.info()),
      ...['--mock-root', write('root.pem', pemChain([intel.root.der]))],
      ...['--collateral', write('collateral.json', intel.collateral())],
      ...['--at', String(intel.now)],
      ...['--policy', write('policy.toml', policy)],
    ],
  };
};

/** `twl verify` as a process of its own. */
export const twl = (...args: string[]): Promise<RunResult> =>
  runLauncher({ program: 'twl', args: ['verify', ...args] });

/** State, summary and origin of a check, out of the JSON on standard output. */
export const resultOf = ({ stdout }: RunResult, id: string) =>
  (JSON.parse(stdout).checks as Record<string, unknown>[]).find((check) => check.id === id);
