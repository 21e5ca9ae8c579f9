import type { Context } from '../context.ts';
import type { Finding } from '../result.ts';
import { utc } from '../wording.ts';
import { imageDigestOf } from './image-event.ts';
import { hasPin, isProfiled } from './profile.ts';
import { namedDigests } from './template.ts';

const DAY_SECONDS = 24 * 3600;

/** `in 3 days`, `in less than a day`. Whole days only: what is told must not be longer than it is. */
const inDays = (seconds: number): string => {
  const days = Math.floor(seconds / DAY_SECONDS);
  if (days < 1) return 'in less than a day';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
};

/** An image that is accepted still, and will not be. The contract drops an older image some days after a newer one was voted in. */
const expiry = ({ expectations: { mpcAllowed, now } }: Context, digest: string): Finding[] => {
  const images = mpcAllowed?.value.images ?? [];
  const at = images.findIndex(({ hash }) => hash === digest);
  const end = images[at]?.expiry;
  const warning: Finding[] =
    end === undefined || now.value >= end
      ? []
      : [
          {
            id: 'mpc.image-expiry',
            text: `this image stops being accepted ${inDays(end - now.value)} (${utc(end)}): start the machine again before, and the launcher takes a newer one`,
          },
        ];
  const newest = images[0];
  if (at <= 0 || newest === undefined) return warning;
  return [...warning, { id: 'mpc.image-older', text: `a newer image is accepted: ${newest.hash}` }];
};

/** The launchers stand the other way round than the images: the newest is the last. */
const olderLauncher = ({ expectations: { mpcAllowed } }: Context, text: string): Finding[] => {
  const launchers = mpcAllowed?.value.launchers ?? [];
  const named = namedDigests(text)?.launcher;
  const at = launchers.findIndex(({ hash }) => hash === named);
  if (at < 0 || at === launchers.length - 1) return [];
  return [{ id: 'mpc.launcher-older', text: `a newer launcher is accepted: ${launchers.at(-1)?.hash}` }];
};

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    // The check whose matter it is says so.
    return undefined;
  }
};

const NO_PIN =
  'the compose file names no commit: nobody can say which source runs, so VERIFIED is out of reach. What speaks for this node are the digests that operators voted on; --only attestation holds it against these';

/** What a reader of a node's attestation should know beside the checks; nothing where the policy asks for none of them. */
export const mpcFindings = (context: Context): Finding[] => {
  if (!isProfiled(context)) return [];
  const { eventLog, appCompose } = context.evidence;
  const event = eventLog && attempt(() => imageDigestOf(context.log()));
  const text = appCompose && attempt(() => context.appCompose().dockerComposeFile);
  return [
    ...(event !== undefined && 'digest' in event ? expiry(context, event.digest) : []),
    ...(text === undefined ? [] : olderLauncher(context, text)),
    ...(text === undefined || hasPin(context) ? [] : [{ id: 'mpc.no-pin', text: NO_PIN }]),
  ];
};
