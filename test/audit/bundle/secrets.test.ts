import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '../../cli/support/called.ts';
import { save } from '../../cli/support/saved.ts';

const server = createServer((request, response) => {
  response.statusCode = request.url?.startsWith('/gone') === true ? 404 : 200;
  response.end('no launcher wrote this\n');
});
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done())));
afterAll(() => server.close());

test.each(['/logs', '/gone'])('what stands in the query of %s is in no file, behind a comma neither', async (path) => {
  const { info, good, scratch } = save();
  const { port } = server.address() as AddressInfo;
  const logs = `http://127.0.0.1:${port}${path}?fields=a,b&token=S3CRET`;
  const files = ['saved.json', 'result.json'].map((name) => scratch.join(name)) as [string, string];
  const args = [
    'verify',
    info,
    ...good,
    '--only',
    'runtime',
    '--logs',
    logs,
    '--save',
    files[0],
    '--attest-result',
    files[1],
  ];
  const { stderr } = await call(args);
  expect(stderr).toContain('twl: saved');
  for (const file of files) expect(readFileSync(file, 'latin1')).not.toContain('S3CRET');
  if (path === '/logs') expect(readFileSync(files[0], 'latin1')).toContain(`logs of http://127.0.0.1:${port}/logs"`);
});
