import { parseCrl } from '../../../asn1/crl.ts';
import { objectOf, parseJson, stringOf } from '../../../base/json.ts';
import { readCollateral } from '../../../tdx/collateral.ts';

const MS_PER_SECOND = 1000;

const dateOf = (json: string, what: string, key: 'issueDate' | 'nextUpdate'): number => {
  const text = stringOf(objectOf(parseJson(json, { name: what }), what)[key], `${what}, ${key}`);
  return Date.parse(text) / MS_PER_SECOND;
};

/**
 * Seconds since 1970 at which the first part of some collateral is out of date, by what it says of itself, unverified. NaN
 * where a date does not read. Throws JsonError, TdxError and Asn1Error.
 */
export const endOfCollateral = (json: unknown): number => {
  const collateral = readCollateral(json);
  return Math.min(
    dateOf(collateral.tcbInfo, 'tcb_info', 'nextUpdate'),
    dateOf(collateral.qeIdentity, 'qe_identity', 'nextUpdate'),
    parseCrl(collateral.rootCaCrl, 'the root CRL').nextUpdate,
    parseCrl(collateral.pckCrl, 'the PCK CRL').nextUpdate,
  );
};

/** The same at which its last part came into force. */
export const startOfCollateral = (json: unknown): number => {
  const collateral = readCollateral(json);
  return Math.max(
    dateOf(collateral.tcbInfo, 'tcb_info', 'issueDate'),
    dateOf(collateral.qeIdentity, 'qe_identity', 'issueDate'),
    parseCrl(collateral.rootCaCrl, 'the root CRL').thisUpdate,
    parseCrl(collateral.pckCrl, 'the PCK CRL').thisUpdate,
  );
};
