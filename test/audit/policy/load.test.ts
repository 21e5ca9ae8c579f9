import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { loadPolicy } from '../../../src/audit/policy/load.ts';
import { PATIENCE_MS, readPolicyFile } from '../../../src/audit/policy/read-file.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { APP_ID } from './samples.ts';

test('a policy is read from its file', () => {
  const path = useScratch().join('org.toml');
  writeFileSync(path, `app_id = "${APP_ID}"\n`);
  expect(loadPolicy(path).appIds).toEqual([{ value: APP_ID, source: `policy ${path}, line 1` }]);
});

test('what cannot be read is a fault of this machine', () => {
  const scratch = useScratch();
  const path = scratch.join('no\u001b.toml');
  expect(() => loadPolicy(path)).toThrow(
    expect.objectContaining({
      code: 'unreadable',
      exitCode: 50,
      hint: 'check the path that was given',
      message: expect.stringMatching(/^cannot read the policy .*no\\x1b\.toml: reading .* failed: ENOENT/),
      cause: expect.objectContaining({ code: 'file-missing' }),
    }),
  );
  mkdirSync(scratch.join('folder'));
  expect(() => loadPolicy(scratch.join('folder'))).toThrow(
    expect.objectContaining({
      code: 'unreadable',
      message: expect.stringMatching(/folder is neither a file nor a pipe$/),
      cause: expect.objectContaining({ code: 'not-a-file', hint: 'name a file and not a folder' }),
    }),
  );
});

test('a socket is none', async () => {
  const path = useScratch().join('socket');
  const server = createServer().listen(path);
  await once(server, 'listening');
  expect(() => loadPolicy(path)).toThrow(expect.objectContaining({ code: 'unreadable', exitCode: 50 }));
  server.close();
});

/** A pipe by name, and a shell that writes it while this test waits for it. */
const pipeWritten = (by: (pipe: string) => string): string => {
  const path = useScratch().join('pipe');
  execFileSync('mkfifo', [path]);
  spawn('sh', ['-c', by(path)], { stdio: 'ignore' });
  return path;
};

test('a pipe is waited for: for who writes it, and for all of it', () => {
  const text = `app_id = "${APP_ID}"`;
  const late = pipeWritten((pipe) => `sleep 0.2; echo '${text}' > '${pipe}'`);
  expect(loadPolicy(late).appIds).toEqual([{ value: APP_ID, source: `policy ${late}, line 1` }]);
  const slow = pipeWritten(
    (pipe) => `{ echo '${text}'; sleep 0.2; echo 'required_checks = ["freshness"]'; } > '${pipe}'`,
  );
  expect(loadPolicy(slow).required).toMatchObject([{ value: 'freshness' }]);
  const larger = pipeWritten((pipe) => `yes '# and more' | head -c 100000 > '${pipe}'`);
  expect(() => loadPolicy(larger)).toThrow(expect.objectContaining({ code: 'too-large', exitCode: 30 }));
});

test('what gives nothing is no policy', () => {
  const empty = useScratch().join('empty.toml');
  writeFileSync(empty, '');
  for (const path of [empty, '/dev/null']) {
    expect(() => loadPolicy(path)).toThrow(expect.objectContaining({ code: 'states-nothing', exitCode: 30 }));
  }
});

test('a pipe that nobody writes, or that nothing comes through, is not waited for without end', () => {
  const silent = (pipe: string): void => {
    const start = performance.now();
    expect(() => readPolicyFile(pipe, 100, 300)).toThrow(
      expect.objectContaining({
        code: 'not-a-file',
        message: `nothing came out of ${pipe} for 0.3 s`,
        hint: 'write the policy to a file, and name that',
      }),
    );
    const took = performance.now() - start;
    expect([took >= 299, took < 3000]).toEqual([true, true]);
  };
  silent(pipeWritten(() => 'true'));
  silent(pipeWritten((pipe) => `: > '${pipe}'`));
  silent(pipeWritten((pipe) => `exec 3<> '${pipe}'; sleep 2`));
  silent(pipeWritten((pipe) => `{ echo begin; sleep 2; echo end; } > '${pipe}'`));
  expect(PATIENCE_MS).toBe(10_000);
});

test('each silence is one of its own', () => {
  const pipe = pipeWritten((at) => `for n in 1 2 3 4; do sleep 0.2; echo $n; done > '${at}'`);
  expect(Buffer.from(readPolicyFile(pipe, 100, 600)).toString()).toBe('1\n2\n3\n4\n');
});

test('the size is bounded while it is read', () => {
  const path = useScratch().join('large.toml');
  writeFileSync(path, `#${'x'.repeat(64 * 1024)}`);
  expect(() => loadPolicy(path)).toThrow(
    expect.objectContaining({
      code: 'too-large',
      exitCode: 30,
      message: `the policy ${path} is larger than 65536 bytes`,
    }),
  );
});
