import {
  AgentReplied,
  InboundUnaccounted,
  NotificationSent,
  QueueChanged,
  RequesterRejected,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketOpened,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketReturned,
  TicketRouted,
  TicketTransferred,
  TierChanged,
  OrphanDetected,
  type Fact,
} from '@tierline/contracts';
import { v7 as uuidv7 } from 'uuid';

type Envelope = { subject: string; tenant: string; sequence?: number; time?: string };

/** Makes a record of a fact. */
export type RecordOf<R> = (fact: Fact, envelope: Envelope) => R;

export const desk = { tier: 'tier-1', rank: 1, queue: 'service-desk', team: 'service-desk' };
export const messaging = { tier: 'tier-2', rank: 2, queue: 'messaging', team: 'messaging' };
export const network = { tier: 'tier-2', rank: 2, queue: 'network', team: 'network' };
export const servers = { tier: 'tier-3', rank: 3, queue: 'servers', team: 'servers' };
type Place = typeof desk;

const queued = (place: Place): Fact => TicketQueued({ ...place, cause: 'routed', priority: 'P3' });
const claimed = (place: Place): Fact => TicketClaimed({ ...place, agentId: `of.${place.team}` });
const resolved = (place: Place): Fact =>
  TicketResolved({ ...TicketResolved.example, ...place, agentId: `of.${place.team}` });
const escalated = (from: Place, to: Place): Fact =>
  TicketEscalated({ ...TicketEscalated.example, from, toTier: to.tier, toRank: to.rank });
const returned = (from: Place, to: Place): Fact => TicketReturned({ ...TicketReturned.example, from, to });
const transferred = (from: Place, to: Place): Fact => TicketTransferred({ ...TicketTransferred.example, from, to });

const opening = (number: number): Fact[] => [
  TicketOpened({ ...TicketOpened.example, number, subject: `Ticket ${number}` }),
  NotificationSent(NotificationSent.example),
  TicketRouted(TicketRouted.example),
  queued(desk),
];
const atDesk = [claimed(desk), AgentReplied(AgentReplied.example), resolved(desk)];
const up = [claimed(desk), escalated(desk, messaging), queued(messaging)];
const top = [claimed(messaging), escalated(messaging, servers), queued(servers)];

/** Kinds of tickets, each with its events. Ten of each in the story. */
export const kinds: ((number: number) => Fact[])[] = [
  // Solved at the first tier, rejected, solved again, closed.
  (number) => [
    ...opening(number),
    ...atDesk,
    RequesterRejected(RequesterRejected.example),
    TicketReopened({ cause: 'requester-rejected', reopens: 1 }),
    queued(desk),
    ...atDesk,
    TicketClosed({ cause: 'timer' }),
  ],
  // Up, sideways, back down, cancelled there.
  (number) => [
    ...opening(number),
    ...up,
    transferred(messaging, network),
    queued(network),
    claimed(network),
    returned(network, desk),
    queued(desk),
    claimed(desk),
    TicketCancelled(TicketCancelled.example),
  ],
  // Up to the third tier, found without a queue once, solved there; told again late.
  (number) => [
    ...opening(number),
    ...up,
    ...top,
    OrphanDetected(OrphanDetected.example),
    claimed(servers),
    resolved(servers),
    InboundUnaccounted(InboundUnaccounted.example),
  ],
];

/** When the events of a story happen: a minute apart, on one Monday from 8:00 on. */
const timeOf = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 8, minute)).toISOString();

/** A ticket's events, a minute apart. */
export const storyOf = <R>(recordOf: RecordOf<R>, facts: readonly Fact[], tenant: string) => {
  const id = uuidv7();
  const records = facts.map((fact, index) =>
    recordOf(fact, { subject: id, tenant, sequence: index + 1, time: timeOf(index) }),
  );
  return { id, records };
};

/** The tickets' records as a topic may hold them: those of different tickets mixed, those of one in order, some twice. */
export const mixed = <R>(stories: readonly { records: R[] }[]): R[] => {
  const longest = Math.max(...stories.map(({ records }) => records.length));
  const rows: R[] = [];
  for (let index = 0; index < longest; index += 1)
    for (const { records } of stories) {
      const record = records[index];
      if (record) rows.push(...(index % 4 === 3 ? [record, record] : [record]));
    }
  return rows;
};

/** Reference data of the desk: three tiers and five queues, one of which nothing ever reaches. */
export const deskRecords = <R>(recordOf: RecordOf<R>, tenant: string): R[] => [
  ...[desk, messaging, servers].map(({ tier, rank, queue }) =>
    recordOf(TierChanged({ tier, rank, name: `Tier ${rank}`, defaultQueue: queue }), {
      subject: `${tenant}/tier/${tier}`,
      tenant,
    }),
  ),
  ...[desk, messaging, network, servers, { ...servers, queue: 'database', team: 'database' }].map(
    ({ queue, tier, team }) =>
      recordOf(QueueChanged({ queue, name: queue, tier, team }), {
        subject: `${tenant}/queue/${queue}`,
        tenant,
      }),
  ),
];
