import { OwnerShiftEnded } from '@tierline/contracts';
import { isOpen } from './clocks/working-time.ts';
import type { EndShift, Surroundings } from './command.ts';
import type { TicketFact } from './facts.ts';
import { queuedAt } from './guards.ts';
import { leadOf } from './reminders.ts';
import { calendarToday } from './shifts.ts';
import type { KnownTicket } from './ticket.ts';

/**
 * The owner's shift ended. What was not begun goes back to the queue; what was begun goes back where the queue goes on
 * without its owner, and stays otherwise; what is on hold stays until it goes on, and then counts as begun. Whoever goes
 * on leave keeps nothing of what is not on hold.
 */
export const endShift = (
  ticket: KnownTicket,
  act: EndShift,
  { desk }: Pick<Surroundings, 'desk'>,
  at: string,
): TicketFact[] => {
  const { agentId, awayUntil } = act;
  if (ticket.owner !== agentId || (ticket.state !== 'ASSIGNED' && ticket.state !== 'IN_PROGRESS')) return [];
  const { place, state } = ticket;
  const calendar = calendarToday(desk.book, desk.queues.get(place.queue)?.calendar);
  const goesOn = awayUntil !== undefined || (calendar !== null && isOpen(calendar, at));
  if (state === 'IN_PROGRESS' && !goesOn) return [];
  const tell = [leadOf(place.team, desk, at)];
  return [
    OwnerShiftEnded({ ...place, agentId, begun: state === 'IN_PROGRESS', ...(awayUntil && { awayUntil }), tell }),
    queuedAt(ticket, place, 'released'),
  ];
};
