// `npm start`: the whole way of one launch on this machine. Commits the example repository, serves it on loopback, writes the
// pin, and runs the real launcher on it. Everything is made in a folder of its own, which goes at the end.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commitFolder } from './commit.ts';
import { type RunningServer, serveRepositories } from './serve.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const say = (text: string): void => console.error(`> ${text}`);

/** Whether this machine has a git that can serve. */
const hasGit = (): boolean => spawnSync('git', ['--version'], { stdio: 'ignore' }).status === 0;

/** The pin with another value for one key. */
const withValue = (pin: string, key: string, value: string): string =>
  pin.replace(new RegExp(`^${key}=.*$`, 'm'), () => `${key}=${value}`);

/** Runs the launcher with our standard streams and gives the status that it, and so the workload, ends with. */
const runLauncher = async (config: string, home: string): Promise<number> => {
  // A small environment: of npm's many variables the launcher would drop one by one what steers npm itself.
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home };
  const child = spawn(here('../../bin/trusted-workload-launcher'), [config], { stdio: 'inherit', env });
  // A terminal sends its interrupt to the launcher too: wait for how that one takes it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
};

const start = async (folder: string): Promise<number> => {
  const repository = join(folder, 'hello.git');
  const commit = await commitFolder(here('repository'), repository);
  say(`committed examples/hello/repository as ${commit}`);
  const template = readFileSync(here('launcher.conf'), 'utf8');
  if (!template.includes(`COMMIT_SHA=${commit}\n`)) {
    say('that is not the commit which examples/hello/launcher.conf pins: the files were changed');
    say('undo the change, or pin the new commit there (leave TREE_SHA256 out, or take it from --dry-run)');
    return 1;
  }
  let server: RunningServer | undefined;
  if (hasGit()) {
    server = await serveRepositories(folder);
    say(`serving it at ${server.url}/hello.git`);
  } else {
    say('no git on this machine to serve it with: the launcher reads it from its folder');
  }
  try {
    const address = server === undefined ? repository : `${server.url}/hello.git`;
    const pin = withValue(withValue(template, 'REPO_URL', address), 'WORK_DIR', join(folder, 'work'));
    const config = join(folder, 'launcher.conf');
    writeFileSync(config, pin);
    say(`trusted-workload-launcher ${config}, which holds:`);
    for (const line of pin.trim().split('\n')) if (!line.startsWith('#')) console.error(`    ${line}`);
    const status = await runLauncher(config, folder);
    say(`the workload ended with status ${status}`);
    return status;
  } finally {
    server?.close();
  }
};

const folder = mkdtempSync(join(tmpdir(), 'twl-hello-'));
try {
  process.exitCode = await start(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
