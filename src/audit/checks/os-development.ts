import { findDevelopmentImage, findImage } from '../os-images.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import { hex, originsOf, utc } from '../wording.ts';

/** Why the image is known to be a development image, and its hash where it is known. */
interface Development {
  readonly why: string;
  readonly hash: string | undefined;
}

const eventHash = (context: Context): string | undefined => {
  if (context.evidence.eventLog === undefined) return undefined;
  try {
    const hash = context.events().system.osImageHash;
    return hash === undefined ? undefined : hex(hash);
  } catch {
    // A log that cannot be read is eventlog.order's to report; other sources of the hash remain.
    return undefined;
  }
};

/** The hash of the built-in image with these registers: a policy may name one without saying what kind it is. */
const builtInHash = (context: Context): string | undefined => {
  const { mrTd, rtmrs } = context.quote().body;
  return findImage({ mrtd: hex(mrTd), rtmr1: hex(rtmrs[1]), rtmr2: hex(rtmrs[2]) })?.hash;
};

/**
 * Any sign counts, also one that the host wrote: nobody gains by claiming that an image lets its host log in.
 */
const developmentOf = (context: Context): Development | undefined => {
  const match = context.image();
  const config = context.vmConfig();
  // Those that somebody vouches for first: an exception for a hash that the host only claims is none for this image.
  const hashes = [
    match.state === 'known' ? match.hash : undefined,
    builtInHash(context),
    eventHash(context),
    config?.osImageHash === undefined ? undefined : hex(config.osImageHash),
  ].filter((hash) => hash !== undefined);
  if (match.state === 'known' && match.development)
    return { why: `it is ${match.name} (${match.source})`, hash: match.hash };
  const known = hashes.map(findDevelopmentImage).find((image) => image !== undefined);
  if (known !== undefined) return { why: `its hash is that of ${known.name} (${known.origin})`, hash: known.hash };
  const name = config?.image;
  if (name !== undefined && /(?:^|[-_.])dev(?:$|[-_.])/.test(name)) {
    return { why: `the host calls it '${name}'`, hash: hashes[0] };
  }
  return undefined;
};

export const osDevelopment: Check = {
  id: 'os.development',
  step: 'attestation',
  title: 'the operating system lets nobody in',
  proves: 'The image is not a development image: those let whoever runs the host log in as root.',
  from: 'the image that os.image found, the os-image-hash event and vm_config',
  assumes: 'Who vouches for the image says truly what kind it is.',
  citation: 'dstack docs, "development images"; dstack verifier, os_image_is_dev',
  required: 'always',
  needs: ['quote.parse'],
  run: (context) => {
    const origins = originsOf(context, 'quote', 'eventLog', 'vmConfig');
    const development = developmentOf(context);
    const match = context.image();
    if (development === undefined) {
      return match.state === 'known'
        ? passed({ summary: `${match.name} is no development image`, source: match.source, origins })
        : notChecked({ summary: 'the image is unknown, and so is its kind', origins });
    }
    const { policy, now } = context.expectations;
    const accepted = policy.developmentImages.find(({ value }) => value === development.hash);
    if (accepted === undefined || !(now.value < accepted.until)) {
      return failed({
        summary: `a development image: ${development.why}`,
        expected: 'an image that lets nobody log in',
        ...(development.hash === undefined ? {} : { found: development.hash }),
        source: 'built in',
        origins,
        details: accepted === undefined ? [] : [`${accepted.source} accepted it until ${utc(accepted.until)}`],
        hint:
          development.hash === undefined
            ? 'deploy with a release image; for a policy to accept this one, its [[os_image]] has to state the hash'
            : 'deploy with a release image',
      });
    }
    return passed({
      summary: 'a development image, which the policy accepts',
      source: accepted.source,
      origins,
      details: [`${development.why}; accepted until ${utc(accepted.until)}: ${accepted.reason}`],
    });
  },
};
