import { messageOf, systemCodeOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { RegistryError } from '../errors.ts';

/** A URL for messages, without its query: storage behind a registry signs its addresses there. */
export const showUrl = (url: URL): string => escapeText(`${url.protocol}//${url.host}${url.pathname}`);

export const timedOut = (url: URL, doing: string): RegistryError =>
  new RegistryError('timed-out', `${showUrl(url)}: ${doing} took too long`, {
    hint: 'check that the registry is reachable from here, and try again',
  });

export const tooLarge = (url: URL, maxBytes: number): RegistryError =>
  new RegistryError('too-large', `${showUrl(url)} sends more than ${maxBytes} bytes`, {
    hint: 'check that this is the image that was meant',
  });

const CERTIFICATE_CODES = /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS_CERT|UNSUITABLE_CERT)/;

/** What Node says of a connection, in our words. */
export const connectionError = (url: URL, thrown: unknown): RegistryError => {
  if (thrown instanceof RegistryError) return thrown;
  const code = systemCodeOf(thrown);
  const what = `${showUrl(url)}: ${escapeText(messageOf(thrown) || code)}`;
  if (CERTIFICATE_CODES.test(code)) {
    return new RegistryError('certificate-refused', `the certificate is not accepted: ${what}`, {
      hint: 'TLS certificates are always checked; look at who answers there',
      cause: thrown,
    });
  }
  return new RegistryError('connection-failed', `no connection, or it was cut: ${what}`, {
    hint: 'check the address, the name service and the network',
    cause: thrown,
  });
};
