import { MpcError } from '../errors.ts';
import { MAX_IMAGE_REFERENCE } from '../limits.ts';
import { show } from '../show.ts';

const refuse = (key: string, given: string, what: string): never => {
  throw new MpcError('image-reference-invalid', `launcher_config.${key} '${show(given)}' ${what}`, {
    hint: 'write [registry[:port]/]name[:tag], for example docker.io/nearone/mpc-node:3.13.2',
  });
};

const PARTS = ['//', '::', ':.'] as const;

/**
 * The rules of near/mpc's launcher: a guard against injection and not the whole grammar of references, which is docker's. No
 * `@`: the digest comes from the approved list. Throws MpcError `image-reference-invalid`.
 */
export const checkImageReference = (given: string): void => {
  const bad = (what: string): never => refuse('image_reference', given, what);
  if (given === '') bad('is empty');
  if (given.length > MAX_IMAGE_REFERENCE) bad(`has more than ${MAX_IMAGE_REFERENCE} characters`);
  if (!/^[A-Za-z0-9]/.test(given)) bad('does not begin with a letter or digit');
  if (given.includes('@')) bad("holds a digest: the approved list decides that, so leave '@' and what follows out");
  if (!/^[A-Za-z0-9/._:-]+$/.test(given) || given.includes('\n')) {
    bad('holds a character other than letters, digits and / . _ : -');
  }
  if (/[:/.]$/.test(given)) bad("ends with ':', '/' or '.'");
  const part = PARTS.find((one) => given.includes(one));
  if (part !== undefined) bad(`holds '${part}'`);
};

/** The rule for `image_name` of the generation that resolved tags: no port, no tag. Throws MpcError `image-reference-invalid`. */
export const checkImageName = (given: string): void => {
  if (given === '') refuse('image_name', given, 'is empty');
  if (given.length > MAX_IMAGE_REFERENCE) refuse('image_name', given, 'is too long');
  if (!/^[A-Za-z0-9/._-]+$/.test(given)) {
    refuse('image_name', given, 'holds a character other than letters, digits and / . _ -');
  }
};
