import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Peak resident memory of the launcher in MB. The kernel keeps a process's peak across execve, so the workload, which is the
 * same process, can tell it (getrusage, ru_maxrss); a Node that starts for this is smaller than the launcher was.
 */
export const measureMemory = async (launcher: string, writePin: (extra: string) => string): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'twl-memory-'));
  try {
    const report = join(folder, 'peak');
    const code = `require('fs').writeFileSync('${report}', String(process.resourceUsage().maxRSS))`;
    const pin = writePin(`RUN_CMD=exec ${process.execPath} -e "${code}"\n`);
    await promisify(execFile)(launcher, [pin], { env: { PATH: '/usr/bin:/bin' } });
    return Number(readFileSync(report, 'utf8')) / 1024;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
