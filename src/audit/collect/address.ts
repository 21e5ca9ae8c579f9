import { escapeText } from '../../base/escape.ts';
import { isLoopback } from '../../pin/host.ts';
import { CollectError } from './errors.ts';

const unsupported = (text: string, why: string, hint: string): CollectError =>
  new CollectError('unsupported-target', `${escapeText(text)} ${why}`, { hint });

/** The longest URL: servers refuse more than about 8,000. */
const MAX_URL_LENGTH = 2048;

/** Whether a target is written as a URL of any kind. */
export const isUrl = (target: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(target);

/**
 * A URL that the user typed: https, or http on loopback; no credentials, no fragment. Throws CollectError
 * `unsupported-target`.
 */
export const readAddress = (text: string): URL => {
  const url = text.length > MAX_URL_LENGTH || /[\s\p{Cc}\\]/u.test(text) ? null : URL.parse(text);
  if (url === null) {
    throw unsupported(text.slice(0, MAX_URL_LENGTH), 'is not a URL', 'write https://host/, without white space');
  }
  if (url.username !== '' || url.password !== '') {
    const bare = `${url.protocol}//${url.host}`;
    throw unsupported(bare, 'is given with credentials', 'evidence is fetched without: remove them');
  }
  if (url.hash !== '') throw unsupported(text, 'has a fragment', 'end the URL before the #');
  const loopback = isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url.protocol === 'http:' && !loopback) throw unsupported(text, 'is http and not on loopback', 'use https://');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw unsupported(text, 'is not https', 'give an https:// URL, a file, or - for standard input');
  }
  return url;
};

/** `<app id>`, `<app id>-<port>`, either with `s` or `g`: how dstack's gateway names an app. */
const APP_LABEL = /^([0-9a-f]{40})(?:-[0-9]{1,5})?[sg]?$/;

/**
 * The app id that stands in the host name of a URL behind dstack's gateway (`https://<app id>-8090.<gateway domain>`), 40
 * lower-case hex digits: an expectation from outside, since the user typed it. Undefined where there is none.
 */
export const appIdOfAddress = (url: URL): string | undefined => {
  const [label = '', ...domain] = url.hostname.split('.');
  return domain.length === 0 ? undefined : APP_LABEL.exec(label)?.[1];
};
