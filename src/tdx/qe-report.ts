/** The report of the quoting enclave (Intel SGX SDK, `sgx_report_body_t`): the fields that are checked. Views. */
export interface QeReport {
  readonly cpuSvn: Uint8Array;
  readonly miscSelect: Uint8Array;
  readonly attributes: Uint8Array;
  readonly mrEnclave: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  readonly isvSvn: number;
  readonly reportData: Uint8Array;
}

export const QE_REPORT_BYTES = 384;

/** `bytes` are {@link QE_REPORT_BYTES} long. */
export const readQeReport = (bytes: Uint8Array): QeReport => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    cpuSvn: bytes.subarray(0, 16),
    miscSelect: bytes.subarray(16, 20),
    attributes: bytes.subarray(48, 64),
    mrEnclave: bytes.subarray(64, 96),
    mrSigner: bytes.subarray(128, 160),
    isvProdId: view.getUint16(256, true),
    isvSvn: view.getUint16(258, true),
    reportData: bytes.subarray(320, 384),
  };
};
