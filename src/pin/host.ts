/** A host and a port as a URL names them. */
export interface Authority {
  /** Lower case; an IPv6 address without brackets, in its canonical form. */
  host: string;
  port: number | undefined;
}

const AUTHORITY = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::([1-9][0-9]{0,4}))?$/;
const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
const IPV4 = /^(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})$/;

/** The host as WHATWG URL parsers, Node's included, understand it. */
const asParsed = (host: string): string | undefined => URL.parse(`http://${host}/`)?.hostname;

const readName = (text: string): string | undefined => {
  const name = text.toLowerCase();
  const labels = name.split('.');
  if (name.length > 253 || !labels.every((label) => LABEL.test(label))) return undefined;
  // What another parser would read otherwise is no host, so that nobody disagrees with us about where this goes:
  // resolvers take 0x7f.1, 2130706433 and 0177.0.0.1 for addresses, and only the plain form of one stays as it is here.
  return asParsed(name) === name ? name : undefined;
};

/**
 * Reads `host`, `host:port`, `[v6]` or `[v6]:port`. Undefined for everything else: no user, no zone, no trailing dot,
 * no label that starts or ends with `-`, no address in another notation than the plain one, ports from 1 to 65535.
 */
export const readAuthority = (text: string): Authority | undefined => {
  const parts = AUTHORITY.exec(text);
  if (parts === null) return undefined;
  const [, v6, name, digits] = parts;
  const port = digits === undefined ? undefined : Number(digits);
  const host = name === undefined ? asParsed(`[${v6}]`)?.slice(1, -1) : readName(name);
  return host === undefined || Number(port) > 65535 ? undefined : { host, port };
};

/** Whether a host that {@link readAuthority} gave is this machine by its name alone. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (host.startsWith('127.') && IPV4.test(host));
