/** SIMULATED hardware: all that a test can change about a simulated deployment. What is not given is good. */
import type { MockIntel } from '../intel/intel.ts';
import type { QuoteChanges } from '../intel/quote.ts';
import type { TdBody } from '../intel/td-report.ts';
import type { Line } from './boot-events.ts';
import type { CertificateChanges } from './certificates.ts';
import type { EditEvents } from './edit-events.ts';
import type { LogVersion, MockEvent } from './event.ts';
import type { KeyProviderName } from './key-provider.ts';
import type { ConfigIdForm } from './mr-config-id.ts';
import type { ImageOptions } from './os-image.ts';

export interface DeploymentOptions {
  readonly intel?: MockIntel;
  /** Order and names of events; `next` where the image is `lite`. */
  readonly line?: Line;

  /** The exact bytes of app-compose.json, in place of the default ones. */
  readonly appCompose?: Uint8Array | string;
  /** Of the default app-compose: the whole compose file, or its image and pin; and further keys of app-compose. */
  readonly composeFile?: string;
  readonly image?: string;
  readonly pin?: string;
  readonly appComposeKeys?: Readonly<Record<string, unknown>>;
  /** What the answers show in place of the app-compose that was measured. */
  readonly shownAppCompose?: Uint8Array | string;

  /** `kms` where not given. */
  readonly keyProvider?: KeyProviderName;
  readonly keyProviderId?: string;
  /** Hex; by default what dstack makes of the compose hash. */
  readonly appId?: string;
  /** Hex, empty for none. */
  readonly instanceId?: string;

  /** A form, or 48 bytes. */
  readonly mrConfigId?: ConfigIdForm | Uint8Array;
  /** The text a V3 id is made of. */
  readonly mrConfigDocument?: string;

  readonly eventLogVersion?: LogVersion;
  readonly initScripts?: readonly string[];
  /** Extended after `system-ready`. */
  readonly userEvents?: readonly (MockEvent | { readonly event: string; readonly payload: Uint8Array | string })[];
  readonly editEvents?: EditEvents;
  /** Whether the registers follow the edited log (an attacker who is consistent); true where not given. */
  readonly refold?: boolean;

  readonly osImage?: ImageOptions;
  /** Any field of the signed body, last of all. */
  readonly body?: Partial<TdBody>;
  readonly quote?: QuoteChanges;
  /** 64 bytes in place of the hash of the RA-TLS key. */
  readonly reportData?: Uint8Array;
  readonly certificates?: CertificateChanges;
  /** What `Info` says in place of the truth: keys of the answer, and keys of `tcb_info`. */
  readonly info?: Readonly<Record<string, unknown>>;
  readonly tcbInfo?: Readonly<Record<string, unknown>>;
  /** 32 bytes each. */
  readonly nearKeys?: { readonly p2p: Uint8Array; readonly account: Uint8Array };
}
