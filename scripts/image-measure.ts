// `node scripts/image-measure.ts IMAGE [ROUNDS]`: how long a container of the image takes to the launcher's first line, beside one of the same image
// that does nothing: what is left is ours. Takes turns, and prints medians in milliseconds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const [image = '', rounds = '15'] = process.argv.slice(2);

/** Milliseconds until a container has said something, or has ended. */
const run = async (args: readonly string[]): Promise<number> => {
  const from = performance.now();
  const child = spawn('docker', ['run', '--rm', '--network', 'none', '--read-only', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = 0;
  child.stderr.once('data', () => {
    said = performance.now() - from;
  });
  child.stderr.resume();
  await once(child, 'exit');
  return said === 0 ? performance.now() - from : said;
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const pin = 'REPO_URL=/none\nCOMMIT_SHA=3b18e512dba79e4c8300dd08aeb37f8e728b8dad\nWORK_DIR=/srv/work\n';
const kinds = {
  nothing: ['--entrypoint', '/usr/bin/busybox', image, 'sh', '-c', 'echo >&2'],
  launcher: ['--env', `LAUNCHER_CONFIG=${pin}`, image],
};
const times: Record<string, number[]> = { nothing: [], launcher: [] };
for (let round = 0; round < Number(rounds); round++) {
  for (const [kind, args] of Object.entries(kinds)) times[kind]?.push(await run(args));
}
const [nothing, launcher] = [median(times.nothing ?? []), median(times.launcher ?? [])];
console.log(
  JSON.stringify({
    rounds: Number(rounds),
    nothing: Math.round(nothing),
    launcher: Math.round(launcher),
    ours: Math.round(launcher - nothing),
  }),
);
