/** SIMULATED hardware: the quoting enclave's report, 384 bytes (Intel SGX SDK, sgx_report_body_t). */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { field, u16, u32 } from './field.ts';
import { QE_MRSIGNER, QE_PRODUCT, QE_SVN } from './qe-identity.ts';

export interface QeReport {
  readonly cpuSvn: Uint8Array;
  readonly miscSelect: number;
  readonly attributes: Uint8Array;
  readonly mrEnclave: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  readonly isvSvn: number;
  readonly reportData: Uint8Array;
}

/** The report that binds `attestationKey` (64 bytes) and `authData`, but for what `changes` says. */
export const encodeQeReport = (
  changes: Partial<QeReport>,
  cpuSvn: Uint8Array,
  attestationKey: Uint8Array,
  authData: Uint8Array,
): Buffer => {
  const binding = createHash('sha256').update(attestationKey).update(authData).digest();
  return Buffer.concat([
    field('qe cpuSvn', changes.cpuSvn ?? cpuSvn, 16),
    u32(changes.miscSelect ?? 0),
    Buffer.alloc(28),
    field('qe attributes', changes.attributes ?? Buffer.from('1500000000000000e700000000000000', 'hex'), 16),
    field('qe mrEnclave', changes.mrEnclave ?? Buffer.alloc(32, 'SIMULATED QE '), 32),
    Buffer.alloc(32),
    field('qe mrSigner', changes.mrSigner ?? Buffer.from(QE_MRSIGNER, 'hex'), 32),
    Buffer.alloc(96),
    u16(changes.isvProdId ?? QE_PRODUCT),
    u16(changes.isvSvn ?? QE_SVN),
    Buffer.alloc(60),
    field('qe reportData', changes.reportData ?? Buffer.concat([binding, Buffer.alloc(32)]), 64),
  ]);
};
