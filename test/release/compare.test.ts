import { expect, test } from 'vitest';
import { compareImages } from '../../scripts/release/compare.ts';

const image = (digest: string, ...platforms: [string, string, string][]) => ({
  digest,
  platforms: platforms.map(([architecture, manifest, config]) => ({
    architecture,
    digest: manifest,
    config,
    layers: [],
  })),
});

test.each([
  ['equal', image('i', ['amd64', 'a', 'x']), true, ['amd64: a']],
  [
    'of other compression',
    image('j', ['amd64', 'b', 'x']),
    false,
    ['amd64: the same files, compressed otherwise: a and b'],
  ],
  ['of other files', image('j', ['amd64', 'b', 'y']), false, ['amd64: other files: a and b']],
  ['of another index over the same', image('j', ['amd64', 'a', 'x']), false, ['amd64: a']],
  [
    'of more platforms',
    image('i', ['amd64', 'a', 'x'], ['arm64', 'c', 'z']),
    false,
    ['other platforms: amd64 and amd64, arm64'],
  ],
  ['of none', image('i'), false, ['other platforms: amd64 and ']],
])('an image %s', (_what, other, isSame, lines) => {
  expect(compareImages(image('i', ['amd64', 'a', 'x']), other)).toEqual({ isSame, lines });
});
