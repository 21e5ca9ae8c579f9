import type { Random } from './random.ts';

/** Makes text that reads and compresses as program sources do. */
export interface SourceWriter {
  /** A new file of about so many bytes. */
  file(bytes: number): Buffer;
  /** A file that differs from `original` in a few places. */
  variant(original: Buffer): Buffer;
}

const SYLLABLES = 'con fig re pack tree node stream buf fer han dle map key val ue in dex off set tok en ser ver'.split(
  ' ',
);
const TEMPLATES = [
  '  const A = B.C(D, N);',
  '  if (A === undefined || B.C > N) return D;',
  '  for (const A of B.C()) D.push(A.B);',
  '    throw new Error(`A of B is not D`);',
  '  return A(B, { C: D, A: N });',
  '  // The A of a B is C before its D is read, N at most.',
  'export const A = (B: C, D: number): C => {',
  '};',
  '',
  '    A.B[C] = D + N;',
  "  expect(A.B('C')).toEqual([D, N]);",
  '  await A.B(C, D);',
];
const WORDS = 900;
const POOL = 6000;
/** Lines of the pool that one file draws on. */
const TOPIC = 180;

const makeWords = (random: Random): string[] =>
  Array.from({ length: WORDS }, () => {
    const parts = Array.from({ length: 1 + random.below(3) }, () => random.pick(SYLLABLES));
    return parts.map((part, i) => (i === 0 ? part : part[0]!.toUpperCase() + part.slice(1))).join('');
  });

const fill = (template: string, words: readonly string[], random: Random): string =>
  template
    .replace(/\b[ABCD]\b/g, () => random.pick(words))
    .replace(/\bN\b/g, () => String(random.below(10 ** (1 + random.below(4)))));

export const sourceWriter = (random: Random): SourceWriter => {
  const words = makeWords(random);
  const freshLine = (): Buffer => Buffer.from(`${fill(random.pick(TEMPLATES), words, random)}\n`);
  const pool = Array.from({ length: POOL }, freshLine);
  // A file repeats itself and its neighbours; a tenth of its lines are its own.
  const line = (topic: number): Buffer =>
    random.next() < 0.1 ? freshLine() : pool[(topic + random.below(TOPIC)) % POOL]!;
  return {
    file: (bytes) => {
      const lines: Buffer[] = [];
      const topic = random.below(POOL);
      for (let size = 0; size < bytes; size += lines.at(-1)!.length) lines.push(line(topic));
      return Buffer.concat(lines);
    },
    variant: (original) => {
      const parts: Buffer[] = [];
      let from = 0;
      for (let edits = 1 + random.below(4); edits > 0 && from < original.length; edits--) {
        const to = original.indexOf(10, from + random.below(original.length - from)) + 1;
        if (to === 0) break;
        parts.push(original.subarray(from, to), freshLine());
        from = to;
      }
      return Buffer.concat([...parts, original.subarray(from)]);
    },
  };
};
