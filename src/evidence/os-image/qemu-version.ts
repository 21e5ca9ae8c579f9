import { escapeText } from '../../base/escape.ts';
import { EvidenceError } from '../errors.ts';

const VERSION = /^(\d{1,4})\.(\d{1,4})(?:\.\d{1,4})?(?:[-+ ][\x20-\x7e]{0,64})?$/;

const numbersOf = (version: string): readonly [number, number] => {
  const [, major, minor] = VERSION.exec(version) ?? [];
  if (major === undefined || minor === undefined) {
    throw new EvidenceError('bad-vm-config', `vm_config.qemu_version '${escapeText(version)}' is no version of QEMU`);
  }
  return [Number(major), Number(minor)];
};

/**
 * Whether QEMU adds and measures each page in one go, which MRTD depends on: from version 9 on, unless the host says
 * which (`stated`). The host's word is enough: both values are of the same image. Throws {@link EvidenceError}
 * `bad-vm-config`.
 */
export const isSinglePass = (version: string, stated: boolean | undefined): boolean => {
  const [major] = numbersOf(version);
  return stated ?? major >= 9;
};

/**
 * Whether QEMU leaves the kernel's header as it is, so that RTMR1 differs from the image's (from 10.2 on). Throws as
 * {@link isSinglePass}.
 */
export const leavesKernelHeader = (version: string): boolean => {
  const [major, minor] = numbersOf(version);
  return major > 10 || (major === 10 && minor >= 2);
};
