import { escapeText } from '../../base/escape.ts';
import { isLoopback } from '../../pin/host.ts';
import type { RepoUrl } from '../../pin/types.ts';
import { parseRepoUrl } from '../../pin/url.ts';
import { SourceError } from '../../source/errors.ts';
import { checkLiteralHost } from '../../source/transport/address-rules.ts';

/** Where the source is to be had from, and who says so. */
export interface SourceAddress {
  readonly url: string;
  /** The auditor wrote it on the command line; else the evidence did, and it is hostile. */
  readonly named: boolean;
  /** Nothing is asked there: what it gave was saved, and this says when and where. */
  readonly saved?: string;
}

/** Names that no public name service holds (RFC 6761, 6762, 7686, 8375; `internal` by ICANN's resolution of 2024). */
const SPECIAL_NAMES = /(?:^|\.)(?:localhost|local|internal|home\.arpa|invalid|onion|test)$/;

const HINT = 'if you trust it, name the repository yourself: --source URL or --source DIR';

const isAddressLiteral = (host: string): boolean => /^[0-9.]+$/.test(host) || host.includes(':');

/**
 * Throws where an address is not https to a public host; whether a name leads to a public address is held when connecting. `whose` begins the
 * message and ends with "and". Nothing is contacted here.
 * @throws SourceError `address-refused`
 */
export const checkPublic = (
  address: RepoUrl,
  whose = 'the address of the source comes from the evidence and',
): void => {
  const refused = (why: string, cause?: unknown): SourceError =>
    new SourceError('address-refused', `${whose} ${why}`, { hint: HINT, cause });
  if (address.kind === 'local') throw refused('is a path on this machine');
  if (address.kind === 'ssh') throw refused('is one of ssh');
  if (!address.secure) throw refused('is not https');
  const { host } = address;
  if (isLoopback(host)) throw refused(`names this machine, ${host}`);
  if (isAddressLiteral(host)) {
    try {
      checkLiteralHost(host);
      return;
    } catch (cause) {
      throw refused(`names ${host}, which is not a public address`, cause);
    }
  }
  if (!host.includes('.') || SPECIAL_NAMES.test(host)) throw refused(`names '${escapeText(host)}', no public host`);
};

/**
 * Reads the address of a repository. One that the auditor named: https, http on loopback, ssh, a file URL or an absolute folder.
 * One out of the evidence: https to a public host and nothing else; whether a name leads to a public address is held when
 * connecting. Nothing is contacted here.
 * @throws SourceError `address-refused`
 */
export const admitAddress = ({ url, named }: SourceAddress): RepoUrl => {
  const read = parseRepoUrl(url);
  if (!read.ok) {
    const { message, hint } = read.fault;
    const whose = named ? 'the address of the source' : 'the address of the source, which comes from the evidence,';
    throw new SourceError('address-refused', `${whose} ${message}`, { hint: named ? hint : HINT });
  }
  if (!named) checkPublic(read.value);
  return read.value;
};
