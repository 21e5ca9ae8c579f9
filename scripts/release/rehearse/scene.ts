// SIMULATED hardware around real programs: a workload's repository, a machine that is started with one compose file, and what an
// auditor has of it on the disk.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Deployment, simulate } from '../../../test/mocks/deployment.ts';
import { composeFile } from '../../../test/mocks/deployment/app-compose.ts';
import { startGuestAgent } from '../../../test/mocks/guest-agent/start.ts';
import { createIntel } from '../../../test/mocks/intel/intel.ts';
import { pemChain } from '../../../test/mocks/pem.ts';
import { type GitServer, startGitServer } from '../../../test/support/git-server.ts';
import { makeRepository, type Repository } from '../../../test/support/repositories.ts';
import { sigstore } from './sign.ts';

const TWL = fileURLToPath(new URL('../../../bin/twl', import.meta.url));
const HELLO = '#!/bin/bash\necho "hello from $(git rev-parse HEAD)"\n';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program, of which an error is an outcome like any other. */
export const run = (command: string, args: readonly string[], cwd?: string): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (parts.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (parts.stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...parts }));
  });

/** What an auditor expects of the release. */
export interface Expected {
  /** `127.0.0.1:port`. */
  readonly registry: string;
  /** The image's digest, where the auditor has it from release.json and not from the deployment alone. */
  readonly digest?: string;
}

export class Scene {
  readonly folder: string;
  readonly intel = createIntel();
  readonly repository: Repository;
  readonly server: GitServer;
  #files = 0;

  static async open(): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'twl-rehearsal-'));
    const repository = await makeRepository({ files: { 'tee-launch.sh': HELLO }, path: join(folder, 'workload.git') });
    return new Scene(folder, repository, await startGitServer({ root: folder }));
  }

  private constructor(folder: string, repository: Repository, server: GitServer) {
    this.folder = folder;
    this.repository = repository;
    this.server = server;
  }

  get source(): string {
    return `${this.server.url}/workload.git`;
  }

  /** A file of this scene, and its path. */
  write(name: string, content: string | Uint8Array): string {
    const folder = join(this.folder, String(this.#files++));
    mkdirSync(folder);
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** The lines of the pin of this scene. */
  get pin(): string {
    const pin = {
      REPO_URL: this.source,
      COMMIT_SHA: this.repository.commit,
      WORK_DIR: '/srv/workload/checkout',
      RECEIPT: 'required',
    };
    return Object.entries(pin)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n');
  }

  /** The recommended compose file, with this image. */
  compose(image: string): string {
    return composeFile({ image, pin: this.pin });
  }

  /**
   * Starts the compose file with the real engine on a SIMULATED machine: pulls the image by its digest, launches the commit, and
   * gives the machine as it then is, what the container wrote and the launcher's receipt.
   */
  async launch(text: string): Promise<{ deployment: Deployment; ran: Ran; receipt: string }> {
    const deployment = simulate({ intel: this.intel, composeFile: text });
    const agent = await startGuestAgent({ deployment });
    const receipts = mkdtempSync(join(this.folder, 'receipts-'));
    // What stands for the machine around the attested text: its socket, the loopback interface, a place to read the receipt from.
    const around = `services:
  workload:
    network_mode: host
    restart: 'no'
    tmpfs: !override [/tmp]
    volumes:
      - ${agent.socketPath}:/var/run/dstack.sock
      - ${receipts}:/run/trusted-workload-launcher
`;
    const files = ['-f', this.write('docker-compose.yml', text), '-f', this.write('machine.yml', around)];
    const project = ['compose', '-p', `rehearsal-${process.pid}`, ...files];
    try {
      const up = await run('docker', [
        ...project,
        'up',
        '--exit-code-from',
        'workload',
        '--no-log-prefix',
        '--no-color',
      ]);
      const userEvents = agent.events().slice(deployment.events.length);
      const now = simulate({ intel: this.intel, composeFile: text, userEvents });
      return { deployment: now, ran: up, receipt: join(receipts, 'receipt.json') };
    } finally {
      await run('docker', [...project, 'down', '--volumes', '--timeout', '0']);
      await agent.close();
    }
  }

  /** A policy that knows the simulated machine. */
  policy({ osImage, keyProvider }: Deployment, { digest }: Pick<Expected, 'digest'>): string {
    const { name, mrtd, rtmr1, rtmr2 } = osImage;
    return [
      `key_provider_id = "${keyProvider.id}"`,
      '[[os_image]]',
      ...Object.entries({ name, mrtd, rtmr1, rtmr2 }).map(([key, value]) => `${key} = "${value}"`),
      ...(digest === undefined
        ? []
        : ['[[launcher]]', `digest = "${digest}"`, 'program = "trusted-workload-launcher"']),
      // Nothing of who built it: what is expected then is built into the program.
      '',
    ].join('\n');
  }

  /** `twl verify` of what the machine's agent answers. The bundle is nowhere but in the registry. */
  async verify(deployment: Deployment, expected: Expected, more: readonly string[] = []): Promise<Ran> {
    // By short names, which stand in what is saved.
    const short = (path: string): string => relative(this.folder, path);
    const args = [
      'verify',
      short(this.write('info.json', JSON.stringify(deployment.info()))),
      ...['--mock-root', short(this.write('root.pem', pemChain([this.intel.root.der])))],
      ...['--collateral', short(this.write('collateral.json', JSON.stringify(this.intel.collateral())))],
      ...['--at', String(this.intel.now)],
      ...['--trusted-root', short(this.write('trusted-root.json', sigstore.root()))],
      ...['--policy', short(this.write('policy.toml', this.policy(deployment, expected)))],
      ...['--registry', expected.registry, '--source', this.source],
      ...['--repo', this.source, '--commit', this.repository.commit],
      ...more,
    ];
    return await run(TWL, args, this.folder);
  }

  /** The machine that such a compose file starts, without starting it. */
  deploy(text: string): Deployment {
    return simulate({ intel: this.intel, composeFile: text });
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
