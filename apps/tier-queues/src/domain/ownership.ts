import { DomainError, TicketClaimed, WorkStarted, type FactOf } from '@tierline/contracts';
import { absenceAt, awayWords } from './absences.ts';
import { settled } from './attention.ts';
import type { Assign, Claim, Doer, Release, Start, Surroundings } from './command.ts';
import { refuseFor, shortcomings, type Shortcoming } from './eligibility.ts';
import type { Desk } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { inState, isIn, openStates, placeNow, queuedAt, requireLead, requireOwner, requireTeam } from './guards.ts';
import { ownNeeds } from './needs.ts';
import type { AssignedTicket, HeldTicket, KnownTicket, WorkedTicket } from './ticket.ts';

type Overridden = Pick<FactOf<typeof TicketClaimed>['data'], 'override'>;

/** Who is given a ticket while away does not learn of it; who takes one knows. */
const awayNow = (agentId: string, desk: Desk, at: string): Shortcoming[] => {
  const absence = absenceAt(desk, agentId, at);
  return absence ? [{ code: 'away', message: `${awayWords(absence)}.` }] : [];
};

/** Refuses an agent who may not take the ticket, unless a lead says why he or she has to. */
export const requireEligible = (
  ticket: KnownTicket,
  { by, override, agentId, path }: { by: Doer; override?: string | undefined; agentId: string; path?: string },
  { desk, people }: Surroundings,
  at: string,
): Overridden => {
  if (override !== undefined) requireLead(ticket, by, 'set a rule aside');
  const queue = ticket.place?.queue ?? null;
  const work = {
    queue: queue === null ? undefined : desk.queues.get(queue),
    needs: ownNeeds(ticket.needs, queue),
    priority: ticket.priority,
  };
  const found = [
    ...(path === undefined ? [] : awayNow(agentId, desk, at)),
    ...shortcomings(agentId, people?.get(agentId), work, desk, at),
  ];
  if (found.length === 0) return {};
  if (override === undefined) return refuseFor(found, path);
  return { override: { rules: [...new Set(found.map(({ code }) => code))], reason: override } };
};

export const claim = (ticket: KnownTicket, act: Claim, around: Surroundings, at: string): TicketFact[] => {
  const { by, override } = act;
  const { agentId } = by;
  inState(ticket, 'claim', openStates);
  if (ticket.owner === by.agentId) return [];
  if (ticket.owner !== null) {
    throw new DomainError('already_claimed', `${ticket.owner} has the ticket.`, 'conflict', {
      conflict: { owner: ticket.owner, state: ticket.state },
    });
  }
  const place = placeNow(inState(ticket, 'claim', ['NEW', 'QUEUED']));
  requireTeam(ticket, by, around);
  const overridden = requireEligible(ticket, { by, override, agentId }, around, at);
  return [TicketClaimed({ ...place, agentId, ...overridden })];
};

const requireAssignable = (agentId: string, team: string, { teams }: Surroundings): void => {
  if (isIn(teams, agentId, team)) return;
  const [code, message] = teams.has(agentId)
    ? ['agent_not_in_team', `${agentId} is not in team ${team}, which works in this queue`]
    : ['agent_absent', `the desk has no agent ${agentId}`];
  throw new DomainError(code, `${message}.`, 'refused', { fields: [{ path: 'agentId', message }] });
};

export const assign = (ticket: KnownTicket, act: Assign, around: Surroundings, at: string): TicketFact[] => {
  const { by, agentId, override } = act;
  requireLead(ticket, by, 'assign the ticket');
  const place = placeNow(inState(ticket, 'assign', openStates));
  const off = settled(ticket, 'assigned', by.agentId);
  if (ticket.owner === agentId) return off;
  requireAssignable(agentId, place.team, around);
  const overridden = requireEligible(ticket, { by, override, agentId, path: 'agentId' }, around, at);
  const claimed = TicketClaimed({ ...place, agentId, assignedBy: by.agentId, ...overridden });
  return ticket.owner === null && ticket.state === 'QUEUED'
    ? [claimed, ...off]
    : [queuedAt(ticket, place, 'released'), claimed, ...off];
};

/** The start of work, where the owner has only taken the ticket so far. */
export const startIfAssigned = (ticket: AssignedTicket | WorkedTicket | HeldTicket): TicketFact[] =>
  ticket.state === 'ASSIGNED' ? [WorkStarted({ ...ticket.place, agentId: ticket.owner })] : [];

export const start = (ticket: KnownTicket, { by }: Start): TicketFact[] => {
  const owned = inState(ticket, 'start', ['ASSIGNED', 'IN_PROGRESS']);
  requireOwner(owned, by);
  return startIfAssigned(owned);
};

export const release = (ticket: KnownTicket, { by }: Release): TicketFact[] => {
  const owned = inState(ticket, 'release', ['ASSIGNED', 'IN_PROGRESS', 'PENDING']);
  requireOwner(owned, by, 'or-lead');
  return [queuedAt(owned, owned.place, 'released')];
};
