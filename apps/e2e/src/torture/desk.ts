/** The tenants of a run and the desk that each of them has. */
export const tenants = ['north', 'south', 'east'] as const;
export type Tenant = (typeof tenants)[number];
/** Where programs open tickets by the second: its agents do little with each, and nobody is told by webhooks. */
export const bulkTenant = 'bulk';
/** Who opens them. */
export const programs = Array.from({ length: 20 }, (_, index) => `program-${index + 1}`);
const readers = new Set(programs.slice(0, 2));
/** A mail takes as much of a machine as all else about a ticket: of the programs only some have anybody who reads them. */
export const hasAddress = (person: string): boolean => !person.startsWith('program-') || readers.has(person);
export const tenantsAt = (rate: number): readonly string[] => (rate > 0 ? [...tenants, bulkTenant] : tenants);

export type Agent = { agentId: string; name: string; teams: string[] };

const tiers = [
  { tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'service-desk' },
  // Who is given or takes a ticket here has a minute to begin.
  { tier: 'tier-2', name: 'Tier 2', rank: 2, defaultQueue: 'network', acceptanceMinutes: 1 },
  { tier: 'tier-3', name: 'Tier 3', rank: 3, defaultQueue: 'servers' },
];
const queues = [
  { queue: 'service-desk', name: 'Service desk', tier: 'tier-1', team: 'first-line' },
  { queue: 'phones', name: 'Phones', tier: 'tier-1', team: 'first-line' },
  { queue: 'network', name: 'Network', tier: 'tier-2', team: 'second-line' },
  { queue: 'mail', name: 'Mail', tier: 'tier-2', team: 'second-line', assignment: 'round-robin' },
  { queue: 'servers', name: 'Servers', tier: 'tier-3', team: 'third-line' },
];
const agents: Agent[] = [
  { agentId: 'kim', name: 'Kim', teams: ['first-line'] },
  { agentId: 'lou', name: 'Lou', teams: ['first-line'] },
  { agentId: 'max', name: 'Max', teams: ['first-line', 'second-line'] },
  { agentId: 'noa', name: 'Noa', teams: ['second-line'] },
  { agentId: 'ola', name: 'Ola', teams: ['second-line', 'third-line'] },
];
const categories = [
  { category: 'mail', name: 'Mail', type: 'incident', tier: null, queue: null },
  { category: 'phone', name: 'Phone', type: 'service-request', tier: 'tier-1', queue: 'phones' },
  { category: 'network', name: 'Network', type: 'incident', tier: null, queue: null },
];
/** Enough of them that no two wait for each other all the time. */
export const bulkAgents: readonly Agent[] = Array.from({ length: 24 }, (_, index) => ({
  agentId: `bulk-${index + 1}`,
  name: `Bulk ${index + 1}`,
  teams: ['first-line'],
}));
/** Where a team has no lead, all of it is told of each ticket that waited for its route. */
export const bulkStaff = {
  agents: bulkAgents,
  teams: ['first-line', 'second-line', 'third-line'].map((team) => ({ team, name: team, lead: 'bulk-1' })),
};
/** Time counts at every hour, so that the shortest promise there may be, a minute, passes within a run. */
const allDay = [{ from: '00:00', to: '24:00' }];
const calendars = [
  {
    calendar: 'always',
    name: 'Always',
    zone: 'UTC',
    hours: {
      sunday: allDay,
      monday: allDay,
      tuesday: allDay,
      wednesday: allDay,
      thursday: allDay,
      friday: allDay,
      saturday: allDay,
    },
  },
];
const everyPriority = (minutes: number) => ({ P1: minutes, P2: minutes, P3: minutes, P4: minutes });
const policies = [
  {
    policy: 'phones',
    name: 'Phones',
    order: 90,
    // Of a part of the tickets only: else something is due at every moment, and a run is never quiet.
    when: { category: ['phone'] },
    calendar: 'always',
    targets: { 'sla-first-response': everyPriority(1), 'sla-resolution': everyPriority(480) },
    warnings: [50],
    onBreach: ['tell-owner'],
    afterBreach: [
      { share: 105, actions: ['tell-lead'] },
      { share: 120, actions: ['notify-up'] },
    ],
  },
];

export const desk = { tiers, queues, agents, categories, calendars, policies } as const;
export const requesters = ['ana', 'ben', 'cleo', 'dan', 'eva'] as const;

/** What Tier 1 knows and Tier 2 found: complete for every pair of tiers. */
export const handover = {
  symptom: 'It stops with an error.',
  since: 'Since this morning, each hour.',
  affected: 'One requester.',
  tried: [{ step: 'Restarted it', result: 'It stops again.' }],
  reach: 'By phone.',
  asked: 'Please look at the server.',
  analysis: 'The server refuses it.',
  hypothesis: 'A certificate has run out.',
  changes: 'None.',
};

/** Who works in the team of the queue. */
export const agentsOf = (queue: string): readonly Agent[] => {
  const team = queues.find((each) => each.queue === queue)?.team;
  return agents.filter(({ teams }) => team !== undefined && teams.includes(team));
};

/** Queues of the same tier but another one; of a higher tier; where there is none, undefined. */
export const otherQueue = (queue: string): string | undefined => {
  const own = queues.find((each) => each.queue === queue);
  return queues.find((each) => each.tier === own?.tier && each.queue !== queue)?.queue;
};
export const tierOf = (queue: string): string | undefined => queues.find((each) => each.queue === queue)?.tier;
export const queuesOf = (tier: string): readonly string[] =>
  queues.filter((each) => each.tier === tier).map(({ queue }) => queue);
export const higherTier = (tier: string): string | undefined => {
  const rank = tiers.find((each) => each.tier === tier)?.rank ?? 3;
  return tiers.find((each) => each.rank === rank + 1)?.tier;
};
