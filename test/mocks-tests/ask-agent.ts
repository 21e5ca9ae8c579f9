import { type IncomingHttpHeaders, request } from 'node:http';

export interface Asked {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request over the socket; rejects where the connection fails or the answer does not end as it should. */
export const ask = (
  socketPath: string,
  path: string,
  body?: string,
  options: { method?: string; type?: string; signal?: AbortSignal } = {},
): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const { method = 'POST', type = 'application/json', signal } = options;
    const call = request(
      { socketPath, path, method, headers: { 'content-type': type }, agent: false, ...(signal ? { signal } : {}) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    call.on('error', reject);
    call.end(body);
  });

/** The answer's JSON. */
// biome-ignore lint/suspicious/noExplicitAny: answers have many shapes, and a wrong one fails the test
export const call = async (socketPath: string, method: string, parameters: object = {}): Promise<any> => {
  const { status, body } = await ask(socketPath, `/${method}`, JSON.stringify(parameters));
  if (status !== 200) throw new Error(`${status} ${body}`);
  return body === '' ? null : JSON.parse(body);
};
