import { getTrustedRoot } from '@sigstore/tuf';
import { expect, test } from 'vitest';
import { useScratch } from '../../support/use-scratch.ts';
import { refresh, useMirror, writeScratch } from './support.ts';
import { PAST, repository, type RepositoryOptions, tufRoot } from './tuf-repository.ts';

/** Whether `@sigstore/tuf`, with its own way of fetching and keeping, takes the same repository. */
const taken = async (url: string): Promise<boolean> => {
  try {
    await getTrustedRoot({
      mirrorURL: url,
      rootPath: writeScratch(tufRoot()),
      cachePath: useScratch().path,
      retry: false,
      timeout: 5000,
    });
    return true;
  } catch {
    return false;
  }
};

test.each<[string, RepositoryOptions]>([
  ['a good one', {}],
  ['a new root', { roots: [tufRoot({ version: 2, keys: { targets: ['new'] } })], signers: { targets: 'new' } }],
  ['an old key after a new root', { roots: [tufRoot({ version: 2, keys: { targets: ['new'] } })] }],
  ['an expired timestamp', { expires: { timestamp: PAST } }],
  ['an expired snapshot', { expires: { snapshot: PAST } }],
  ['expired targets', { expires: { targets: PAST } }],
  ['a wrong signature', { signers: { snapshot: 'somebody' } }],
  ['another target', { served: Buffer.from('{}') }],
  ['no target', { target: 'other.json' }],
])('this client and that of the library say the same of a repository: %s', async (_what, options) => {
  const mirror = await useMirror(repository(options));
  const ours = await refresh(mirror).then(
    () => true,
    () => false,
  );
  expect(await taken(mirror.url)).toBe(ours);
});
