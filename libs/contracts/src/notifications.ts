import { z } from 'zod';
import { defineEvent } from './event.ts';
import { PersonId } from './words.ts';

const source = '/notifications';

const Template = z.enum(['opened', 'answered', 'resolved']);
export type MailTemplate = z.infer<typeof Template>;

export const NotificationSent = defineEvent('tierline.ticket.notification-sent.v1', {
  topic: 'tickets',
  source,
  summary: 'A mail to the requester was taken by the mail server.',
  data: z.object({ deliveryId: z.uuid(), template: Template, personId: PersonId, attempts: z.int().positive() }),
  example: {
    deliveryId: '019a0000-0000-7000-8000-000000000005',
    template: 'opened',
    personId: 'anna.berg',
    attempts: 1,
  },
});

export const NotificationFailed = defineEvent('tierline.ticket.notification-failed.v1', {
  topic: 'tickets',
  source,
  summary: 'A mail to the requester could not be delivered and is given up.',
  data: z.object({
    deliveryId: z.uuid(),
    template: Template,
    personId: PersonId,
    attempts: z.int().positive(),
    reason: z.string(),
  }),
  example: {
    deliveryId: '019a0000-0000-7000-8000-000000000005',
    template: 'opened',
    personId: 'anna.berg',
    attempts: 10,
    reason: '550 mailbox unavailable',
  },
});

/**
 * Kinds of events of a ticket, as in `tierline.ticket.<kind>.v1`, of which people of the desk get mails; `queue-unserved`
 * and those of absences are of the desk.
 */
export const StaffMailKind = z.enum([
  'sla-warned',
  'sla-breached',
  'sla-overrun',
  'stalled',
  'orphan-detected',
  'attention-raised',
  'notified-up',
  'major-declared',
  'stakeholder-update-due',
  'stakeholders-updated',
  'major-commander-changed',
  'major-ended',
  'queue-unserved',
  'absences-said',
  'absence-changed',
]);
export type StaffMailKind = z.infer<typeof StaffMailKind>;

export const StaffNotified = defineEvent('tierline.ticket.staff-notified.v1', {
  topic: 'tickets',
  source,
  summary:
    'A mail that tells somebody of the desk of an event of the ticket was taken by the mail server; the event is the cause of this one.',
  data: z.object({
    deliveryId: z.uuid(),
    personId: PersonId,
    kind: StaffMailKind,
    attempts: z.int().positive(),
  }),
  example: {
    deliveryId: '019a0000-0000-7000-8000-000000000005',
    personId: 'lea.fischer',
    kind: 'sla-breached',
    attempts: 1,
  },
});

export const StaffNotificationFailed = defineEvent('tierline.ticket.staff-notification-failed.v1', {
  topic: 'tickets',
  source,
  summary:
    'A mail that was to tell somebody of the desk of an event of the ticket could not be delivered and is given up; the event is the cause of this one.',
  data: z.object({
    deliveryId: z.uuid(),
    personId: PersonId,
    kind: StaffMailKind,
    attempts: z.int().positive(),
    reason: z.string(),
  }),
  example: {
    deliveryId: '019a0000-0000-7000-8000-000000000005',
    personId: 'lea.fischer',
    kind: 'sla-breached',
    attempts: 13,
    reason: '550 mailbox unavailable',
  },
});

export const SubscriptionDisabled = defineEvent('tierline.desk.subscription-disabled.v1', {
  topic: 'desk',
  source,
  summary: 'A webhook subscription was switched off after its target refused for too long.',
  data: z.object({ subscriptionId: z.uuid(), reason: z.string() }),
  example: { subscriptionId: '019a0000-0000-7000-8000-000000000006', reason: 'the target answered 410 Gone' },
});
