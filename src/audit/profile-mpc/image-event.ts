import { eventLabel } from '../../evidence/event-label.ts';
import type { LogEvent } from '../../evidence/log-event.ts';
import { hex } from '../wording.ts';

/** What the launcher extends into RTMR3: its payload is the digest of the node's image (near/mpc crates/tee-launcher). */
export const IMAGE_EVENT = 'mpc-image-digest';

const DIGEST_BYTES = 32;

/** The digest that the one event of this name states, 64 hex digits; or why there is none. `absent`: there is no such event. */
export const imageDigestOf = (
  log: readonly LogEvent[],
): { readonly digest: string } | { readonly flaw: string; readonly absent: boolean } => {
  const found = log.flatMap((event, index) =>
    event.register === 3 && event.name === IMAGE_EVENT ? [{ event, index }] : [],
  );
  const [one, other] = found;
  if (one === undefined) return { flaw: `RTMR3 has no event ${IMAGE_EVENT}`, absent: true };
  if (other !== undefined) {
    return { flaw: `RTMR3 has ${found.length} events ${IMAGE_EVENT}, and one is allowed`, absent: false };
  }
  const { payload } = one.event;
  if (payload.length !== DIGEST_BYTES) {
    const label = eventLabel(one.index, one.event);
    return { flaw: `${label} has ${payload.length} bytes, not ${DIGEST_BYTES}`, absent: false };
  }
  return { digest: hex(payload) };
};
