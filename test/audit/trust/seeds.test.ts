import { expect, test, vi } from 'vitest';
import { publicGoodAnchor, PUBLIC_GOOD_TUF_SHA256 } from '../../../src/audit/trust/anchor.ts';
import { sha256 } from '../../../src/provenance/sha256.ts';
import { tufRoot } from './tuf-repository.ts';

const root = vi.hoisted(() => ({ text: '' }));
vi.mock('@sigstore/tuf/seeds.json', () => ({
  default: {
    'https://tuf-repo-cdn.sigstore.dev': {
      get 'root.json'() {
        return root.text;
      },
      targets: { 'trusted_root.json': '' },
    },
  },
}));

test('a package that brings another TUF root is not believed', () => {
  const other = tufRoot();
  root.text = other.toString('base64');
  expect(() => publicGoodAnchor()).toThrow(
    expect.objectContaining({
      code: 'not-trusted',
      exitCode: 10,
      message: `the TUF root built in, from @sigstore/tuf, is ${sha256(other)}, not ${PUBLIC_GOOD_TUF_SHA256}`,
      hint: 'take the version of @sigstore/tuf that package-lock.json names',
    }),
  );
});
