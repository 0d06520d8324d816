import { z } from 'zod';
import { defineEvent } from './event.ts';
import { Told } from './told.ts';
import { Instant, PersonId, Text } from './words.ts';

const source = '/tier-queues';
const topic = 'tickets' as const;

/** Who is told of what comes after the declaration; absent in events from before anybody was. */
const told = {
  commander: PersonId.optional(),
  /** Beside the commander: who was told of the declaration or of an update since, and whom the desk names now. */
  tell: z.array(Told).optional(),
};

export const MajorIncidentDeclared = defineEvent('tierline.ticket.major-declared.v1', {
  topic,
  source,
  summary: 'The ticket is a major incident: it has a commander, and stakeholders are told at fixed intervals.',
  data: z.object({
    commander: PersonId,
    /** What stakeholders read. */
    summary: Text,
    /** Minutes between two updates of the stakeholders. */
    updateEvery: z.int().positive(),
    /** When the next update is due. */
    updateDue: Instant,
    agentId: PersonId,
    /** Whom to tell beside the commander; where it is absent, the leads of the ticket's team. */
    tell: z.array(Told).optional(),
  }),
  example: {
    commander: 'max.third',
    summary: 'Nobody in Hamburg can send mail.',
    updateEvery: 30,
    updateDue: '2026-01-05T09:00:00.000Z',
    agentId: 'lea',
  },
});

export const StakeholdersUpdated = defineEvent('tierline.ticket.stakeholders-updated.v1', {
  topic,
  source,
  summary: 'The stakeholders of a major incident were told how it stands.',
  data: z.object({ text: Text, updateDue: Instant, agentId: PersonId, ...told }),
  example: {
    text: 'The mail store is being moved; half of the mailboxes work again.',
    updateDue: '2026-01-05T09:30:00.000Z',
    agentId: 'max.third',
  },
});

export const StakeholderUpdateDue = defineEvent('tierline.ticket.stakeholder-update-due.v1', {
  topic,
  source,
  summary: 'The stakeholders of a major incident should have been told by now; asked again at each interval.',
  data: z.object({
    commander: PersonId,
    due: Instant,
    updateDue: Instant,
    /** Whom to tell where the commander is away. */
    tell: z.array(Told).optional(),
  }),
  example: { commander: 'max.third', due: '2026-01-05T09:30:00.000Z', updateDue: '2026-01-05T10:00:00.000Z' },
});

export const MajorCommanderChanged = defineEvent('tierline.ticket.major-commander-changed.v1', {
  topic,
  source,
  summary: 'Somebody else commands the major incident from now on; it goes on as it was, and so do its updates.',
  data: z.object({
    commander: PersonId,
    /** Who commanded it until now. */
    previous: PersonId,
    reason: Text,
    /** When the next update of the stakeholders is due, as before. */
    updateDue: Instant,
    agentId: PersonId,
    /** Beside both commanders: who was told of the declaration or of an update since. */
    tell: z.array(Told),
  }),
  example: {
    commander: 'sofia.third',
    previous: 'max.third',
    reason: 'Max has been at it for ten hours.',
    updateDue: '2026-01-05T10:00:00.000Z',
    agentId: 'lea',
    tell: [{ who: 'lead', agentId: 'lea', team: 'messaging', notBefore: '2026-01-05T09:40:00.000Z' }],
  },
});

export const MajorIncidentEnded = defineEvent('tierline.ticket.major-ended.v1', {
  topic,
  source,
  summary: 'The ticket is not a major incident any more.',
  data: z.object({ reason: Text, agentId: PersonId, ...told }),
  example: { reason: 'All mailboxes work.', agentId: 'max.third' },
});
