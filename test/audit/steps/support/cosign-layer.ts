import { COSIGN_ATTESTATION } from '../../../../src/provenance/cosign.ts';
import { pem } from '../../../mocks/pem.ts';

interface Entry {
  readonly canonicalizedBody: string;
  readonly integratedTime: string;
  readonly logIndex: string;
  readonly logId: { readonly keyId: string };
  readonly inclusionPromise: { readonly signedEntryTimestamp: string };
}

interface Bundle {
  readonly verificationMaterial: {
    readonly certificate: { readonly rawBytes: string };
    readonly tlogEntries: readonly [Entry];
  };
  readonly dsseEnvelope: object;
}

/** The layer that cosign made of such a bundle before it wrote bundles: the envelope, and all else beside it. */
export const cosignLayer = (bundle: unknown) => {
  const { verificationMaterial, dsseEnvelope } = bundle as Bundle;
  const [entry] = verificationMaterial.tlogEntries;
  return {
    mediaType: COSIGN_ATTESTATION,
    content: JSON.stringify(dsseEnvelope),
    annotations: {
      'dev.sigstore.cosign/certificate': pem(Buffer.from(verificationMaterial.certificate.rawBytes, 'base64')),
      'dev.sigstore.cosign/bundle': JSON.stringify({
        SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
        Payload: {
          body: entry.canonicalizedBody,
          integratedTime: Number(entry.integratedTime),
          logIndex: Number(entry.logIndex),
          logID: Buffer.from(entry.logId.keyId, 'base64').toString('hex'),
        },
      }),
    },
  };
};
