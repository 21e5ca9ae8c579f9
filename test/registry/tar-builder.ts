/** Header fields as a test wants them, right or wrong. */
export interface TarItem {
  path: string;
  type?: string;
  mode?: number | string;
  uid?: number | string;
  gid?: number;
  content?: Uint8Array | string;
  linkName?: string;
  prefix?: string;
  magic?: string;
  /** In place of the length of the content. */
  size?: number | string;
  checksum?: string;
  /** In place of zeros behind the content. */
  padding?: number;
}

const octal = (value: number | string, width: number): string =>
  typeof value === 'string' ? value : `${value.toString(8).padStart(width - 1, '0')}\0`;

/** One entry: its header, its content, its padding. */
export const tarItem = (item: TarItem): Buffer => {
  const content = Buffer.from((item.content ?? '') as string);
  const block = Buffer.alloc(512);
  const put = (text: string, at: number): void => void block.write(text, at, 'latin1');
  block.write(item.path, 0, 'utf8');
  put(octal(item.mode ?? 0o644, 8), 100);
  put(octal(item.uid ?? 0, 8), 108);
  put(octal(item.gid ?? 0, 8), 116);
  put(octal(item.size ?? content.length, 12), 124);
  put(octal(0, 12), 136);
  put('        ', 148);
  put(item.type ?? '0', 156);
  put(item.linkName ?? '', 157);
  put(item.magic ?? 'ustar\x0000', 257);
  put(item.prefix ?? '', 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(item.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512, item.padding ?? 0);
  return Buffer.concat([block, content, padding]);
};

export const TAR_END = Buffer.alloc(1024);

export const tarOf = (...items: readonly TarItem[]): Buffer => Buffer.concat([...items.map(tarItem), TAR_END]);

/** One record of an extended header, its length counted. */
export const paxRecord = (key: string, value: string): string => {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length++;
  return `${length} ${key}=${value}\n`;
};

export const paxItem = (...records: readonly [string, string][]): TarItem => ({
  path: 'PaxHeaders/0',
  type: 'x',
  content: records.map(([key, value]) => paxRecord(key, value)).join(''),
});
