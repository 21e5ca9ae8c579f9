import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RunningServer {
  url: string;
  close(): void;
}

const cgiVariables = (
  { method = 'GET', url = '/', headers }: IncomingMessage,
  root: string,
): Record<string, string> => {
  const { pathname, search } = new URL(url, 'http://localhost');
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: search.slice(1),
    REQUEST_METHOD: method,
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
  };
};

/** Hands git's answer on: a head of lines, a blank one, the body. */
const answer = (request: IncomingMessage, response: ServerResponse, root: string): void => {
  const git = spawn('git', ['http-backend'], { env: cgiVariables(request, root), stdio: ['pipe', 'pipe', 'inherit'] });
  git.on('error', () => response.destroy());
  git.stdin.on('error', () => undefined);
  request.pipe(git.stdin);
  let head = Buffer.alloc(0);
  const readHead = (bytes: Buffer): void => {
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    git.stdout.off('data', readHead);
    for (const line of head.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/);
      if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    git.stdout.pipe(response);
  };
  git.stdout.on('data', readHead);
};

/** Serves the repositories below `root` over smart HTTP on a free port of the loopback interface, by `git http-backend`. */
export const serveRepositories = async (root: string): Promise<RunningServer> => {
  const server = createServer((request, response) => answer(request, response, root));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
