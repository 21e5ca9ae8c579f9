/** Bytes that one permutation takes in, for a digest of 256 bits. */
const RATE = 136;
const MASK = 0xffffffffffffffffn;

const rotate = (lane: bigint, by: number): bigint => {
  const bits = BigInt(by);
  return ((lane << bits) | (lane >> (64n - bits))) & MASK;
};

/** Round constants from the LFSR of FIPS 202, algorithm 5: bit 2^j - 1 of constant i is output 7i + j. */
const roundConstants = (): readonly bigint[] => {
  let state = 1;
  const bit = (): boolean => {
    const out = (state & 1) === 1;
    state <<= 1;
    if ((state & 0x100) !== 0) state ^= 0x171;
    return out;
  };
  return Array.from({ length: 24 }, () =>
    [0n, 1n, 3n, 7n, 15n, 31n, 63n].reduce(
      (constant, position) => (bit() ? constant | (1n << position) : constant),
      0n,
    ),
  );
};

/** Where each lane moves and how far it turns (rho and pi, FIPS 202 3.2.2 and 3.2.3), from lane (1, 0) on. */
const walk = (): readonly { readonly to: number; readonly by: number }[] => {
  const steps: { to: number; by: number }[] = [];
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t++) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    steps.push({ to: x + 5 * y, by: (((t + 1) * (t + 2)) / 2) % 64 });
  }
  return steps;
};

const ROUND_CONSTANTS = roundConstants();
const WALK = walk();

/** Keccak-f[1600] in place, 25 lanes, lane (x, y) at x + 5y. */
const permute = (lanes: bigint[]): void => {
  const at = (index: number): bigint => lanes[index] ?? 0n;
  for (const constant of ROUND_CONSTANTS) {
    const columns = [0, 1, 2, 3, 4].map((x) => at(x) ^ at(x + 5) ^ at(x + 10) ^ at(x + 15) ^ at(x + 20));
    for (let i = 0; i < 25; i++) {
      lanes[i] = at(i) ^ (columns[(i + 4) % 5] ?? 0n) ^ rotate(columns[(i + 1) % 5] ?? 0n, 1);
    }
    let moving = at(1);
    for (const { to, by } of WALK) {
      const next = at(to);
      lanes[to] = rotate(moving, by);
      moving = next;
    }
    for (let y = 0; y < 25; y += 5) {
      const row = lanes.slice(y, y + 5);
      for (let x = 0; x < 5; x++) {
        lanes[y + x] = (row[x] ?? 0n) ^ (~(row[(x + 1) % 5] ?? 0n) & MASK & (row[(x + 2) % 5] ?? 0n));
      }
    }
    lanes[0] = at(0) ^ constant;
  }
};

/**
 * Keccak-256 as Ethereum and dstack use it: the sponge of FIPS 202 with the padding of the original submission
 * (0x01), not SHA-3's 0x06. Node's crypto has none. For short inputs: it is written to be read, not to be fast.
 */
export const keccak256 = (bytes: Uint8Array): Uint8Array => {
  const padded = new Uint8Array((Math.floor(bytes.length / RATE) + 1) * RATE);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  view.setUint8(bytes.length, 0x01);
  view.setUint8(padded.length - 1, view.getUint8(padded.length - 1) | 0x80);
  const lanes = new Array<bigint>(25).fill(0n);
  for (let block = 0; block < padded.length; block += RATE) {
    for (let i = 0; i < RATE / 8; i++) lanes[i] = (lanes[i] ?? 0n) ^ view.getBigUint64(block + i * 8, true);
    permute(lanes);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 4; i++) digest.setBigUint64(i * 8, lanes[i] ?? 0n, true);
  return new Uint8Array(digest.buffer);
};
