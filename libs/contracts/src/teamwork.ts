import { z } from 'zod';
import { defineEvent } from './event.ts';
import { Standing } from './place.ts';
import { Line, PersonId, Slug, Text } from './words.ts';

const source = '/tier-queues';
const topic = 'tickets' as const;

export const SwarmAsked = defineEvent('tierline.ticket.swarm-asked.v1', {
  topic,
  source,
  summary: 'Experts are asked to join, by name or by skill; the owner stays.',
  data: z.object({
    agents: z.array(PersonId).max(50),
    skill: Slug.nullable(),
    question: Text,
    agentId: PersonId,
  }),
  example: { agents: ['max.third'], skill: null, question: 'Is the mail store full?', agentId: 'ida.second' },
});

export const SwarmJoined = defineEvent('tierline.ticket.swarm-joined.v1', {
  topic,
  source,
  summary: 'An expert joined the owner.',
  data: z.object({ agentId: PersonId }),
  example: { agentId: 'max.third' },
});

export const SwarmLeft = defineEvent('tierline.ticket.swarm-left.v1', {
  topic,
  source,
  summary: 'An expert left again.',
  data: z.object({ agentId: PersonId }),
  example: { agentId: 'max.third' },
});

/** Which hand-over: from whom, between which tiers, and the how many-th escalation of the ticket it came with. */
const WhichHandover = z.object({
  from: PersonId,
  fromTier: Slug,
  toTier: Slug,
  escalation: z.int().positive(),
});
const which = { from: 'tom.first', fromTier: 'tier-1', toTier: 'tier-2', escalation: 1 };

export const HandoverAccepted = defineEvent('tierline.ticket.handover-accepted.v1', {
  topic,
  source,
  summary: 'The receiving tier took the hand-over as it is.',
  data: WhichHandover.extend({ agentId: PersonId }),
  example: { ...which, agentId: 'ida.second' },
});

export const HandoverRated = defineEvent('tierline.ticket.handover-rated.v1', {
  topic,
  source,
  summary: 'The receiving tier said how good the hand-over was.',
  data: WhichHandover.extend({
    /** 1: useless, 5: nothing was missing. */
    score: z.int().min(1).max(5),
    reason: Text.nullable(),
    agentId: PersonId,
  }),
  example: { ...which, score: 4, reason: 'The log was there; the exact time was not.', agentId: 'ida.second' },
});

export const RunbookStepDone = defineEvent('tierline.ticket.runbook-step-done.v1', {
  topic,
  source,
  summary: 'An agent went through a step of the runbook; it counts as tried.',
  data: z.object({ step: Slug, text: Line, result: Text, agentId: PersonId }),
  example: { step: 'unlock', text: 'Unlock the account', result: 'locked again within a minute', agentId: 'tom.first' },
});

/** Acts that can be taken back. */
export const UndoableAct = z.enum(['claim', 'assign', 'hold', 'transfer', 'escalate', 'link', 'spam', 'merge']);
export type UndoableAct = z.infer<typeof UndoableAct>;

export const ActUndone = defineEvent('tierline.ticket.act-undone.v1', {
  topic,
  source,
  summary: 'Somebody took the last act back; the ticket stands as before it.',
  data: z.object({ act: UndoableAct, agentId: PersonId, now: Standing }),
  example: {
    act: 'hold',
    agentId: 'tom.first',
    now: {
      state: 'IN_PROGRESS',
      place: { tier: 'tier-1', rank: 1, queue: 'service-desk', team: 'service-desk' },
      owner: 'tom.first',
      hold: null,
    },
  },
});
