import { z } from 'zod';
import { defineEvent } from './event.ts';
import { TicketPlace } from './place.ts';
import { Told } from './told.ts';
import { Line, PersonId, Text } from './words.ts';

const source = '/tier-queues';
const topic = 'tickets' as const;

const place = { tier: 'tier-2', rank: 2, queue: 'messaging', team: 'messaging' };

/** Why a lead has to look at a ticket. */
export const AttentionReason = z.enum(['bounced', 'requester-asked', 'hold-cap', 'breach', 'notified-up']);
export type AttentionReason = z.infer<typeof AttentionReason>;

export const AttentionRaised = defineEvent('tierline.ticket.attention-raised.v1', {
  topic,
  source,
  summary: 'A lead has to look at the ticket; it stays where it is.',
  data: z.object({
    reason: AttentionReason,
    /** What happened, for people. */
    detail: Text,
    place: TicketPlace.nullable(),
    /** Who caused it, where it was an agent. */
    agentId: PersonId.nullable(),
    /** Whom to tell, where the ticket is on its way between two queues. */
    tell: z.array(Told).optional(),
  }),
  example: {
    reason: 'bounced',
    detail: 'messaging would return it to service-desk for the third time: no log attached',
    place,
    agentId: 'ida.second',
  },
});

export const AttentionSettled = defineEvent('tierline.ticket.attention-settled.v1', {
  topic,
  source,
  summary: 'A lead dealt with what needed attention.',
  data: z.object({
    reasons: z.array(AttentionReason).min(1),
    how: z.enum(['assigned', 'swarmed', 'returned', 'decided']),
    decision: Text.nullable(),
    agentId: PersonId,
  }),
  example: {
    reasons: ['bounced'],
    how: 'decided',
    decision: 'Messaging keeps it; the runbook now asks for the log.',
    agentId: 'lea',
  },
});

export const ManagementNotified = defineEvent('tierline.ticket.notified-up.v1', {
  topic,
  source,
  summary: 'An agent told management about the ticket; it stays where it is.',
  data: z.object({
    reason: Text,
    place: TicketPlace.nullable(),
    agentId: PersonId,
    /** Whom to tell: leads, and management where the desk names it; where it is absent, the leads of the place. */
    tell: z.array(Told).optional(),
  }),
  example: { reason: 'The board meets in an hour and cannot print.', place, agentId: 'ida.second' },
});

export const VendorAnswered = defineEvent('tierline.ticket.answered-by-vendor.v1', {
  topic,
  source,
  summary: 'A vendor gave the answer that was awaited.',
  data: z.object({ vendor: Line.nullable(), text: Text, agentId: PersonId }),
  example: { vendor: 'Contoso Mail', text: 'Fixed in build 4711.', agentId: 'ida.second' },
});

export const TicketMarkedSpam = defineEvent('tierline.ticket.marked-spam.v1', {
  topic,
  source,
  summary: 'The ticket is no request of anybody: it ended as spam.',
  data: z.object({ agentId: PersonId }),
  example: { agentId: 'tom.first' },
});
