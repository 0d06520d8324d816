import { BlockList, isIP } from 'node:net';

/** A range of addresses. */
export type Network = { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' };

const familyOf = (address: string) => (({ 0: null, 4: 'ipv4', 6: 'ipv6' }) as const)[isIP(address) as 0 | 4 | 6];

const parseNetwork = (text: string): Network | null => {
  const [address = '', length, ...rest] = text.split('/');
  const family = familyOf(address);
  const prefix = Number(length);
  const longest = family === 'ipv4' ? 32 : 128;
  if (!family || rest.length > 0 || !/^\d+$/.test(length ?? '') || prefix > longest) return null;
  return { address, prefix, family };
};

/** Reads a comma-separated list of CIDRs; `wrong` are the parts that are none. */
export const parseNetworks = (list: string): { parsed: Network[]; wrong: string[] } => {
  const parts = list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const networks = parts.map((part) => ({ part, network: parseNetwork(part) }));
  return {
    parsed: networks.flatMap(({ network }) => network ?? []),
    wrong: networks.filter(({ network }) => !network).map(({ part }) => part),
  };
};

const blockListOf = (networks: readonly Network[]): BlockList => {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return list;
};

// IANA special-purpose registries: everything that is not globally reachable unicast.
const special = blockListOf(
  parseNetworks(
    '0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,192.0.2.0/24,' +
      '192.88.99.0/24,192.168.0.0/16,198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,224.0.0.0/3,' +
      '2001::/23,2001:db8::/32,2002::/16,3fff::/20',
  ).parsed,
);
/** All global unicast of IPv6; outside of it lie loopback, mapped, NAT64, unique local, link-local and multicast. */
const unicast6 = blockListOf([{ address: '2000::', prefix: 3, family: 'ipv6' }]);

/** True when the address belongs to the public internet. */
export const isPublic = (address: string): boolean => {
  const family = familyOf(address);
  if (!family || address.includes('%')) return false;
  if (family === 'ipv6' && !unicast6.check(address, 'ipv6')) return false;
  return !special.check(address, family);
};

/** Tells whether an address lies in one of the networks. */
export const within = (networks: readonly Network[]): ((address: string) => boolean) => {
  const list = blockListOf(networks);
  return (address) => {
    const family = familyOf(address);
    return family !== null && !address.includes('%') && list.check(address, family);
  };
};
