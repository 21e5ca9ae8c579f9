import { parseCrl } from '../../../asn1/crl.ts';
import { objectOf, parseJson, stringOf } from '../../../base/json.ts';
import { readCollateral } from '../../../tdx/collateral.ts';

const MS_PER_SECOND = 1000;

const nextUpdateOf = (json: string, what: string): number => {
  const text = stringOf(objectOf(parseJson(json, { name: what }), what).nextUpdate, `${what}, nextUpdate`);
  return Date.parse(text) / MS_PER_SECOND;
};

/**
 * Seconds since 1970 at which the first part of some collateral is out of date, by what it says of itself, unverified. NaN
 * where a date does not read. Throws JsonError, TdxError and Asn1Error.
 */
export const endOfCollateral = (json: unknown): number => {
  const collateral = readCollateral(json);
  return Math.min(
    nextUpdateOf(collateral.tcbInfo, 'tcb_info'),
    nextUpdateOf(collateral.qeIdentity, 'qe_identity'),
    parseCrl(collateral.rootCaCrl, 'the root CRL').nextUpdate,
    parseCrl(collateral.pckCrl, 'the PCK CRL').nextUpdate,
  );
};
