import { writeFileSync } from 'node:fs';
import type { PinErrorCode } from '../../../src/pin/errors.ts';
import { type PinValues, pinText, serve } from '../support.ts';
import { type Cause, run, SCRIPT } from './cause.ts';

const GOOD = { REPO_URL: 'https://example.com/r.git', COMMIT_SHA: 'a'.repeat(40), WORK_DIR: '/srv/never' };

const text = (how: string, config: string | Uint8Array): Cause => ({ how, drive: () => run({ config }) });
const line = (how: string, added: string): Cause => text(how, `${pinText(GOOD)}${added}\n`);
const values = (how: string, changed: PinValues): Cause => text(how, pinText({ ...GOOD, ...changed }));

export const PIN: Record<PinErrorCode, Cause> = {
  'too-large': text('a wrong file', '#'.repeat(70_000)),
  'not-utf8': text('a comment in Latin-1', Buffer.from('# caf\xe9\n', 'latin1')),
  nul: line('a binary file', '# \0'),
  'carriage-return': line('an editor of Windows', '# note\r'),
  'byte-order-mark': text('an editor of Windows', `\ufeff${pinText(GOOD)}`),
  'control-character': line('a colour code that was copied along', '# \u001b[31mred'),
  'bidirectional-control': line('text that reads otherwise than it is', '# \u202e fdp'),
  'line-separator': line('text from a word processor', '# one\u2028two'),
  'no-assignment': line('a word', 'COMMIT_SHA'),
  'bad-key': line('a key in lower case', 'commit_sha=1'),
  'white-space': line('space around =', 'RECEIPT = auto'),
  'bad-quotes': line('a quote left open', 'RECEIPT="auto'),
  'duplicate-key': line('a key twice', 'WORK_DIR=/srv/other'),
  'unknown-key': line('a slip of the pen', 'COMIT_SHA=1'),
  'missing-key': values('a line that was deleted', { COMMIT_SHA: undefined }),
  'empty-value': values('a template that was not filled in', { COMMIT_SHA: '' }),
  'bad-value': values('a branch', { COMMIT_SHA: 'main' }),
  'bad-url': values('an address without a scheme', { REPO_URL: 'example.com/r.git' }),
  'credentials-in-url': values('a token in the address', { REPO_URL: 'https://x:secret@example.com/r.git' }),
  'bad-path': values('a way up', { REPO_SUBDIR: '../other' }),
  'key-conflict': values('an install without a command', { INSTALL_CMD: 'make' }),
  'unused-key': values('an ssh key for https', { SSH_KEY_FILE: '/run/secrets/key' }),
  'steering-name': {
    how: 'LD_PRELOAD in CHILD_ENV_FILE',
    drive: async () => {
      const { scratch, pin } = await serve({ 'tee-launch.sh': SCRIPT });
      writeFileSync(scratch.join('child.env'), 'LD_PRELOAD=/tmp/secret.so\n');
      return await run({ config: pin({ CHILD_ENV_FILE: scratch.join('child.env') }) });
    },
  },
};
