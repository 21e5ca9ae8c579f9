/**
 * SIMULATED hardware: a processor and its maker. Quotes and collateral are signed for real, below a root that only a test or a
 * demonstration trusts. `createIntel().quote()` with `.collateral()` at `.now` is UpToDate; every part can be changed alone.
 */
import type { Buffer } from 'node:buffer';
import { type Collateral, type CollateralChanges, collateral } from './collateral.ts';
import { createPki, type Pki, type PkiChanges } from './pki.ts';
import { type Platform, type PlatformOptions, platformOf } from './platform.ts';
import { type QuoteChanges, quote } from './quote.ts';

/** 2026-09-21 14:13:20 UTC: the time at which everything is valid, where no other is given. */
export const SIMULATED_NOW = 1_790_000_000;

export interface IntelOptions {
  /** Another name is another set of keys: a root that nobody trusts. */
  readonly name?: string;
  /** Seconds since 1970. */
  readonly now?: number;
  readonly platform?: PlatformOptions;
  readonly certificates?: PkiChanges;
}

export interface MockIntel extends Pki {
  readonly options: IntelOptions;
  readonly now: number;
  readonly platform: Platform;
  quote(changes?: QuoteChanges): Buffer;
  collateral(changes?: CollateralChanges): Collateral;
  /** The same maker, and so the same keys, with these options changed. */
  with(options: IntelOptions): MockIntel;
}

export const createIntel = (options: IntelOptions = {}): MockIntel => {
  const { name = 'Intel', now = SIMULATED_NOW, certificates = {} } = options;
  const platform = platformOf(options.platform);
  const pki = createPki(name, now, platform, certificates);
  return {
    ...pki,
    options,
    now,
    platform,
    quote: (changes = {}) => quote(name, pki, platform, changes),
    collateral: (changes = {}) => collateral(pki, platform, now, changes),
    with: (more) =>
      createIntel({
        ...options,
        ...more,
        platform: { ...options.platform, ...more.platform },
        certificates: { ...certificates, ...more.certificates },
      }),
  };
};
