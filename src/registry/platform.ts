/**
 * What images say of where they run, as containerd reads it (containerd/platforms, `normalizeOS` and `normalizeArch`).
 */
export interface PlatformName {
  readonly os: string;
  readonly architecture: string;
}

/**
 * Case does not count, and these mean the same. An engine that takes `x86_64` for amd64 would run what a literal reader
 * skips.
 */
const AMD64_NAMES = new Set(['amd64', 'x86_64', 'x86-64']);

/**
 * Architectures that no engine on amd64 chooses of itself, by the names that Go gives them and by those that containerd reads
 * as one of these; and `unknown`, which buildkit writes at attestations.
 */
const FOREIGN_ARCHITECTURES = new Set([
  'unknown',
  ...['arm', 'armhf', 'armel', 'arm64', 'aarch64', 'loong64', 'riscv64', 's390x', 'wasm'],
  ...['mips', 'mipsle', 'mips64', 'mips64le', 'ppc64', 'ppc64le'],
]);

const isLinux = (os: string): boolean => ['linux', ''].includes(os.toLowerCase());

/** Whether an engine on linux/amd64 takes an image for its own, of whichever variant. An empty `os` is the engine's. */
export const isLinuxAmd64 = ({ os, architecture }: PlatformName): boolean =>
  isLinux(os) && AMD64_NAMES.has(architecture.toLowerCase());

/**
 * Whether an engine on linux/amd64 may run an image, of whichever variant. Where it finds no amd64 that it likes better, it takes one for
 * 386, which the processor runs too (containerd/platforms, `Only`). An architecture that is not known here to be another counts as one that
 * may: who looks at images for what could run has to look at one too many and not at one too few.
 */
export const mayRunOnAmd64 = ({ os, architecture }: PlatformName): boolean =>
  isLinux(os) && !FOREIGN_ARCHITECTURES.has(architecture.toLowerCase());
