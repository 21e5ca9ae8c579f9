/** SIMULATED hardware: distinguished names (RFC 5280, 4.1.2.4), one attribute a set, in the order given. */
import type { Buffer } from 'node:buffer';
import { oid, printableString, sequence, set, utf8String } from '../der.ts';

const ATTRIBUTES = { CN: '2.5.4.3', C: '2.5.4.6', L: '2.5.4.7', ST: '2.5.4.8', O: '2.5.4.10' } as const;

export type Name = readonly (readonly [keyof typeof ATTRIBUTES, string])[];

export const encodeName = (name: Name): Buffer =>
  sequence(
    ...name.map(([attribute, text]) => {
      const value = attribute === 'C' ? printableString(text) : utf8String(text);
      return set(sequence(oid(ATTRIBUTES[attribute]), value));
    }),
  );

/** A name as Intel's certificates have them. */
export const intelName = (commonName: string): Name => [
  ['CN', commonName],
  ['O', 'Intel Corporation'],
  ['L', 'Santa Clara'],
  ['ST', 'CA'],
  ['C', 'US'],
];
