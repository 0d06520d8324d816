import { z } from 'zod';
import { defineEvent } from './event.ts';
import { TicketRef } from './place.ts';
import { Channel, Impact, Instant, Line, PersonId, Slug, Text, Urgency } from './words.ts';

const source = '/intake';
const topic = 'tickets' as const;

/** A requester's ticket is stored; from here on it is never lost. */
export const TicketOpened = defineEvent('tierline.ticket.opened.v1', {
  topic,
  source,
  summary: 'A ticket was opened and stored.',
  data: z.object({
    /** Short number for people, unique over all tenants, not without gaps. */
    number: z.int().positive(),
    channel: Channel,
    requesterId: PersonId,
    /** Who typed it: the requester, or an agent on the phone. */
    openedBy: PersonId,
    organisation: Line.nullable(),
    subject: Line,
    description: Text,
    category: Slug.nullable(),
    impact: Impact,
    urgency: Urgency,
    /** The ticket that this one came from: split off by an agent, or the requester wrote after its end. */
    origin: TicketRef.extend({ kind: z.enum(['split', 'follow-up']) }).optional(),
  }),
  example: {
    number: 1042,
    channel: 'web',
    requesterId: 'anna.berg',
    openedBy: 'anna.berg',
    organisation: 'Sales North',
    subject: 'Outlook asks for my password again and again',
    description: 'Since this morning Outlook asks for my password every few minutes. Mail on the phone works.',
    category: 'email-account',
    impact: 'low',
    urgency: 'medium',
  },
});

/** The requester wrote in an open or resolved ticket. */
export const RequesterReplied = defineEvent('tierline.ticket.requester-replied.v1', {
  topic,
  source,
  summary: 'The requester wrote a message.',
  data: z.object({ messageId: z.uuid(), text: Text }),
  example: {
    messageId: '019a0000-0000-7000-8000-000000000001',
    text: 'It also happens on the second computer.',
  },
});

/** The requester says that the solution works. */
export const RequesterConfirmed = defineEvent('tierline.ticket.requester-confirmed.v1', {
  topic,
  source,
  summary: 'The requester confirmed the resolution.',
  data: z.object({ comment: Text.nullable() }),
  example: { comment: 'Works, thank you!' },
});

/** The requester says that the solution does not work; the ticket goes back to work. */
export const RequesterRejected = defineEvent('tierline.ticket.requester-rejected.v1', {
  topic,
  source,
  summary: 'The requester rejected the resolution.',
  data: z.object({ messageId: z.uuid(), reason: Text }),
  example: { messageId: '019a0000-0000-7000-8000-000000000002', reason: 'After a restart it asks again.' },
});

/** The requester asks somebody in charge to look at the ticket. */
export const RequesterAskedEscalation = defineEvent('tierline.ticket.requester-asked-escalation.v1', {
  topic,
  source,
  summary: 'The requester asks why nothing happens; somebody in charge has to look.',
  data: z.object({ reason: Text.nullable() }),
  example: { reason: 'Nobody has answered since yesterday, and payroll runs tonight.' },
});

/** It may be lost on its way, or the desk is very late: intake tells its events again. */
export const InboundUnaccounted = defineEvent('tierline.ticket.inbound-unaccounted.v1', {
  topic,
  source,
  summary: 'The desk has told nothing of an opened ticket for too long; its events are told again, with the same ids.',
  data: z.object({ number: z.int().positive(), subject: Line, openedAt: Instant }),
  example: {
    number: 1042,
    subject: 'Outlook asks for my password again and again',
    openedAt: '2026-01-05T08:00:00.000Z',
  },
});

/** Contact data of a person; the latest one counts. */
export const PersonChanged = defineEvent('tierline.person.changed.v1', {
  topic: 'people',
  source,
  summary: 'Contact data of a person, whole; the latest one counts.',
  data: z.object({ personId: PersonId, name: Line, email: z.email().nullable() }),
  example: { personId: 'anna.berg', name: 'Anna Berg', email: 'anna.berg@acme.example' },
});
