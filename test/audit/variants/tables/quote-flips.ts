import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { flip, info } from '../support/baseline.ts';
import type { Variant } from '../support/variant.ts';

/** A field of a version 4 quote (Intel TDX DCAP Quoting Library API, appendix A), and what a turned bit in it breaks. */
interface Field {
  readonly name: string;
  readonly at: number;
  readonly size: number;
  readonly failed: readonly CheckId[];
  readonly notChecked?: readonly CheckId[];
  /** One for all three bits, or one each. */
  readonly exit?: number | readonly [number, number, number];
}

const SIGNED: readonly CheckId[] = ['quote.signature'];
const IMAGE: readonly CheckId[] = ['quote.signature', 'os.image'];
const NO_IMAGE: readonly CheckId[] = ['os.acpi', 'os.development'];
const REGISTER: readonly CheckId[] = [...IMAGE, 'eventlog.replay'];

/** What is not here is below, bit for bit. */
const FIELDS: readonly Field[] = [
  { name: 'attestation key type', at: 2, size: 2, failed: ['quote.parse'], exit: 20 },
  { name: 'TEE type', at: 4, size: 4, failed: ['quote.parse'], exit: 20 },
  { name: 'QE SVN', at: 8, size: 2, failed: SIGNED },
  { name: 'PCE SVN', at: 10, size: 2, failed: SIGNED },
  { name: 'QE vendor id', at: 12, size: 16, failed: ['quote.parse'] },
  { name: 'user data', at: 28, size: 20, failed: SIGNED },
  { name: 'TEE_TCB_SVN above the version', at: 50, size: 14, failed: SIGNED },
  { name: 'MRSEAM', at: 64, size: 48, failed: SIGNED },
  { name: 'MRSIGNERSEAM', at: 112, size: 48, failed: ['quote.signature', 'quote.module'] },
  { name: 'SEAM attributes', at: 160, size: 8, failed: ['quote.signature', 'quote.module'] },
  { name: 'XFAM', at: 176, size: 8, failed: SIGNED },
  { name: 'MRTD', at: 184, size: 48, failed: IMAGE, notChecked: NO_IMAGE },
  { name: 'MRCONFIGID, its hash', at: 233, size: 32, failed: ['quote.signature', 'compose.config-id'] },
  { name: 'MRCONFIGID, after its hash', at: 265, size: 15, failed: ['quote.signature', 'compose.config-id'] },
  { name: 'MROWNER', at: 280, size: 48, failed: SIGNED },
  { name: 'MROWNERCONFIG', at: 328, size: 48, failed: SIGNED },
  { name: 'RTMR0', at: 376, size: 48, failed: REGISTER, notChecked: NO_IMAGE },
  { name: 'RTMR1', at: 424, size: 48, failed: REGISTER, notChecked: NO_IMAGE },
  { name: 'RTMR2', at: 472, size: 48, failed: REGISTER, notChecked: NO_IMAGE },
  { name: 'RTMR3', at: 520, size: 48, failed: ['quote.signature', 'eventlog.replay'] },
  { name: 'report data', at: 568, size: 64, failed: ['quote.signature', 'cert.report-data'] },
  { name: 'length of the authentication data', at: 632, size: 4, failed: ['quote.parse'], exit: 30 },
  { name: 'signature', at: 636, size: 64, failed: SIGNED },
  { name: 'attestation key', at: 700, size: 64, failed: SIGNED },
  { name: 'certification type', at: 764, size: 2, failed: ['quote.parse'], exit: 20 },
  { name: 'length of the certification data', at: 766, size: 4, failed: ['quote.parse'], exit: 30 },
  { name: 'QE report: CPUSVN', at: 770, size: 16, failed: SIGNED },
  { name: 'QE report: MISCSELECT', at: 786, size: 4, failed: SIGNED },
  { name: 'QE report: reserved', at: 790, size: 28, failed: SIGNED },
  { name: 'QE report: attributes', at: 818, size: 16, failed: SIGNED },
  { name: 'QE report: MRENCLAVE', at: 834, size: 32, failed: SIGNED },
  { name: 'QE report: MRSIGNER', at: 898, size: 32, failed: SIGNED },
  { name: 'QE report: ISVPRODID', at: 1026, size: 2, failed: SIGNED },
  { name: 'QE report: ISVSVN', at: 1028, size: 2, failed: SIGNED },
  { name: 'QE report: report data', at: 1090, size: 64, failed: SIGNED },
  { name: 'QE report signature', at: 1154, size: 64, failed: SIGNED },
  { name: 'length of the QE authentication data', at: 1218, size: 2, failed: ['quote.parse'], exit: [20, 20, 30] },
  { name: 'QE authentication data', at: 1220, size: 32, failed: SIGNED },
  { name: 'certification type of the QE', at: 1252, size: 2, failed: ['quote.parse'], exit: 20 },
  { name: 'length of the PCK chain', at: 1254, size: 4, failed: ['quote.parse'], exit: 30 },
];

/** The first bit, one in the middle, and the last. */
const bitsOf = ({ at, size }: Field): readonly (readonly [number, number])[] => [
  [at, 0],
  [at + (size >> 1), 3],
  [at + size - 1, 7],
];

const flipped = (offset: number, bit: number) => info({ quote: { edit: (quote) => flip(quote, offset, bit) } });

const ofFields = FIELDS.flatMap((field) =>
  bitsOf(field).map(
    ([offset, bit], index): Variant => ({
      name: `${field.name}: bit ${bit} of byte ${offset} turned after signing`,
      evidence: flipped(offset, bit),
      failed: field.failed,
      ...(field.notChecked === undefined ? {} : { notChecked: field.notChecked }),
      exit: (typeof field.exit === 'object' ? field.exit[index] : field.exit) ?? 10,
    }),
  ),
);

/** TUD, reserved bits and SEPT_VE_DISABLE; the three others weaken nothing. */
const HARMLESS = [30, 31, 63];

const ofAttributes = Array.from({ length: 64 }, (_, bit): Variant => {
  const failed: readonly CheckId[] = HARMLESS.includes(bit) ? SIGNED : ['quote.signature', 'quote.debug'];
  return {
    name: `TD attributes: bit ${bit} turned after signing`,
    evidence: flipped(168 + (bit >> 3), bit & 7),
    failed,
    exit: 10,
  };
});

const versions = [
  ...[1, 2, 7].map((bit): Variant => {
    return { name: `version: bit ${bit} turned`, evidence: flipped(0, bit), failed: ['quote.parse'], exit: 20 };
  }),
  { name: 'version: 5 in place of 4', evidence: flipped(0, 0), failed: ['quote.parse'], exit: 20 } as const,
  { name: 'version: high byte', evidence: flipped(1, 0), failed: ['quote.parse'], exit: 20 } as const,
];

const svns: readonly Variant[] = [
  { name: 'module SVN turned after signing', evidence: flipped(48, 0), failed: SIGNED, exit: 10 },
  { name: 'module version 1 to 0 after signing', evidence: flipped(49, 0), failed: SIGNED, exit: 10 },
  {
    name: 'module version 1 to 129 after signing',
    evidence: flipped(49, 7),
    failed: ['quote.signature', 'quote.module'],
    exit: 10,
  },
  {
    name: 'config id V1 to a form that needs a document, after signing',
    evidence: flipped(232, 1),
    failed: SIGNED,
    notChecked: ['compose.config-id'],
    exit: 10,
  },
  {
    name: 'config id V1 to no known form, after signing',
    evidence: flipped(232, 7),
    failed: ['quote.signature', 'compose.config-id'],
    exit: 10,
  },
];

/** Every field of header, body and authentication data, one bit at a time, with nothing signed anew. */
export const quoteFlips: readonly Variant[] = [...ofFields, ...ofAttributes, ...versions, ...svns];
