import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { GRAMMAR_VERSION } from '../../src/pin/canonical.ts';
import { GRAMMAR_LABEL } from '../../src/pin/grammar-label.ts';
import { type Engine, engine } from '../support/container-engine.ts';
import { type BuiltImage, launcherImage } from './build-once.ts';

const found = await engine();
const dock = found as Engine;
const packageJson = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'));

/** Names each library that some program or library of the image needs and does not find, and how many were looked at. */
const LINKS = `count=0
for file in /usr/bin/* /usr/lib/git-core/* /usr/lib/openssh/* /opt/launcher/bin/node /usr/lib/*-linux-gnu/*.so*; do
  [[ -f $file ]] || continue
  out=$(/lib64/ld-linux-x86-64.so.2 --list "$file" 2>/dev/null)
  [[ $out == *'not found'* ]] && echo "$file: $out"
  [[ -n $out ]] && count=$((count + 1))
done
((count > 100)) && echo enough`;

describe.skipIf(found === undefined || process.arch !== 'x64')('the image', () => {
  let image: BuiltImage;
  beforeAll(async () => {
    image = await launcherImage(dock);
  }, 600_000);

  test('is three layers: packages, Node, the launcher', () => {
    expect(image.platforms).toHaveLength(1);
    const sizes = image.platforms[0]!.layers.map(({ size }) => Math.ceil(size / 2 ** 20));
    expect(sizes).toHaveLength(3);
    expect(sizes[0]).toBeLessThan(40);
    expect(sizes[1]).toBeLessThan(50);
    expect(sizes[2]).toBeLessThan(2);
  });

  test('says in labels whose it is and how it reads a pin', async () => {
    const [{ Config }] = JSON.parse(await dock.docker('image', 'inspect', image.tag));
    expect(Config.Labels).toEqual({
      'org.opencontainers.image.title': 'trusted-workload-launcher',
      'org.opencontainers.image.description': 'Runs one exact git commit inside a TEE',
      'org.opencontainers.image.licenses': packageJson.license,
      'org.opencontainers.image.source': packageJson.repository.url.replace(/^git\+|\.git$/g, ''),
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{40}$|^none: files that are in no commit$/),
      'org.opencontainers.image.version': packageJson.version,
      [GRAMMAR_LABEL]: String(GRAMMAR_VERSION),
    });
    expect(Config.Entrypoint).toEqual(['/usr/local/bin/trusted-workload-launcher']);
    expect(Config.Env).toEqual(['PATH=/usr/local/bin:/usr/bin:/bin']);
    expect(Config.Cmd ?? []).toEqual([]);
    expect(Config.Volumes ?? {}).toEqual({});
  });

  const run = async (...args: string[]) => await dock.try(['run', '--rm', '--network', 'none', ...args]);

  test.each(['trusted-workload-launcher', 'git-launcher', 'twl-attest', 'mpc-launcher'])(
    '%s says its version and its help',
    async (name) => {
      const options = ['--read-only', '--cap-drop', 'ALL', '--user', '10001', '--entrypoint', name, image.tag];
      const version = await run(...options, '--version');
      expect(version).toMatchObject({ code: 0, stderr: '' });
      expect(version.stdout).toMatch(
        new RegExp(`^${name} ${packageJson.version.replaceAll('.', '\\.')}(\\+[0-9a-f]{40})?\n$`),
      );
      const help = await run(...options, '--help');
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toContain(name);
    },
  );

  test('another name of the entry point is refused', async () => {
    const link = 'ln -s /opt/launcher/entry /tmp/other && exec /tmp/other';
    const other = await run('--entrypoint', 'bash', image.tag, '-c', link);
    expect(other).toEqual({ code: 2, stdout: '', stderr: '[other] error: no program of this name\n' });
  });

  test('every program finds its libraries, and what workloads use is there', async () => {
    expect(await run('--entrypoint', 'bash', image.tag, '-c', LINKS)).toEqual({
      code: 0,
      stdout: 'enough\n',
      stderr: '',
    });
    const tools = 'bash sh git ssh ssh-keygen sort sed grep find xargs awk readlink env id';
    const missing = `for tool in ${tools}; do type -P "$tool" >/dev/null || echo "$tool"; done; command -v apt perl npm curl wget python3 gcc`;
    expect((await run('--entrypoint', 'bash', image.tag, '-c', missing)).stdout).toBe('');
    const certificates = await run(
      '--entrypoint',
      'grep',
      image.tag,
      '-c',
      'BEGIN CERT',
      '/etc/ssl/certs/ca-certificates.crt',
    );
    expect(Number(certificates.stdout)).toBeGreaterThan(100);
  });

  test('nothing in it can be written by the user of a workload, but for /data and temporary folders', async () => {
    const writable = 'find / -xdev ( -path /proc -o -path /sys -o -path /dev ) -prune -o -writable ! -type l -print';
    const { stdout } = await run('--user', '10001', '--entrypoint', 'find', image.tag, ...writable.split(' ').slice(1));
    expect(stdout.trim().split('\n').sort()).toEqual(['/data', '/tmp', '/var/tmp']);
    const special = await run('--entrypoint', 'find', image.tag, ...'/ -xdev -type f -perm /7000 -print'.split(' '));
    expect(
      special.stdout
        .trim()
        .split('\n')
        .filter((path) => path !== ''),
    ).toEqual([]);
  });
});
