/** SIMULATED: one deployment whose every link is there: hardware, launcher's image, its build, and a real repository. */
import { writeFileSync } from 'node:fs';
import { readAnswer } from '../../../../src/audit/collect/answer/read-answer.ts';
import { followEvidence, type FollowOptions } from '../../../../src/audit/collect/follow-evidence.ts';
import { sigstoreRoots } from '../../../../src/audit/collect/sigstore-roots.ts';
import type { AuditEvidence } from '../../../../src/audit/evidence.ts';
import type { Expectations } from '../../../../src/audit/expectations.ts';
import {
  EMPTY_POLICY,
  type LauncherImage,
  type Policy,
  type ProvenancePolicy,
} from '../../../../src/audit/policy/policy.ts';
import type { Verdict } from '../../../../src/audit/result.ts';
import { verify } from '../../../../src/audit/verify.ts';
import { type Deployment, simulate } from '../../../mocks/deployment.ts';
import { composeFile } from '../../../mocks/deployment/app-compose.ts';
import type { DeploymentOptions } from '../../../mocks/deployment/options.ts';
import { createIntel } from '../../../mocks/intel/intel.ts';
import { claimsOf, type Build } from '../../../mocks-sigstore/claims.ts';
import { type BundleOptions, Sigstore } from '../../../mocks-sigstore/sigstore.ts';
import { type GitServer, startGitServer } from '../../../support/git-server.ts';
import { makeRepository, type Repository } from '../../../support/repositories.ts';
import { makeScratch, type Scratch } from '../../../support/scratch.ts';

export const intel = createIntel();
export const sigstore = new Sigstore({ uri: 'https://fulcio.sigstore.dev' });

/** As the pin names it: nobody is asked there, since the auditor names another place. */
export const REPO_URL = 'https://git.example/acme/workload.git';
export const DIGEST = '51'.repeat(32);
/** An address of this machine that the evidence names is never contacted. */
export const IMAGE = `127.0.0.1:9/acme/launcher@sha256:${DIGEST}`;
export const LAUNCHER: LauncherImage = { digest: `sha256:${DIGEST}`, program: 'trusted-workload-launcher' };
const FILES = { 'tee-launch.sh': '#!/bin/bash\necho hello\n', 'lib/a.txt': 'a\n' };
/** A forge that is not GitHub, whose API would be asked otherwise. */
export const FORGE: Build = { host: 'https://forge.example' };

const stated = <T>(value: T, source = 'org.toml') => ({ value, source });

export const BUILD: ProvenancePolicy = {
  repository: stated('https://forge.example/acme/launcher'),
  commit: stated(claimsOf()[13] ?? ''),
  workflow: stated('.github/workflows/release.yml'),
};

/** What is changed of the story; what is not given is good. */
export interface Change {
  /** Lines of the pin in place of the usual ones, by their key; undefined takes one out. */
  readonly pin?: Readonly<Record<string, string | undefined>>;
  /** The compose file, from the good one. */
  readonly compose?: (text: string) => string;
  readonly deployment?: DeploymentOptions;
  readonly bundle?: BundleOptions;
  /** In place of the one bundle: the JSON of files. */
  readonly bundles?: readonly unknown[];
  readonly roots?: readonly Uint8Array[];
  readonly policy?: Partial<Policy>;
  readonly expected?: Partial<Expectations>;
  readonly follow?: Partial<FollowOptions>;
}

export class Story {
  readonly scratch: Scratch;
  readonly repository: Repository;
  readonly server: GitServer;
  /** The tree in the SHA-256 object format, named by git itself. */
  readonly treeSha256: string;
  #files = 0;

  constructor(scratch: Scratch, repository: Repository, server: GitServer, treeSha256: string) {
    this.scratch = scratch;
    this.repository = repository;
    this.server = server;
    this.treeSha256 = treeSha256;
  }

  get commit(): string {
    return this.repository.commit;
  }

  /** Where the auditor has the source from. */
  get source(): string {
    return `${this.server.url}/repo.git`;
  }

  /** A file of the auditor's, and its path. */
  write(content: unknown, name = 'file.json'): string {
    const path = this.scratch.join(`${this.#files++}-${name}`);
    writeFileSync(
      path,
      content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content),
    );
    return path;
  }

  pinText(lines: Change['pin'] = {}): string {
    const all = { REPO_URL, COMMIT_SHA: this.commit, WORK_DIR: '/srv/workload/checkout', ...lines };
    return Object.entries(all)
      .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]))
      .join('\n');
  }

  /** The recommended compose file with this pin. */
  composeText(pin = this.pinText()): string {
    return composeFile({ image: IMAGE, pin });
  }

  deploy({ pin, compose, deployment }: Change = {}): Deployment {
    const text = this.composeText(this.pinText(pin));
    const changed = compose === undefined ? text : compose(text);
    if (compose !== undefined && changed === text) throw new Error('the change changes nothing of the compose file');
    return simulate({ intel, composeFile: changed, ...deployment });
  }

  policy({ osImage, keyProvider }: Deployment, changes: Partial<Policy> = {}): Policy {
    return {
      ...EMPTY_POLICY,
      osImages: [stated(osImage)],
      keyProviderIds: [stated(keyProvider.id)],
      launchers: [stated(LAUNCHER)],
      provenance: BUILD,
      ...changes,
    };
  }

  expectations(deployment: Deployment, { roots = [sigstore.root()], policy, expected }: Change = {}): Expectations {
    return {
      now: stated(intel.now, '--at'),
      root: { der: intel.root.der, source: '--mock-root', simulated: true },
      repository: stated(REPO_URL, '--repo'),
      commit: stated(this.commit, '--commit'),
      appId: stated(deployment.appId, '--app-id'),
      sigstoreRoots: sigstoreRoots(roots.map((root) => this.write(root, 'root.json'))),
      policy: this.policy(deployment, policy),
      ...expected,
    };
  }

  /** Files with the bundles of a change. */
  bundles({ bundle = {}, bundles }: Change = {}): string[] {
    const good = { digest: DIGEST, claims: claimsOf(FORGE), ...bundle };
    return (bundles ?? [sigstore.bundle(good)]).map((one) => this.write(one, 'bundle.json'));
  }

  /** What an agent's `Info` of the deployment comes to, with collateral and with all that it leads to. */
  async gather(deployment: Deployment, expectations: Expectations, change: Change = {}): Promise<AuditEvidence> {
    const answer = readAnswer(Buffer.from(JSON.stringify(deployment.info())), 'info.json');
    const evidence = { ...answer, collateral: { origin: 'a file', value: intel.collateral() } };
    return await followEvidence(evidence, expectations, {
      bundles: this.bundles(change),
      registry: undefined,
      source: this.source,
      since: undefined,
      offline: false,
      note: () => undefined,
      ...change.follow,
    });
  }

  /** The whole of it, in this process. */
  async verdict(change: Change = {}): Promise<Verdict> {
    const deployment = this.deploy(change);
    const expectations = this.expectations(deployment, change);
    return verify(await this.gather(deployment, expectations, change), expectations);
  }

  async close(): Promise<void> {
    await this.server.close();
    this.scratch.remove();
  }
}

/** A repository of two commits on `main`, served on loopback, with all that stands around it. */
export const startStory = async (): Promise<Story> => {
  const scratch = makeScratch();
  const repository = await makeRepository({ files: FILES, path: scratch.join('repo.git'), commits: 2 });
  const same = await makeRepository({ files: FILES, path: scratch.join('same.git'), format: 'sha256' });
  const server = await startGitServer({ root: scratch.path });
  return new Story(scratch, repository, server, await same.tree());
};
