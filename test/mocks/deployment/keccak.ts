/** SIMULATED hardware: Keccak-256 with the padding of before FIPS 202 (0x01), which node:crypto does not have. Slow and short. */
import { Buffer } from 'node:buffer';

const MASK = (1n << 64n) - 1n;
const RATE = 136;
const rotate = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & MASK;

/** Round constants by the LFSR of the Keccak reference, section 1.2. */
const ROUND_CONSTANTS: readonly bigint[] = (() => {
  let state = 1;
  const bit = (): boolean => {
    const out = (state & 1) === 1;
    state <<= 1;
    if ((state & 0x100) !== 0) state ^= 0x171;
    return out;
  };
  return Array.from({ length: 24 }, () =>
    [0n, 1n, 3n, 7n, 15n, 31n, 63n].reduce((value, at) => (bit() ? value | (1n << at) : value), 0n),
  );
})();

const permute = (a: bigint[]): void => {
  const at = (x: number, y: number): bigint => a[(x % 5) + 5 * (y % 5)]!;
  for (const constant of ROUND_CONSTANTS) {
    const c = [0, 1, 2, 3, 4].map((x) => at(x, 0) ^ at(x, 1) ^ at(x, 2) ^ at(x, 3) ^ at(x, 4));
    for (let i = 0; i < 25; i++) a[i] = a[i]! ^ c[((i % 5) + 4) % 5]! ^ rotate(c[((i % 5) + 1) % 5]!, 1n);
    const b = [...a];
    let [x, y] = [1, 0];
    for (let t = 0; t < 24; t++) {
      const value = at(x, y);
      [x, y] = [y, (2 * x + 3 * y) % 5];
      b[x + 5 * y] = rotate(value, BigInt((((t + 1) * (t + 2)) / 2) % 64));
    }
    for (let i = 0; i < 25; i++) {
      const row = 5 * Math.floor(i / 5);
      a[i] = b[i]! ^ (~b[row + (((i % 5) + 1) % 5)]! & MASK & b[row + (((i % 5) + 2) % 5)]!);
    }
    a[0] = a[0]! ^ constant;
  }
};

export const keccak256 = (data: Uint8Array): Buffer => {
  const padded = Buffer.alloc((Math.floor(data.length / RATE) + 1) * RATE);
  padded.set(data);
  padded[data.length] = 0x01;
  padded[padded.length - 1]! |= 0x80;
  const state = new Array<bigint>(25).fill(0n);
  for (let start = 0; start < padded.length; start += RATE) {
    for (let lane = 0; lane < RATE / 8; lane++) {
      state[lane] = state[lane]! ^ padded.readBigUInt64LE(start + lane * 8);
    }
    permute(state);
  }
  const out = Buffer.alloc(32);
  for (let lane = 0; lane < 4; lane++) out.writeBigUInt64LE(state[lane]!, lane * 8);
  return out;
};
