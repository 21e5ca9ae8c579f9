import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** The authority's certificate, as a file and as PEM text. */
  caFile: string;
  ca: string;
  /** The server's key and certificate, for 127.0.0.1, ::1 and localhost. */
  key: string;
  cert: string;
}

const openssl = (folder: string, args: readonly string[]): boolean => {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder };
  const result = spawnSync('openssl', args, { cwd: folder, env, encoding: 'utf8' });
  if (result.error !== undefined) return false;
  if (result.status !== 0) throw new Error(`openssl ${args[0]} failed: ${result.stderr}`);
  return true;
};

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const SERVER_EXTENSIONS = [
  'subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost',
  'basicConstraints=critical,CA:FALSE',
  'extendedKeyUsage=serverAuth',
].join('\n');

/** A throw-away authority and a server certificate signed by it, or `undefined` where there is no openssl. */
export const makeCertificates = (folder: string): Certificates | undefined => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'server.ext'), `${SERVER_EXTENSIONS}\n`);
  const authority = ['-x509', '-days', '30', '-subj', '/CN=test authority', '-keyout', 'ca.key', '-out', 'ca.pem'];
  if (!openssl(folder, ['req', ...EC_KEY, ...authority])) return undefined;
  openssl(folder, ['req', ...EC_KEY, '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr']);
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', 'server.ext'];
  openssl(folder, ['x509', '-req', '-in', 'server.csr', ...signing, '-out', 'server.pem']);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { caFile: join(folder, 'ca.pem'), ca: read('ca.pem'), key: read('server.key'), cert: read('server.pem') };
};
