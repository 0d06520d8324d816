import { z } from 'zod';
import { HoldReason, Instant, PersonId, Slug, TicketId, TicketState } from './words.ts';

/** Where a ticket is: a queue with its team, in a tier with its rank; rank 1 is the lowest. */
export const TicketPlace = z.object({ tier: Slug, rank: z.int().positive(), queue: Slug, team: Slug });

/** Another ticket, as programs and as people call it. */
export const TicketRef = z.object({ ticketId: TicketId, number: z.int().positive() });
export type TicketRef = z.infer<typeof TicketRef>;

/** How a ticket stands after something was taken back: whoever keeps a copy sets these, whatever it had. */
export const Standing = z.object({
  state: TicketState,
  /** Null while the ticket waits for a route. */
  place: TicketPlace.nullable(),
  owner: PersonId.nullable(),
  hold: z.object({ reason: HoldReason, until: Instant }).nullable(),
});
export type Standing = z.infer<typeof Standing>;
