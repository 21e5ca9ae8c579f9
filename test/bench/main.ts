// npm run bench [-- launch|verify|bundle [OPTIONS]]: one suite with its options, or all with none.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SUITES = ['launch', 'verify', 'bundle'];
const [suite, ...options] = process.argv.slice(2);
if (suite !== undefined && !SUITES.includes(suite)) {
  console.error(`error: no suite ${suite}; there are ${SUITES.join(', ')}`);
  process.exit(2);
}
for (const name of suite === undefined ? SUITES : [suite]) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...options], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
