import { z } from 'zod';
import { Assignment } from './desk/tier.ts';
import { defineEvent } from './event.ts';
import { TicketPlace } from './place.ts';
import { Told } from './told.ts';
import { PersonId, Text } from './words.ts';

const source = '/tier-queues';
const topic = 'tickets' as const;

const place = { tier: 'tier-2', rank: 2, queue: 'messaging', team: 'messaging' };

export const AssignmentFailed = defineEvent('tierline.ticket.assignment-failed.v1', {
  topic,
  source,
  summary:
    'The ticket was to be given to an agent, and nobody may have it now; it waits. Told once per stay in a queue.',
  data: TicketPlace.extend({ assignment: Assignment, reason: Text }),
  example: { ...place, assignment: 'least-loaded', reason: 'Nobody of team messaging is there.' },
});

export const OwnerShiftEnded = defineEvent('tierline.ticket.owner-shift-ended.v1', {
  topic,
  source,
  summary: 'The shift of the owner ended, or leave began; the ticket goes back to its queue, for those who are there.',
  data: TicketPlace.extend({
    agentId: PersonId,
    /** True where work had begun. */
    begun: z.boolean(),
    /** Until when the owner is away, where leave began. */
    awayUntil: z.iso.datetime().optional(),
    tell: z.array(Told),
  }),
  example: {
    ...place,
    agentId: 'ida.second',
    begun: true,
    tell: [{ who: 'lead', agentId: 'lea', team: 'messaging', notBefore: '2026-01-05T17:00:00.000Z' }],
  },
});

export const AcceptanceLapsed = defineEvent('tierline.ticket.acceptance-lapsed.v1', {
  topic,
  source,
  summary: 'The owner did not begin in time; the ticket goes back to its queue.',
  data: TicketPlace.extend({
    agentId: PersonId,
    /** Minutes of working time that there were. */
    minutes: z.int().positive(),
    tell: z.array(Told),
  }),
  example: {
    ...place,
    agentId: 'ida.second',
    minutes: 30,
    tell: [{ who: 'owner', agentId: 'ida.second', team: 'messaging', notBefore: '2026-01-05T09:00:00.000Z' }],
  },
});
