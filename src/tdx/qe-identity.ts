import { integerOf, objectOf, stringOf } from '../base/json.ts';
import { escapeText } from '../base/escape.ts';
import { TdxError } from './errors.ts';
import { type IsvLevel, readIsvLevels } from './isv-levels.ts';
import { dateOf, hexOf, numberOf, readSigned } from './shape.ts';

/** What Intel says a genuine TD quoting enclave is (Intel PCS API v4, "Enclave Identity"). */
export interface QeIdentity {
  /** Seconds since 1970: in force from `issueDate` on and before `nextUpdate`. */
  readonly issueDate: number;
  readonly nextUpdate: number;
  readonly tcbEvaluationDataNumber: number;
  readonly miscSelect: Uint8Array;
  readonly miscSelectMask: Uint8Array;
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  readonly levels: readonly IsvLevel[];
}

const NAME = 'qe_identity';

/** Reads the text of a QE identity, whose signature somebody else checks. Throws `bad-collateral` and `wrong-collateral`. */
export const readQeIdentity = (text: string): QeIdentity =>
  readSigned(text, NAME, (value) => {
    const fields = objectOf(value, NAME);
    const id = stringOf(fields.id, `${NAME}.id`);
    const version = integerOf(fields.version, `${NAME}.version`);
    if (id !== 'TD_QE' || version !== 2) {
      throw new TdxError(
        'wrong-collateral',
        `${NAME} is of ${escapeText(id.slice(0, 40))} version ${version}, not of TD_QE version 2`,
      );
    }
    return {
      issueDate: dateOf(fields.issueDate, `${NAME}.issueDate`),
      nextUpdate: dateOf(fields.nextUpdate, `${NAME}.nextUpdate`),
      tcbEvaluationDataNumber: integerOf(fields.tcbEvaluationDataNumber, `${NAME}.tcbEvaluationDataNumber`),
      miscSelect: hexOf(fields.miscselect, 4, `${NAME}.miscselect`),
      miscSelectMask: hexOf(fields.miscselectMask, 4, `${NAME}.miscselectMask`),
      attributes: hexOf(fields.attributes, 16, `${NAME}.attributes`),
      attributesMask: hexOf(fields.attributesMask, 16, `${NAME}.attributesMask`),
      mrSigner: hexOf(fields.mrsigner, 32, `${NAME}.mrsigner`),
      isvProdId: numberOf(fields.isvprodid, 65535, `${NAME}.isvprodid`),
      levels: readIsvLevels(fields.tcbLevels, `${NAME}.tcbLevels`),
    };
  });
