import type { Limits } from '../limits.ts';

/** What of a pin and of the limits concerns every HTTP request. */
export interface HttpSettings {
  limits: Limits;
  /** Monotonic time (`performance.now()`) at which all attempts end. */
  deadline: number;
  /** Hosts that the pin names: only these may be on a private network. */
  pinnedHosts: ReadonlySet<string>;
  /** PEM certificates that replace the built-in roots. */
  ca: string | undefined;
  proxy: URL | undefined;
}
