import * as z from 'zod/mini';
import { refuse } from './fields.ts';
import { prose, register, sha256 } from './values.ts';

const REGISTERS = ['mrtd', 'rtmr1', 'rtmr2'] as const;
const NEEDS = 'state its hash, or mrtd, rtmr1 and rtmr2, or both';

/** One register of three says nothing: MRTD is the firmware's, which serves many images. */
const identified = z.check<{ [Name in 'hash' | (typeof REGISTERS)[number]]?: string | undefined }>((context) => {
  const { value } = context;
  const missing = REGISTERS.filter((name) => value[name] === undefined);
  const [first] = missing;
  if (first === undefined || (missing.length === REGISTERS.length && value.hash !== undefined)) return;
  if (missing.length === REGISTERS.length) {
    refuse(context, { code: 'missing-key', message: 'names no image', hint: NEEDS });
  } else {
    refuse(context, { code: 'missing-key', message: 'is missing', hint: NEEDS }, [first]);
  }
});

/** `[[os_image]]`. */
export const osImage = z
  .strictObject({
    name: prose('how reports name the image', 'write how reports should name the image', 'dstack-0.5.8'),
    hash: z.optional(
      sha256(
        'os_image_hash: SHA-256 of the checksum file of the image; found where an image carries its own measurement',
      ),
    ),
    mrtd: z.optional(register('MRTD of the image')),
    rtmr0: z.optional(
      register(
        'RTMR0 of the image in one shape of the virtual machine; without it, RTMR0 is not held against this entry',
      ),
    ),
    rtmr1: z.optional(register('RTMR1 of the image')),
    rtmr2: z.optional(register('RTMR2 of the image')),
    development: z
      ._default(z.boolean(), false)
      .check(z.describe('whether this is a development image, which lets its host log in')),
  })
  .check(
    identified,
    z.meta({
      description: 'reference values of one OS image: its hash, its three registers, or both',
      anyOf: [{ required: ['hash'] }, { required: [...REGISTERS] }],
      dependentRequired: Object.fromEntries(
        REGISTERS.map((name) => [name, REGISTERS.filter((other) => other !== name)]),
      ),
    }),
  );

export type OsImageTable = z.infer<typeof osImage>;

/** What makes two entries the same image. */
export const imageIdentity = ({ hash, mrtd, rtmr0, rtmr1, rtmr2 }: OsImageTable): string =>
  [hash, mrtd, rtmr0, rtmr1, rtmr2].join(' ');
