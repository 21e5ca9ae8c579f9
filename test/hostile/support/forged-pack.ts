import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { tryGit } from '../../support/git-command.ts';
import type { ObjectType } from '../../support/git-objects.ts';
import { buildPack } from '../../support/pack-builder.ts';
import { type Checkout, evilScript } from './planted-checkout.ts';

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Offsets of whole objects in a pack that was built of `count` of them one by one. */
const offsetsOf = (entries: Parameters<typeof buildPack>[0]): number[] =>
  entries.map((_, place) => buildPack(entries.slice(0, place)).length - 20);

/** In place of the checkout's pack: one whose script has other bytes, with an index that gives them the right name. */
export const forgedPack = async ({ workDir, git, canary }: Checkout): Promise<void> => {
  const list = await tryGit(['-C', workDir, 'rev-list', '--objects', '--no-object-names', '-1', 'HEAD']);
  const ids = list.stdout.toString().trim().split('\n').sort();
  const script = (await tryGit(['-C', workDir, 'rev-parse', 'HEAD:tee-launch.sh'])).stdout.toString().trim();
  const entries: { type: ObjectType; bytes: Buffer }[] = [];
  for (const id of ids) {
    const type = (await tryGit(['-C', workDir, 'cat-file', '-t', id])).stdout.toString().trim() as ObjectType;
    const { stdout } = await tryGit(['-C', workDir, 'cat-file', type, id]);
    entries.push({ type, bytes: id === script ? Buffer.from(evilScript(canary)) : stdout });
  }
  const pack = buildPack(entries);
  const offsets = offsetsOf(entries);
  const fanOut = Array.from({ length: 256 }, (_, first) =>
    uint32(ids.filter((id) => Number.parseInt(id.slice(0, 2), 16) <= first).length),
  );
  const index = Buffer.concat([
    Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]),
    ...fanOut,
    ...ids.map((id) => Buffer.from(id, 'hex')),
    ...offsets.map((offset, place) => uint32(crc32(pack.subarray(offset, offsets[place + 1] ?? pack.length - 20)))),
    ...offsets.map(uint32),
    pack.subarray(-20),
  ]);
  const folder = `${git}/objects/pack`;
  for (const name of readdirSync(folder)) {
    chmodSync(`${folder}/${name}`, 0o644);
    if (name.endsWith('.pack')) writeFileSync(`${folder}/${name}`, pack);
    if (name.endsWith('.idx')) {
      writeFileSync(`${folder}/${name}`, Buffer.concat([index, createHash('sha1').update(index).digest()]));
    }
  }
};
