import { readArmor } from './armor.ts';

export const OPENPGP_LABELS = ['PGP SIGNATURE', 'PGP MESSAGE'] as const;

const SIGNATURE_TAG = 2;
const ISSUER_KEY_ID = 16;
const ISSUER_FINGERPRINT = 33;

/** Body of the first packet when it is a signature (RFC 9580, 4.2). */
const firstPacket = (bytes: Buffer): Buffer | undefined => {
  const head = bytes[0] ?? 0;
  const first = bytes[1] ?? 0;
  if ((head & 0x80) === 0) return undefined;
  const isNew = (head & 0x40) !== 0;
  const tag = isNew ? head & 0x3f : (head >> 2) & 0x0f;
  if (tag !== SIGNATURE_TAG) return undefined;
  const sized = (start: number, length: number): Buffer | undefined =>
    start + length <= bytes.length ? bytes.subarray(start, start + length) : undefined;
  if (isNew) {
    if (first < 192) return sized(2, first);
    if (first < 224) return bytes.length < 3 ? undefined : sized(3, ((first - 192) << 8) + bytes.readUInt8(2) + 192);
    return first === 255 && bytes.length >= 6 ? sized(6, bytes.readUInt32BE(2)) : undefined;
  }
  const kind = head & 3;
  if (kind === 0) return sized(2, first);
  if (kind === 1) return bytes.length < 3 ? undefined : sized(3, bytes.readUInt16BE(1));
  return kind === 2 && bytes.length >= 5 ? sized(5, bytes.readUInt32BE(1)) : undefined;
};

/** Issuer out of a subpacket area (RFC 9580, 5.2.3.7). */
const issuerIn = (area: Buffer): { fingerprint?: string; keyId?: string } => {
  const found: { fingerprint?: string; keyId?: string } = {};
  for (let at = 0; at < area.length; ) {
    const first = area.readUInt8(at);
    let start = at + 1;
    let length = first;
    if (first >= 192 && first < 255 && at + 1 < area.length) {
      length = ((first - 192) << 8) + area.readUInt8(at + 1) + 192;
      start = at + 2;
    } else if (first === 255 && at + 4 < area.length) {
      length = area.readUInt32BE(at + 1);
      start = at + 5;
    }
    const body = area.subarray(start, start + length);
    if (length < 1 || body.length !== length) break;
    const type = body.readUInt8(0) & 0x7f;
    if (type === ISSUER_KEY_ID && length === 9) found.keyId ??= body.toString('hex', 1).toUpperCase();
    if (type === ISSUER_FINGERPRINT && length > 2) found.fingerprint ??= body.toString('hex', 2).toUpperCase();
    at = start + length;
  }
  return found;
};

/**
 * By whom an OpenPGP signature says that it is: upper-case hex of the fingerprint, or of the key id where it names no more.
 * Undefined where it names nobody or cannot be read. Nothing is verified here.
 */
export const openpgpIssuer = (armored: string): string | undefined => {
  const bytes = OPENPGP_LABELS.map((label) => readArmor(armored, label)).find((found) => found !== undefined);
  const packet = bytes && firstPacket(bytes);
  const version = packet?.[0];
  if (packet === undefined) return undefined;
  if (version === 3) return packet.length >= 15 ? packet.toString('hex', 7, 15).toUpperCase() : undefined;
  const wide = version === 6;
  if (version !== 4 && !wide) return undefined;
  const width = wide ? 4 : 2;
  const lengthAt = (at: number): number => (wide ? packet.readUInt32BE(at) : packet.readUInt16BE(at));
  if (packet.length < 4 + width) return undefined;
  const hashedEnd = 4 + width + lengthAt(4);
  if (packet.length < hashedEnd + width) return undefined;
  const hashed = issuerIn(packet.subarray(4 + width, hashedEnd));
  const unhashed = issuerIn(packet.subarray(hashedEnd + width, hashedEnd + width + lengthAt(hashedEnd)));
  return hashed.fingerprint ?? unhashed.fingerprint ?? hashed.keyId ?? unhashed.keyId;
};
