import {
  TicketClaimed,
  TicketEscalated,
  TicketOpened,
  TicketQueued,
  TicketResolved,
  TicketRouted,
  WorkStarted,
  type Handover,
} from '@tierline/contracts';
import type { Act, AgentAct, Command, Doer, Surroundings } from './command.ts';
import type { Desk, Place, Queue, Tier } from './desk.ts';
import type { People, Person } from './people.ts';
import { emptyBook } from './promises.ts';
import { day, second } from './time.ts';

// A small desk and the beginning of a ticket's story, for the specs.

export const serviceDesk: Place = { tier: 'tier-1', rank: 1, queue: 'service-desk', team: 'service-desk' };
export const phones: Place = { tier: 'tier-1', rank: 1, queue: 'phones', team: 'phones' };
export const messaging: Place = { tier: 'tier-2', rank: 2, queue: 'messaging', team: 'messaging' };
export const network: Place = { tier: 'tier-2', rank: 2, queue: 'network', team: 'network' };
export const mailServers: Place = { tier: 'tier-3', rank: 3, queue: 'mail-servers', team: 'mail-servers' };

const tier = (rank: number, defaultQueue: string): [string, Tier] => [
  `tier-${rank}`,
  { tier: `tier-${rank}`, name: `Tier ${rank}`, rank, defaultQueue },
];

const queue = ({ tier: home, queue: slug, team }: Place): [string, Queue] => [
  slug,
  { queue: slug, name: slug, tier: home, team },
];

export const desk: Desk = {
  tiers: new Map([tier(1, 'service-desk'), tier(2, 'messaging'), tier(3, 'mail-servers')]),
  queues: new Map([serviceDesk, phones, messaging, network, mailServers].map(queue)),
  teams: new Map(),
  management: [],
  absences: [],
  handovers: new Map(),
  escalations: [],
  limits: {
    unrouted: 30 * second,
    close: 5 * day,
    reopen: 14 * day,
    hold: 7 * day,
    longestHold: 90 * day,
    stalled: day,
  },
  book: emptyBook,
};

const teams = new Map<string, readonly string[]>([
  ['tom', ['service-desk', 'phones']],
  ['una', ['service-desk']],
  ['ida', ['messaging']],
  ['max', ['mail-servers']],
]);

/** The same desk as `PUT /desk` takes it. */
export const deskBody = {
  tiers: [...desk.tiers.values()],
  queues: [...desk.queues.values()],
  agents: [...teams].map(([agentId, own]) => ({ agentId, name: agentId, teams: own })),
};

/** Somebody of the desk who is there and has nothing to do. */
export const present = (agentId: string, more: Partial<Person> = {}): [string, Person] => [
  agentId,
  { agent: { agentId, name: agentId, teams: [...(teams.get(agentId) ?? [])] }, presence: 'present', load: 0, ...more },
];
const everybody: People = new Map([...teams.keys()].map((agentId) => present(agentId)));

/** A command as it reaches the rules, on this desk. */
export const doing = (act: Act, on: Desk = desk, more: Partial<Surroundings> = {}): Command => ({
  act,
  around: { desk: on, teams, people: everybody, ...more },
});

export const tom: Doer = { agentId: 'tom', lead: false };
export const una: Doer = { agentId: 'una', lead: false };
export const ida: Doer = { agentId: 'ida', lead: false };
export const max: Doer = { agentId: 'max', lead: false };
export const lea: Doer = { agentId: 'lea', lead: true };
/** Somebody whom the desk does not know. */
export const stranger: Doer = { agentId: 'stranger', lead: false };

export const opened = TicketOpened({
  ...TicketOpened.example,
  number: 1042,
  requesterId: 'anna',
  subject: 'No mail since this morning',
});

export const routed = (place: Place, hop = 1) =>
  TicketRouted({ ...TicketRouted.example, hop, tier: place.tier, queue: place.queue, priority: 'P2' });

export const queued = (place: Place, cause: Parameters<typeof TicketQueued>[0]['cause'] = 'routed') =>
  TicketQueued({ ...place, cause, priority: 'P2' });

export const claimed = (place: Place, agentId = 'tom') => TicketClaimed({ ...place, agentId });
export const started = (place: Place, agentId = 'tom') => WorkStarted({ ...place, agentId });

/** Facts up to the state of that name, in the service desk with Tom. */
export const waiting = [opened, routed(serviceDesk), queued(serviceDesk)];
export const assigned = [...waiting, claimed(serviceDesk)];
export const inProgress = [...assigned, started(serviceDesk)];

export const resolution = TicketResolved({
  ...serviceDesk,
  agentId: 'tom',
  code: 'solved',
  solution: 'Renewed the expired certificate.',
  lowerTierCouldHave: false,
});
export const resolved = [...inProgress, resolution];

export const handover: Handover = {
  symptom: 'Outlook shows 0x800CCC0E',
  since: 'since 08:10, always',
  affected: 'one requester, laptop ACME-0815',
  tried: [{ step: 'restarted Outlook', result: 'same error' }],
  reach: 'phone 1234',
  asked: 'check the mailbox',
};

export const escalation = (from: Place, toTier: string, toRank: number, escalations = 1) =>
  TicketEscalated({
    from,
    toTier,
    toRank,
    toQueue: null,
    reason: 'needs the mail servers',
    handover,
    agentId: 'tom',
    escalations,
  });

/** Facts up to a ticket that came up from Tom and that Ida works on in tier 2. */
export const inTier2 = [
  ...inProgress,
  escalation(serviceDesk, 'tier-2', 2),
  routed(messaging, 2),
  queued(messaging),
  claimed(messaging, 'ida'),
  started(messaging, 'ida'),
];

const reason = 'because';

/** One act of each kind, by Tom: for rules that hold for all of them. */
export const everyAct: readonly AgentAct[] = [
  { type: 'claim', by: tom },
  { type: 'assign', by: lea, agentId: 'tom' },
  { type: 'start', by: tom },
  { type: 'release', by: tom },
  { type: 'reply', by: tom, messageId: '019a0000-0000-7000-8000-000000000001', text: 'Hello' },
  { type: 'note', by: tom, noteId: '019a0000-0000-7000-8000-000000000002', text: 'Hm' },
  { type: 'hold', by: tom, reason: 'CUSTOMER' },
  { type: 'resume', by: tom },
  { type: 'transfer', by: tom, queue: 'phones', reason },
  { type: 'escalate', by: tom, tier: 'tier-2', reason, handover },
  { type: 'return', by: tom, reason },
  { type: 'resolve', by: tom, code: 'solved', solution: 'Done', lowerTierCouldHave: false },
  { type: 'reopen', by: tom, reason },
  { type: 'ask-route', by: lea, reason },
  { type: 'recategorise', by: tom, category: 'printer', reason },
  { type: 'cancel', by: tom, reason },
];
