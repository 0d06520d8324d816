import type { Handover } from '@tierline/contracts';
import type { Calendar } from './clocks/calendar.ts';
import type { Act, Doer, RequesterSays } from './command.ts';
import type { Desk } from './desk.ts';
import { handover, ida, lea, max, stranger, tom, una } from './example.ts';
import type { KnownTicket } from './ticket.ts';
import type { Timer } from './timers.ts';

// Random acts on a small world of tickets, for the properties that hold whatever happens.

/** What chance says; the act follows from it and from how the ticket stands. */
export type Roll = {
  readonly kind: (typeof kinds)[number];
  readonly ticket: number;
  readonly other: number;
  readonly who: number;
  readonly n: number;
  /** Seconds that pass before. */
  readonly wait: number;
};

export const kinds = [
  ...['claim', 'assign', 'start', 'release', 'reply', 'note', 'hold', 'resume', 'transfer', 'escalate', 'return'],
  ...[
    'resolve',
    'reopen',
    'cancel',
    'notify-up',
    'settle-attention',
    'ask-route',
    'recategorise',
    'swarm',
    'join',
    'leave',
    'spam',
  ],
  ...['vendor-answer', 'merge', 'unmerge', 'split', 'link', 'unlink', 'declare-major', 'update-stakeholders'],
  ...['end-major', 'accept-handover', 'rate-handover', 'tick', 'undo', 'reply-to-child', 'resolve-child', 'tell-part'],
  ...['route', 'fire', 'stale-fire', 'requester-replied', 'requester-rejected', 'requester-confirmed'],
  ...['ask-escalation', 'merged-reply', 'keep-time', 'mend', 'change-commander', 'push', 'end-shift', 'close-queue'],
] as const;

export const doers: readonly Doer[] = [
  tom,
  una,
  ida,
  max,
  lea,
  { ...tom, lead: true },
  { ...ida, lead: true },
  stranger,
];

export const ids = ['10', '11', '12', '13'].map((end) => `019a0000-0000-7000-8000-0000000000${end}`);

const text = 'because';
const messageId = '019a0000-0000-7000-8000-000000000001';
const followUpId = '019a0000-0000-7000-8000-000000000099';
const queues = ['service-desk', 'phones', 'messaging', 'network', 'mail-servers', 'cellar'];
const tiers = ['tier-1', 'tier-2', 'tier-3', 'tier-9'];
const agents = ['tom', 'una', 'ida', 'max', 'stranger'];
const reasons = ['CUSTOMER', 'VENDOR', 'APPROVAL', 'CHANGE', 'PROBLEM', 'SCHEDULED'] as const;
const linkKinds = ['relates', 'blocks', 'blocked-by', 'parent-of', 'child-of'] as const;
const missing = ['evidence', 'tried', 'wrong-team', undefined, 'nonsense'];
const orphans = ['no-queue', 'no-wake-up', 'no-deadline', 'unanswered'] as const;
const whole: Handover = { ...handover, analysis: text, hypothesis: text };

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

const ofAgent = ({ kind, n, who, ticket, other }: Roll, until: string): Act | null => {
  const by = pick(doers, who);
  const to = pick(ids, other);
  switch (kind) {
    case 'claim':
    case 'start':
    case 'release':
    case 'resume':
    case 'join':
    case 'leave':
    case 'spam':
    case 'unmerge':
    case 'accept-handover':
      return { type: kind, by };
    case 'undo':
      return n % 3 === 0 ? { type: 'undo', by, only: 'escalate' } : { type: 'undo', by };
    case 'assign':
      return { type: 'assign', by, agentId: pick(agents, n) };
    case 'reply':
      return { type: 'reply', by, messageId, text };
    case 'note':
      return { type: 'note', by, noteId: messageId, text };
    case 'hold':
      return { type: 'hold', by, reason: pick(reasons, n), ...(n % 2 ? { until } : {}) };
    case 'transfer':
      return { type: 'transfer', by, queue: pick(queues, n), reason: text };
    case 'escalate': {
      const queue = n % 5 === 0 ? { queue: pick(queues, other) } : {};
      return { type: 'escalate', by, tier: pick(tiers, n), ...queue, reason: text, handover: n % 7 ? whole : {} };
    }
    case 'return':
      return { type: 'return', by, reason: text, missing: pick(missing, n) };
    case 'resolve':
      return { type: 'resolve', by, code: 'solved', solution: text, lowerTierCouldHave: n % 2 === 0 };
    case 'resolve-child':
      return { type: kind, by, parent: to, code: 'solved', solution: text, lowerTierCouldHave: false };
    case 'reply-to-child':
      return { type: kind, by, parent: to, messageId, text };
    case 'tell-part':
      return { type: kind, by, messageId, text };
    case 'reopen':
    case 'cancel':
    case 'notify-up':
    case 'end-major':
    case 'ask-route':
      return { type: kind, by, reason: text };
    case 'recategorise':
      return { type: kind, by, category: n % 2 ? 'printer' : 'phone', reason: text };
    case 'settle-attention':
      return { type: kind, by, decision: text };
    case 'swarm':
      return {
        type: 'swarm',
        by,
        agents: n % 3 ? [pick(agents, n)] : [],
        skill: n % 2 ? 'mail' : null,
        question: text,
      };
    case 'vendor-answer':
      return { type: kind, by, text };
    case 'merge':
      return { type: 'merge', by, id: pick(ids, ticket), into: to };
    case 'split':
      return { type: 'split', by, newTicketId: followUpId, subject: text, description: text };
    case 'link':
      return { type: 'link', by, id: pick(ids, ticket), kind: pick(linkKinds, n), to };
    case 'unlink':
      return { type: 'unlink', by, kind: pick(linkKinds, n), to };
    case 'declare-major':
      return { type: kind, by, commander: pick(agents, n), summary: text, updateEvery: 30 };
    case 'change-commander':
      return { type: kind, by, commander: pick(agents, n), reason: text };
    case 'update-stakeholders':
      return { type: kind, by, text };
    case 'rate-handover':
      return { type: kind, by, score: (n % 5) + 1, ...(n % 2 ? { reason: text } : {}) };
    case 'tick':
      return { type: 'tick', by, step: n % 5 ? 'unlock' : 'dance', result: text };
    default:
      return null;
  }
};

const ofRequester = (type: RequesterSays['type']): Act => ({ type, messageId, text, followUpId });

/** The act that the roll means for a ticket with these timers. */
export const actOf = (roll: Roll, ticket: KnownTicket, timers: readonly Timer[], until: string): Act => {
  const { kind, n, other } = roll;
  switch (kind) {
    case 'route': {
      const again = n % 3 === 0 ? { again: { since: until, priority: n % 2 ? ('P1' as const) : ('P4' as const) } } : {};
      return { type: 'route', hop: (n % 4) + 1, tier: pick(tiers, n), queue: pick(queues, other + n), ...again };
    }
    case 'fire':
    case 'stale-fire': {
      const timer = pick(timers.length > 0 ? timers : [noTimer], n);
      const generation = kind === 'fire' ? timer.generation : timer.generation - 1;
      return { type: 'fire', ...timer, generation };
    }
    case 'requester-replied':
    case 'requester-rejected':
    case 'requester-confirmed':
      return ofRequester(kind);
    case 'ask-escalation':
      return { type: kind, reason: null };
    case 'merged-reply':
      return {
        type: kind,
        from: { ticketId: pick(ids, other), number: 1 },
        requesterId: 'ben',
        messageId,
        text,
        followUpId,
      };
    case 'keep-time':
      return { type: kind, cause: 'policy-changed' };
    case 'mend':
      return { type: 'mend', kind: pick(orphans, n) };
    case 'push':
      return { type: kind, agentId: n % 4 ? pick(agents, n) : null, assignment: 'round-robin', reason: text };
    case 'end-shift':
      return { type: kind, agentId: pick(agents, other), ...(n % 2 ? { awayUntil: until } : {}) };
    case 'close-queue':
      return { type: kind, queue: ticket.place && n % 5 ? ticket.place.queue : pick(queues, n) };
    default:
      return ofAgent(roll, until)!;
  }
};

const noTimer: Timer = { kind: 'close', clock: '', due: '2026-01-05T08:00:00.000Z', generation: 0 };

const office = [{ from: '08:00', to: '17:00' }];
const night = [{ from: '20:00', to: '04:00' }];
const hoursOf = (id: string, hours: typeof office): Calendar => ({
  ...{ id, version: 1, zone: 'Europe/Berlin', holidays: [], exceptions: [] },
  hours: { monday: hours, tuesday: hours, wednesday: hours, thursday: hours, friday: hours },
});
const closing: readonly (readonly [queue: string, calendar: string, handsOverTo: string])[] = [
  ['service-desk', 'day', 'phones'],
  ['phones', 'night', 'service-desk'],
  ['messaging', 'day', 'network'],
];

/** The desk with queues that close and hand over, two of them to each other, and with a time to begin in each tier. */
export const withHours = (on: Desk): Desk => ({
  ...on,
  tiers: new Map([...on.tiers].map(([id, tier]) => [id, { ...tier, acceptanceMinutes: 30 }])),
  queues: new Map([
    ...on.queues,
    ...closing.map(([id, calendar, handsOverTo]) => [id, { ...on.queues.get(id)!, calendar, handsOverTo }] as const),
  ]),
  book: { ...on.book, calendars: [...on.book.calendars, hoursOf('day', office), hoursOf('night', night)] },
});
