import type { Buffer } from 'node:buffer';

/** Reads a versioned attestation V0 by itself, so that the mock's writer is not judged by its own code. */
export const readAttestation = (bytes: Buffer) => {
  let at = 2;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('too short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const compact = (): number => {
    const mode = bytes[at]! & 3;
    if (mode === 0) return take(1)[0]! >> 2;
    return mode === 1 ? take(2).readUInt16LE() >> 2 : take(4).readUInt32LE() >>> 2;
  };
  const vec = (): Buffer => take(compact());
  const list = <T>(item: () => T): T[] => Array.from({ length: compact() }, item);
  const quote = vec();
  const events = list(() => ({
    imr: take(4).readUInt32LE(),
    event_type: take(4).readUInt32LE(),
    digest: vec().toString('hex'),
    event: vec().toString('utf8'),
    event_payload: vec().toString('hex'),
  }));
  const runtime = list(() => ({ event: vec().toString('utf8'), event_payload: vec().toString('hex') }));
  const reportData = take(64);
  const config = vec().toString('utf8');
  return { head: [bytes[0], bytes[1]], quote, events, runtime, reportData, config, rest: bytes.length - at };
};
