import { canonicalPin } from '../../pin/canonical.ts';
import { asciiJson } from '../report/ascii-json.ts';
import { notesOf } from './notes.ts';
import type { Pinned } from './pin-repository.ts';

/** Which form the document has. A key that is added leaves it as it is; one that changes its meaning, or goes, makes it v2. */
export const PIN_SCHEMA = 'trusted-workload-launcher/pin/v1';

/** What was resolved and written, as one JSON document of ASCII characters: every key is there, `null` where there is nothing. */
export const pinJson = (pinned: Pinned): string => {
  const { pin, resolved, measured, written, form, isImageOpen } = pinned;
  return asciiJson({
    schema: PIN_SCHEMA,
    ref: resolved.ref ?? null,
    tag: resolved.tag ?? null,
    commit: pin.commitSha,
    tree: measured.tree,
    tree_sha256: measured.treeSha256 ?? null,
    files: measured.files,
    pin: canonicalPin(pin),
    form,
    is_image_placeholder: isImageOpen,
    written,
    notes: notesOf(pinned),
  });
};
