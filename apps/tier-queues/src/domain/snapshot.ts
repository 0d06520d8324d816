import type { Standing } from '@tierline/contracts';
import type { Snapshot } from './beside.ts';
import { dimensionsOf, type AssignedTicket, type HeldTicket, type KnownTicket } from './ticket.ts';
import type { NewTicket, QueuedTicket, WorkedTicket } from './ticket.ts';

type OpenTicket = NewTicket | QueuedTicket | AssignedTicket | WorkedTicket | HeldTicket;

export const isOpen = (ticket: KnownTicket): ticket is OpenTicket =>
  ['NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING'].includes(ticket.state);

/** How the ticket stands; null when it is not open. */
export const snapshotOf = (ticket: KnownTicket): Snapshot | null => {
  if (!isOpen(ticket)) return null;
  const { place, previous, queuedAt, owner, lastOwner, assignedAt, counts, beside } = ticket;
  const where = { place, previous, queuedAt, owner, lastOwner, assignedAt, counts, attention: beside.attention };
  switch (ticket.state) {
    case 'NEW':
      return { ...where, state: 'NEW', route: ticket.route };
    case 'QUEUED':
      return { ...where, state: 'QUEUED', route: ticket.route, cause: ticket.cause };
    case 'PENDING':
      return { ...where, state: 'PENDING', hold: ticket.hold };
    default:
      return { ...where, state: ticket.state };
  }
};

export const standingOf = ({ state, place, owner, ...rest }: Snapshot): Standing => ({
  state,
  place: place && { tier: place.tier, rank: place.rank, queue: place.queue, team: place.team },
  owner,
  hold: 'hold' in rest ? { reason: rest.hold.reason, until: rest.hold.until } : null,
});

/**
 * The ticket as it stood. Escalations stay counted, since routes are told apart by their number; a hold begins anew,
 * since its time until now is counted already.
 */
export const restored = (ticket: KnownTicket, { attention, ...stood }: Snapshot, at: string): KnownTicket => {
  const counts = { ...stood.counts, escalations: ticket.counts.escalations };
  const beside = { ...ticket.beside, attention };
  const armed = ticket.armed + 1;
  const hold = 'hold' in stood ? { hold: { ...stood.hold, since: at } } : {};
  return { ...dimensionsOf(ticket), assignedAt: undefined, ...stood, ...hold, counts, armed, beside } as KnownTicket;
};
