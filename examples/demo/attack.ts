/** The story of a deployment that looks right in every place but one. */
import { EXIT } from '../../src/base/exit-codes.ts';
import { verify, verifyOptions } from './auditor.ts';
import { PULL_REQUEST } from './forge.ts';
import { composeOf, deploy, pin } from './operator.ts';
import { chapter, tell } from './say.ts';
import type { Stage } from './stage.ts';

const NAME = 'attack';

export const tellAttack = async (stage: Stage): Promise<void> => {
  const { forge } = stage;

  chapter('Attack: a commit that the repository serves, and nobody accepted');
  tell(
    'The operator wants a certain ticket to win. He opens a pull request with one line changed, and pins its commit. The forge',
    `serves it under the address of the repository (${PULL_REQUEST}), as GitHub does with every fork. Then he tells the world:`,
    `"check us: we run commit ${forge.offered.slice(0, 12)}… of the prize draw's own repository."`,
    'Same repository, same launcher image, genuine machine, valid receipt; and the pin is what he said.',
  );
  await pin(stage, NAME, forge.offered);
  const { machine, attest } = await deploy(stage, NAME, composeOf(stage, NAME));
  try {
    tell(
      'The launcher starts it: the pin says so. Whether that commit is one to trust is the question of whoever verifies.',
    );
    const target = `${NAME}/evidence/info.json`;
    const asked = ['--attest', attest, '--nonce', 'random'];
    const told = verifyOptions(stage, forge.offered);
    const kept = ['--html', `${NAME}/report.html`];
    await verify(stage, NAME, [target, ...asked, ...told, ...kept], { expected: EXIT.rejected });
  } finally {
    await machine.stop();
  }
  tell(
    'No branch and no tag leads to that commit: REJECTED, exit status 10. The report prints the entry script, too; the line that',
    'lets the same ticket win each time is in it for everyone to read:',
    '    winner=$(shuf -n 1 --random-source=<(yes) tickets.txt)',
  );
};
