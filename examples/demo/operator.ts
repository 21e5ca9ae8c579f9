/** What an operator does: pin a commit, deploy it, and let the machine run it. The programs are the real ones. */
import { readFileSync } from 'node:fs';
import { bootMachine, type Machine } from './machine.ts';
import { runProgram } from './run-program.ts';
import type { Stage } from './stage.ts';

/** `twl pin`: writes the pin and the compose file of a branch, tag or commit, below `name`. */
export const pin = async ({ folder, forge, image }: Stage, name: string, ref: string): Promise<void> => {
  const workDir = folder.join(`${name}/machine/volume/checkout`);
  const options = ['--attest', '--image', image.name, '--work-dir', workDir, '--out', `${name}/deploy`];
  await runProgram(['twl', 'pin', forge.url, ref, ...options], {
    cwd: folder.path,
    excerpt: (text) => text.slice(0, text.indexOf('\ntwl lint ')).trimEnd(),
  });
};

/** The compose file that `twl pin` wrote. */
export const composeOf = ({ folder }: Stage, name: string): string =>
  readFileSync(folder.join(`${name}/deploy/docker-compose.yml`), 'utf8');

export interface Running {
  readonly machine: Machine;
  /** Of its twl-attest. */
  readonly attest: string;
}

/** Boots a machine with the compose file, launches the workload in it, and saves what it says of itself to the outside. */
export const deploy = async ({ intel, folder }: Stage, name: string, composeFile: string): Promise<Running> => {
  const machine = await bootMachine({ intel, folder, name: `${name}/machine`, composeFile });
  try {
    const { stderr } = await machine.launch();
    folder.write(`${name}/evidence/launcher.log`, stderr);
    const attest = await machine.attest();
    folder.write(`${name}/evidence/info.json`, await machine.info());
    return { machine, attest };
  } catch (error) {
    await machine.stop();
    throw error;
  }
};
