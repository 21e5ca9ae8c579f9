/** SIMULATED: a signature as gitsign makes it, part by part, each of which can be wrong. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { explicit, integer, octetString, oid, sequence, set, tlv, utf8String } from '../../mocks/der.ts';
import type { Certificate } from '../../mocks/x509/certificate.ts';
import { encodeName } from '../../mocks/x509/name.ts';
import { extendedKeyUsage, issueLeaf, type LeafOptions, uriName } from '../../mocks-sigstore/fulcio.ts';
import { type KeyPair, keyPair, sha256, signDer } from '../../mocks-sigstore/keys.ts';
import { logEntry, messageBody } from '../../mocks-sigstore/rekor.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { armor, COMMIT } from './signature-support.ts';

type Json = Record<string, unknown>;

export const instance = new Sigstore({ name: 'gitsign', uri: 'https://fulcio.sigstore.dev' });
export const TIME = instance.start + 86_400;
export const SUBJECT = 'dev@example.com';
export const ISSUER = 'https://accounts.example.com';

const SHA256 = sequence(oid('2.16.840.1.101.3.4.2.1'));
const ECDSA = sequence(oid('1.2.840.10045.4.3.2'));
export const DATA = '1.2.840.113549.1.7.1';
export const LOG_ENTRY = '1.3.6.1.4.1.57264.3.1';

export const varint = (value: number): Buffer => {
  const octets: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    octets.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(octets);
};
export const numberField = (number: number, value: number): Buffer =>
  Buffer.concat([varint(number << 3), varint(value)]);
export const bytesField = (number: number, ...parts: readonly Uint8Array[]): Buffer => {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
};
const textField = (number: number, text: string): Buffer => bytesField(number, Buffer.from(text));
const from64 = (text: unknown): Buffer => Buffer.from(text as string, 'base64');

/** An entry as parsed JSON of a bundle in protobuf's bytes, without its body, which gitsign leaves out. */
export const encodeEntry = (entry: Json): Buffer => {
  const kind = entry.kindVersion as Json;
  const promise = entry.inclusionPromise as Json | undefined;
  const proof = entry.inclusionProof as Json | undefined;
  return Buffer.concat([
    numberField(1, Number(entry.logIndex)),
    bytesField(2, bytesField(1, from64((entry.logId as Json).keyId))),
    bytesField(3, textField(1, kind.kind as string), textField(2, kind.version as string)),
    numberField(4, Number(entry.integratedTime)),
    ...(promise === undefined ? [] : [bytesField(5, bytesField(1, from64(promise.signedEntryTimestamp)))]),
    ...(proof === undefined
      ? []
      : [
          bytesField(
            6,
            numberField(1, Number(proof.logIndex)),
            bytesField(2, from64(proof.rootHash)),
            numberField(3, Number(proof.treeSize)),
            ...(proof.hashes as string[]).map((hash) => bytesField(4, from64(hash))),
            bytesField(5, textField(1, (proof.checkpoint as Json).envelope as string)),
          ),
        ]),
  ]);
};

/** The elements of DER that stand one after the other. */
const elements = (content: Buffer): Buffer[] => {
  const found: Buffer[] = [];
  for (let at = 0; at < content.length; at += found.at(-1)!.length)
    found.push(content.subarray(at, at + sizeAt(content, at)));
  return found;
};
const headAt = (der: Buffer, at: number): number => 2 + (der[at + 1]! >= 0x80 ? der[at + 1]! & 0x7f : 0);
const sizeAt = (der: Buffer, at: number): number => {
  const head = headAt(der, at);
  return head + (head === 2 ? der[at + 1]! : der.readUIntBE(at + 2, head - 2));
};

/** The element with others in place of those inside the one at `path`: the number of an element inside of the one before, from 0. */
export const editDer = (
  element: Buffer,
  path: readonly number[],
  change: (inside: readonly Buffer[]) => readonly Uint8Array[],
): Buffer => {
  const inside = elements(element.subarray(headAt(element, 0)));
  const [first, ...rest] = path;
  const changed = first === undefined ? change(inside) : inside.with(first, editDer(inside[first]!, rest, change));
  return tlv(element[0]!, ...changed);
};

const attribute = (type: string, ...values: readonly Uint8Array[]): Buffer => sequence(oid(type), set(...values));

export interface GitsignOptions {
  readonly sigstore?: Sigstore;
  readonly payload?: Uint8Array;
  readonly leaf?: Partial<LeafOptions>;
  readonly key?: KeyPair;
  /** Changes the entry, as parsed JSON of a bundle; undefined leaves it out. */
  readonly entry?: (entry: Json) => Json | undefined;
  /** In place of the entry's bytes. */
  readonly encoded?: (bytes: Buffer) => Buffer;
  readonly certificates?: (leaf: Certificate) => readonly Uint8Array[];
  readonly contentType?: string;
  readonly signedAttributes?: (attributes: Buffer[]) => Buffer[];
  readonly unsignedAttributes?: (attributes: Buffer[]) => Buffer[];
  readonly hash?: Buffer;
  readonly algorithm?: Buffer;
  readonly signerVersion?: number;
  readonly content?: Buffer;
  readonly signers?: (signer: Buffer) => readonly Buffer[];
  readonly type?: string;
  readonly serial?: Uint8Array;
}

/** The CMS signature over a commit, DER. */
export const gitsignCms = (options: GitsignOptions = {}): Buffer => {
  const { sigstore = instance, payload = COMMIT } = options;
  const leaf = issueLeaf({
    authority: sigstore.authority,
    certificateLog: sigstore.certificateLog,
    claims: {},
    notBefore: TIME,
    spec: {
      extensions: [
        extendedKeyUsage('1.3.6.1.5.5.7.3.3'),
        uriName(SUBJECT, 0x81),
        { oid: '1.3.6.1.4.1.57264.1.8', value: utf8String(ISSUER) },
      ],
    },
    ...options.leaf,
  });
  const usual = [
    attribute('1.2.840.113549.1.9.3', oid(options.contentType ?? DATA)),
    attribute('1.2.840.113549.1.9.4', octetString(createHash('sha256').update(payload).digest())),
  ];
  const attributes = options.signedAttributes?.(usual) ?? usual;
  const signed = set(...attributes);
  const signature = signDer(signed, options.key ?? leaf.key);
  const entry = logEntry(sigstore.log, messageBody(sha256(signed), signature, leaf.pem), TIME + 2);
  const changed = options.entry === undefined ? entry : options.entry(entry);
  const encoded = changed === undefined ? undefined : (options.encoded ?? ((same) => same))(encodeEntry(changed));
  const own = encoded === undefined ? [] : [attribute(LOG_ENTRY, octetString(encoded))];
  const unsigned = options.unsignedAttributes?.(own) ?? own;
  const signer = sequence(
    integer(options.signerVersion ?? 1),
    sequence(encodeName(leaf.spec.issuer), integer(options.serial ?? leaf.spec.serial)),
    options.hash ?? SHA256,
    explicit(0, ...attributes),
    options.algorithm ?? ECDSA,
    octetString(signature),
    ...(unsigned.length === 0 ? [] : [explicit(1, ...unsigned)]),
  );
  const data = sequence(
    integer(1),
    set(SHA256),
    options.content ?? sequence(oid(DATA)),
    tlv(0xa0, ...(options.certificates?.(leaf) ?? [leaf.der])),
    set(...(options.signers?.(signer) ?? [signer])),
  );
  return sequence(oid(options.type ?? '1.2.840.113549.1.7.2'), explicit(0, data));
};

export const gitsign = (options: GitsignOptions = {}): string => armor('SIGNED MESSAGE', gitsignCms(options));
export const forger = keyPair('gitsign forger');
export { attribute as cmsAttribute };
