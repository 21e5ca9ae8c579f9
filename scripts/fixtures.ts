// Brings the captures that tests read, for whoever has no ../shared/fixtures: `npm run fixtures`. Each file is named by repository, git blob
// and SHA-256: a blob is the same bytes whatever becomes of branch and path, and what does not hash right is not written.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Capture {
  readonly path: string;
  readonly repository: string;
  /** Git's name of the bytes. */
  readonly blob: string;
  readonly sha256: string;
  readonly size: number;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const CAPTURES: readonly Capture[] = JSON.parse(readFileSync(join(root, 'scripts/fixtures.json'), 'utf8'));
/**
 * GitHub answers an anonymous caller 60 times an hour, and there are more captures than that: run it again an hour later, or
 * set GITHUB_TOKEN (no scope is needed). What is there already is not asked for again.
 */
const API = 'https://api.github.com';
const TIMEOUT_MS = 60_000;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const isThere = (path: string, { sha256: expected }: Capture): boolean =>
  existsSync(path) && sha256(readFileSync(path)) === expected;

/** The body, which may have `size` bytes and no more. */
const readBody = async (response: Response, size: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > size) throw new Error(`the answer is longer than ${size} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const fetchCapture = async (
  api: string,
  { repository, blob, sha256: expected, size }: Capture,
): Promise<Uint8Array> => {
  const response = await fetch(`${api}/repos/${repository}/git/blobs/${blob}`, {
    headers: {
      accept: 'application/vnd.github.raw+json',
      'user-agent': 'trusted-workload-launcher',
      ...(process.env.GITHUB_TOKEN === undefined ? {} : { authorization: `Bearer ${process.env.GITHUB_TOKEN}` }),
    },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  const bytes = await readBody(response, size);
  const found = sha256(bytes);
  if (found !== expected) throw new Error(`SHA-256 is ${found}, not ${expected}`);
  return bytes;
};

/**
 * Writes every capture that is not yet below `folder`, whole and under its final name only when it hashes right. Returns how many
 * could not be had; each is named on standard error.
 */
export const fetchFixtures = async (folder: string, api: string, captures = CAPTURES): Promise<number> => {
  let missing = 0;
  for (const capture of captures) {
    const path = join(folder, capture.path);
    if (isThere(path, capture)) continue;
    try {
      const bytes = await fetchCapture(api, capture);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.part`, bytes);
      renameSync(`${path}.part`, path);
    } catch (error) {
      missing += 1;
      console.error(`${capture.path} of ${capture.repository}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return missing;
};

if (import.meta.main) {
  const folder = join(root, 'fixtures');
  const missing = await fetchFixtures(folder, API);
  console.log(`${CAPTURES.length - missing} of ${CAPTURES.length} captures are in fixtures/`);
  process.exitCode = missing === 0 ? 0 : 1;
}
