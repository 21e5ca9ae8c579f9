import type { Part } from '../evidence/evidence.ts';
import type { AuditEvidence } from './evidence.ts';

/** Seconds since 1970 as `2026-08-13T10:45:38Z`; what no date can hold is shown as a number. */
export const utc = (seconds: number): string => {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace('.000Z', 'Z');
};

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

type PartName = {
  [Name in keyof AuditEvidence]-?: AuditEvidence[Name] extends Part<unknown> | undefined ? Name : never;
}[keyof AuditEvidence];

/** Where these parts of the evidence came from; those that are not there are left out. */
export const originsOf = ({ evidence }: { readonly evidence: AuditEvidence }, ...names: PartName[]): string[] =>
  names.flatMap((name) => evidence[name]?.origin ?? []);

/** `1 event`, `2 events`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
