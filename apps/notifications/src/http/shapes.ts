import { Line, StaffMailKind } from '@tierline/contracts';
import { z } from 'zod';
import { tellable } from '../events.ts';

const types = tellable.map(({ type }) => type);

const isTarget = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === '';
};

export const NewSubscription = z
  .strictObject({
    url: z
      .string()
      .max(2_000)
      .refine(isTarget, 'must be an address such as https://example.com/hooks, without user, password and #'),
    /** Event types to deliver; absent: every ticket event, also those that come with later versions. */
    types: z.array(z.enum(types)).min(1).max(types.length).optional(),
    description: Line.optional(),
  })
  .meta({
    example: {
      url: 'https://example.com/hooks',
      types: ['tierline.ticket.resolved.v1'],
      description: 'asset register',
    },
  });
export type NewSubscription = z.infer<typeof NewSubscription>;

const limit = z.coerce.number().int().min(1).max(200).default(50);

export const SubscriptionQuery = z.strictObject({
  state: z.enum(['enabled', 'disabled']).optional(),
  limit,
  after: z.uuid('is no cursor of this list').optional(),
});
export type SubscriptionQuery = z.infer<typeof SubscriptionQuery>;

export const DeliveryQuery = z.strictObject({
  state: z.enum(['waiting', 'sent', 'failed']).optional(),
  limit,
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'is no cursor of this list')
    .optional(),
});
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;

export const NewMailPreferences = z
  .strictObject({ off: z.array(StaffMailKind).max(StaffMailKind.options.length) })
  .meta({ example: { off: ['sla-warned'] } });
export type NewMailPreferences = z.infer<typeof NewMailPreferences>;

export const Nothing = z.strictObject({}).optional().meta({ example: {} });

const id = '019a0000-0000-7000-8000-000000000021';
const now = '2026-01-05T09:30:00.000Z';

export const subscriptionExample = {
  id,
  sequence: 4,
  state: 'enabled',
  url: 'https://example.com/hooks',
  types: ['tierline.ticket.resolved.v1'],
  description: 'asset register',
  disabledReason: null,
  disabledAt: null,
  createdBy: 'agent:omar',
  createdAt: now,
} as const;

export const deliveryExample = {
  id: '019a0000-0000-7000-8000-000000000022',
  channel: 'webhook',
  eventId: '019a0000-0000-7000-8000-000000000023',
  type: 'tierline.ticket.resolved.v1',
  ticketId: '019a0000-0000-7000-8000-000000000010',
  state: 'waiting',
  attempts: 2,
  lastStatus: 503,
  lastError: null,
  lastAttemptAt: now,
  nextAttemptAt: '2026-01-05T09:31:00.000Z',
  createdAt: now,
  finishedAt: null,
} as const;
