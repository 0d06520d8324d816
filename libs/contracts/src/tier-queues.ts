import { z } from 'zod';
import { Told } from './told.ts';
import { Assignment } from './desk/tier.ts';
import { defineEvent } from './event.ts';
import { Handover } from './handover.ts';
import { TicketPlace as Place } from './place.ts';
import { HoldReason, Instant, Line, PersonId, Priority, Slug, Text } from './words.ts';

const source = '/tier-queues';
const topic = 'tickets' as const;

const place = { tier: 'tier-1', rank: 1, queue: 'service-desk', team: 'service-desk' };
const second = { tier: 'tier-2', rank: 2, queue: 'messaging', team: 'messaging' };

export const TicketQueued = defineEvent('tierline.ticket.queued.v1', {
  topic,
  source,
  summary: 'The ticket waits in a queue.',
  data: Place.extend({
    cause: z.enum(['routed', 'unrouted', 'transferred', 'returned', 'reopened', 'resumed', 'released']),
    priority: Priority,
    /** Why it waits here although the queue is closed and hands over to another. */
    note: Text.optional(),
  }),
  example: { ...place, cause: 'routed', priority: 'P3' },
});

export const TicketClaimed = defineEvent('tierline.ticket.claimed.v1', {
  topic,
  source,
  summary: 'An agent took the ticket; nobody else has it.',
  data: Place.extend({
    agentId: PersonId,
    /** The lead who gave it to the agent; absent where the agent took it. */
    assignedBy: PersonId.optional(),
    /** How the desk gave it to the agent; absent where somebody took it or gave it. */
    assignment: Assignment.optional(),
    /** Rules that a lead set aside for it, by their codes, and why. */
    override: z.object({ rules: z.array(z.string()).min(1), reason: Text }).optional(),
  }),
  example: { ...place, agentId: 'tom.first' },
});

export const WorkStarted = defineEvent('tierline.ticket.work-started.v1', {
  topic,
  source,
  summary: 'The owner began to work; time to acknowledge ends.',
  data: Place.extend({ agentId: PersonId }),
  example: { ...place, agentId: 'tom.first' },
});

export const AgentReplied = defineEvent('tierline.ticket.agent-replied.v1', {
  topic,
  source,
  summary: 'An agent wrote to the requester.',
  data: z.object({
    messageId: z.uuid(),
    agentId: PersonId,
    text: Text,
    /** True for the first public reply of the ticket. */
    first: z.boolean(),
  }),
  example: {
    messageId: '019a0000-0000-7000-8000-000000000003',
    agentId: 'tom.first',
    text: 'Good morning, I am looking at your account now.',
    first: true,
  },
});

export const NoteAdded = defineEvent('tierline.ticket.note-added.v1', {
  topic,
  source,
  summary: 'An agent wrote an internal note; requesters never see it.',
  data: z.object({ noteId: z.uuid(), agentId: PersonId, text: Text }),
  example: {
    noteId: '019a0000-0000-7000-8000-000000000004',
    agentId: 'tom.first',
    text: 'Account is not locked.',
  },
});

export const TicketHeld = defineEvent('tierline.ticket.held.v1', {
  topic,
  source,
  summary: 'Work waits for somebody or something, until a wake-up at the latest.',
  data: Place.extend({
    reason: HoldReason,
    until: Instant,
    note: Text.nullable(),
    /** Whose answer is awaited, where it is a vendor's. */
    vendor: Line.optional(),
    /** True where it ends because no more time may be spent on holds of this reason. */
    capped: z.boolean().optional(),
  }),
  example: { ...place, reason: 'CUSTOMER', until: '2026-01-08T09:00:00.000Z', note: 'asked for a screenshot' },
});

export const TicketResumed = defineEvent('tierline.ticket.resumed.v1', {
  topic,
  source,
  summary: 'The hold ended.',
  data: Place.extend({ cause: z.enum(['requester-replied', 'vendor-answered', 'wake-up', 'cap', 'agent']) }),
  example: { ...place, cause: 'requester-replied' },
});

export const TicketTransferred = defineEvent('tierline.ticket.transferred.v1', {
  topic,
  source,
  summary: 'The ticket went to another queue of the same tier.',
  data: z.object({ from: Place, to: Place, reason: Text, agentId: PersonId }),
  example: {
    from: second,
    to: { ...second, queue: 'network', team: 'network' },
    reason: 'the proxy drops the connection',
    agentId: 'ida.second',
  },
});

export const TicketEscalated = defineEvent('tierline.ticket.escalated.v1', {
  topic,
  source,
  summary: 'The ticket goes up to a higher tier, with its hand-over; routing decides the queue.',
  data: z.object({
    from: Place,
    toTier: Slug,
    toRank: z.int().positive(),
    /** The queue that the agent asked for, if any. */
    toQueue: Slug.nullable(),
    reason: Text,
    handover: Handover,
    agentId: PersonId,
    /** How often the ticket was escalated, this time included. */
    escalations: z.int().positive(),
    /** Required fields of the hand-over that the desk itself could not fill when it escalated. */
    notProvided: z.array(z.string()).optional(),
  }),
  example: {
    from: place,
    toTier: 'tier-2',
    toRank: 2,
    toQueue: null,
    reason: 'needs access to the mail servers',
    handover: {
      symptom: 'Outlook asks for the password every few minutes',
      since: 'this morning, every few minutes',
      affected: 'one requester, laptop ACME-0815, Hamburg',
      tried: [{ step: 'removed the stored credentials', result: 'asks again after five minutes' }],
      reach: 'phone 1234 until 17:00',
      asked: 'check the mailbox and the authentication logs',
    },
    agentId: 'tom.first',
    escalations: 1,
  },
});

export const TicketReturned = defineEvent('tierline.ticket.returned.v1', {
  topic,
  source,
  summary: 'The ticket went back to a lower tier, with what is missing.',
  data: z.object({
    from: Place,
    to: Place,
    reason: Text,
    missing: Line.nullable(),
    agentId: PersonId,
    /** How often the ticket bounced, this time included. */
    bounces: z.int().positive(),
  }),
  example: {
    from: second,
    to: place,
    reason: 'cannot be analysed without the log',
    missing: 'evidence',
    agentId: 'ida.second',
    bounces: 1,
  },
});

export const ResolutionCode = z.enum(['solved', 'workaround', 'no-fault-found', 'duplicate', 'requester-solved']);

export const TicketResolved = defineEvent('tierline.ticket.resolved.v1', {
  topic,
  source,
  summary: 'An agent solved the ticket and wrote down how.',
  data: Place.extend({
    agentId: PersonId,
    code: ResolutionCode,
    solution: Text,
    /** Could a lower tier have solved it? */
    lowerTierCouldHave: z.boolean(),
  }),
  example: {
    ...second,
    agentId: 'ida.second',
    code: 'solved',
    solution: 'Renewed the expired token of the mailbox.',
    lowerTierCouldHave: false,
  },
});

export const TicketReopened = defineEvent('tierline.ticket.reopened.v1', {
  topic,
  source,
  summary: 'A resolved or closed ticket is open again.',
  data: z.object({
    cause: z.enum(['requester-rejected', 'requester-replied', 'agent']),
    /** How often, this time included. */
    reopens: z.int().positive(),
    /** Why, where an agent did it. */
    reason: Text.optional(),
    /** The last owner, where it waits for somebody else now, and why. */
    passedOver: z.object({ agentId: PersonId, reason: Text }).optional(),
  }),
  example: { cause: 'requester-rejected', reopens: 1 },
});

export const TicketClosed = defineEvent('tierline.ticket.closed.v1', {
  topic,
  source,
  summary: 'The ticket is done.',
  data: z.object({ cause: z.enum(['confirmed', 'timer']) }),
  example: { cause: 'confirmed' },
});

export const TicketCancelled = defineEvent('tierline.ticket.cancelled.v1', {
  topic,
  source,
  summary: 'The ticket ended without a solution.',
  data: z.object({ agentId: PersonId, reason: Text }),
  example: { agentId: 'tom.first', reason: 'opened twice by mistake' },
});

/** An open ticket that nobody and nothing was going to move, and what was done about it. */
export const OrphanDetected = defineEvent('tierline.ticket.orphan-detected.v1', {
  topic,
  source,
  summary: 'An open ticket that nothing was going to move was found and mended.',
  data: z.object({
    kind: z.enum(['no-queue', 'no-wake-up', 'no-deadline', 'unanswered']),
    repair: z.enum(['default-queue', 'resumed', 'timer-armed', 'record-restored', 'fired', 'lead-told']),
    tell: z.array(Told).optional(),
  }),
  example: { kind: 'no-queue', repair: 'default-queue' },
});
