import { DomainError, TicketQueued } from '@tierline/contracts';
import type { Doer, Surroundings } from './command.ts';
import { unjudged, type Place } from './desk.ts';
import { lastPlace, type KnownTicket, type QueueCause } from './ticket.ts';

type State = KnownTicket['state'];

/** States in which a ticket has still to be worked on. */
export const openStates = ['NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING'] as const satisfies readonly State[];

const seen = ({ state, owner }: KnownTicket) => ({ conflict: { state, owner } });

/** The ticket, which has to be in one of these states. */
export const inState = <const S extends State>(
  ticket: KnownTicket,
  verb: string,
  states: readonly S[],
): Extract<KnownTicket, { state: S }> => {
  if ((states as readonly State[]).includes(ticket.state)) return ticket as Extract<KnownTicket, { state: S }>;
  throw new DomainError(
    'wrong_state',
    `The ticket is ${ticket.state}; to ${verb} it, it has to be ${states.join(' or ')}.`,
    'conflict',
    seen(ticket),
  );
};

/** The place of the ticket, which must not be on its way to one. */
export const placeNow = (ticket: KnownTicket): Place => {
  if (ticket.place) return ticket.place;
  throw new DomainError(
    'between_queues',
    'The ticket is on its way to a queue. Try again in a moment.',
    'conflict',
    seen(ticket),
  );
};

/** Refuses who leads neither all of the desk nor this team: `lead_only`. */
export const requireLeadOf = (team: string | null, { lead }: Doer, verb: string): void => {
  if (lead) return;
  const who = team === null ? 'a lead of the whole desk' : `a lead of team ${team}, or of the whole desk,`;
  throw new DomainError('lead_only', `Only ${who} may ${verb}.`, 'forbidden', { conflict: { team } });
};

export const requireLead = (ticket: KnownTicket, by: Doer, verb: string): void =>
  requireLeadOf(lastPlace(ticket)?.team ?? null, by, verb);

export const isIn = (teams: Surroundings['teams'], agentId: string, team: string): boolean =>
  teams.get(agentId)?.includes(team) ?? false;

/** Refuses who is neither the owner, nor in the team of the ticket's queue (the last one, between two), nor a lead. */
export const requireTeam = (ticket: KnownTicket, by: Doer, { teams }: Surroundings): void => {
  if (by.lead || ticket.owner === by.agentId) return;
  const place = lastPlace(ticket);
  if (place && isIn(teams, by.agentId, place.team)) return;
  throw new DomainError(
    'not_in_team',
    place
      ? `Queue ${place.queue} belongs to team ${place.team}, and ${by.agentId} is not in it.`
      : 'The ticket has no queue yet; until then only a lead can act on it.',
    'forbidden',
  );
};

/** Refuses who is neither the owner nor, where leads may, a lead. */
export const requireOwner = (ticket: KnownTicket, by: Doer, leads: 'or-lead' | 'alone' = 'alone'): void => {
  if (ticket.owner === by.agentId || (leads === 'or-lead' && by.lead)) return;
  const holder = ticket.owner === null ? 'nobody' : ticket.owner;
  throw new DomainError('not_owner', `The ticket is with ${holder}, not with you.`, 'conflict', seen(ticket));
};

export const queuedAt = (ticket: KnownTicket, place: Place, cause: QueueCause) =>
  TicketQueued({ ...place, cause, priority: ticket.priority ?? unjudged });

/** Stands where an agent would, in a transfer that nobody decided. */
export const systemShift = 'system:shift';
