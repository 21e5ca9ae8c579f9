import type { OpenedBundle } from '../bundle/open.ts';
import { withoutSecrets } from '../bundle/clean.ts';
import type { Recording } from '../bundle/recording.ts';
import { sha256Hex } from '../bundle/sha256.ts';
import type { AuditEvidence } from '../evidence.ts';
import type { Resource } from './subjects.ts';

const resource = (name: string, bytes: Uint8Array): Resource => ({
  name: withoutSecrets(name),
  digest: { sha256: sha256Hex(bytes) },
});

/**
 * What a run looked at, by hashes: the bundle, or the answer of the target, first; then what was collected beside. Collateral is hashed as a bundle
 * has it.
 */
export const inputsOf = (
  opened: OpenedBundle | undefined,
  recording: Recording,
  { collateral, receipt }: AuditEvidence,
): readonly [Resource, ...Resource[]] => {
  const { answer, attest, documents } = recording;
  const first =
    opened === undefined
      ? answer && resource(answer.origin, answer.bytes)
      : { name: `bundle ${opened.bundle.path}`, digest: { sha256: opened.bundle.sha256 } };
  if (first === undefined) throw new Error('the run had no answer');
  return [
    first,
    ...(collateral !== undefined && 'value' in collateral
      ? [resource(collateral.origin, new TextEncoder().encode(JSON.stringify(collateral.value)))]
      : []),
    ...(receipt !== undefined && 'value' in receipt ? [resource(receipt.origin, receipt.value)] : []),
    ...(attest === undefined ? [] : [resource(attest.origin, attest.bytes)]),
    ...documents.map(({ document }) =>
      resource(document.origin, document.kind === 'bundle' ? document.bytes : document.layer.content),
    ),
  ];
};
