import { type DerNode, DerReader, TAG, readDer } from './der.ts';
import { Asn1Error, type Asn1ErrorCode } from './errors.ts';
import { booleanOf, namedBits, oidOf, smallInteger } from './values.ts';

/** One extension; `value` is what its OCTET STRING holds, a view. */
export interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** By object identifier, in the order of the bytes. */
export type Extensions = ReadonlyMap<string, Extension>;

export const EXTENSION = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** The extensions of a SEQUENCE OF Extension (RFC 5280 4.2). One given twice throws `duplicateCode`. */
export const readExtensions = (list: DerNode, what: string, duplicateCode: Asn1ErrorCode): Extensions => {
  const extensions = new Map<string, Extension>();
  const reader = DerReader.inside(list, what);
  do {
    const inside = DerReader.inside(reader.next(TAG.sequence, 'an extension'), what);
    const oid = oidOf(inside.next(TAG.oid, 'the identifier of an extension'), what);
    const flag = inside.optional(TAG.boolean, 'the critical flag');
    // FALSE is the default, and DER leaves a default out.
    if (flag !== undefined && !booleanOf(flag, `${what}: the critical flag`)) {
      throw new Asn1Error('bad-der', `${what}: a critical flag is written out that is the default`);
    }
    const value = inside.next(TAG.octetString, 'the value of an extension').content;
    inside.end();
    if (extensions.has(oid)) throw new Asn1Error(duplicateCode, `${what} has the extension ${oid} twice`);
    extensions.set(oid, { critical: flag !== undefined, value });
  } while (!reader.done);
  return extensions;
};

/** Throws `unknown-critical-extension` where one is critical that `understood` does not hold (RFC 5280 4.2, 5.2, 5.3). */
export const refuseUnknownCritical = (extensions: Extensions, understood: readonly string[], what: string): void => {
  for (const [oid, { critical }] of extensions) {
    if (critical && !understood.includes(oid)) {
      throw new Asn1Error(
        'unknown-critical-extension',
        `${what} has the critical extension ${oid}, which is not understood`,
      );
    }
  }
};

export interface BasicConstraints {
  readonly ca: boolean;
  /** How many intermediates may follow; undefined means any number. */
  readonly pathLength: number | undefined;
}

/** What RFC 5280 4.2.1.9 says; without the extension a certificate is of no CA. */
export const basicConstraintsOf = (extensions: Extensions, what: string): BasicConstraints => {
  const extension = extensions.get(EXTENSION.basicConstraints);
  if (extension === undefined) return { ca: false, pathLength: undefined };
  const part = `${what}: basicConstraints`;
  const reader = DerReader.inside(readDer(extension.value, TAG.sequence, part), part);
  const flag = reader.optional(TAG.boolean, 'cA');
  // Some CAs write the default FALSE out, which DER forbids; it says nothing else than its absence.
  const ca = flag !== undefined && booleanOf(flag, part);
  const length = reader.optional(TAG.integer, 'pathLenConstraint');
  reader.end();
  if (length !== undefined && !ca) {
    throw new Asn1Error('bad-certificate', `${part} has a path length without being a CA's`);
  }
  return { ca, pathLength: length === undefined ? undefined : smallInteger(length, 255, `${part}: pathLenConstraint`) };
};

/** The bits of RFC 5280 4.2.1.3 that are looked at. */
export const KEY_USAGE = { digitalSignature: 0, keyCertSign: 5, cRLSign: 6 } as const;

/** The bits that are set; undefined where the extension is absent. */
export const keyUsageOf = (extensions: Extensions, what: string): ReadonlySet<number> | undefined => {
  const extension = extensions.get(EXTENSION.keyUsage);
  if (extension === undefined) return undefined;
  const part = `${what}: keyUsage`;
  return namedBits(readDer(extension.value, TAG.bitString, part), part);
};
