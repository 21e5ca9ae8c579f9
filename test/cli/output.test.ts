import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { writeText } from '../../src/cli/output.ts';
import { useScratch } from '../support/use-scratch.ts';

test('all of a text is written', () => {
  const path = useScratch().join('f');
  const descriptor = openSync(path, 'w');
  writeText(descriptor, '');
  writeText(descriptor, 'caf\u00e9\n');
  writeText(descriptor, 'x'.repeat(100_000));
  closeSync(descriptor);
  expect(readFileSync(path, 'utf8')).toBe(`caf\u00e9\n${'x'.repeat(100_000)}`);
});

const FAILED = { code: 'output-failed', exitCode: 50, hint: 'see where it is redirected to' };

test('what cannot be written is an error', () => {
  const descriptor = openSync(useScratch().join('f'), 'w');
  closeSync(descriptor);
  const reader = openSync('/dev/null', 'r');
  expect(() => writeText(reader, 'x')).toThrow(
    expect.objectContaining({
      ...FAILED,
      message: expect.stringMatching(/^the output cannot be written: EBADF/),
      cause: expect.objectContaining({ code: 'EBADF' }),
    }),
  );
  closeSync(reader);
});

test.skipIf(!existsSync('/dev/full'))('a full disk is an error', () => {
  const full = openSync('/dev/full', 'w');
  expect(() => writeText(full, 'x')).toThrow(
    expect.objectContaining({ ...FAILED, message: expect.stringContaining('ENOSPC') }),
  );
  closeSync(full);
});

test('a full pipe that somebody left non-blocking is waited for', async () => {
  const scratch = useScratch();
  const [fifo, copy] = [scratch.join('fifo'), scratch.join('copy')];
  execFileSync('mkfifo', [fifo]);
  const descriptor = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  const reader = spawn('/bin/sh', ['-c', 'sleep 0.2; exec cat "$0" > "$1"', fifo, copy]);
  const text = 'x'.repeat(200_000);
  writeText(descriptor, text);
  closeSync(descriptor);
  await once(reader, 'exit');
  expect(readFileSync(copy, 'utf8')).toBe(text);
});
