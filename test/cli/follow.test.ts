import { describe, expect, test } from 'vitest';
import { Sigstore } from '../mocks-sigstore/sigstore.ts';
import { call, lastLine } from './support/called.ts';
import { save } from './support/saved.ts';

const DIGEST = '51'.repeat(32);
const sigstore = new Sigstore({ uri: 'https://fulcio.sigstore.dev' });

describe('files of the steps behind the attestation', () => {
  test('a bundle that is not there, or a root that is none, is told before a report', async () => {
    const { info, good, write } = save();
    const none = await call(['verify', info, ...good, '--offline', '--bundle', '/none.json']);
    expect(none).toMatchObject({ exit: 50, stdout: '', stderr: expect.stringContaining('/none.json') });
    const bad = await call(['verify', info, ...good, '--offline', '--trusted-root', write('root.json', '{}')]);
    expect(bad).toMatchObject({ exit: 30, stdout: '', stderr: expect.stringContaining('root.json') });
    const missing = await call(['verify', info, ...good, '--offline', '--trusted-root', '/none.json']);
    expect(missing).toMatchObject({ exit: 50, stdout: '' });
  });

  test('a bundle under its own root passes; under the public one it is rejected', async () => {
    const { info, good, write } = save();
    const bundle = ['--bundle', write('bundle.json', JSON.stringify(sigstore.bundle({ digest: DIGEST })))];
    const root = ['--trusted-root', write('root.json', sigstore.root())];
    const subject = async (args: readonly string[]) => {
      const { stdout } = await call(['verify', info, ...good, ...args, '--offline', '--json']);
      const { checks, simulated } = JSON.parse(stdout);
      const states = Object.fromEntries(
        (checks as { id: string; state: string }[]).map(({ id, state }) => [id, state]),
      );
      return [states['provenance.bundle'], states['provenance.subject'], simulated];
    };
    expect(await subject([...bundle, ...root])).toEqual(['passed', 'passed', true]);
    expect(await subject(bundle)).toEqual(['failed', 'not-checked', true]);
    expect(await subject(root)).toEqual(['not-checked', 'not-checked', true]);
  });

  test('a pretended Sigstore makes everything SIMULATED, on real hardware too', async () => {
    const { info, write } = save();
    const root = ['--trusted-root', write('root.json', sigstore.root())];
    expect(lastLine(await call(['verify', info, '--offline', ...root]))).toMatch(/^SIMULATED: /);
    expect(lastLine(await call(['verify', info, '--offline']))).not.toMatch(/^SIMULATED/);
  });

  test('a folder that holds no repository leaves the source not checked', async () => {
    const { info, good, scratch } = save();
    const { exit, stdout } = await call(['verify', info, ...good, '--offline', '--source', scratch.path, '--json']);
    const found = (JSON.parse(stdout).checks as { id: string }[]).find(({ id }) => id === 'source.commit');
    expect(found).not.toMatchObject({ state: 'passed' });
    expect(exit).not.toBe(0);
  });

  test('the attestation alone waits for none of them', async () => {
    const { info, good } = save();
    const { exit, stderr } = await call(['verify', info, ...good, '--only', 'attestation']);
    expect([exit, stderr]).toEqual([0, '']);
  });
});
