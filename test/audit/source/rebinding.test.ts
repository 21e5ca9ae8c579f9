import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { auditSource } from './audit-source.ts';
import { pinOf, quickLimits } from './support.ts';

const asked: string[] = [];

vi.mock('node:dns', () => ({
  lookup: (host: string, _options: unknown, done: (error: null, addresses: object[]) => void) => {
    asked.push(host);
    done(null, [
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
  },
}));

test('a public name one of whose addresses is this machine: nothing is contacted', async () => {
  let connections = 0;
  const canary = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0);
  await once(canary, 'listening');
  const { port } = canary.address() as AddressInfo;
  const url = `https://git.example.com:${port}/x`;
  const pin = pinOf(url, '1'.repeat(40));
  const { outcomes } = await auditSource({ pin, address: { url, named: false }, limits: quickLimits() });
  expect(asked).toEqual(['git.example.com']);
  expect(outcomes['source.commit']).toMatchObject({ state: 'not-checked', exit: 13 });
  expect(outcomes['source.commit'].summary).toContain("leads to 'git.example.com', which is 127.0.0.1: not a public");
  expect(connections).toBe(0);
  canary.close();
});
