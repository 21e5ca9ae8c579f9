// npm run variants: runs the tests that change evidence, and prints how many changes they are. Each is one test: it says what was changed,
// and holds that the verdict is not VERIFIED and that the right check says so. Random changes are counted as the one test that makes them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What is changed, and the tests that do it: files, or folders of them. */
export const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['one part of a deployment changed', ['test/audit/variants/variants.test.ts', 'test/audit/variants/roots.test.ts']],
  ['bits, bytes and lengths of an answer', ['test/audit/variants/bit-flips.test.ts']],
  ['hostile texts', ['test/audit/variants/hostile.test.ts', 'test/audit/report/hostile.test.ts']],
  ['with the real program', ['test/audit/variants/process.test.ts']],
  [
    'quotes, collateral and certificates',
    ['test/tdx/judge.test.ts', 'test/tdx/differential.test.ts', 'test/tdx/verify-quote.test.ts'],
  ],
  ['compose files that change the launcher', ['test/compose']],
  ['who built the launcher', ['test/provenance/check-bundle.test.ts', 'test/provenance/check-identity.test.ts']],
  ['one link of all four steps changed', ['test/audit/steps/story.test.ts', 'test/audit/steps/changes.test.ts']],
  ['addresses that evidence names', ['test/audit/steps/program.test.ts']],
  ['receipts, logs and freshness', ['test/audit/runtime']],
  ['evidence bundles', ['test/audit/bundle', 'test/demo/links.test.ts']],
  ['pages made from hostile evidence', ['test/audit/report/html/hostile.test.ts']],
];

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** What the tests with random changes say of themselves. */
const RANDOM = /answers damaged at random: (\d+)/;
/** Of failures, so many are printed. */
const SHOWN = 20;

const run = (): Results & { readonly random: number } => {
  const folder = mkdtempSync(join(tmpdir(), 'twl-variants-'));
  try {
    const file = join(folder, 'results.json');
    const paths = GROUPS.flatMap(([, of]) => of);
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', ...paths, '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
    const { stdout } = spawnSync(process.execPath, args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 256 * 1024 * 1024,
    });
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
    return { ...results, random: Number(RANDOM.exec(stdout)?.[1] ?? 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const main = (): void => {
  const { testResults, random } = run();
  const files = testResults.map((one) => ({ ...one, path: relative(ROOT, one.name) }));
  const isOf = (path: string, of: readonly string[]): boolean =>
    of.some((one) => path === one || path.startsWith(`${one}/`));
  const tests = files.flatMap(({ path, assertionResults }) => assertionResults.map((test) => ({ ...test, path })));
  let held = 0;
  for (const [name, of] of GROUPS) {
    const count = tests.filter(({ path, status }) => status === 'passed' && isOf(path, of)).length;
    held += count;
    console.log(`${String(count).padStart(6)}  ${name}`);
  }
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed').length;
  console.log(`${String(held).padStart(6)}  changes, each noticed${skipped > 0 ? `; ${skipped} skipped` : ''}`);
  console.log(`${String(random).padStart(6)}  answers damaged at random beside them`);
  const failed = tests.filter(({ status }) => status === 'failed').map(({ path, fullName }) => `${path}: ${fullName}`);
  const broken = files.filter(({ message }) => message !== '').map(({ path, message }) => `${path}: ${message}`);
  const wrong = [...failed, ...broken];
  for (const one of wrong.slice(0, SHOWN)) console.error(`FAILED  ${one}`);
  if (wrong.length > SHOWN) console.error(`FAILED  ... and ${wrong.length - SHOWN} more`);
  process.exitCode = wrong.length > 0 || held === 0 ? 1 : 0;
};

if (import.meta.main) main();
