/** SIMULATED hardware: the statuses that a test most often wants to change, as values for `collateral({tcbInfo: {change}})`. */
import type { QeIdentity } from './qe-identity.ts';
import type { TcbInfo } from './tcb-info.ts';

interface Statused {
  readonly tcbStatus: string;
  readonly advisoryIDs?: readonly string[];
}

const restate = <T extends Statused>(levels: readonly T[], tcbStatus: string, advisoryIDs: readonly string[]): T[] =>
  levels.map((level, index) => {
    if (index !== 0) return level;
    const { advisoryIDs: _, ...rest } = level;
    return { ...rest, tcbStatus, ...(advisoryIDs.length === 0 ? {} : { advisoryIDs }) } as T;
  });

/** The status of the level that the mock platform reaches. */
export const platformStatus =
  (status: string, advisories: readonly string[] = []) =>
  (info: TcbInfo): TcbInfo => ({ ...info, tcbLevels: restate(info.tcbLevels, status, advisories) });

/** The status of the TDX module's level that the mock quotes reach (identity TDX_01). */
export const moduleStatus =
  (status: string, advisories: readonly string[] = []) =>
  (info: TcbInfo): TcbInfo => ({
    ...info,
    tdxModuleIdentities: info.tdxModuleIdentities.map((identity) =>
      identity.id === 'TDX_01' ? { ...identity, tcbLevels: restate(identity.tcbLevels, status, advisories) } : identity,
    ),
  });

/** The status of the quoting enclave's level, for `collateral({qeIdentity: {change}})`. */
export const qeStatus =
  (status: string, advisories: readonly string[] = []) =>
  (identity: QeIdentity): QeIdentity => ({
    ...identity,
    tcbLevels: restate(identity.tcbLevels, status, advisories),
  });
