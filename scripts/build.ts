// Bundles each program into one readable file under dist/, and the lazily loaded parts beside them.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Programs, and what they start in a thread: output name -> source. */
const entries = {
  'trusted-workload-launcher': 'src/launcher/main.ts',
  'verify-pack-worker': 'src/source/pack/verify-pack-worker.ts',
};

rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const [name, input] of Object.entries(entries)) {
  await build({
    cwd: root,
    input: { [name]: input },
    platform: 'node',
    logLevel: 'warn',
    external: [/^node:/],
    transform: { define: { __VERSION__: JSON.stringify(version) } },
    output: {
      dir: join(root, 'dist'),
      format: 'esm',
      minify: false,
      entryFileNames: '[name].js',
      // What only some launches need (ssh, local repositories) is a file of its own and not parsed by the others.
      chunkFileNames: 'lazy/[name].js',
    },
  });
}
