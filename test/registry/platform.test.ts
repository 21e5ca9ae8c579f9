import { expect, test } from 'vitest';
import { isLinuxAmd64, mayRunOnAmd64 } from '../../src/registry/platform.ts';

test.each([
  ['linux', 'amd64', true],
  ['Linux', 'AMD64', true],
  ['linux', 'x86_64', true],
  ['', 'x86-64', true],
  ['linux', '', false],
  ['linux', '386', false],
  ['linux', 'arm64', false],
  ['windows', 'amd64', false],
  ['unknown', 'unknown', false],
])('an engine on linux/amd64 takes %j/%j for its own: %j', (os, architecture, yes) => {
  expect(isLinuxAmd64({ os, architecture })).toBe(yes);
});

const foreign = (architecture: string) => ['linux', architecture, false] as const;

test.each([
  ['linux', 'amd64', true],
  ['LINUX', 'AMD64', true],
  ['', 'x86_64', true],
  ['linux', 'x86-64', true],
  ['linux', '386', true],
  ['linux', 'i386', true],
  ['linux', 'I386', true],
  ['', '', true],
  ['linux', '', true],
  ['linux', 'amd64p32', true],
  ['linux', 'a name that nobody knows', true],
  ['linux', 'ARM64', false],
  ['windows', 'amd64', false],
  ['windows', '386', false],
  ['unknown', 'unknown', false],
  ['linux', 'unknown', false],
  ...['arm', 'armhf', 'armel', 'arm64', 'aarch64', 'loong64', 'riscv64', 's390x', 'wasm'].map(foreign),
  ...['mips', 'mipsle', 'mips64', 'mips64le', 'ppc64', 'ppc64le'].map(foreign),
] as const)('an engine on linux/amd64 may run %j/%j: %j', (os, architecture, yes) => {
  expect(mayRunOnAmd64({ os, architecture })).toBe(yes);
});
