import { TicketTransferred } from '@tierline/contracts';
import type { CloseQueue, Surroundings } from './command.ts';
import { placeOf } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { queuedAt } from './guards.ts';
import type { KnownTicket } from './ticket.ts';

/** Stands where an agent would, in a transfer that nobody decided. */
export const systemShift = 'system:shift';

const open: readonly KnownTicket['state'][] = ['QUEUED', 'ASSIGNED', 'IN_PROGRESS'];

/**
 * The hours of the queue ended, and another one goes on with what it leaves: with all that was written down so far, and
 * with a word on how it stood. What is on hold stays until it goes on.
 */
export const closeQueue = (ticket: KnownTicket, { queue }: CloseQueue, { desk }: Surroundings): TicketFact[] => {
  const from = ticket.place;
  const next = desk.queues.get(queue)?.handsOverTo;
  const to = next === undefined ? null : placeOf(desk, next);
  if (!from || from.queue !== queue || !to || to.tier !== from.tier || !open.includes(ticket.state)) return [];
  const stood = ticket.owner === null ? 'it waited' : `it was with ${ticket.owner}`;
  const begun = ticket.state === 'IN_PROGRESS' ? ', who worked on it' : '';
  const reason = `The hours of ${queue} ended; ${stood}${begun}.`;
  return [TicketTransferred({ from, to, reason, agentId: systemShift }), queuedAt(ticket, to, 'transferred')];
};
