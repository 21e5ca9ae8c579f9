/** SIMULATED hardware: Intel's identity of the TD quoting enclave (id TD_QE, version 2) as PCS v4 gives it. */
import { type IsvLevel, isoTime } from './tcb-info.ts';

export interface QeIdentity {
  readonly id: string;
  readonly version: number;
  readonly issueDate: string;
  readonly nextUpdate: string;
  readonly tcbEvaluationDataNumber: number;
  readonly miscselect: string;
  readonly miscselectMask: string;
  readonly attributes: string;
  readonly attributesMask: string;
  readonly mrsigner: string;
  readonly isvprodid: number;
  readonly tcbLevels: readonly IsvLevel[];
}

/** Not Intel's signer: 32 bytes of 0x44. */
export const QE_MRSIGNER = '44'.repeat(32);
/** What the quoting enclave is, and the SVN that its first level asks for. */
export const QE_PRODUCT = 2;
export const QE_SVN = 6;

/** Valid from `issued` until `next` (seconds since 1970). */
export const qeIdentity = (issued: number, next: number): QeIdentity => ({
  id: 'TD_QE',
  version: 2,
  issueDate: isoTime(issued),
  nextUpdate: isoTime(next),
  tcbEvaluationDataNumber: 19,
  miscselect: '00000000',
  miscselectMask: 'FFFFFFFF',
  attributes: '11000000000000000000000000000000',
  attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
  mrsigner: QE_MRSIGNER,
  isvprodid: QE_PRODUCT,
  tcbLevels: [
    { tcb: { isvsvn: QE_SVN - 2 }, tcbDate: '2025-05-14T00:00:00Z', tcbStatus: 'UpToDate' },
    {
      tcb: { isvsvn: 1 },
      tcbDate: '2023-08-09T00:00:00Z',
      tcbStatus: 'OutOfDate',
      advisoryIDs: ['INTEL-SA-00837'],
    },
  ],
});
