import { expect, test } from 'vitest';
import {
  COSIGN_ATTESTATION,
  COSIGN_SIGNATURE,
  type CosignLayer,
  readCosignLayer,
} from '../../src/provenance/cosign.ts';
import type { BundleSource } from '../../src/provenance/read-bundles.ts';
import { verifyBundle } from '../../src/provenance/verify-bundle.ts';
import { pem } from '../mocks/pem.ts';
import { at, root, sigstore } from './support.ts';

const CERTIFICATE = 'dev.sigstore.cosign/certificate';
const LOG = 'dev.sigstore.cosign/bundle';
const STAMP = 'dev.sigstore.cosign/rfc3161timestamp';
const SIGNATURE = 'dev.cosignproject.cosign/signature';
const ENTRY = 'verificationMaterial.tlogEntries.0';

const bundle = sigstore.bundle({ timestamp: true });
const payload = Buffer.from('{"critical":{}}');
const message = sigstore.message(payload);

/** What cosign would have put beside the layer. */
const annotationsOf = (value: unknown): Record<string, string> => {
  const leaf = Buffer.from(at(value, 'verificationMaterial.certificate.rawBytes') as string, 'base64');
  return {
    [CERTIFICATE]: pem(leaf),
    'dev.sigstore.cosign/chain': 'whatever it is',
    [LOG]: JSON.stringify({
      SignedEntryTimestamp: at(value, `${ENTRY}.inclusionPromise.signedEntryTimestamp`),
      Payload: {
        body: at(value, `${ENTRY}.canonicalizedBody`),
        integratedTime: Number(at(value, `${ENTRY}.integratedTime`)),
        logIndex: Number(at(value, `${ENTRY}.logIndex`)),
        logID: Buffer.from(at(value, `${ENTRY}.logId.keyId`) as string, 'base64').toString('hex'),
      },
    }),
  };
};

const stamp = at(bundle, 'verificationMaterial.timestampVerificationData.rfc3161Timestamps.0.signedTimestamp');
const attestation: CosignLayer = {
  mediaType: COSIGN_ATTESTATION,
  annotations: annotationsOf(bundle),
  content: Buffer.from(JSON.stringify(bundle.dsseEnvelope)),
};
const signature: CosignLayer = {
  mediaType: COSIGN_SIGNATURE,
  annotations: { ...annotationsOf(message), [SIGNATURE]: at(message, 'messageSignature.signature') as string },
  content: payload,
};

const bundleOf = (source: BundleSource) => {
  if ('error' in source) throw source.error;
  return source.bundle;
};

test('an attestation becomes a v0.1 bundle that verifies', () => {
  const source = readCosignLayer(attestation, 'layer');
  expect(source.origin).toBe('layer');
  const read = bundleOf(source);
  expect(read.version).toBe('0.1');
  verifyBundle(read, root);
  expect(read.bundle.verificationMaterial.timestampVerificationData).toBeUndefined();
});

test('a signature becomes a bundle of a message that verifies', () => {
  const read = bundleOf(readCosignLayer(signature, 'layer'));
  expect(read).toMatchObject({ version: '0.1', content: { kind: 'message' } });
  verifyBundle(read, root, payload);
});

test('a timestamp comes along', () => {
  const annotations = { ...attestation.annotations, [STAMP]: JSON.stringify({ SignedRFC3161Timestamp: stamp }) };
  const read = bundleOf(readCosignLayer({ ...attestation, annotations }, 'layer'));
  expect(read.bundle.verificationMaterial.timestampVerificationData?.rfc3161Timestamps).toHaveLength(1);
  verifyBundle(read, root);
});

test('without a log entry nothing verifies', () => {
  const { [LOG]: _log, ...annotations } = attestation.annotations;
  const read = bundleOf(readCosignLayer({ ...attestation, annotations }, 'layer'));
  expect(read.bundle.verificationMaterial.tlogEntries).toEqual([]);
  expect(() => verifyBundle(read, root)).toThrow('expected 1 timestamps, got 0');
});

const log = JSON.parse(attestation.annotations[LOG] ?? '') as Record<string, unknown>;
const withLog = (payload: object): string =>
  JSON.stringify({ ...log, Payload: { ...(log.Payload as object), ...payload } });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const name = `layer: ${LOG}`;

test.each([
  ['no certificate', CERTIFICATE, undefined, `layer has no annotation ${CERTIFICATE}`],
  ['an empty certificate', CERTIFICATE, '', `layer: ${CERTIFICATE} holds no CERTIFICATE`],
  [
    'two certificates',
    CERTIFICATE,
    (attestation.annotations[CERTIFICATE] ?? '').repeat(2),
    `layer has 2 certificates in ${CERTIFICATE}, not 1`,
  ],
  ['a log that is no JSON', LOG, '{', /^layer: dev\.sigstore\.cosign\/bundle is not the JSON it should be/],
  ['a log that is no object', LOG, '[]', `${name} is an array, not an object`],
  ['no payload', LOG, '{}', `${name}: Payload is missing`],
  [
    'a log id that is not hex',
    LOG,
    withLog({ logID: 'A'.repeat(64) }),
    `${name} has a log id that is not 64 lower-case hex digits`,
  ],
  [
    'a log id that is short',
    LOG,
    withLog({ logID: 'a'.repeat(63) }),
    `${name} has a log id that is not 64 lower-case hex digits`,
  ],
  [
    'a log id that is long',
    LOG,
    withLog({ logID: 'a'.repeat(65) }),
    `${name} has a log id that is not 64 lower-case hex digits`,
  ],
  ['no log id', LOG, withLog({ logID: undefined }), `${name}: Payload.logID is missing`],
  ['a body that is no base64', LOG, withLog({ body: '?' }), `${name}: Payload.body is not base64`],
  ['a body that is no JSON', LOG, withLog({ body: base64('{') }), /Payload\.body is not the JSON it should be/],
  [
    'a body that is no object',
    LOG,
    withLog({ body: base64('1') }),
    `${name}: Payload.body is of type number, not an object`,
  ],
  [
    'an index that is no number',
    LOG,
    withLog({ logIndex: 'x' }),
    `${name}: Payload.logIndex is not a whole number from 0 to 2^53 - 1`,
  ],
  [
    'a time that is no number',
    LOG,
    withLog({ integratedTime: -1 }),
    `${name}: Payload.integratedTime is not a whole number from 0 to 2^53 - 1`,
  ],
  ['a timestamp that is no JSON', STAMP, '{', /^layer: dev\.sigstore\.cosign\/rfc3161timestamp is not the JSON/],
  ['a timestamp that is no base64', STAMP, '{"SignedRFC3161Timestamp":"?"}', `layer: ${STAMP} is not base64`],
])('annotations are refused: %s', (_what, key, value, text) => {
  const { [key]: _old, ...rest } = attestation.annotations;
  const annotations = value === undefined ? rest : { ...rest, [key]: value };
  const source = readCosignLayer({ ...attestation, annotations }, 'layer');
  expect(source).toMatchObject({
    origin: 'layer',
    error: {
      code: 'bad-annotations',
      exitCode: 30,
      message: typeof text === 'string' ? text : expect.stringMatching(text),
    },
  });
});

test.each([
  [
    'a field that the log does not have',
    LOG,
    JSON.stringify({ ...log, surprise: 1 }),
    `${name} has the field 'surprise', which the format does not have`,
  ],
  [
    'a field that the payload does not have',
    LOG,
    withLog({ surprise: 1 }),
    `${name}: Payload has the field 'surprise', which the format does not have`,
  ],
  [
    'a field that the timestamp does not have',
    STAMP,
    '{"surprise":1}',
    `layer: ${STAMP} has the field 'surprise', which the format does not have`,
  ],
  [
    'no promise',
    LOG,
    JSON.stringify({ Payload: log.Payload }),
    'layer.verificationMaterial.tlogEntries[0].inclusionPromise.signedEntryTimestamp is missing',
  ],
  [
    'a body without a kind',
    LOG,
    withLog({ body: base64('{"apiVersion":"0.0.1"}') }),
    'layer.verificationMaterial.tlogEntries[0].kindVersion.kind is missing',
  ],
])('the bundle that they make is refused: %s', (_what, key, value, message) => {
  const annotations = { ...attestation.annotations, [key]: value };
  expect(readCosignLayer({ ...attestation, annotations }, 'layer')).toMatchObject({
    error: { code: 'bad-bundle', message },
  });
});

test('layers of other kinds, and broken ones, are refused', () => {
  expect(readCosignLayer({ ...attestation, mediaType: 'text/plain' }, 'layer\n')).toMatchObject({
    origin: 'layer\n',
    error: { code: 'media-type', message: "layer\\n has the media type text/plain, not one of cosign's" },
  });
  expect(readCosignLayer({ ...attestation, content: Buffer.from('{') }, 'layer')).toMatchObject({
    error: { code: 'bad-annotations', message: expect.stringMatching(/^layer is not the JSON it should be/) },
  });
  expect(readCosignLayer({ ...attestation, content: Buffer.alloc(16 * 1024 * 1024 + 1) }, 'layer')).toMatchObject({
    error: { code: 'too-large', message: 'layer has more than 16777216 bytes' },
  });
});

test.each([
  ['missing', undefined, `layer: ${SIGNATURE} is missing`],
  ['empty', '', `layer: ${SIGNATURE} is empty`],
  ['no base64', '?', `layer: ${SIGNATURE} is not base64`],
])('the signature of a message is %s', (_what, value, text) => {
  const { [SIGNATURE]: _old, ...rest } = signature.annotations;
  const annotations = value === undefined ? rest : { ...rest, [SIGNATURE]: value };
  expect(readCosignLayer({ ...signature, annotations }, 'layer')).toMatchObject({
    error: { code: 'bad-annotations', message: text },
  });
});

test('an annotation is only what the layer itself has', () => {
  const annotations = Object.create(attestation.annotations) as Record<string, string>;
  expect(readCosignLayer({ ...attestation, annotations }, 'layer')).toMatchObject({
    error: { message: `layer has no annotation ${CERTIFICATE}` },
  });
});
