import { AcceptanceLapsed } from '@tierline/contracts';
import { addWorkingTime } from './clocks/working-time.ts';
import type { Desk } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { queuedAt } from './guards.ts';
import { calendarToday } from './shifts.ts';
import type { AssignedTicket } from './ticket.ts';
import { after, isLater, minute } from './time.ts';

type Terms = Pick<Desk, 'tiers' | 'queues' | 'book'>;

/**
 * Until when the owner has to begin: in working minutes of the queue, or by the clock where it has no calendar. Null
 * where the tier says nothing.
 */
export const acceptanceDue = ({ place, assignedAt }: AssignedTicket, { tiers, queues, book }: Terms): string | null => {
  const minutes = tiers.get(place.tier)?.acceptanceMinutes;
  if (minutes === undefined || assignedAt === undefined) return null;
  const calendar = calendarToday(book, queues.get(place.queue)?.calendar);
  return calendar ? addWorkingTime(calendar, assignedAt, minutes * minute) : after(assignedAt, minutes * minute);
};

/** The owner did not begin in time. */
export const lapse = (ticket: AssignedTicket, desk: Desk, at: string): TicketFact[] => {
  const due = acceptanceDue(ticket, desk);
  if (due === null || isLater(due, at)) return [];
  const { place, owner: agentId } = ticket;
  const minutes = desk.tiers.get(place.tier)!.acceptanceMinutes!;
  const lead = desk.teams.get(place.team)?.lead ?? null;
  const tell = [
    { who: 'owner' as const, agentId, team: place.team, notBefore: at },
    { who: 'lead' as const, agentId: lead, team: place.team, notBefore: at },
  ];
  return [AcceptanceLapsed({ ...place, agentId, minutes, tell }), queuedAt(ticket, place, 'released')];
};
