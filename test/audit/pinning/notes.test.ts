import { describe, expect, test } from 'vitest';
import { pinJson } from '../../../src/audit/pinning/json.ts';
import { notesOf } from '../../../src/audit/pinning/notes.ts';
import type { Pinned } from '../../../src/audit/pinning/pin-repository.ts';
import { canonicalPin } from '../../../src/pin/canonical.ts';
import type { Pin } from '../../../src/pin/types.ts';
import { pinOf } from '../source/support.ts';

const COMMIT = 'c0'.repeat(20);
const quiet = { ...pinOf('https://git.example/a.git', COMMIT), treeSha256: 'ab'.repeat(32), receipt: 'auto' } as Pin;
const pinned = (pin: Partial<Pin> = {}, more: Partial<Pinned> = {}): Pinned => ({
  pin: { ...quiet, ...pin },
  resolved: { commit: COMMIT, format: 'sha1', ref: 'refs/heads/\u202ex', tag: undefined },
  measured: { tree: 'd0'.repeat(20), treeSha256: 'ab'.repeat(32), files: 3 },
  form: 'compose',
  written: ['/out/launcher.conf'],
  isImageOpen: false,
  ...more,
});

describe('what is left to do', () => {
  test.each<[string, Partial<Pin>, Partial<Pinned>, string[]]>([
    ['nothing', {}, {}, []],
    [
      'an image',
      {},
      { isImageOpen: true },
      ['the image is a placeholder: fill in the launcher by its digest, or use --image'],
    ],
    [
      'a build',
      {},
      { form: 'derived-image' },
      ['build the Dockerfile, push it, and write the digest that this prints into the compose file'],
    ],
    [
      'mounts',
      { repoCredentialFile: '/a', repoCaFile: '/b', sshKeyFile: '/c', sshKnownHostsFile: '/d\n' },
      {},
      ['mount into the container, read-only: /a, /b, /c, /d\\n'],
    ],
    ['one mount', { sshKeyFile: '/c' }, {}, ['mount into the container, read-only: /c']],
    [
      'a tree',
      { treeSha256: undefined },
      {},
      ['there is no TREE_SHA256: a submodule that is left out has no name in that format; consider --submodules yes'],
    ],
    [
      'an agent',
      { receipt: 'required' },
      {},
      ['RECEIPT=required: without a guest agent of dstack the launcher starts nothing'],
    ],
    ['no agent', { receipt: 'off' }, {}, []],
  ])('%s', (_, pin, more, notes) => {
    expect(notesOf(pinned(pin, more))).toEqual(notes);
  });
});

test('the document has every key, in ASCII', () => {
  const text = pinJson(pinned({ receipt: 'required' }));
  expect(text).toMatch(/^[\n -~]*\n$/);
  expect(JSON.parse(text)).toEqual({
    schema: 'trusted-workload-launcher/pin/v1',
    ref: 'refs/heads/\u202ex',
    tag: null,
    commit: COMMIT,
    tree: 'd0'.repeat(20),
    tree_sha256: 'ab'.repeat(32),
    files: 3,
    pin: canonicalPin({ ...quiet, receipt: 'required' }),
    form: 'compose',
    is_image_placeholder: false,
    written: ['/out/launcher.conf'],
    notes: [expect.stringContaining('RECEIPT=required')],
  });
  const bare = pinned(
    {},
    {
      resolved: { commit: COMMIT, format: 'sha1', ref: undefined, tag: 'd1'.repeat(20) },
      measured: { tree: 'd0', treeSha256: undefined, files: 1 },
    },
  );
  expect(JSON.parse(pinJson(bare))).toMatchObject({ ref: null, tag: 'd1'.repeat(20), tree_sha256: null });
});
