import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, RegistryError } from '../errors.ts';
import type { HttpLimits } from '../limits.ts';
import type { HttpReply, HttpRequest, HttpSettings } from './exchange.ts';
import { showUrl } from './failures.ts';
import { follow } from './follow.ts';

const BUSY = [408, 425, 429];

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from `now`. */
export const readRetryAfter = (value: string | undefined, now = Date.now()): number | undefined => {
  if (value === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
};

const checkNotBusy = ({ status, headers, url }: HttpReply): void => {
  if (!BUSY.includes(status) && (status < 500 || status > 599)) return;
  throw new RegistryError('server-busy', `${showUrl(url)} answers with status ${status}`, {
    hint: 'the registry is busy or limits requests; try again later',
    retryAfterMs: readRetryAfter(headers['retry-after']),
  });
};

/** Milliseconds to wait; undefined where the server asks for longer than we are ready to. */
const pauseAfter = (
  { retryAfterMs: asked }: RegistryError,
  attempt: number,
  limits: HttpLimits,
): number | undefined => {
  if (asked !== undefined) return asked <= limits.retryAfterMs ? asked : undefined;
  const full = limits.backoffMs * 2 ** (attempt - 1);
  // Between half and all of it, so that many who were turned away together do not come back together.
  return full / 2 + (Math.random() * full) / 2;
};

/**
 * One request with its redirects, tried again where that can help and the deadline allows it. Any status but a busy
 * one.
 */
export const ask = async (request: HttpRequest, settings: HttpSettings): Promise<HttpReply> => {
  for (let attempt = 1; ; attempt++) {
    try {
      const reply = await follow(request, settings);
      checkNotBusy(reply);
      return reply;
    } catch (error) {
      if (attempt >= settings.limits.attempts || !isTransient(error)) throw error;
      const pause = pauseAfter(error, attempt, settings.limits);
      // Waiting past the end would only turn a reason into a time-out.
      if (pause === undefined || performance.now() + pause >= settings.deadline) throw error;
      await sleep(pause);
    }
  }
};
