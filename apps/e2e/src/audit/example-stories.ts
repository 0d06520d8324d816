import {
  AgentReplied,
  QueueChanged,
  TicketClaimed,
  TicketEscalated,
  TicketHeld,
  TicketOpened,
  TicketQueued,
  TicketResolved,
  TicketResumed,
  TicketRouted,
  TierChanged,
  WorkStarted,
  type TopicName,
} from '@tierline/contracts';
import type { Said } from './evidence.ts';
import type { Service } from './names.ts';

export const begin = Date.parse('2026-01-05T08:00:00.000Z');
export const second = 1_000;
/** The moment so many seconds after the beginning. */
export const at = (seconds: number) => begin + seconds * second;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();

/** Resolved after a hold, waiting in a queue of the first tier, and escalated; the last one is another tenant's. */
export const [solved, waiting, escalated] = ['ticket-1', 'ticket-2', 'ticket-3'] as const;

type Step = readonly [seconds: number, service: Service, type: string, said?: Said];

/** What happened in a small run, ticket by ticket. */
export const stories: readonly (readonly [
  tenant: string,
  topic: TopicName,
  aggregate: string,
  steps: readonly Step[],
])[] = [
  ['acme', 'desk', 'acme/tier/tier-1', [[-9, 'tier-queues', TierChanged.type]]],
  ['acme', 'desk', 'acme/queue/desk', [[-9, 'tier-queues', QueueChanged.type]]],
  [
    'acme',
    'tickets',
    solved,
    [
      [0, 'intake', TicketOpened.type],
      [1, 'routing', TicketRouted.type, { hop: 1 }],
      [2, 'tier-queues', TicketQueued.type, { cause: 'routed' }],
      [3, 'tier-queues', TicketClaimed.type, { agent: 'ann' }],
      [4, 'tier-queues', WorkStarted.type, { agent: 'ann' }],
      [4, 'tier-queues', AgentReplied.type, { agent: 'ann' }],
      [5, 'tier-queues', TicketHeld.type, { until: iso(10) }],
      [10.2, 'tier-queues', TicketResumed.type, { cause: 'wake-up' }],
      [11, 'tier-queues', TicketResolved.type, { agent: 'ann' }],
    ],
  ],
  [
    'acme',
    'tickets',
    waiting,
    [
      [0, 'intake', TicketOpened.type],
      [1, 'routing', TicketRouted.type, { hop: 1 }],
      [2, 'tier-queues', TicketQueued.type, { cause: 'routed' }],
    ],
  ],
  [
    'globex',
    'tickets',
    escalated,
    [
      [0, 'intake', TicketOpened.type],
      [1, 'routing', TicketRouted.type, { hop: 1 }],
      [2, 'tier-queues', TicketQueued.type, { cause: 'routed' }],
      [3, 'tier-queues', TicketClaimed.type, { agent: 'bob' }],
      [4, 'tier-queues', TicketEscalated.type, { agent: 'bob' }],
      [5, 'routing', TicketRouted.type, { hop: 2 }],
      [6, 'tier-queues', TicketQueued.type, { cause: 'routed' }],
    ],
  ],
];
