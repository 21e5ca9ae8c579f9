import { splitPem } from '../asn1/pem.ts';
import { escapeText } from '../base/escape.ts';
import { type JsonObject, objectOf, parseJson, stringOf } from '../base/json.ts';
import { readBundle, type SignedBundle } from './bundle.ts';
import { guarded, ProvenanceError } from './errors.ts';
import { base64Of, countOf, fieldsOf } from './fields.ts';
import { MAX_BUNDLE_BYTES, MAX_DEPTH, MAX_SIGNATURE_BYTES, MAX_TIMESTAMP_BYTES } from './limits.ts';
import { V01_MEDIA_TYPE } from './media-type.ts';
import { type BundleSource, sourceOf } from './read-bundles.ts';
import { sha256 } from './sha256.ts';

/** One layer of the manifest that cosign pushed under the tag `sha256-<hex>.att` or `.sig` before it wrote bundles. */
export interface CosignLayer {
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The bytes of the layer, already held against the digest that the manifest names. */
  readonly content: Uint8Array;
}

/** Media type of a layer that is a DSSE envelope (`.att`). */
export const COSIGN_ATTESTATION = 'application/vnd.dsse.envelope.v1+json';
/** Media type of a layer that is a signed payload (`.sig`). */
export const COSIGN_SIGNATURE = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** cosign's annotations (cosign, specs/SIGNATURE_SPEC.md and ATTESTATION_SPEC.md). */
const ANNOTATION = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  log: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

/** All annotations that are looked at. */
export const READ_ANNOTATIONS: readonly string[] = Object.values(ANNOTATION);

const annotationOf = ({ annotations }: CosignLayer, name: string): string | undefined =>
  Object.hasOwn(annotations, name) ? annotations[name] : undefined;

const jsonOf = (text: string | Uint8Array, name: string): unknown =>
  guarded('bad-annotations', name, () => parseJson(text, { maxBytes: MAX_BUNDLE_BYTES, maxDepth: MAX_DEPTH, name }));

const bad = (what: string, why: string): ProvenanceError => new ProvenanceError('bad-annotations', `${what} ${why}`);

/** The leaf. The annotation beside it with its chain is not looked at: the trusted root has its own. */
const certificateOf = (layer: CosignLayer, what: string): JsonObject => {
  const text = annotationOf(layer, ANNOTATION.certificate);
  if (text === undefined) throw bad(what, `has no annotation ${ANNOTATION.certificate}`);
  const leaves = guarded('bad-annotations', what, () =>
    splitPem(text, 'CERTIFICATE', `${what}: ${ANNOTATION.certificate}`),
  );
  if (leaves.length !== 1) throw bad(what, `has ${leaves.length} certificates in ${ANNOTATION.certificate}, not 1`);
  return { certificates: leaves.map((leaf) => ({ rawBytes: Buffer.from(leaf).toString('base64') })) };
};

const LOG_ID = /^[0-9a-f]{64}$/;

/** The entry of Rekor as cosign keeps it: `{SignedEntryTimestamp, Payload: {body, integratedTime, logIndex, logID}}`. */
const logEntryOf = (text: string, what: string): JsonObject => {
  const name = `${what}: ${ANNOTATION.log}`;
  const { SignedEntryTimestamp: promise, Payload } = fieldsOf(
    jsonOf(text, name),
    ['SignedEntryTimestamp', 'Payload'],
    name,
  );
  const payload = fieldsOf(Payload, ['body', 'integratedTime', 'logIndex', 'logID'], `${name}: Payload`);
  const logId = stringOf(payload.logID, `${name}: Payload.logID`);
  if (!LOG_ID.test(logId)) throw bad(name, 'has a log id that is not 64 lower-case hex digits');
  const body = base64Of(payload.body, MAX_BUNDLE_BYTES, 'bad-annotations', `${name}: Payload.body`);
  const { kind, apiVersion } = objectOf(jsonOf(body, `${name}: Payload.body`), `${name}: Payload.body`);
  return {
    logIndex: String(countOf(payload.logIndex, 'bad-annotations', `${name}: Payload.logIndex`)),
    logId: { keyId: Buffer.from(logId, 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(countOf(payload.integratedTime, 'bad-annotations', `${name}: Payload.integratedTime`)),
    inclusionPromise: { signedEntryTimestamp: promise },
    canonicalizedBody: body.toString('base64'),
  };
};

const timestampOf = (text: string, what: string): JsonObject => {
  const name = `${what}: ${ANNOTATION.timestamp}`;
  const { SignedRFC3161Timestamp: signed } = fieldsOf(jsonOf(text, name), ['SignedRFC3161Timestamp'], name);
  const bytes = base64Of(signed, MAX_TIMESTAMP_BYTES, 'bad-annotations', name);
  return { rfc3161Timestamps: [{ signedTimestamp: bytes.toString('base64') }] };
};

const materialOf = (layer: CosignLayer, what: string): JsonObject => {
  const log = annotationOf(layer, ANNOTATION.log);
  const timestamp = annotationOf(layer, ANNOTATION.timestamp);
  return {
    x509CertificateChain: certificateOf(layer, what),
    tlogEntries: log === undefined ? [] : [logEntryOf(log, what)],
    ...(timestamp === undefined ? {} : { timestampVerificationData: timestampOf(timestamp, what) }),
  };
};

const contentOf = (layer: CosignLayer, what: string): JsonObject => {
  if (layer.content.length > MAX_BUNDLE_BYTES) {
    throw new ProvenanceError('too-large', `${what} has more than ${MAX_BUNDLE_BYTES} bytes`);
  }
  if (layer.mediaType === COSIGN_ATTESTATION) return { dsseEnvelope: jsonOf(layer.content, what) };
  if (layer.mediaType !== COSIGN_SIGNATURE) {
    throw new ProvenanceError(
      'media-type',
      `${what} has the media type ${escapeText(layer.mediaType)}, not one of cosign's`,
    );
  }
  const name = `${what}: ${ANNOTATION.signature}`;
  const signature = base64Of(
    annotationOf(layer, ANNOTATION.signature),
    MAX_SIGNATURE_BYTES,
    'bad-annotations',
    name,
  ).toString('base64');
  const digest = Buffer.from(sha256(layer.content), 'hex').toString('base64');
  return { messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest }, signature } };
};

const convert = (layer: CosignLayer, what: string): SignedBundle =>
  guarded('bad-annotations', what, () =>
    readBundle(
      { mediaType: V01_MEDIA_TYPE, verificationMaterial: materialOf(layer, what), ...contentOf(layer, what) },
      what,
    ),
  );

/**
 * A layer of cosign's old form as the v0.1 bundle that says the same. Annotations are not covered by any signature, and need
 * not be: what they carry (certificate, log entry, timestamp) proves itself. Never throws; what is wrong is in the source.
 */
export const readCosignLayer = (layer: CosignLayer, origin: string): BundleSource =>
  sourceOf(origin, () => convert(layer, escapeText(origin)));
