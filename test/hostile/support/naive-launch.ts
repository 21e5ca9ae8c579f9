import { spawn } from 'node:child_process';
import { gitEnvironment } from '../../support/git-command.ts';
import type { Checkout } from './planted-checkout.ts';

/** What a launcher does that trusts git's own view of a checkout: fetch, checkout, reset, clean, compare HEAD, run. */
const STEPS = `
cd "$1" || exit 1
git fetch -q origin "$2"
git checkout -q --detach "$2" && git reset -q --hard "$2" && git clean -ffdxq
[ "$(git rev-parse HEAD)" = "$2" ] && exec bash tee-launch.sh
`;

/** Whether such a launcher runs foreign code or other bytes than the pinned ones. */
export const foolsNaiveLaunch = ({ workDir, pin, canary }: Checkout, expected: string): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', STEPS, 'sh', workDir, pin], { env: gitEnvironment() });
    let stdout = '';
    child.stdout.on('data', (bytes: Buffer) => {
      stdout += bytes.toString();
    });
    child.once('close', () => resolve(canary.fired() || (stdout !== '' && stdout !== expected)));
  });
