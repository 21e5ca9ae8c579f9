import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { RegistryError } from '../errors.ts';

/**
 * Where nothing that a server names may lead (IANA's special-purpose registries): networks and the length of their
 * prefix.
 */
const NON_PUBLIC_V4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 ' +
  '198.18.0.0/15 224.0.0.0/4 240.0.0.0/4';
/** Those that map to IPv4 or translate it count as a whole: what is behind them is not to be seen. */
const NON_PUBLIC_V6 =
  '::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 ' +
  'fc00::/7 fe80::/10 fec0::/10 ff00::/8';

const nonPublic = new BlockList();
const block = (networks: string, family: 'ipv4' | 'ipv6'): void => {
  for (const network of networks.split(' ')) {
    const [address = '', prefix] = network.split('/');
    nonPublic.addSubnet(address, Number(prefix), family);
  }
};
block(NON_PUBLIC_V4, 'ipv4');
block(NON_PUBLIC_V6, 'ipv6');

/** Whether `address`, an IP literal, is on the public internet. IPv4-mapped IPv6 counts as the IPv4 that it maps. */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address);
  return family !== 0 && !nonPublic.check(address, family === 4 ? 'ipv4' : 'ipv6');
};

const refused = (host: string, address: string): RegistryError =>
  new RegistryError('address-refused', `'${host}' is ${address}, which is not a public address`, {
    hint: 'only a registry that you name yourself may be on a private network',
  });

/** Throws RegistryError `address-refused` where `host`, as a URL has it, is an IP literal that is not public. */
export const checkLiteralHost = (host: string): void => {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isPublicAddress(bare)) throw refused(host, bare);
};

type AllFound = (error: null, addresses: readonly { address: string; family: number }[]) => void;

/**
 * A look-up that fails where any address of the name is not public. What it answers is what is connected to: no second
 * look.
 */
export const publicLookup: LookupFunction = (host, options, done) => {
  systemLookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, '', 0);
    const bad = addresses.find(({ address }) => !isPublicAddress(address));
    if (bad !== undefined) return done(refused(host, bad.address), '', 0);
    if (options.all === true) return (done as unknown as AllFound)(null, addresses);
    const first = addresses[0]!;
    return done(null, first.address, first.family);
  });
};
