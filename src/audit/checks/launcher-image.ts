import type { BaseError } from '../../base/error.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { proposeLaunchers } from '../../compose/find-launcher.ts';
import { partValue } from '../../evidence/evidence.ts';
import type { Context } from '../context.ts';
import { contentsOf, type DerivedLauncher } from '../derived-launchers.ts';
import { readEntryPoints } from '../entry-point.ts';
import type { LookedImage } from '../looked-image.ts';
import { failed, notChecked, type Outcome } from '../outcome.ts';
import { counted, originsOf } from '../wording.ts';

const UNSEEN = 'whether an image holds a pin was not looked at: nothing was fetched';

/** What was found in an image that turned out to be no launcher's. */
const lookLines = ({ digest, contents }: LookedImage): string[] => {
  if ('error' in contents) return [`the image ${digest} could not be looked into: ${contents.error.message}`];
  const { derived, notes, failures } = contents.value;
  const unknown = failures.map(({ message }) => `the image ${digest}: what it is made from is not known: ${message}`);
  if (derived === undefined) return [...notes.map((note) => `the image ${digest}: ${note}`), ...unknown];
  const told = derived.findings.map((finding) => `the image ${digest}: ${finding}`);
  return [`the image ${digest} is made from ${derived.base} and holds no pin`, ...told];
};

/** What was asked for and not had. */
const failuresOf = ({ contents }: LookedImage): readonly BaseError<string>[] =>
  'error' in contents ? [contents.error] : contents.value.failures;

/** What was looked at in images, or that nothing was; and the exit code of what could not be had. */
const looksOf = ({ evidence: { images } }: Context) => {
  if (images === undefined) return { details: [UNSEEN], exit: EXIT.incomplete, isOpen: true };
  const looks = partValue(images);
  const failures = looks.flatMap(failuresOf);
  const isUnavailable = failures.some(({ exitCode }) => exitCode === EXIT.unavailable);
  return {
    details: looks.flatMap(lookLines),
    exit: isUnavailable ? EXIT.unavailable : EXIT.incomplete,
    isOpen: failures.length > 0,
  };
};

/** Nobody says that any image is the launcher's: no policy, no pin, no image that holds one. */
export const noLauncher = (context: Context): Outcome => {
  const { details, exit } = looksOf(context);
  return notChecked(
    {
      summary: 'no service is given a pin, and no policy names an image of the launcher by digest',
      origins: originsOf(context, 'appCompose', 'images'),
      details,
      hint: 'name the digest in a policy, [[launcher]]; an image without a digest proves nothing',
    },
    exit,
  );
};

/**
 * No service runs an image that a policy names, and one that nobody could look into may be made from one: that contradicts nothing yet.
 * Undefined where it is decided.
 */
export const openLauncher = (context: Context): Outcome | undefined => {
  const { file, launcher, results } = context.compose().review;
  const hasDigest = file?.services.some(({ image }) => image?.digest !== undefined) === true;
  const isOther = results['compose.launcher'].findings.length !== 1;
  if (file === undefined || launcher !== undefined || !hasDigest || isOther || proposeLaunchers(file).length > 0) {
    return undefined;
  }
  const { details, exit, isOpen } = looksOf(context);
  const summary = 'no service runs an image that a policy names as the launcher';
  const origins = originsOf(context, 'appCompose', 'images');
  if (!isOpen) {
    return failed({
      summary,
      origins,
      details,
      hint: 'where it is made from one that lies elsewhere, name that: --base',
    });
  }
  return notChecked(
    { summary: `${summary}, and whether one is made from such an image is not known`, origins, details },
    exit,
  );
};

/**
 * Why what the launcher's image starts is not the launcher by the name that counts; undefined where it is, and where nobody looked. The
 * command of the service is the launcher's argument only there.
 */
export const otherEntryPoint = (context: Context): Outcome | undefined => {
  const { review, launchers } = context.compose();
  const digest = review.launcher?.image?.digest;
  const contents = contentsOf(context.evidence.images, digest);
  if (contents === undefined || 'error' in contents) return undefined;
  const read = readEntryPoints(contents.value.entryPoints);
  const program = launchers.find((one) => one.digest === digest)?.program;
  if ('program' in read && read.program === program) return undefined;
  const flaw = 'flaw' in read ? read.flaw : `it starts the launcher as ${read.program}, not as ${program}`;
  return failed({
    summary: `the image ${digest} does not start the launcher: ${flaw}`,
    details: ['its entry point has to be the path of trusted-workload-launcher or git-launcher, and nothing else'],
    hint: 'use the image of a release, and in a policy the program that it starts',
  });
};

/** What is wrong with an image that holds a pin, or how it is made. */
export const derivedLauncher = ({ launcher, from, findings }: DerivedLauncher): Outcome | readonly string[] => {
  const made = `the image ${launcher.digest} is made from ${from.base}, which ${from.source} names`;
  const [first, ...rest] = findings;
  if (first === undefined) return [`${made}; above it ${counted(from.added, 'layer')} with the pin, and nothing else`];
  return failed({
    summary: `the image adds more than a pin to the one that it is made from: ${first}`,
    details: [...rest, made],
    hint: 'build it from the launcher image by its digest, and COPY the config as root, mode 644, or set LAUNCHER_CONFIG: nothing else',
  });
};
