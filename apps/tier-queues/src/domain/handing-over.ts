import {
  ActUndone,
  DomainError,
  HandoverAccepted,
  HandoverRated,
  TicketClaimed,
  TicketEscalated,
  type HandoverField,
} from '@tierline/contracts';
import type { Handed, LastAct } from './beside.ts';
import type { AcceptHandover, Doer, RateHandover, Surroundings } from './command.ts';
import type { Place, Queue, Tier } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { inState, isIn, openStates, placeNow, requireTeam } from './guards.ts';
import { templateOf } from './handover.ts';
import { requireEligible } from './ownership.ts';
import type { KnownTicket } from './ticket.ts';

/** Said instead of a field when the ticket came to the wrong team. */
export const wrongTeam = 'wrong-team';

/**
 * False where the same people would hand over to themselves: the team of both queues is one, or the one who
 * escalates works in the other queue, too. `queue` is null where routing will choose: then it has to be so in every
 * queue of the tier.
 */
export const needsHandover = (
  from: Place,
  to: { readonly tier: Tier; readonly queue: string | null },
  by: Doer,
  { desk, teams }: Surroundings,
): boolean => {
  const possible = [...desk.queues.values()].filter(({ queue, tier }) =>
    to.queue === null ? tier === to.tier.tier : queue === to.queue,
  );
  const isOwn = ({ team }: Queue) => team === from.team || isIn(teams, by.agentId, team);
  return possible.length === 0 || !possible.every(isOwn);
};

/** The hand-over with which the ticket came to the tier where it is now. */
export const currentHandover = (ticket: KnownTicket): Handed | null => {
  const last = ticket.beside.handovers.at(-1);
  return last && last.fields.length > 0 && last.toTier === ticket.place?.tier ? last : null;
};

const received = (ticket: KnownTicket): Handed => {
  const handed = currentHandover(ticket);
  if (handed) return handed;
  throw new DomainError('no_handover', 'No hand-over came with the ticket to where it is now.', 'conflict');
};

const which = ({ from, fromTier, toTier, escalation }: Handed) => ({ from, fromTier, toTier, escalation });

const requireSent = ({ from }: Handed, { agentId }: Doer): void => {
  if (from === agentId) throw new DomainError('own_handover', 'You wrote this hand-over yourself.', 'forbidden');
};

/** The receiving tier takes the hand-over as it is, and with it the ticket where nobody has it yet. */
export const acceptHandover = (
  ticket: KnownTicket,
  { by }: AcceptHandover,
  around: Surroundings,
  at: string,
): TicketFact[] => {
  const place = placeNow(inState(ticket, 'accept the hand-over of', openStates));
  requireTeam(ticket, by, around);
  const handed = received(ticket);
  requireSent(handed, by);
  if (ticket.owner !== null && ticket.owner !== by.agentId)
    throw new DomainError('already_claimed', `${ticket.owner} has the ticket.`, 'conflict', {
      conflict: { owner: ticket.owner, state: ticket.state },
    });
  const takes = ticket.owner === null;
  if (takes) requireEligible(ticket, { by, agentId: by.agentId }, around, at);
  return [
    ...(takes ? [TicketClaimed({ ...place, agentId: by.agentId })] : []),
    ...(handed.accepted === null ? [HandoverAccepted({ ...which(handed), agentId: by.agentId })] : []),
  ];
};

/** From here down a rating needs its reason. */
const poor = 2;

export const rateHandover = (ticket: KnownTicket, act: RateHandover, around: Surroundings): TicketFact[] => {
  const { by, score, reason } = act;
  inState(ticket, 'rate the hand-over of', [...openStates, 'RESOLVED', 'CLOSED']);
  requireTeam(ticket, by, around);
  const handed = received(ticket);
  requireSent(handed, by);
  if (handed.score !== null)
    throw new DomainError('rated_already', `This hand-over was rated ${handed.score} of 5.`, 'conflict', {
      conflict: { score: handed.score },
    });
  if (score <= poor && reason === undefined) {
    const message = `say what was wrong with it: ${score} of 5 needs a reason`;
    throw new DomainError('reason_required', `reason: ${message}.`, 'refused', {
      fields: [{ path: 'reason', message }],
    });
  }
  return [HandoverRated({ ...which(handed), score, reason: reason ?? null, agentId: by.agentId })];
};

/** Refuses to return a handed-over ticket without naming what its hand-over lacks. */
export const requireNamedItem = (ticket: KnownTicket, missing: string | undefined): void => {
  const handed = currentHandover(ticket);
  if (!handed) return;
  const items: readonly string[] = [...handed.fields, wrongTeam];
  if (missing !== undefined && items.includes(missing)) return;
  const message = `name what the hand-over lacks: one of ${items.join(', ')}`;
  throw new DomainError('missing_item_required', `missing: ${message}.`, 'refused', {
    fields: [{ path: 'missing', message }],
  });
};

const handedBy = ({ data }: { data: Parameters<typeof TicketEscalated>[0] }): Handed => {
  const provided = Object.keys(data.handover).length > 0;
  const standard = templateOf(data.from.rank, data.toRank).map(({ field }): HandoverField => field);
  // A desk with a template of its own may have asked for more.
  const fields = [...new Set([...standard, ...(Object.keys(data.handover) as HandoverField[])])];
  return {
    from: data.agentId,
    fromTier: data.from.tier,
    toTier: data.toTier,
    toRank: data.toRank,
    escalation: data.escalations,
    fields: provided ? fields : [],
    notProvided: data.notProvided ?? [],
    accepted: null,
    score: null,
  };
};

const changedLast = (list: readonly Handed[], change: Partial<Handed>): readonly Handed[] =>
  list.map((handed, index) => (index === list.length - 1 ? { ...handed, ...change } : handed));

export const handoversAfter = (list: readonly Handed[], fact: TicketFact, last: LastAct | null): readonly Handed[] => {
  switch (fact.type) {
    case TicketEscalated.type:
      return [...list, handedBy(fact)];
    case HandoverAccepted.type:
      return changedLast(list, { accepted: fact.data.agentId });
    case HandoverRated.type:
      return changedLast(list, { score: fact.data.score });
    case ActUndone.type:
      if (fact.data.act === 'escalate') return list.slice(0, -1);
      return last?.accepted ? changedLast(list, { accepted: null }) : list;
    default:
      return list;
  }
};
