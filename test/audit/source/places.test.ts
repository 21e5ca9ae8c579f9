import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { auditSource, type SourceAudit } from './audit-source.ts';
import type { SourceFindings } from '../../../src/audit/source/judge-source.ts';
import { startGitServer } from '../../support/git-server.ts';
import { git } from '../../support/git-command.ts';
import { initRepository, makeRepository } from '../../support/repositories.ts';
import { makeScratch } from '../../support/scratch.ts';
import { hasSshServer, startSshServer, type SshServer } from '../../support/ssh-server.ts';
import { auditOf, pinOf } from './support.ts';
import { COMMIT, signed } from './signature-support.ts';

const scratch = makeScratch();

const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;

describe('a folder of this machine', () => {
  const audit = (path: string, commit: string, changes: Partial<SourceAudit> = {}): Promise<SourceFindings> =>
    auditSource(auditOf(path, commit, { pin: pinOf('https://example.com/x', commit), ...changes }));

  test('tip, behind, tag, none', async () => {
    const repository = await makeRepository({
      files: { 'tee-launch.sh': 'x\n' },
      path: scratch.join('local'),
      bare: false,
    });
    const next = await repository.commitAgain({ 'a.txt': 'a' });
    await repository.commitAgain({ 'a.txt': 'b' });
    const side = await repository.commitAgain({ 's.txt': 's' }, { branch: 'side', parent: next });
    await repository.git('tag', '-a', '-m', 'x', 'v1', side);
    await repository.git('update-ref', '-d', 'refs/heads/side');
    const lost = await repository.commitAgain({ 's.txt': 'l' }, { branch: 'lost', parent: next });
    await repository.git('update-ref', '-d', 'refs/heads/lost');
    await repository.git('update-ref', 'refs/remotes/origin/x', lost);
    const { path } = repository;
    const summary = async (commit: string): Promise<string> =>
      (await audit(path, commit)).outcomes['source.reachable'].summary;
    expect(await summary(repository.commit)).toBe('the commit belongs to refs/heads/main, 2 commits behind its tip');
    expect(await summary(next)).toBe('the commit belongs to refs/heads/main, 1 commit behind its tip');
    expect(await summary(side)).toBe('the commit is the tip of refs/tags/v1');
    expect(await summary(lost)).toBe('no branch or tag of the repository leads to the commit');
    const { outcomes } = await audit(path, repository.commit);
    expect(outcomes['source.commit'].origins).toEqual([`${path}, as named on the command line`]);
  });

  test('a shallow clone tells what it can, here and on a server of either version', async () => {
    const repository = await makeRepository({ files: { 'tee-launch.sh': 'x\n' }, path: scratch.join('deep.git') });
    const first = await repository.commitAgain({ 'a.txt': 'a' });
    const tip = await repository.commitAgain({ 'a.txt': 'b' });
    const lost = await repository.commitAgain({ 'a.txt': 'l' }, { branch: 'lost', parent: repository.commit });
    const shallow = await initRepository(scratch.join('shallow.git'));
    const fetch = (...what: string[]) =>
      git(['--git-dir', shallow, 'fetch', '-q', ...what], { env: { GIT_PROTOCOL_FROM_USER: '1' } });
    await fetch('--depth=2', `file://${repository.gitDir}`, `${tip}:refs/heads/main`);
    await fetch('--depth=1', `file://${repository.gitDir}`, lost);
    const server = await startGitServer({ root: scratch.path });
    for (const [path, version] of [
      [shallow, 2],
      [`${server.url}/shallow.git`, 2],
      [`${server.url}/shallow.git`, 0],
    ] as const) {
      server.behave(version === 0 ? () => ({ ignoreGitProtocol: true }) : undefined);
      const near = (await audit(path, first)).outcomes['source.reachable'];
      expect(near.summary).toBe('the commit belongs to refs/heads/main, 1 commit behind its tip');
      const far = (await audit(path, lost)).outcomes['source.reachable'];
      expect(far).toMatchObject({ state: 'not-checked', exit: 13 });
      expect(far.summary).toContain('the repository there is shallow itself');
    }
    await server.close();
  });

  test('no repository', async () => {
    const { outcomes } = await audit(scratch.join('nothing'), '1'.repeat(40));
    expect(outcomes['source.commit']).toMatchObject({ state: 'not-checked', exit: 40 });
  });
});

describe.skipIf(!hasSshServer()).each([true, false])('ssh, GIT_PROTOCOL passed on: %s', (acceptGitProtocol) => {
  let server: SshServer | undefined;
  afterAll(async () => {
    await server?.close();
  });

  test('behind, and an imposter', async () => {
    server = await startSshServer({ dir: scratch.join(`ssh-${acceptGitProtocol}`), acceptGitProtocol });
    if (server === undefined) return;
    const path = scratch.join(`ssh-${acceptGitProtocol}.git`);
    const repository = await makeRepository({ files: { 'tee-launch.sh': 'x\n' }, path });
    await repository.commitAgain({ 'a.txt': 'a' });
    const lost = await repository.commitAgain({ 'a.txt': 'l' }, { branch: 'lost', parent: repository.commit });
    await repository.git('update-ref', '-d', 'refs/heads/lost');
    const network = { sshKeyFile: server.keyFile, sshKnownHostsFile: server.knownHostsFile };
    const url = server.url(path);
    const audit = (commit: string) => auditSource(auditOf(url, commit, { network }));
    const { outcomes } = await audit(repository.commit);
    expect(outcomes['source.reachable'].summary).toBe('the commit belongs to refs/heads/main, 1 commit behind its tip');
    expect((await audit(lost)).outcomes['source.reachable']).toMatchObject({ state: 'failed', exit: 10 });
    const refused = await auditSource(auditOf(url, repository.commit));
    expect(refused.outcomes['source.commit']).toMatchObject({ state: 'not-checked', exit: 40 });
  });
});

describe('over http', () => {
  test('LFS pointers, manifests and a script that fetches', async () => {
    const files = {
      'tee-launch.sh': '#!/bin/bash\nset -e\ncurl -fsSL https://x | sh\n',
      'model.bin': LFS,
      'big.txt': `${LFS}${'x'.repeat(1024)}`,
      link: { symlink: LFS },
      'web/package.json': '{"dependencies":{"a":"1"}}',
      'ok/package.json': '{"dependencies":{"a":"1"}}',
      'ok/package-lock.json': '{}',
    };
    const repository = await makeRepository({ files, path: scratch.join('content.git') });
    const server = await startGitServer({ root: scratch.path });
    const url = `${server.url}/content.git`;
    const { findings, outcomes } = await auditSource(auditOf(url, repository.commit));
    await server.close();
    expect(outcomes['source.tree'].state).toBe('passed');
    expect(findings.map(({ id, path, line }) => [id, path, line])).toEqual([
      ['source.remote-code', 'tee-launch.sh', 3],
      ['source.unlocked-packages', 'web/package.json', 1],
      ['source.lfs', 'model.bin', 1],
    ]);
    expect(findings[2]?.text).toBe(
      'model.bin is a Git LFS pointer: its content lies outside of the commit, and the launcher places the pointer',
    );
  });

  test('a bad signature is a finding, and never a failed check', async () => {
    const repository = await makeRepository({ files: { 'tee-launch.sh': 'x\n' }, path: scratch.join('signed.git') });
    const tree = await repository.tree();
    const content = Buffer.from(
      COMMIT.toString()
        .replace('1'.repeat(40), tree)
        .replace(/parent .*\n/, ''),
    );
    const path = scratch.join('commit-object');
    writeFileSync(path, signed(content, 'nonsense'));
    const commit = await repository.git('hash-object', '-t', 'commit', '-w', '--literally', path);
    await repository.git('update-ref', 'refs/heads/main', commit);
    const server = await startGitServer({ root: scratch.path });
    const { findings, outcomes } = await auditSource(auditOf(`${server.url}/signed.git`, commit));
    await server.close();
    const summary = 'the commit carries a signature that cannot be read: the signature is of no kind that git writes';
    expect(outcomes['source.signature']).toMatchObject({ state: 'not-checked', exit: 13, summary });
    expect(findings).toEqual([{ id: 'source.bad-signature', text: summary }]);
    expect(outcomes['source.reachable'].state).toBe('passed');
  });
});
