import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { lookInto } from '../../../src/audit/collect/derived/look-into.ts';
import { repositoryAt } from '../../../src/audit/collect/derived/open-repository.ts';
import { dockerfileText } from '../../../src/audit/pinning/derived-image.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import { GRAMMAR_LABEL } from '../../../src/pin/grammar-label.ts';
import { realRegistry } from '../../registry/real-registry.ts';
import { engine } from '../../support/container-engine.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { pinOf } from '../source/support.ts';
import { CONFIG_PATH } from './support.ts';

const [docker, registry] = [await engine(), await realRegistry()];
afterAll(() => registry?.stop());

const COMMIT = 'c0'.repeat(20);
const LAUNCHER = [
  'FROM scratch',
  'COPY launcher /usr/local/bin/trusted-workload-launcher',
  'ENTRYPOINT ["/usr/local/bin/trusted-workload-launcher"]',
  'ENV PATH=/usr/bin',
];

test.skipIf(docker === undefined || registry === undefined)(
  'what `twl pin --form derived-image` writes, built by a real engine, is a launcher image with a pin and nothing else',
  async () => {
    const place = useScratch();
    const name = `${registry!.host}/tests/e${randomBytes(6).toString('hex')}`;
    /** Builds and pushes; the digest that the engine says it has. */
    const build = async (tag: string, files: Readonly<Record<string, string>>): Promise<string> => {
      const folder = place.join(tag);
      mkdirSync(folder);
      // A file that others may write, as some checkouts leave it: the Dockerfile says what it becomes.
      for (const [file, text] of Object.entries(files)) {
        writeFileSync(`${folder}/${file}`, text);
        chmodSync(`${folder}/${file}`, 0o666);
      }
      const metadata = place.join(`${tag}.json`);
      await docker!.docker('buildx', 'build', '--push', '-t', `${name}:${tag}`, '--metadata-file', metadata, folder);
      return JSON.parse(readFileSync(metadata, 'utf8'))['containerimage.digest'];
    };
    const label = `LABEL ${GRAMMAR_LABEL}=1`;
    const base = await build('base', { launcher: 'x', Dockerfile: [...LAUNCHER, label, ''].join('\n') });
    const deployment = {
      pin: pinOf('https://git.example/a.git', COMMIT),
      resolved: { commit: COMMIT, format: 'sha1' as const, ref: undefined, tag: undefined },
      at: 0,
      image: `${name}@${base}`,
      attest: false,
    };
    const Dockerfile = dockerfileText(deployment, 'launcher.conf');
    const look = async (digest: string) =>
      await lookInto({
        name,
        digest,
        isPinWanted: true,
        policy: EMPTY_POLICY,
        base: undefined,
        open: (at) => repositoryAt(at, { registry: registry!.host, deadline: performance.now() + 20_000 }),
      });
    const derived = await look(await build('derived', { 'launcher.conf': 'A=1\n', Dockerfile }));
    expect(derived).toMatchObject({
      grammars: ['1'],
      derived: { base, baseName: name, added: 1, findings: [], pins: [{ origin: CONFIG_PATH }] },
    });
    expect(Buffer.from(derived.derived!.pins[0]!.bytes).toString()).toBe('A=1\n');

    const inVariable = `FROM ${name}@${base}\nENV LAUNCHER_CONFIG="A=1"\nLABEL org.opencontainers.image.base.digest=${base}\n`;
    expect(await look(await build('variable', { Dockerfile: inVariable }))).toMatchObject({
      derived: { findings: [], pins: [{ origin: 'LAUNCHER_CONFIG' }] },
    });
    const more = `${Dockerfile}COPY launcher.conf /usr/local/bin/trusted-workload-launcher\nCMD ["x"]\n`;
    expect(await look(await build('more', { 'launcher.conf': 'A=1\n', Dockerfile: more }))).toMatchObject({
      derived: {
        findings: expect.arrayContaining([
          'it changes Cmd of the lower image',
          'it adds a layer: usr/local/bin/trusted-workload-launcher is neither the config nor a folder above it',
          'it adds a layer: usr/local/bin/trusted-workload-launcher can be written by others than its owner',
        ]),
      },
    });
  },
  120_000,
);
