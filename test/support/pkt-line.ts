export const FLUSH = Buffer.from('0000');
export const DELIMITER = Buffer.from('0001');

const LARGEST_BAND = 65515;
const BAND = { data: 1, progress: 2, error: 3 } as const;

/** One pkt-line: its length in four hex digits, then the bytes. */
export const pktLine = (content: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(content as Uint8Array);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
};

/** One pkt-line of a side band. */
export const bandLine = (band: keyof typeof BAND, content: string | Uint8Array): Buffer =>
  pktLine(Buffer.concat([Buffer.from([BAND[band]]), Buffer.from(content as Uint8Array)]));

export interface PackfileResponseOptions {
  /** Pack bytes in each line, at most 65515. */
  chunk?: number;
  /** Progress texts, sent before the pack. */
  progress?: readonly (string | Uint8Array)[];
  /** A fatal message on band 3, sent after the pack's bytes. */
  error?: string | Uint8Array;
  /** Commits of the `shallow-info` section that a fetch with a depth is answered with; none leaves the section out. */
  shallow?: readonly string[];
  /** Leaves out the closing flush packet. */
  unfinished?: boolean;
}

/** The head of a protocol v2 answer to `fetch`, up to the first side-band line. */
export const packfileHead = (shallow: readonly string[] = []): Buffer => {
  const section =
    shallow.length === 0
      ? []
      : [pktLine('shallow-info\n'), ...shallow.map((oid) => pktLine(`shallow ${oid}\n`)), DELIMITER];
  return Buffer.concat([...section, pktLine('packfile\n')]);
};

/** The body of a protocol v2 answer to `fetch` that carries the given pack, whatever it is. */
export const packfileResponse = (pack: Uint8Array, options: PackfileResponseOptions = {}): Buffer => {
  const chunk = Math.min(options.chunk ?? LARGEST_BAND, LARGEST_BAND);
  const parts = [packfileHead(options.shallow)];
  for (const text of options.progress ?? []) parts.push(bandLine('progress', text));
  for (let at = 0; at < pack.length; at += chunk) parts.push(bandLine('data', pack.subarray(at, at + chunk)));
  if (options.error !== undefined) parts.push(bandLine('error', options.error));
  if (options.unfinished !== true) parts.push(FLUSH);
  return Buffer.concat(parts);
};

/** The body of an answer that is one `ERR` line. */
export const errorResponse = (message: string): Buffer => Buffer.concat([pktLine(`ERR ${message}\n`), FLUSH]);
