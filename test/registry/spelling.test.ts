import { expect, test } from 'vitest';
import { readImageConfig } from '../../src/registry/image-config.ts';
import { readManifest } from '../../src/registry/manifest.ts';
import { checkSpelling } from '../../src/registry/spelling.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_MANIFEST, sha256 } from './fake-registry.ts';

test.each([
  ['architecture', undefined],
  ['Architecture', 'architecture'],
  ['ARCHITECTURE', 'architecture'],
  ['o\u017f', 'os'],
  ['OS', 'os'],
  ['tri\u212ae', 'trike'],
  ['os.version', undefined],
  ['oss', undefined],
  ['', undefined],
])('%j is another spelling of %j', (key, name) => {
  const check = () => checkSpelling({ first: 1, [key]: 2 }, ['os', 'architecture', 'trike'], 'it');
  if (name === undefined) expect(check).not.toThrow();
  else {
    expect(check).toThrow(
      expect.objectContaining({
        code: 'bad-manifest',
        message: `it has '${key}', which engines read as '${name}'`,
      }),
    );
  }
});

const digest = sha256('x');
const DESCRIPTOR = { mediaType: OCI_MANIFEST, digest, size: 1 };
const INDEX = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [DESCRIPTOR] };
const PLATFORM = { os: 'linux', architecture: 'arm64' };
const CONFIG = { os: 'linux', architecture: 'arm64', rootfs: { type: 'layers', diff_ids: [] } };
const MANIFEST = {
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config: { mediaType: OCI_CONFIG, digest, size: 1 },
  layers: [],
};
const child = (changes: object) => ({ ...INDEX, manifests: [{ ...DESCRIPTOR, ...changes }] });

test.each([
  [child({ platform: { ...PLATFORM, Architecture: 'amd64' } }), 'it: manifests[0].platform', 'Architecture'],
  [child({ platform: { ...PLATFORM, OS: 'windows' } }), 'it: manifests[0].platform', 'OS'],
  [child({ platform: { ...PLATFORM, Variant: 'v1' } }), 'it: manifests[0].platform', 'Variant'],
  [child({ Platform: { os: 'linux', architecture: 'amd64' } }), 'it: manifests[0]', 'Platform'],
  [child({ Digest: sha256('other') }), 'it: manifests[0]', 'Digest'],
  [child({ MediaType: OCI_INDEX }), 'it: manifests[0]', 'MediaType'],
  [child({ Size: 2 }), 'it: manifests[0]', 'Size'],
  [child({ ArtifactType: 'a/b' }), 'it: manifests[0]', 'ArtifactType'],
  [child({ Annotations: {} }), 'it: manifests[0]', 'Annotations'],
  [child({ URLs: [] }), 'it: manifests[0]', 'URLs'],
  [child({ Data: '' }), 'it: manifests[0]', 'Data'],
  [child({ odd: 1, Odd: 1 }), 'it: manifests[0]', 'Odd'],
  [child({ platform: { ...PLATFORM, 'OS.version': '1' } }), 'it: manifests[0].platform', 'OS.version'],
  [child({ platform: { ...PLATFORM, 'os.Features': [] } }), 'it: manifests[0].platform', 'os.Features'],
  [child({ platform: { ...PLATFORM, Features: [] } }), 'it: manifests[0].platform', 'Features'],
  [{ ...INDEX, Manifests: [] }, 'it', 'Manifests'],
  [{ ...INDEX, MediaType: OCI_MANIFEST }, 'it', 'MediaType'],
  [{ ...INDEX, SchemaVersion: 1 }, 'it', 'SchemaVersion'],
  [{ ...INDEX, Subject: DESCRIPTOR }, 'it', 'Subject'],
  [{ ...INDEX, ArtifactType: 'a/b' }, 'it', 'ArtifactType'],
  [{ ...INDEX, Annotations: {} }, 'it', 'Annotations'],
  [{ ...INDEX, Layers: [] }, 'it', 'Layers'],
  [{ ...MANIFEST, Config: MANIFEST.config }, 'it', 'Config'],
])('a document that engines read otherwise is refused: %j', (document, what, key) => {
  const bytes = Buffer.from(JSON.stringify(document));
  expect(() => readManifest(bytes, document.mediaType, 'it')).toThrow(
    expect.objectContaining({
      code: 'bad-manifest',
      message: expect.stringContaining(`${what} has '${key}', which engines read as '`),
    }),
  );
});

const inConfig = (key: string): [object, string, string] => [
  { ...CONFIG, config: { Entrypoint: ['/l'], [key]: null } },
  'it: config',
  key,
];
const atTop = (key: string): [object, string, string] => [{ ...CONFIG, [key]: null }, 'it', key];

test.each<[object, string, string]>([
  [{ ...CONFIG, Architecture: 'amd64' }, 'it', 'Architecture'],
  [{ ...CONFIG, Os: 'windows' }, 'it', 'Os'],
  [{ ...CONFIG, Variant: 'v1' }, 'it', 'Variant'],
  [{ ...CONFIG, Config: { Entrypoint: ['/evil'] } }, 'it', 'Config'],
  [{ ...CONFIG, RootFS: CONFIG.rootfs }, 'it', 'RootFS'],
  [{ ...CONFIG, rootfs: { ...CONFIG.rootfs, Diff_IDs: [digest] } }, 'it: rootfs', 'Diff_IDs'],
  [{ ...CONFIG, rootfs: { ...CONFIG.rootfs, Type: 'x' } }, 'it: rootfs', 'Type'],
  [{ ...CONFIG, OS: 'linux' }, 'it', 'OS'],
  [{ ...CONFIG, Created: 'x' }, 'it', 'Created'],
  [{ ...CONFIG, odd: 1, oDd: 1 }, 'it', 'oDd'],
  [{ ...CONFIG, config: { odd: 1, oDd: 1 } }, 'it: config', 'oDd'],
  ...['entrypoint', 'ENTRYPOINT', 'entryPoint', 'cmd', 'u\u017fer', 'wor\u212aingDir', 'env', 'volumes'].map(inConfig),
  ...['labels', 'exposedPorts', 'healthcheck', 'onbuild', 'shell', 'stopsignal', 'stoptimeout', 'argsescaped'].map(
    inConfig,
  ),
  ...['networkdisabled', 'macaddress', 'domainname', 'hostname', 'image', 'attachstdin', 'attachstdout'].map(inConfig),
  ...['attachstderr', 'tty', 'openstdin', 'stdinonce', 'memory', 'memoryswap', 'cpushares', 'cpuset'].map(inConfig),
  ...['Author', 'History', 'ID', 'Parent', 'Comment', 'Container', 'Container_Config', 'Docker_Version', 'size'].map(
    atTop,
  ),
  ...['OS.version', 'os.Features'].map(atTop),
])('and so is a config: %j', (document, what, key) => {
  expect(() => readImageConfig(Buffer.from(JSON.stringify(document)), 'it')).toThrow(
    expect.objectContaining({
      code: 'bad-manifest',
      message: expect.stringContaining(`${what} has '${key}', which engines read as '`),
    }),
  );
});

test('members that are not read may be spelled as they like', () => {
  const manifests = [{ ...DESCRIPTOR, annotations: { Os: 'a', os: 'b' }, other: [] }];
  const bytes = Buffer.from(JSON.stringify({ ...INDEX, manifests, Other: 1 }));
  expect(readManifest(bytes, OCI_INDEX, 'it').kind).toBe('index');
  const config = { ...CONFIG, config: { Labels: { a: '1', A: '2' }, other: 1 }, other: 'x' };
  expect(readImageConfig(Buffer.from(JSON.stringify(config)), 'it').architecture).toBe('arm64');
});
