import { createHash } from 'node:crypto';
import { Pusher } from '../registry/real-registry.ts';
import { tarItem } from '../registry/tar-builder.ts';

const OCI = 'application/vnd.oci.image';
const sha256 = (bytes: Uint8Array | string): `sha256:${string}` =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A program for linux/amd64 that waits for signals for ever: one page, no library. `pause()` in a loop. */
const waiter = (): Buffer => {
  const code = Buffer.from([0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7]);
  const header = Buffer.alloc(120);
  const base = 0x400000n;
  header.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(62, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(base + 120n, 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(base, 80);
  header.writeBigUInt64LE(base, 88);
  header.writeBigUInt64LE(BigInt(120 + code.length), 96);
  header.writeBigUInt64LE(BigInt(120 + code.length), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([header, code]);
};

export interface NodeImage {
  readonly manifest: `sha256:${string}`;
  readonly config: `sha256:${string}`;
}

/** A stub of the MPC node, pushed to a registry under `tag`; `release` makes it another image. Under an index where asked for. */
export const pushNode = async (
  host: string,
  name: string,
  { tag, release, index = false }: { tag: string; release: string; index?: boolean },
): Promise<NodeImage> => {
  const pusher = new Pusher(host, name);
  const layer = Buffer.concat([
    tarItem({ path: 'app/', type: '5', mode: 0o755 }),
    tarItem({ path: 'app/mpc-node', mode: 0o755, content: waiter() }),
    tarItem({ path: 'release', content: release }),
    Buffer.alloc(1024),
  ]);
  const config = JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    // Process 1 without a handler is deaf to SIGTERM.
    config: { Cmd: ['/app/mpc-node'], StopSignal: 'SIGKILL' },
    rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
  });
  await pusher.blob(layer, sha256(layer));
  await pusher.blob(config, sha256(config));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: { mediaType: `${OCI}.config.v1+json`, digest: sha256(config), size: config.length },
    layers: [{ mediaType: `${OCI}.layer.v1.tar`, digest: sha256(layer), size: layer.length }],
  });
  const digest = sha256(manifest);
  await pusher.manifest(manifest, `${OCI}.manifest.v1+json`, index ? digest : tag);
  if (index) {
    const descriptor = { mediaType: `${OCI}.manifest.v1+json`, digest, size: manifest.length };
    const list = JSON.stringify({
      schemaVersion: 2,
      mediaType: `${OCI}.index.v1+json`,
      manifests: [{ ...descriptor, platform: { os: 'linux', architecture: 'amd64' } }],
    });
    await pusher.manifest(list, `${OCI}.index.v1+json`, tag);
  }
  return { manifest: digest, config: sha256(config) };
};
