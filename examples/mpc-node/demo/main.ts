// npm run demo:mpc
import { realRegistry } from '../../../test/registry/real-registry.ts';
import { runDemo } from './demo.ts';
import { openEngine } from './engine.ts';

const say = (line: string): void => console.error(`> ${line}`);
const indented = (text: string): void => console.error(text.trimEnd().replace(/^/gm, '    '));

const demo = async (): Promise<number> => {
  const engine = await openEngine();
  try {
    const registry = await realRegistry();
    if (registry === undefined)
      throw new Error('there is no registry: install docker-registry, or name one in REGISTRY=127.0.0.1:5000');
    try {
      const { log, nodeConfig, verdict } = await runDemo(engine, registry.host, say);
      say('the log of the launcher:');
      indented(log);
      say('what the node found at /mnt/shared/mpc-config.toml, its beginning:');
      indented(nodeConfig.split('\n').slice(0, 12).join('\n'));
      say('the report:');
      process.stdout.write(verdict.stdout);
      process.stderr.write(verdict.stderr);
      return verdict.code ?? 1;
    } finally {
      await registry.stop();
    }
  } finally {
    await engine.stop();
  }
};

try {
  process.exitCode = await demo();
} catch (error) {
  say(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
