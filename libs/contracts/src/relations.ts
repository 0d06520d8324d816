import { z } from 'zod';
import { defineEvent } from './event.ts';
import { Standing, TicketRef } from './place.ts';
import { Line, PersonId, Slug, Text, TicketId } from './words.ts';

const source = '/tier-queues';
const topic = 'tickets' as const;

const other = { ticketId: '019a0000-0000-7000-8000-000000000011', number: 1043 };

/** What a ticket is to another one; each has its opposite on the other ticket. */
export const LinkKind = z.enum(['relates', 'blocks', 'blocked-by', 'parent-of', 'child-of']);
export type LinkKind = z.infer<typeof LinkKind>;

const Link = z.object({ kind: LinkKind, to: TicketRef, agentId: PersonId });

export const TicketLinked = defineEvent('tierline.ticket.linked.v1', {
  topic,
  source,
  summary: 'The ticket is linked to another one, which has the opposite link.',
  data: Link,
  example: { kind: 'parent-of', to: other, agentId: 'lea' },
});

export const TicketUnlinked = defineEvent('tierline.ticket.unlinked.v1', {
  topic,
  source,
  summary: 'A link to another ticket is gone, on both.',
  data: Link,
  example: { kind: 'parent-of', to: other, agentId: 'lea' },
});

export const TicketMerged = defineEvent('tierline.ticket.merged.v1', {
  topic,
  source,
  summary: 'The ticket ended as a part of another one, which carries it on.',
  data: z.object({ into: TicketRef, reason: Text.nullable(), agentId: PersonId }),
  example: { into: other, reason: 'the same mailbox', agentId: 'tom.first' },
});

export const MergeReceived = defineEvent('tierline.ticket.merge-received.v1', {
  topic,
  source,
  summary: 'Another ticket became a part of this one; its requester writes here from now on.',
  data: z.object({ from: TicketRef, requesterId: PersonId, agentId: PersonId }),
  example: { from: other, requesterId: 'anna.berg', agentId: 'tom.first' },
});

export const TicketUnmerged = defineEvent('tierline.ticket.unmerged.v1', {
  topic,
  source,
  summary: 'The merge was undone: the ticket is its own again and stands as before.',
  data: z.object({ from: TicketRef, agentId: PersonId, now: Standing }),
  example: {
    from: other,
    agentId: 'tom.first',
    now: {
      state: 'QUEUED',
      place: { tier: 'tier-1', rank: 1, queue: 'service-desk', team: 'service-desk' },
      owner: null,
      hold: null,
    },
  },
});

export const MergeWithdrawn = defineEvent('tierline.ticket.merge-withdrawn.v1', {
  topic,
  source,
  summary: 'A ticket that was a part of this one is its own again.',
  data: z.object({ from: TicketRef, agentId: PersonId }),
  example: { from: other, agentId: 'tom.first' },
});

export const MergedReplyReceived = defineEvent('tierline.ticket.merged-reply-received.v1', {
  topic,
  source,
  summary:
    'The requester wrote in a ticket that was merged into this one, or long after the end of one that this one follows.',
  data: z.object({ from: TicketRef, requesterId: PersonId, messageId: z.uuid(), text: Text }),
  example: {
    from: other,
    requesterId: 'anna.berg',
    messageId: '019a0000-0000-7000-8000-000000000012',
    text: 'It also happens on the second computer.',
  },
});

/** Intake, which owns openings, answers it with TicketOpened of the ticket that is named here. */
export const OpeningAsked = defineEvent('tierline.ticket.opening-asked.v1', {
  topic,
  source,
  summary: 'A new ticket is wanted that comes from this one: split off, or written after its end.',
  data: z.object({
    newTicketId: TicketId,
    kind: z.enum(['split', 'follow-up']),
    subject: Line,
    description: Text,
    /** Null: as this ticket. */
    category: Slug.nullable(),
    /** Who split it off; null where the requester's message did it. */
    agentId: PersonId.nullable(),
    /** Whom the new ticket is for, where that is not this ticket's requester. */
    requesterId: PersonId.optional(),
  }),
  example: {
    newTicketId: other.ticketId,
    kind: 'split',
    subject: 'The printer on floor 2 is out of paper, too',
    description: 'By the way, the printer on floor 2 says that it has no paper.',
    category: null,
    agentId: 'tom.first',
  },
});
