import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { SourceError } from '../errors.ts';

/** Where nothing that a server names may lead: this host, private and link-local networks, and ranges that map to them. */
const NON_PUBLIC = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  NON_PUBLIC.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  NON_PUBLIC.addSubnet(network, prefix, 'ipv6');
}

/** Whether `address` (an IP literal) is on the public internet. IPv4-mapped IPv6 counts as the IPv4 it maps. */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 0) return false;
  return !NON_PUBLIC.check(address, family === 4 ? 'ipv4' : 'ipv6');
};

const refused = (host: string, address: string): SourceError =>
  new SourceError('address-refused', `the server leads to '${host}', which is ${address}: not a public address`, {
    hint: 'only a host that the pin itself names may be on a private network; put the final address into REPO_URL',
  });

/** @throws SourceError `address-refused` when `host` is an IP literal that is not public */
export const checkLiteralHost = (host: string): void => {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isPublicAddress(bare)) throw refused(host, bare);
};

/** A name look-up that fails when any address of the name is not public, so that no name leads where a literal may not. */
export const publicLookup: LookupFunction = (host, options, done) => {
  systemLookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '', 0);
    const bad = addresses.find(({ address }) => !isPublicAddress(address));
    if (bad !== undefined) return done(refused(host, bad.address), '', 0);
    const first = addresses[0];
    if (options.all) return (done as unknown as (e: null, a: typeof addresses) => void)(null, addresses);
    return done(null, first?.address ?? '', first?.family ?? 4);
  });
};
