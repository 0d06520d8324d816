import { DomainError, TicketEscalated, TicketReturned, TicketTransferred } from '@tierline/contracts';
import { raised, settled } from './attention.ts';
import type { Escalate, Return, Surroundings, Transfer } from './command.ts';
import { bounceLimitIn, defaultPlace, placeOf, tierBelow, type Desk, type Place, type Tier } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { inState, openStates, placeNow, queuedAt, requireTeam } from './guards.ts';
import { needsHandover, requireNamedItem } from './handing-over.ts';
import { missingUnder } from './handover.ts';
import { toldInCharge } from './reminders.ts';
import type { KnownTicket } from './ticket.ts';
import { requireWayUp } from './ways-up.ts';

const refuse = (code: string, path: string, message: string): never => {
  throw new DomainError(code, `${path}: ${message}.`, 'refused', { fields: [{ path, message }] });
};

const queueNamed = (desk: Desk, queue: string): Place =>
  placeOf(desk, queue) ?? refuse('queue_absent', 'queue', `there is no queue ${queue}`);

/** True where it was in another queue of the tier before, and nobody has begun to work on it in this one. */
const isPassedOn = (ticket: KnownTicket, from: Place): boolean => {
  const isUntouched = ticket.state === 'ASSIGNED' || (ticket.state === 'QUEUED' && ticket.cause !== 'released');
  return isUntouched && ticket.previous.some(({ tier, queue }) => tier === from.tier && queue !== from.queue);
};

/** It goes round among queues that each pass it on: a lead looks at it, wherever it is then. */
const goingRound = (
  ticket: KnownTicket,
  { from, to }: { readonly from: Place; readonly to: Place },
  { by }: Transfer,
  { desk, at }: { readonly desk: Desk; readonly at: string },
): TicketFact[] => {
  const times = ticket.counts.transfers + 1;
  if (by.lead || times <= bounceLimitIn(desk, from.tier) || !isPassedOn(ticket, from)) return [];
  const there = { ...ticket, place: to, owner: null } as KnownTicket;
  const detail = `Transferred ${times} times; nobody of ${from.queue}, which passes it on to ${to.queue}, began with it.`;
  return raised(there, { reason: 'bounced', detail, agentId: by.agentId, ...toldInCharge(there, desk, at) });
};

export const transfer = (ticket: KnownTicket, act: Transfer, around: Surroundings, at: string): TicketFact[] => {
  const from = placeNow(inState(ticket, 'transfer', openStates));
  requireTeam(ticket, act.by, around);
  const to = queueNamed(around.desk, act.queue);
  if (to.queue === from.queue) refuse('same_queue', 'queue', `the ticket is in queue ${to.queue} already`);
  if (to.tier !== from.tier)
    refuse('queue_of_other_tier', 'queue', `queue ${to.queue} is in ${to.tier}; escalate or return to change the tier`);
  const { reason, by } = act;
  return [
    TicketTransferred({ from, to, reason, agentId: by.agentId }),
    queuedAt(ticket, to, 'transferred'),
    ...goingRound(ticket, { from, to }, act, { desk: around.desk, at }),
  ];
};

const higherTier = (desk: Desk, tier: string, from: Place): Tier => {
  const found = desk.tiers.get(tier) ?? refuse('tier_absent', 'tier', `there is no tier ${tier}`);
  if (found.rank > from.rank) return found;
  return refuse('tier_not_higher', 'tier', `${tier} is not above ${from.tier}, where the ticket is`);
};

const requireHandover = (desk: Desk, from: Place, to: Tier, { handover }: Escalate): void => {
  const missing = missingUnder(desk, from, to, handover);
  if (missing.length === 0) return;
  throw new DomainError(
    'handover_incomplete',
    `The hand-over from ${from.tier} to ${to.tier} lacks ${missing.join(', ')}.`,
    'refused',
    {
      missing,
      fields: missing.map((field) => ({
        path: `handover.${field}`,
        message: `is required to hand over to ${to.name}`,
      })),
    },
  );
};

export const escalate = (ticket: KnownTicket, act: Escalate, around: Surroundings): TicketFact[] => {
  const from = placeNow(inState(ticket, 'escalate', openStates));
  requireTeam(ticket, act.by, around);
  const to = higherTier(around.desk, act.tier, from);
  const wanted = act.queue === undefined ? null : queueNamed(around.desk, act.queue);
  if (wanted && wanted.tier !== to.tier)
    refuse('queue_of_other_tier', 'queue', `queue ${wanted.queue} is in ${wanted.tier}, not in ${to.tier}`);
  requireWayUp(around.desk, from, to, { category: ticket.category, reason: act.reason });
  if (needsHandover(from, { tier: to, queue: wanted?.queue ?? null }, act.by, around))
    requireHandover(around.desk, from, to, act);
  return [
    TicketEscalated({
      from,
      toTier: to.tier,
      toRank: to.rank,
      toQueue: wanted?.queue ?? null,
      reason: act.reason,
      handover: act.handover,
      agentId: act.by.agentId,
      escalations: ticket.counts.escalations + 1,
    }),
  ];
};

/** The last lower place the ticket was in, as the desk has it now. */
const cameFrom = (ticket: KnownTicket, from: Place, desk: Desk): Place | undefined =>
  ticket.previous
    .map(({ queue }) => placeOf(desk, queue))
    .findLast((place) => place !== null && place.rank < from.rank) ?? undefined;

const lowerPlace = (ticket: KnownTicket, from: Place, desk: Desk, queue: string | undefined): Place => {
  const below = tierBelow(desk, from.rank);
  if (!below) throw new DomainError('lowest_tier', `${from.tier} is the lowest tier: nothing to return to.`);
  if (queue === undefined)
    return (
      cameFrom(ticket, from, desk) ??
      defaultPlace(desk, below.tier) ??
      refuse('queue_absent', 'queue', `${below.tier} has no default queue; name one`)
    );
  const named = queueNamed(desk, queue);
  if (named.rank < from.rank) return named;
  return refuse('queue_not_lower', 'queue', `queue ${queue} is in ${named.tier}, which is not below ${from.tier}`);
};

/** The ticket bounced often enough: it stays, and a lead decides where it belongs. */
const toTheLead = (
  ticket: KnownTicket,
  { from, to }: { readonly from: Place; readonly to: Place },
  { reason, by }: Return,
  tell: ReturnType<typeof toldInCharge>,
): TicketFact[] => {
  const times = ticket.counts.bounces;
  const detail = `Returned ${times} times already; ${from.queue} would return it to ${to.queue}: ${reason}`;
  const facts = raised(ticket, { reason: 'bounced', detail, agentId: by.agentId, ...tell });
  if (facts.length > 0) return facts;
  throw new DomainError('lead_decides', 'It bounced too often: a lead decides where it belongs.', 'conflict', {
    conflict: { bounces: times },
  });
};

/** Beyond the limit only a lead returns a ticket: that is a decision. */
export const giveBack = (ticket: KnownTicket, act: Return, around: Surroundings, at: string): TicketFact[] => {
  const from = placeNow(inState(ticket, 'return', openStates));
  requireTeam(ticket, act.by, around);
  const to = lowerPlace(ticket, from, around.desk, act.queue);
  requireNamedItem(ticket, act.missing);
  const atLimit = ticket.counts.bounces >= bounceLimitIn(around.desk, from.tier);
  if (atLimit && !act.by.lead) return toTheLead(ticket, { from, to }, act, toldInCharge(ticket, around.desk, at));
  return [
    TicketReturned({
      from,
      to,
      reason: act.reason,
      missing: act.missing ?? null,
      agentId: act.by.agentId,
      bounces: ticket.counts.bounces + 1,
    }),
    queuedAt(ticket, to, 'returned'),
    ...(act.by.lead ? settled(ticket, 'returned', act.by.agentId, act.reason) : []),
  ];
};
