// npm run demo [-- FOLDER]: pin, lint, launch, verify, and one attack, with the real programs. Nothing but loopback is contacted. What
// is pretended (the hardware, Intel, Sigstore) says SIMULATED. All files are kept in FOLDER, ./demo-out where none is named.
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { tellAttack } from './attack.ts';
import { openFolder } from './folder.ts';
import { tellHonest } from './honest.ts';
import { chapter, tell } from './say.ts';
import { setStage } from './stage.ts';

const FILES = [
  ['honest/report.html', 'the report as a page: open it in a browser'],
  ['honest/report.txt', 'the whole report as text'],
  ['honest/evidence.json', 'the evidence bundle: twl verify takes it, years later too'],
  ['honest/evidence/', 'what the public page answered, and the log of the launcher'],
  ['honest/machine/run/', 'the receipt that the launcher left'],
  ['honest/deploy/', 'the pin and the compose file'],
  ['attack/report.html', 'the same page, red'],
  ['auditor/', 'whom the auditor believes (SIMULATED), and the policy'],
  ['prize-draw.git/', 'the repository'],
] as const;

/** The path of the folder as one would type it here. */
const shownPath = (path: string): string => {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
};

/** The whole story. Throws where a program does something else than it tells. */
const tellAll = async (named: string | undefined): Promise<void> => {
  if (spawnSync('git', ['--version'], { stdio: 'ignore' }).status !== 0) {
    throw new Error('there is no git on this machine, which the demo serves its repository with');
  }
  const started = performance.now();
  const stage = await setStage(openFolder(named));
  try {
    tell('SIMULATED: no part of this needs, or says anything of, real hardware. All servers are on this machine.');
    await tellHonest(stage);
    await tellAttack(stage);
  } finally {
    await stage.close();
  }
  chapter(`What is kept, in ${shownPath(stage.folder.path)}`);
  tell(...FILES.map(([name, what]) => `${name.padEnd(24)}${what}`));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  tell(
    `VERIFIED, and one attack REJECTED, in ${seconds} s. VERIFY.md explains each step, and how to make it by hand on these files.`,
  );
};

try {
  await tellAll(process.argv[2]);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
