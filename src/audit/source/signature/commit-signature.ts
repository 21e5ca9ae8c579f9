import { MAX_SIGNATURE_BYTES } from '../limits.ts';

/** A commit taken apart: what was signed, and the signature as the commit carries it. */
export interface SignedCommit {
  /** The commit without its signatures, which is what git signs. */
  readonly payload: Buffer;
  /** Text of the signature header, its folding undone; undefined where there is none. */
  readonly signature: string | undefined;
  /** Why it is no signature that git would write. */
  readonly fault: string | undefined;
}

/** Header lines: `gpgsig`, and `gpgsig-sha256` for the other object format, each with continuation lines that begin with a space. */
const HEADER = /^gpgsig(?:-sha256)? /;
const LINE_FEED = 0x0a;

/** Takes the signature out of a commit as git does (commit.c, `parse_buffer_signed_by_header`). */
export const splitSignature = (content: Buffer, format: 'sha1' | 'sha256'): SignedCommit => {
  const own = format === 'sha1' ? 'gpgsig ' : 'gpgsig-sha256 ';
  const kept: Buffer[] = [];
  const signature: string[] = [];
  let signatures = 0;
  let bytes = 0;
  let inside: 'own' | 'other' | undefined;
  let at = 0;
  while (at < content.length) {
    const end = content.indexOf(LINE_FEED, at);
    const next = end < 0 ? content.length : end + 1;
    // The empty line: the message follows, whatever it holds.
    if (end === at) break;
    const line = content.toString('latin1', at, end < 0 ? next : end);
    // What begins with a space goes on with the header above it.
    if (!line.startsWith(' ')) {
      inside = line.startsWith(own) ? 'own' : HEADER.test(line) ? 'other' : undefined;
      if (inside === 'own') signatures++;
    }
    if (inside === undefined) kept.push(content.subarray(at, next));
    if (inside === 'own') {
      const text = line.slice(line.startsWith(own) ? own.length : 1);
      bytes += text.length + 1;
      if (bytes <= MAX_SIGNATURE_BYTES) signature.push(text);
    }
    at = next;
  }
  const payload = Buffer.concat([...kept, content.subarray(at)]);
  if (signatures === 0) return { payload, signature: undefined, fault: undefined };
  const fault =
    signatures > 1
      ? 'the commit has more than one signature'
      : bytes > MAX_SIGNATURE_BYTES
        ? `the signature has more than ${MAX_SIGNATURE_BYTES} bytes`
        : undefined;
  return { payload, signature: `${signature.join('\n')}\n`, fault };
};
