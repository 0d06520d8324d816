import { isPublic, parseNetworks, within } from './networks.ts';

it.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e'])(
  'takes %s as public',
  (address) => expect(isPublic(address)).toBe(true),
);

it.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:1.1.1.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  '2606:4700::1%eth0',
  'fec0::1',
  'ff02::1',
  'localhost',
  '',
])('does not take %s as public', (address) => expect(isPublic(address)).toBe(false));

it('reads networks and names what is none', () => {
  expect(parseNetworks('')).toEqual({ parsed: [], wrong: [] });
  expect(parseNetworks('10.0.0.0/8, fd00::/8')).toEqual({
    parsed: [
      { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
      { address: 'fd00::', prefix: 8, family: 'ipv6' },
    ],
    wrong: [],
  });
  expect(parseNetworks('10.0.0.0,10.0.0.0/33,host/8,1.2.3.4/8/8,::1/129').wrong).toHaveLength(5);
});

it('tells what lies in the networks', () => {
  const isAllowed = within(parseNetworks('127.0.0.0/8,fd00::/8').parsed);
  expect(['127.0.0.1', '127.9.9.9', 'fd00::5'].every(isAllowed)).toBe(true);
  expect(['10.0.0.1', '::1', 'fe80::1', 'x'].some(isAllowed)).toBe(false);
  expect(within([])('127.0.0.1')).toBe(false);
});
