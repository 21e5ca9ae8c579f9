import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const works = (): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' });
    return true;
  } catch {
    console.info('openssl is not on this machine: what it would say of the mock certificates is not checked');
    return false;
  }
};

export const hasOpenssl = works();

/** Writes the files, runs openssl with their names filled in for `{name}`, and says whether it was content, and what it printed. */
export const openssl = (
  files: Readonly<Record<string, string | Uint8Array>>,
  ...args: readonly string[]
): { ok: boolean; text: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'twl-openssl-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const named = args.map((arg) => arg.replace(/^\{(.*)\}$/, (_, name: string) => join(folder, name)));
    return { ok: true, text: execFileSync('openssl', named, { stdio: 'pipe', encoding: 'utf8' }) };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { ok: false, text: `${stdout}${stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
