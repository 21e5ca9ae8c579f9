import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LaunchErrorCode } from '../../../src/launcher/errors.ts';
import { useScratch } from '../../support/use-scratch.ts';
import type { Faults } from '../../mocks/guest-agent/faults.ts';
import { stand } from '../receipt-support.ts';
import { serve } from '../support.ts';
import { type Cause, run, SCRIPT } from './cause.ts';

const program = fileURLToPath(new URL('../../../bin/trusted-workload-launcher', import.meta.url));
const FILES = { 'tee-launch.sh': SCRIPT };

/** The launcher behind a line of bash, which sets up what Node cannot hand to a process. */
const behind = async (line: string, config: string, env: Record<string, string> = {}) => {
  const path = useScratch().join('launcher.conf');
  writeFileSync(path, config);
  return await run({ program: '/bin/bash', args: ['-c', `${line}; exec "$0" "$1"`, program, path], env });
};

/** A launch that needs a receipt, of an agent that does badly. */
const receipt = async (faults: Faults) => (await stand({ faults })).launch({ RECEIPT: 'required' });

export const CALL: Record<LaunchErrorCode, Cause> = {
  usage: { how: 'a flag that does not exist', drive: () => run({ args: ['--nonsense'] }) },
  'two-pins': {
    how: 'a file and LAUNCHER_CONFIG',
    drive: () => run({ config: 'A=1\n', env: { LAUNCHER_CONFIG: 'A=1' } }),
  },
  'limit-variable': {
    how: 'TWL_LIMIT_NONSENSE',
    drive: async () => run({ config: (await serve(FILES)).pin(), env: { TWL_LIMIT_NONSENSE: '1' } }),
  },
  'log-format': { how: 'LOG_FORMAT=xml', drive: () => run({ config: 'A=1\n', env: { LOG_FORMAT: 'xml' } }) },
  'config-missing': { how: 'a path with nothing there', drive: () => run({ args: ['/no/such/file\u001b.conf'] }) },
  'config-unreadable': {
    how: 'a folder in place of the file',
    drive: () => {
      const folder = useScratch().join('a folder');
      mkdirSync(folder);
      return run({ args: [folder] });
    },
  },
  'child-env-unreadable': {
    how: 'CHILD_ENV_FILE with nothing there',
    drive: async () => run({ config: (await serve(FILES)).pin({ CHILD_ENV_FILE: '/no/such/file.env' }) }),
  },
  'environment-encoding': {
    how: 'a variable in Latin-1',
    drive: async () => behind("export NAME=$'caf\\xe9'", (await serve(FILES)).pin()),
  },
  'environment-too-large': {
    how: 'an environment that only just came in, and CHILD_ENV_FILE on top of it',
    drive: async () => {
      const { scratch, pin } = await serve(FILES);
      writeFileSync(scratch.join('large.env'), `LARGE=${'x'.repeat(60_000)}\n`);
      const config = pin({ CHILD_ENV_FILE: scratch.join('large.env') });
      return await behind('ulimit -s 600', config, { ALSO: 'x'.repeat(100_000) });
    },
  },
  'bash-missing': { how: 'an image without bash, where the program is started by another way than bin/' },
  'install-failed': {
    how: 'an INSTALL_CMD that fails',
    drive: async () => run({ config: (await serve(FILES)).pin({ INSTALL_CMD: 'exit 3', RUN_CMD: SCRIPT.trim() }) }),
  },
  'folder-unusable': { how: 'the folder is taken away between the check and the start' },
  'receipt-contradicted': {
    how: 'an event of somebody else before the launcher',
    drive: async () => {
      const one = await stand();
      await one.agent.emit('app\u001b-event');
      return await one.launch();
    },
  },
  'receipt-unsupported': {
    how: 'a socket without GetQuote',
    drive: () => receipt({ GetQuote: { kind: 'text', status: 404, body: 'no' } }),
  },
  'receipt-malformed': {
    how: 'a page in place of an answer',
    drive: () => receipt({ Info: { kind: 'text', body: '\u001b<html>' } }),
  },
  'receipt-unavailable': {
    how: 'an agent that refuses',
    drive: () => receipt({ Info: { kind: 'error', message: 'no \u001b[31m' } }),
  },
  'receipt-no-agent': {
    how: 'RECEIPT=required and no socket',
    drive: async () => (await stand()).launch({ RECEIPT: 'required' }, { env: { TWL_AGENT_SOCKET: '/no\u001b' } }),
  },
  'receipt-not-written': {
    how: 'RECEIPT=required and a folder that is none',
    drive: async () => (await stand()).launch({ RECEIPT: 'required' }, { env: { TWL_RUN_DIR: '/dev/null' } }),
  },
};
