import { expect, test } from 'vitest';
import { composeHashes, textHash } from '../../../src/audit/profile-mpc/launcher-text.ts';
import { launcherTemplate } from '../../../src/audit/profile-mpc/template.ts';
import { contextOf, NOW } from '../checks/support.ts';
import { goodEvidence, IMAGE, LAUNCHER, LISTS, OLDER_IMAGE } from './support.ts';

const texts = (...images: readonly string[]) =>
  LISTS.launchers!.flatMap(({ hash }) => images.map((image) => textHash(launcherTemplate({ launcher: hash, image }))));

test('the texts of a product are made once for the lists and a time', () => {
  let reads = 0;
  const lists = {
    ...LISTS,
    get images() {
      reads++;
      return LISTS.images;
    },
  };
  const at = (now: number) =>
    composeHashes(
      contextOf(goodEvidence, { mpcAllowed: { value: lists, source: 'x' }, now: { value: now, source: 'x' } }),
    )?.value;
  const first = at(NOW);
  expect(first).toEqual(texts(IMAGE, OLDER_IMAGE));
  expect(at(NOW)).toBe(first);
  expect(reads).toBe(1);
  // Four days on the older image has run out, and other lists are others.
  expect(at(NOW + 4 * 24 * 3600)).toEqual(texts(IMAGE));
  expect(reads).toBe(2);
  const other = { ...LISTS, launchers: [{ hash: LAUNCHER, expiry: undefined }] };
  const context = contextOf(goodEvidence, { mpcAllowed: { value: other, source: 'x' } });
  expect(composeHashes(context)?.value).toHaveLength(2);
});
