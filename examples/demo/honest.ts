/** The story of a deployment that is what it says. */
import { SIMULATED_ROOTS, verify, verifyOptions, writeAuditor } from './auditor.ts';
import { composeOf, deploy, pin } from './operator.ts';
import { type Ran, runProgram } from './run-program.ts';
import { chapter, tell } from './say.ts';
import type { Stage } from './stage.ts';

const NAME = 'honest';

/** The hash of the evidence bundle, which `--save` printed. */
const savedHash = ({ stderr }: Ran): string => {
  const hash = /saved \d+ bytes of evidence, SHA-256 ([0-9a-f]{64})/.exec(stderr)?.[1];
  if (hash === undefined) throw new Error('--save printed no hash');
  return hash;
};

export const tellHonest = async (stage: Stage): Promise<void> => {
  const { folder, forge } = stage;
  const cwd = folder.path;

  chapter('Pin: the operator names one exact commit');
  tell(
    'A repository holds the code of a prize draw. Everyone who takes part wants to know that this code draws, and no other.',
    'The branch is resolved once; what is deployed names the commit, its tree and the launcher image by their hashes.',
  );
  await pin(stage, NAME, 'main');
  const composeFile = composeOf(stage, NAME);

  chapter('Lint: is the text fit to be measured?');
  tell('Beside the launcher stands twl-attest, so that strangers can ask the machine something (docs/receipt.md).');
  await runProgram(['twl', 'lint', `${NAME}/deploy/docker-compose.yml`], {
    cwd,
    excerpt: (text) => text.slice(text.indexOf('checks\n')),
  });

  chapter('Launch: the machine measures that text, and starts the launcher with it');
  tell(
    'The hardware is SIMULATED: a made-up Intel signs for it. The launcher is the real one. It fetches the pinned commit,',
    'hashes every byte, has the machine record what it is about to start (the receipt), and becomes the workload.',
  );
  let saved: string;
  const { machine, attest } = await deploy(stage, NAME, composeFile);
  try {
    writeAuditor(stage, machine.deployment);

    chapter('Verify: a stranger checks it, from the silicon to the script');
    tell(
      'She read the commit and expects it. What the machine says of itself is in info.json, as its public page shows it;',
      'twl-attest is asked a random number, so that the answer is of now. Nothing that she fetches is believed until it hashes right.',
    );
    const kept = ['--html', `${NAME}/report.html`, '--save', `${NAME}/evidence.json`];
    const asked = ['--attest', attest, '--nonce', 'random'];
    const target = `${NAME}/evidence/info.json`;
    const ran = await verify(stage, NAME, [target, ...asked, ...verifyOptions(stage, forge.commit), ...kept]);
    saved = savedHash(ran);
    folder.write(`${NAME}/evidence.sha256`, `${saved}  evidence.json\n`);
  } finally {
    await machine.stop();
  }

  chapter('Keep: the same evidence, checked again without the machine and without a network');
  tell(
    'The machine is gone. The bundle holds all that was looked at; whom to believe, and what to expect, is still hers to say.',
  );
  const expected = ['--repo', forge.url, '--commit', forge.commit, '--policy', 'auditor/policy.toml'];
  await verify(
    stage,
    NAME,
    [`${NAME}/evidence.json`, '--saved-sha256', saved, '--offline', ...expected, ...SIMULATED_ROOTS],
    { report: 'again' },
  );
};
