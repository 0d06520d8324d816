import { allParts, type DeskParts } from '@tierline/contracts';
import { changeDesk } from './desk-change.ts';
import { noParts, type KeptParts } from './desk-parts.ts';

const tier = (rank: number, defaultQueue: string) => ({
  tier: `tier-${rank}`,
  name: `Tier ${rank}`,
  rank,
  defaultQueue,
});
const queue = (slug: string, home: string) => ({ queue: slug, name: slug, tier: home, team: slug });
const agent = (agentId: string, ...teams: string[]) => ({ agentId, name: agentId, teams });

const at = '2026-11-22T08:00:00.000Z';
const office = [{ from: '08:00', to: '17:00' }];
const hamburg = { calendar: 'hamburg', name: 'Hamburg', zone: 'Europe/Berlin', hours: { monday: office } };
const standard = {
  policy: 'standard',
  name: 'Standard',
  order: 90,
  when: {},
  calendar: 'hamburg',
  targets: { 'sla-resolution': { P1: 240 } },
};

const there: KeptParts = {
  ...noParts,
  tiers: [tier(1, 'service-desk'), tier(2, 'messaging')],
  queues: [queue('service-desk', 'tier-1'), queue('phones', 'tier-1'), queue('messaging', 'tier-2')],
  teams: ['messaging', 'phones', 'service-desk'].map((team) => ({ team, name: team })),
  agents: [agent('tom', 'phones', 'service-desk')],
  calendars: [{ ...hamburg, closedOn: [] }],
  policies: [standard],
};
const all = allParts({ ...there, calendars: [hamburg] });
const change = (parts: Partial<DeskParts>, from = there) => changeDesk(from, allParts(parts), 'merge', at);
const told = (parts: Partial<DeskParts>, from = there) =>
  change(parts, from).differences.map(({ part, id, what }) => `${what} ${part} ${id}`);
const faultsOf = (parts: Partial<DeskParts>) => change(parts).faults;

it('takes a whole new desk at once', () => {
  const { after, faults } = change(all, noParts);
  expect(faults).toEqual([]);
  expect(after).toMatchObject({ tiers: there.tiers, queues: there.queues, calendars: there.calendars });
});

it('changes nothing when all is the same, in whatever order the teams are named', () => {
  expect(told({ ...all, agents: [agent('tom', 'service-desk', 'phones', 'service-desk')] })).toEqual([]);
});

it('changes only what differs', () =>
  expect(told({ queues: [...there.queues.slice(0, 2), { ...there.queues[2]!, name: 'Mail' }] })).toEqual([
    'changed queues messaging',
  ]));

it('makes the teams that queues and agents name, until somebody describes them', () =>
  expect(told({ queues: [queue('vpn', 'tier-1')], agents: [agent('una', 'night')] })).toEqual([
    'new queues vpn',
    'new teams vpn',
    'new teams night',
    'new agents una',
  ]));

it('lets two tiers change their ranks with each other', () => {
  const tiers = [
    { ...tier(1, 'service-desk'), rank: 2 },
    { ...tier(2, 'messaging'), rank: 1 },
  ];
  expect(faultsOf({ tiers })).toEqual([]);
  expect(told({ tiers })).toHaveLength(2);
});

it('lets a default queue move when its tier names another one in the same change', () =>
  expect(faultsOf({ tiers: [tier(1, 'phones')], queues: [queue('service-desk', 'tier-2')] })).toEqual([]));

it.each<[string, Partial<DeskParts>, string, RegExp]>([
  ['a queue of an unknown tier', { queues: [queue('vpn', 'tier-9')] }, 'queues.0.tier', /no tier tier-9/],
  ['an unknown default queue', { tiers: [tier(3, 'cellar')] }, 'tiers.0.defaultQueue', /no queue cellar/],
  [
    'a default queue of another tier',
    { tiers: [tier(1, 'messaging')] },
    'tiers.0.defaultQueue',
    /belongs to tier tier-2/,
  ],
  ['a default queue that leaves its tier', { queues: [queue('messaging', 'tier-1')] }, 'queues.0.tier', /has to stay/],
  ['a rank that another tier has', { tiers: [{ ...tier(2, 'messaging'), rank: 1 }] }, 'tiers.0.rank', /tier-1/],
  ['a tier twice', { tiers: [tier(1, 'phones'), tier(1, 'phones')] }, 'tiers.1.tier', /twice/],
  ['a queue twice', { queues: [queue('vpn', 'tier-1'), queue('vpn', 'tier-1')] }, 'queues.1.queue', /twice/],
  ['a calendar without hours', { calendars: [{ ...hamburg, hours: {} }] }, 'calendars.0.hours', /without any hours/],
  ['an unknown zone', { calendars: [{ ...hamburg, zone: 'Mars/Base' }] }, 'calendars.0.zone', /no IANA time zone/],
  [
    'holidays of nowhere',
    { calendars: [{ ...hamburg, publicHolidays: { country: 'DE', state: 'XX' } }] },
    'calendars.0.publicHolidays.state',
    /no holidays are known/,
  ],
  ['a policy of an unknown calendar', { policies: [{ ...standard, calendar: 'oslo' }] }, 'policies.0.calendar', /oslo/],
  ['a policy without promises', { policies: [{ ...standard, targets: {} }] }, 'policies.0.targets', /has to promise/],
  ['an agent twice', { agents: [agent('una'), agent('una')] }, 'agents.1.agentId', /twice/],
])('refuses %s', (_, parts, path, message) =>
  expect(faultsOf(parts)).toEqual([{ path, message: expect.stringMatching(message) as unknown }]),
);

it('names every fault at once', () =>
  expect(faultsOf({ queues: [queue('vpn', 'tier-8'), queue('wifi', 'tier-9')] })).toHaveLength(2));

it('writes public holidays out, and lets own ones go before them', () => {
  const named = { ...hamburg, publicHolidays: { country: 'DE', state: 'HH' } };
  const own = [{ date: '2026-12-25', name: 'Closed for everybody' }];
  const [kept] = change({ calendars: [{ ...named, holidays: own }] }).after.calendars;
  expect(kept!.closedOn).toContainEqual({ date: '2027-05-01', name: 'Maifeiertag' });
  expect(kept!.closedOn.filter(({ date }) => date === '2026-12-25')).toEqual(own);
  expect(kept!.closedOn.at(-1)!.date).toMatch(/^2030-12/);
});

describe('a whole document', () => {
  const whole = (parts: Partial<DeskParts>) => changeDesk(there, { ...all, ...parts }, 'replace', at);
  const staffed = [agent('tom', 'phones', 'service-desk', 'messaging')];

  it('takes away what it does not name', () => {
    const [first, , last] = all.queues;
    const { faults, differences } = whole({ agents: staffed, queues: [first!, last!] });
    expect(faults).toEqual([]);
    expect(differences).toMatchObject([
      { part: 'queues', id: 'phones', what: 'removed' },
      { part: 'agents', id: 'tom', what: 'changed' },
    ]);
  });

  it('has to be complete', () =>
    expect(whole({ teams: [] }).faults.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['queues.0.team', 'queues.2.team', 'agents.0.teams.0']),
    ));
});
