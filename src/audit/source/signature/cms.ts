import { DerReader, type DerNode, TAG, contextTag, readDer } from '../../../asn1/der.ts';
import { algorithmOf, oidOf, smallInteger, unsignedHex } from '../../../asn1/values.ts';

/** Certificates in one signature: a leaf and what is above it. */
const MAX_CERTIFICATES = 10;
/** Attributes of one kind, signed or not; gitsign writes three and one. */
const MAX_ATTRIBUTES = 32;

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

/** ECDSA with SHA-256 (RFC 5754, 3.3) and RSA PKCS #1 v1.5, with its hash in the name or beside it (3.2). */
const SIGNATURES: readonly string[] = ['1.2.840.10045.4.3.2', '1.2.840.113549.1.1.11', '1.2.840.113549.1.1.1'];

/** A detached CMS signature (RFC 5652, 5) by one signer over data that is not in it. Nothing of it is verified. */
export interface CmsSignature {
  /** DER, in the order given. */
  readonly certificates: readonly Uint8Array[];
  /** Which of them signed: the issuer's name as DER and the serial number in hex. */
  readonly issuer: Uint8Array;
  readonly serial: string;
  /** What the key signed: the SET of signed attributes, as 5.4 wants it encoded. */
  readonly signed: Uint8Array;
  /** SHA-256 that the signed attributes give for the data. */
  readonly messageDigest: Uint8Array;
  readonly signature: Uint8Array;
  /** Attributes that nothing covers, by their type: DER of the one value. */
  readonly unsigned: ReadonlyMap<string, Uint8Array>;
}

const WHAT = 'the CMS signature';

const inside = (node: DerNode): DerReader => DerReader.inside(node, WHAT);

/** Each attribute has its type once, and one value. */
const attributesOf = (node: DerNode): ReadonlyMap<string, Uint8Array> => {
  const attributes = new Map<string, Uint8Array>();
  for (const reader = inside(node); !reader.done; ) {
    const attribute = inside(reader.next(TAG.sequence, 'an attribute'));
    const type = oidOf(attribute.next(TAG.oid, 'the type of an attribute'), WHAT);
    const values = inside(attribute.next(TAG.set, 'the values of an attribute'));
    attribute.end();
    if (attributes.has(type)) throw new Error(`${WHAT} has the attribute ${type} twice`);
    if (attributes.size >= MAX_ATTRIBUTES) throw new Error(`${WHAT} has more than ${MAX_ATTRIBUTES} attributes`);
    attributes.set(type, values.any('the value of an attribute').bytes);
    values.end();
  }
  return attributes;
};

const required = (attributes: ReadonlyMap<string, Uint8Array>, type: string, name: string): Uint8Array => {
  const value = attributes.get(type);
  if (value === undefined) throw new Error(`${WHAT} does not sign ${name}`);
  return value;
};

const requireSha256 = (node: DerNode): void => {
  if (algorithmOf(node, WHAT).oid !== OID.sha256) throw new Error(`${WHAT} uses another hash than SHA-256`);
};

const signerOf = (node: DerNode): Omit<CmsSignature, 'certificates'> => {
  const reader = inside(node);
  // Version 1 names the certificate by issuer and serial number (5.3).
  if (smallInteger(reader.next(TAG.integer, 'the version of the signer'), 255, WHAT) !== 1) {
    throw new Error(`${WHAT} does not name its certificate by issuer and serial number`);
  }
  const name = inside(reader.next(TAG.sequence, 'the name of the certificate'));
  const issuer = name.next(TAG.sequence, 'the issuer').bytes;
  const serial = unsignedHex(name.next(TAG.integer, 'the serial number'), WHAT);
  name.end();
  requireSha256(reader.next(TAG.sequence, 'the hash'));
  const signed = reader.next(contextTag(0), 'the signed attributes');
  if (!SIGNATURES.includes(algorithmOf(reader.next(TAG.sequence, 'the signature algorithm'), WHAT).oid)) {
    throw new Error(`${WHAT} is of an algorithm that is not known here`);
  }
  const signature = reader.next(TAG.octetString, 'the signature').content;
  const unsigned = reader.optional(contextTag(1), 'the unsigned attributes');
  reader.end();
  const attributes = attributesOf(signed);
  const type = readDer(required(attributes, OID.contentType, 'what it is about'), TAG.oid, WHAT);
  if (oidOf(type, WHAT) !== OID.data) throw new Error(`${WHAT} is about something else than data`);
  const digest = readDer(required(attributes, OID.messageDigest, 'a digest'), TAG.octetString, WHAT);
  return {
    issuer,
    serial,
    // Signed is the SET itself, and not the tag that it has in here.
    signed: Buffer.concat([Buffer.from([TAG.set]), signed.bytes.subarray(1)]),
    messageDigest: digest.content,
    signature,
    unsigned: unsigned === undefined ? new Map() : attributesOf(unsigned),
  };
};

/**
 * Reads the DER of such a signature, strictly: one signer, SHA-256, no data inside, nothing after it. What is BER, as some tools write it,
 * is refused. Throws, with a message for the reader.
 */
export const readCms = (cms: Uint8Array): CmsSignature => {
  const content = inside(readDer(cms, TAG.sequence, WHAT));
  if (oidOf(content.next(TAG.oid, 'its type'), WHAT) !== OID.signedData) throw new Error(`${WHAT} is of another type`);
  const explicit = inside(content.next(contextTag(0), 'its content'));
  content.end();
  const data = inside(explicit.next(TAG.sequence, 'its SignedData'));
  explicit.end();
  data.next(TAG.integer, 'its version');
  data.next(TAG.set, 'its hashes');
  const detached = inside(data.next(TAG.sequence, 'its content info'));
  if (oidOf(detached.next(TAG.oid, 'the type of its data'), WHAT) !== OID.data || !detached.done) {
    throw new Error(`${WHAT} holds data of its own`);
  }
  const set = data.optional(contextTag(0), 'its certificates');
  data.optional(contextTag(1), 'its revocation lists');
  const signers = inside(data.next(TAG.set, 'its signers'));
  data.end();
  const signer = signerOf(signers.next(TAG.sequence, 'its signer'));
  signers.end();
  const certificates: Uint8Array[] = [];
  for (const reader = set === undefined ? undefined : inside(set); reader !== undefined && !reader.done; ) {
    if (certificates.length >= MAX_CERTIFICATES)
      throw new Error(`${WHAT} has more than ${MAX_CERTIFICATES} certificates`);
    certificates.push(reader.next(TAG.sequence, 'a certificate').bytes);
  }
  return { certificates, ...signer };
};
