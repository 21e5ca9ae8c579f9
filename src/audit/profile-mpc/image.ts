import { EXIT } from '../../base/exit-codes.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import type { Expected } from '../expectations.ts';
import { failed, notChecked, type Outcome, passed } from '../outcome.ts';
import { newestLog } from '../runtime/further-quotes.ts';
import { originsOf, utc } from '../wording.ts';
import type { AllowedHash } from './allowed.ts';
import { IMAGE_EVENT, imageDigestOf } from './image-event.ts';
import { listOf, withoutList } from './lists.ts';

const compare = (
  context: Context,
  found: string,
  { value: list, source }: Expected<readonly AllowedHash[]>,
): Outcome => {
  const at = list.findIndex(({ hash }) => hash === found);
  const accepted = list[at];
  const origins = originsOf(context, 'eventLog', 'attest', 'receipt');
  const remarks = { expected: list.map(({ hash }) => hash).join(' or '), found, source, origins };
  if (accepted === undefined) {
    const { expected: _, ...rest } = remarks;
    return list.length === 0
      ? failed({ ...rest, summary: 'no image of the node is accepted: the list is empty' })
      : failed({ ...remarks, summary: 'the image of the node is not an accepted one' });
  }
  const { expiry } = accepted;
  if (expiry !== undefined && context.expectations.now.value >= expiry) {
    return failed(
      {
        ...remarks,
        summary: `the image of the node was accepted until ${utc(expiry)}`,
        hint: 'start the machine again: the launcher then takes the newest image that is accepted',
      },
      EXIT.stale,
    );
  }
  return passed({
    ...remarks,
    summary: `the image of the node is number ${at + 1} of ${list.length} accepted ones, the newest first`,
    details: expiry === undefined ? [] : [`accepted until ${utc(expiry)}`],
  });
};

export const mpcImage: Check = {
  id: 'mpc.image',
  step: 'attestation',
  title: "the node's image is an accepted one",
  proves: `RTMR3 has exactly one event ${IMAGE_EVENT}, and its 32 bytes are the digest of an image that the contract accepts at the time judged for.`,
  from: 'the RTMR3 events of the newest log that a quote of the run covers, and the images of --allowed',
  assumes:
    'The launcher records what it starts: mpc.launcher says which launcher it is. The list is what the contract returns.',
  citation:
    'near/mpc crates/mpc-attestation, the check of mpc-image-digest; crates/contract, allowed_docker_image_hashes',
  required: 'never',
  isOptional: true,
  needs: ['eventlog.replay'],
  run: (context) => {
    const list = listOf(context, 'images');
    const origins = originsOf(context, 'eventLog', 'attest', 'receipt');
    const event = imageDigestOf(newestLog(context));
    if ('flaw' in event) {
      // An agent's public page holds a quote of its start, which is older than the event.
      return event.absent && context.splitLog().later.length > 0
        ? notChecked({ summary: event.flaw, origins, hint: "take the node's /public_data, whose quote is of now" })
        : failed({ summary: event.flaw, origins });
    }
    return list === undefined
      ? { ...withoutList('images of the node', origins), found: event.digest }
      : compare(context, event.digest, list);
  },
};
