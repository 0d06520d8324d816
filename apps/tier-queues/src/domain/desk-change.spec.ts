import { DomainError } from '@tierline/contracts';
import { changeDesk, type DeskParts } from './desk-change.ts';

const tier = (rank: number, defaultQueue: string) => ({
  tier: `tier-${rank}`,
  name: `Tier ${rank}`,
  rank,
  defaultQueue,
});
const queue = (slug: string, home: string) => ({ queue: slug, name: slug, tier: home, team: slug });
const agent = (agentId: string, ...teams: string[]) => ({ agentId, name: agentId, teams });

const there: DeskParts = {
  tiers: [tier(1, 'service-desk'), tier(2, 'messaging')],
  queues: [queue('service-desk', 'tier-1'), queue('phones', 'tier-1'), queue('messaging', 'tier-2')],
  agents: [agent('tom', 'phones', 'service-desk')],
};
const nothing: DeskParts = { tiers: [], queues: [], agents: [] };
const change = (parts: Partial<DeskParts>, from = there) => changeDesk(from, { ...nothing, ...parts });

const faultsOf = (parts: Partial<DeskParts>, from = there) => {
  try {
    change(parts, from);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'desk_invalid') return error.extras.fields;
    throw error;
  }
  throw new Error('the change was not refused');
};

it('takes a whole new desk at once', () => expect(changeDesk(nothing, there)).toEqual(there));

it('changes nothing when all is the same, in whatever order the teams are named', () => {
  expect(change({ ...there, agents: [agent('tom', 'service-desk', 'phones', 'service-desk')] })).toEqual(nothing);
});

it('changes only what differs', () =>
  expect(change({ ...there, queues: [...there.queues.slice(0, 2), { ...there.queues[2]!, name: 'Mail' }] })).toEqual({
    ...nothing,
    queues: [{ ...there.queues[2]!, name: 'Mail' }],
  }));

it('lets two tiers change their ranks with each other', () => {
  const tiers = [
    { ...tier(1, 'service-desk'), rank: 2 },
    { ...tier(2, 'messaging'), rank: 1 },
  ];
  expect(change({ tiers })).toEqual({ ...nothing, tiers });
});

it('lets a default queue move when its tier names another one in the same change', () =>
  expect(change({ tiers: [tier(1, 'phones')], queues: [queue('service-desk', 'tier-2')] }).queues).toHaveLength(1));

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
  ['an agent twice', { agents: [agent('una'), agent('una')] }, 'agents.1.agentId', /twice/],
])('refuses %s', (_, parts, path, message) =>
  expect(faultsOf(parts)).toEqual([{ path, message: expect.stringMatching(message) as unknown }]),
);

it('names every fault at once', () =>
  expect(faultsOf({ queues: [queue('vpn', 'tier-8'), queue('wifi', 'tier-9')] })).toHaveLength(2));
