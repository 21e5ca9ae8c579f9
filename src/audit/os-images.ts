import type { ImageRegisters, OsImage } from './policy/policy.ts';

/** An image that this program knows, and who says that these are its values. */
export interface KnownImage extends OsImage {
  readonly hash: string;
  readonly mrtd: string;
  readonly rtmr1: string;
  readonly rtmr2: string;
  /** The public repository and path that the values were read from, and its licence. */
  readonly origin: string;
}

/** dstack's TDVF of the 0.5 line, booted by QEMU 8 (two-pass page adding): of no one image. */
const MRTD = 'f06dfda6dce1cf904d4e2bab1dc370634cf95cefa2ceb2de2eee127c9382698090d7a4a13e14c536ec6c9c3c8fa87077';

/** Both 0.5.8 images have one kernel; they differ in RTMR2, which is the command line and the initial RAM disk. */
const RTMR1_0_5_8 = 'b598fde9491427341bc4683b75d10d3e36770af3a36a6954d8b6b7b22aa66358f13e1f172e51b7d6e6710d99a8d8532f';

/** RTMR0 depends on the shape of the virtual machine and is left out: this one would fit one shape only. */
const NEAR = 'near/mpc, crates/mpc-attestation/assets';

/** Images whose reference values somebody published. An image that is not here is unknown, never wrong. */
export const KNOWN_IMAGES: readonly KnownImage[] = [
  {
    name: 'dstack-0.5.8',
    hash: '6427f4f5ded88b72d326bd973e581c1689c5080c6444a0cf90fec7d9e4c8b92a',
    mrtd: MRTD,
    rtmr1: RTMR1_0_5_8,
    rtmr2: '9284cde236231d5ddace01104a440fd504df5182a2ad1ac3d2138b80c6a7864bd2c30f69041d8264217f3d24541580cf',
    development: false,
    origin: `${NEAR}/tcb_info.json (MIT)`,
  },
  {
    name: 'dstack-dev-0.5.8',
    hash: '7d47512fda31dc5a7318f72ae1869a3c76323981eea21fc30cafd0f79668642c',
    mrtd: MRTD,
    rtmr1: RTMR1_0_5_8,
    rtmr2: 'c812d42bfff1c75382e91a37c867ab117b97eb5e8d6797488928ea38e5fd38b5ed2f87d9613d392507f1c3af94657c93',
    development: true,
    origin: `${NEAR}/tcb_info_dev.json (MIT)`,
  },
];

/** A development image that is known by its hash. */
export interface DevelopmentImage {
  readonly name: string;
  readonly hash: string;
  readonly origin: string;
}

/** Images that let their host log in, by hash. One that is not here may be a development image all the same. */
export const DEVELOPMENT_IMAGES: readonly DevelopmentImage[] = [
  {
    name: 'dstack-dev-0.5.9',
    hash: 'de9c74f0c85d0820ce075cb4a99f8e39f7b681be632907c5bf8bdc95ea72feb9',
    origin:
      'openclaw/crabbox, internal/providers/phala/testdata/real_attestation_info.json (MIT): its vm_config names the image',
  },
  ...KNOWN_IMAGES.filter((image) => image.development).map(({ name, hash, origin }) => ({ name, hash, origin })),
];

/**
 * The known image with these registers, each lower-case hex of 48 bytes. All three must fit: MRTD is the firmware's, and one
 * firmware serves many images.
 */
export const findImage = (registers: ImageRegisters): KnownImage | undefined =>
  KNOWN_IMAGES.find(
    ({ mrtd, rtmr1, rtmr2 }) => mrtd === registers.mrtd && rtmr1 === registers.rtmr1 && rtmr2 === registers.rtmr2,
  );

/** The development image with this `os_image_hash` (lower-case hex of 32 bytes). */
export const findDevelopmentImage = (hash: string): DevelopmentImage | undefined =>
  DEVELOPMENT_IMAGES.find((image) => image.hash === hash);

/** Whether this `os_image_hash` is one of a known development image; false says nothing. */
export const isKnownDevelopmentHash = (hash: string): boolean => findDevelopmentImage(hash) !== undefined;
