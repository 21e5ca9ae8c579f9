import type { ScalarType } from './tree.ts';

/** What a plain scalar is to compose, and the text that it becomes where a string is wanted. */
export interface PlainScalar {
  readonly type: ScalarType;
  readonly text: string;
}

const NULLS = ['', '~', 'null', 'Null', 'NULL'];
const BOOLEANS = ['true', 'True', 'TRUE', 'false', 'False', 'FALSE'];
const INTEGER = /^([-+]?)(?:0[oO]?([0-7]+)|(0[xX][0-9a-fA-F]+|0[bB][01]+|0|[1-9][0-9]*))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const MAX_UINT64 = 2n ** 64n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Whole numbers in every base that Go's strconv takes: `010` is eight. */
const integerOf = (text: string): bigint | undefined => {
  const [, sign, octal, other] = INTEGER.exec(text) ?? [];
  const digits = octal === undefined ? other : `0o${octal}`;
  if (digits === undefined) return undefined;
  const value = BigInt(digits);
  return sign === '-' ? -value : value;
};

/** As Go prints a float: the shortest digits, with an exponent below 1e-4 and from 1e6 on, which has two digits at least. */
const floatText = (value: number): string => {
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  const sign = Object.is(value, -0) ? '-' : '';
  if (power >= -4 && power < 6) return sign + String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${Math.abs(power).toString().padStart(2, '0')}`;
};

/**
 * A plain (unquoted) scalar as compose's YAML reader takes it: YAML 1.2 with octal numbers that begin with 0 and `_` between
 * digits. Dates are left as they are written, where compose would add a time.
 */
export const readPlain = (raw: string): PlainScalar => {
  if (NULLS.includes(raw)) return { type: 'null', text: '' };
  if (BOOLEANS.includes(raw)) return { type: 'boolean', text: raw.toLowerCase() };
  if (!/^[-+.0-9]/.test(raw)) return { type: 'string', text: raw };
  // What begins with a point is read without that: `._0` stays text.
  const bare = raw.startsWith('.') ? raw : raw.replaceAll('_', '');
  const integer = integerOf(bare);
  if (integer !== undefined && integer >= MIN_INT64 && integer <= MAX_UINT64) {
    return { type: 'integer', text: String(integer) };
  }
  if (FLOAT.test(bare) && Number.isFinite(Number(bare))) return { type: 'float', text: floatText(Number(bare)) };
  return { type: 'string', text: raw };
};
