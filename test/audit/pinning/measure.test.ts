import { expect, test, vi } from 'vitest';
import { measure } from '../../../src/audit/pinning/measure.ts';
import type { PinNetwork } from '../../../src/audit/pinning/request.ts';
import type { BringOptions } from '../../../src/source/bring.ts';
import { SourceError } from '../../../src/source/errors.ts';
import { readLimits } from '../../../src/source/limits.ts';
import { parsePin } from '../../../src/pin/parse.ts';
import { PIN } from '../../compose/support.ts';

const bring = vi.hoisted(() => ({ source: (_: unknown): unknown => undefined }));
vi.mock('../../../src/source/bring.ts', () => ({ bringSource: async (options: unknown) => bring.source(options) }));

const parsed = parsePin(Buffer.from(PIN.join('\n')), {
  source: 's',
  defaults: { entrypointScript: 'a', submodules: 'no' },
});
const limits = readLimits({});
if (!parsed.ok || !limits.ok) throw new Error('no pin');
const warned: string[] = [];
const run = (network: PinNetwork = {}) =>
  measure({ pin: parsed.pin, limits: limits.limits, network, folder: '/scratch', warn: (text) => warned.push(text) });

test('the engine is asked for the tree, in a folder of its own, and its lock let go', async () => {
  const release = vi.fn();
  bring.source = (options) => {
    const { pin, limits: given, wantsTreeSha256, log } = options as BringOptions;
    expect({ workDir: pin.workDir, commit: pin.commitSha }).toEqual({
      workDir: '/scratch/work',
      commit: parsed.pin.commitSha,
    });
    expect([given, wantsTreeSha256]).toEqual([limits.limits, true]);
    log.info('not told');
    log.warning('told');
    return { tree: 't', treeSha256: 'u', files: 3, lock: { release } };
  };
  expect(await run()).toEqual({ tree: 't', treeSha256: 'u', files: 3 });
  expect(release).toHaveBeenCalledOnce();
  expect(warned).toEqual(['told']);
});

test('files are read where they lie here, and not where the pin says', async () => {
  const file = (name: string) => ({ here: `/home/${name}`, inContainer: `/run/secrets/${name}` });
  const seen: unknown[] = [];
  bring.source = (options) => {
    const { repoCredentialFile, repoCaFile, sshKeyFile, sshKnownHostsFile } = (options as BringOptions).pin;
    seen.push([repoCredentialFile, repoCaFile, sshKeyFile, sshKnownHostsFile]);
    return { tree: 't', treeSha256: 'u', files: 3, lock: { release: () => undefined } };
  };
  await run({ credential: file('a'), ca: file('b'), sshKey: file('c'), sshKnownHosts: file('d') });
  await run();
  expect(seen).toEqual([['/home/a', '/home/b', '/home/c', '/home/d'], Array(4).fill(undefined)]);
});

test('without git the advice is another than the launcher’s', async () => {
  const cause = new SourceError('tool-missing', 'no git on this machine', { hint: 'add TREE_SHA256 to the pin' });
  bring.source = () => {
    throw cause;
  };
  await expect(run()).rejects.toMatchObject({
    name: 'PinningError',
    code: 'tool-missing',
    exitCode: 50,
    message: 'no git on this machine',
    hint: expect.stringMatching(/^install git: /),
    cause,
  });
});

test.each([new SourceError('timed-out', 'late'), new TypeError('no such thing')])(
  '%s is let through',
  async (error) => {
    bring.source = () => {
      throw error;
    };
    await expect(run()).rejects.toBe(error);
  },
);
