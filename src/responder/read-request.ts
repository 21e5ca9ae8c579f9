import type { IncomingMessage } from 'node:http';
import { MAX_TARGET_CHARACTERS } from './limits.ts';

/** What a request asks for, or the status and words of its refusal. */
export type Asked =
  | { readonly kind: 'health' }
  | { readonly kind: 'attest'; readonly nonce: Uint8Array }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string };

const refused = (status: number, why: string): Asked => ({ kind: 'refused', status, why });

/**
 * Reads a request line and headers; there is no body to read. The address is compared and not parsed: there are two, and any other spelling of
 * them is another address.
 */
export const readRequest = ({
  method,
  url = '',
  headers,
}: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): Asked => {
  if (url.length > MAX_TARGET_CHARACTERS) return refused(414, 'the address is too long');
  const [path = '', ...query] = url.split('?');
  if (path !== '/attest' && path !== '/health') return refused(404, 'there are /attest?nonce=<64 hex> and /health');
  if (method !== 'GET') return refused(405, 'only GET');
  if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0') {
    return refused(413, 'no body is taken');
  }
  if (path === '/health') return query.length === 0 ? { kind: 'health' } : refused(400, '/health takes no parameters');
  const nonce = /^nonce=([0-9a-f]{64})$/.exec(query.join('?'))?.[1];
  if (nonce === undefined) return refused(400, 'nonce must be 64 lower-case hex digits, and nothing else be given');
  return { kind: 'attest', nonce: new Uint8Array(Buffer.from(nonce, 'hex')) };
};
