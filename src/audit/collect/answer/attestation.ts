import { decodeAttestation, toEventLog, type VersionedAttestation } from '../../../evidence/attestation.ts';
import type { Evidence, Part } from '../../../evidence/evidence.ts';
import { hexOf } from '../../../evidence/hex.ts';
import { MAX_ATTESTATION_BYTES } from '../../../evidence/limits.ts';
import { mrConfigTextOf, vmConfigTextOf } from '../../../evidence/vm-config.ts';
import { type JsonObject, stringOf } from '../../../base/json.ts';
import { type Found, hexBytes, partOf } from './parts.ts';

type AttestationParts = Pick<Evidence, 'quote' | 'eventLog' | 'vmConfig' | 'mrConfig'>;

/** The parts of a decoded attestation. */
export const attestationParts = (attestation: VersionedAttestation, origin: string): AttestationParts => {
  const { quote, config } = attestation;
  const mrConfig = config === '' ? undefined : partOf(`${origin}, config.mr_config`, () => mrConfigTextOf(config));
  return {
    quote: { origin: `${origin}, quote`, value: quote },
    eventLog: partOf(`${origin}, event log`, () => toEventLog(attestation)),
    ...(config === '' ? {} : { vmConfig: partOf(`${origin}, config`, () => vmConfigTextOf(config)) }),
    // Readable and without the document: then it was not offered.
    ...(mrConfig === undefined || ('value' in mrConfig && mrConfig.value === undefined)
      ? {}
      : { mrConfig: mrConfig as Part<string> }),
  };
};

/** The parts of a versioned attestation; where it cannot be decoded, the quote says why. Also gives the attestation itself. */
export const readAttestation = (
  bytes: () => Uint8Array,
  origin: string,
): { readonly parts: AttestationParts; readonly attestation: VersionedAttestation | undefined } => {
  const decoded = partOf(origin, () => decodeAttestation(bytes()));
  if ('error' in decoded) return { parts: { quote: decoded }, attestation: undefined };
  return { parts: attestationParts(decoded.value, origin), attestation: decoded.value };
};

const toFound = (bytes: () => Uint8Array, origin: string): Found => {
  const { parts, attestation } = readAttestation(bytes, origin);
  const said = `${origin}, report data`;
  return {
    kind: 'versioned-attestation',
    ...parts,
    statements:
      attestation === undefined ? {} : { report_data: { origin: said, value: hexOf(attestation.reportData) } },
    notes: [],
  };
};

/** The answer of `Attest`: `{attestation}` in hex. */
export const isAttestAnswer = (answer: JsonObject): boolean => 'attestation' in answer && !('quote' in answer);

export const readAttestAnswer = (answer: JsonObject, origin: string): Found => {
  const where = `${origin}, attestation`;
  return toFound(() => hexBytes(stringOf(answer.attestation, where), where, MAX_ATTESTATION_BYTES), where);
};

/** The bytes of a versioned attestation alone (`attestation.bin`). */
export const readRawAttestation = (bytes: Uint8Array, origin: string): Found => toFound(() => bytes, origin);
