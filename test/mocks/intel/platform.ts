/** SIMULATED hardware: the machine whose quotes are signed. Its FMSPC is of no real processor. */
import { Buffer } from 'node:buffer';

export interface Platform {
  /** Which of Intel's two PCK authorities certified the machine. */
  readonly ca: 'platform' | 'processor';
  /** 16 bytes. */
  readonly ppid: Uint8Array;
  /** The 16 component SVNs of the SGX extension. */
  readonly components: readonly number[];
  /** 16 bytes: the components once more, as the processor reports them. */
  readonly cpuSvn: Uint8Array;
  readonly pceSvn: number;
  /** 2 bytes. */
  readonly pceId: Uint8Array;
  /** 6 bytes. */
  readonly fmspc: Uint8Array;
  /** 0 standard, 1 scalable, 2 scalable with integrity. */
  readonly sgxType: number;
  /** 16 bytes. */
  readonly instanceId: Uint8Array;
  readonly dynamicPlatform: boolean;
  readonly cachedKeys: boolean;
  readonly smtEnabled: boolean;
}

export type PlatformOptions = Partial<Platform>;

const COMPONENTS = [4, 4, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0] as const;

/** Components that are given alone become the CPUSVN too, and the other way round. */
export const platformOf = (options: PlatformOptions = {}): Platform => {
  const components = options.components ?? (options.cpuSvn === undefined ? COMPONENTS : [...options.cpuSvn]);
  return {
    ca: 'platform',
    ppid: Buffer.from('SIMULATED-PPID-0', 'latin1'),
    pceSvn: 11,
    pceId: Buffer.alloc(2),
    fmspc: Buffer.from('00a05eed0000', 'hex'),
    sgxType: options.ca === 'processor' ? 0 : 1,
    instanceId: Buffer.from('SIMULATED-INST-0', 'latin1'),
    dynamicPlatform: true,
    cachedKeys: true,
    smtEnabled: true,
    ...options,
    components,
    cpuSvn: options.cpuSvn ?? Buffer.from(components),
  };
};
