/** A bucket of tokens that fills with time. */
export interface TokenBucket {
  /** Takes one token. @returns 0, or after how many whole seconds there will be one */
  take(): number;
}

/**
 * For all callers together: who asks cannot be told apart behind a gateway, and what is scarce is the machine's quotes.
 * @param burst tokens of a full bucket
 * @param perSecond tokens that come in a second
 * @param now a clock that only goes forward, in milliseconds
 */
export const tokenBucket = (burst: number, perSecond: number, now: () => number): TokenBucket => {
  let tokens = burst;
  let last = now();
  return {
    take: () => {
      const time = now();
      tokens = Math.min(burst, tokens + ((time - last) / 1000) * perSecond);
      last = time;
      if (tokens < 1) return Math.ceil((1 - tokens) / perSecond);
      tokens -= 1;
      return 0;
    },
  };
};
