import {
  ActUndone,
  AgentReplied,
  InboundUnaccounted,
  NotificationFailed,
  NotificationSent,
  OrphanDetected,
  RequesterReplied,
  StaffNotificationFailed,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketHeld,
  TicketMarkedSpam,
  TicketMerged,
  TicketOpened,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketResumed,
  TicketReturned,
  TicketRouted,
  TicketTransferred,
  TicketUnmerged,
  WorkStarted,
  type Fact,
  type Received,
} from '@tierline/contracts';
import { after, placeOf, unseen, type TicketFact } from './ticket-fact.ts';

const eventOf = ({ type, data }: Fact, index: number): Received => ({
  id: `019a0000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  type,
  source: '/spec',
  subject: '019a0000-0000-7000-8000-00000000000a',
  time: `2026-01-05T08:${String(index).padStart(2, '0')}:00.000Z`,
  tenant: 'acme',
  sequence: index + 1,
  actor: 'system:spec',
  correlationId: 'spec',
  causationId: null,
  traceparent: null,
  data,
});

const told = (...facts: Fact[]): TicketFact => {
  const events = facts.map(eventOf);
  return events.reduce(after, unseen(events[0]!));
};

const first = { tier: 'tier-1', rank: 1, queue: 'service-desk', team: 'service-desk' };
const second = { tier: 'tier-2', rank: 2, queue: 'messaging', team: 'messaging' };
const network = { ...second, queue: 'network', team: 'network' };
const opened = TicketOpened(TicketOpened.example);
const queued = (place = first) => TicketQueued({ ...place, cause: 'routed', priority: 'P3' });
const claimed = (place = first) => TicketClaimed({ ...place, agentId: 'tom.first' });
const resolved = TicketResolved({ ...TicketResolved.example, ...first, agentId: 'tom.first' });

it('notes what was opened', () => {
  expect(told(opened)).toMatchObject({
    state: 'NEW',
    number: 1042,
    requester_id: 'anna.berg',
    opened_at: '2026-01-05T08:00:00.000Z',
    events: 1,
    tier: null,
  });
});

it('follows the work', () => {
  const inQueue = [opened, TicketRouted(TicketRouted.example), queued()];
  expect(told(...inQueue)).toMatchObject({ ...first, state: 'QUEUED', type: 'incident', priority: 'P3', owner: null });
  const owned = [...inQueue, claimed()];
  expect(told(...owned)).toMatchObject({ state: 'ASSIGNED', owner: 'tom.first' });
  const begun = [...owned, WorkStarted({ ...first, agentId: 'tom.first' })];
  expect(told(...begun)).toMatchObject({ state: 'IN_PROGRESS' });
  const held = [...begun, TicketHeld({ ...TicketHeld.example, ...first })];
  expect(told(...held)).toMatchObject({ state: 'PENDING', holds: 1 });
  const resumed = [...held, TicketResumed({ ...first, cause: 'agent' })];
  expect(told(...resumed)).toMatchObject({ state: 'IN_PROGRESS', owner: 'tom.first' });
  const solved = [...resumed, resolved];
  expect(told(...solved)).toMatchObject({ state: 'RESOLVED', resolved_at: '2026-01-05T08:07:00.000Z' });
  expect(told(...solved, TicketClosed({ cause: 'timer' }))).toMatchObject({
    state: 'CLOSED',
    closed_at: '2026-01-05T08:08:00.000Z',
    events: 9,
  });
});

it('keeps the time of the first reply', () => {
  const reply = AgentReplied(AgentReplied.example);
  expect(told(opened, reply, reply)).toMatchObject({ first_reply_at: '2026-01-05T08:01:00.000Z' });
});

it('counts moves and remembers the highest tier', () => {
  const up = TicketEscalated({ ...TicketEscalated.example, from: first, toTier: 'tier-2', toRank: 2 });
  const side = TicketTransferred({ ...TicketTransferred.example, from: second, to: network });
  const down = TicketReturned({ ...TicketReturned.example, from: network, to: first });
  const onItsWay = [opened, queued(), claimed(), up];
  expect(told(...onItsWay)).toMatchObject({
    state: 'QUEUED',
    tier: 'tier-2',
    rank: 2,
    queue: null,
    team: null,
    owner: null,
  });
  const all = [...onItsWay, queued(second), side, queued(network), down, queued(first)];
  expect(told(...all)).toMatchObject({
    ...first,
    escalations: 1,
    transfers: 1,
    returns: 1,
    highest_rank: 2,
    state: 'QUEUED',
  });
});

it('takes a reopened ticket back', () => {
  const again = TicketReopened({ cause: 'requester-rejected', reopens: 1 });
  expect(told(opened, queued(), claimed(), resolved, TicketClosed({ cause: 'timer' }), again)).toMatchObject({
    state: 'QUEUED',
    reopens: 1,
    resolved_at: null,
    closed_at: null,
  });
});

it('ends a cancelled ticket', () => {
  expect(told(opened, queued(), claimed(), TicketCancelled(TicketCancelled.example))).toMatchObject({
    state: 'CANCELLED',
    owner: null,
    cancelled_at: '2026-01-05T08:03:00.000Z',
  });
});

it('ends spam and merged tickets, and takes them back', () => {
  const now = { state: 'IN_PROGRESS', place: first, owner: 'tom.first', hold: null } as const;
  const spam = TicketMarkedSpam({ agentId: 'tom.first' });
  const merged = TicketMerged(TicketMerged.example);
  expect(told(opened, queued(), spam)).toMatchObject({ state: 'SPAM', owner: null });
  expect(told(opened, queued(), merged)).toMatchObject({ state: 'MERGED', owner: null });
  const unmerged = TicketUnmerged({ ...TicketUnmerged.example, now });
  expect(told(opened, queued(), merged, unmerged)).toMatchObject({
    ...first,
    state: 'IN_PROGRESS',
    owner: 'tom.first',
  });
});

it('does not count what was taken back', () => {
  const now = { state: 'ASSIGNED', place: first, owner: 'tom.first', hold: null } as const;
  const undone = (act: 'hold' | 'escalate' | 'transfer') => ActUndone({ act, agentId: 'tom.first', now });
  const begun = [opened, queued(), claimed()];
  const back = { ...first, state: 'ASSIGNED', owner: 'tom.first', holds: 0, escalations: 0, transfers: 0 };
  expect(told(...begun, TicketHeld(TicketHeld.example), undone('hold'))).toMatchObject(back);
  expect(told(...begun, TicketEscalated(TicketEscalated.example), undone('escalate'))).toMatchObject(back);
  expect(told(...begun, TicketTransferred(TicketTransferred.example), undone('transfer'))).toMatchObject(back);
});

it('counts mails and orphans beside the state', () => {
  const sent = NotificationSent(NotificationSent.example);
  const failed = [
    NotificationFailed(NotificationFailed.example),
    StaffNotificationFailed(StaffNotificationFailed.example),
  ];
  const orphans = [OrphanDetected(OrphanDetected.example), InboundUnaccounted(InboundUnaccounted.example)];
  expect(told(opened, sent, sent, ...failed, ...orphans)).toMatchObject({
    state: 'NEW',
    mails_sent: 2,
    mails_failed: 1,
    staff_mails_failed: 1,
    orphans: 2,
  });
});

it('makes a row of a ticket whose opening it never saw, and does not set it back when that comes late', () => {
  expect(told(claimed())).toMatchObject({ state: 'ASSIGNED', opened_at: null, began_at: '2026-01-05T08:00:00.000Z' });
  expect(told(claimed(), opened)).toMatchObject({
    state: 'ASSIGNED',
    number: 1042,
    opened_at: '2026-01-05T08:01:00.000Z',
  });
});

it('tells where an event happened', () => {
  expect(placeOf(eventOf(queued(second), 0))).toEqual(second);
  expect(placeOf(eventOf(TicketReturned({ ...TicketReturned.example, from: network, to: first }), 0))).toEqual(network);
  expect(placeOf(eventOf(TicketRouted(TicketRouted.example), 0))).toBeNull();
  expect(placeOf(eventOf(RequesterReplied(RequesterReplied.example), 0))).toBeNull();
});
