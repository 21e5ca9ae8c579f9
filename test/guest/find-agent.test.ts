import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { findAgent, SOCKET_PLACES, SOCKET_VARIABLE } from '../../src/guest/find-agent.ts';
import type { Scratch } from '../support/scratch.ts';
import { useScratch } from '../support/use-scratch.ts';

/** A folder with a socket, a file, a folder, and links. */
const places = async (): Promise<Scratch> => {
  const scratch = useScratch();
  const server = createServer().listen(scratch.join('socket'));
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  writeFileSync(scratch.join('file'), '');
  mkdirSync(scratch.join('folder'));
  symlinkSync('socket', scratch.join('link'));
  symlinkSync('nowhere', scratch.join('broken'));
  symlinkSync('loop', scratch.join('loop'));
  return scratch;
};

const missing = (found: ReturnType<typeof findAgent>) => {
  if ('socketPath' in found) return found.socketPath;
  const { code, exitCode, message, hint } = found.missing;
  return { code, exitCode, message, hint };
};

test('the first place that is a socket, or leads to one', async () => {
  const { join } = await places();
  const found = findAgent({}, [
    join('file'),
    join('folder'),
    join('broken'),
    join('loop'),
    join('link'),
    join('socket'),
  ]);
  expect(found).toEqual({ socketPath: join('link') });
});

test('no place with a socket', async () => {
  const { join } = await places();
  expect(missing(findAgent({}, [join('file'), `${join('file')}/x`, join('folder')]))).toEqual({
    code: 'agent-missing',
    exitCode: 50,
    message: `no guest agent: there is no socket at ${join('file')}`,
    hint: `mount it into the container: ${join('file')}:${join('file')}`,
  });
});

test('the variable names one, and then no other counts', async () => {
  const { join } = await places();
  expect(findAgent({ [SOCKET_VARIABLE]: join('link') }, [])).toEqual({ socketPath: join('link') });
  for (const path of [join('file'), join('folder'), join('none'), 'socket', '', 'http://127.0.0.1/\u001b']) {
    expect(missing(findAgent({ [SOCKET_VARIABLE]: path }, [join('socket')]))).toEqual({
      code: 'agent-missing',
      exitCode: 50,
      message: `TWL_AGENT_SOCKET names '${path.replace('\u001b', '\\x1b')}', which is no absolute path of a socket`,
      hint: 'correct the path, or unset the variable',
    });
  }
});

test("the SDK's own variable is not read", async () => {
  const { join } = await places();
  expect('missing' in findAgent({ DSTACK_SIMULATOR_ENDPOINT: join('socket') }, [])).toBe(true);
});

test("the places are those of dstack's SDK", () => {
  expect(SOCKET_PLACES).toEqual([
    '/var/run/dstack.sock',
    '/run/dstack.sock',
    '/var/run/dstack/dstack.sock',
    '/run/dstack/dstack.sock',
  ]);
});
