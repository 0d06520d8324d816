import { baseConfig } from '@tierline/service';
import { z } from 'zod';
import type { Limits } from './domain/desk.ts';
import { day, hour, second } from './domain/time.ts';

const days = z.coerce.number().positive().max(3_650);

export const config = baseConfig.extend({
  UNROUTED_AFTER_SECONDS: z.coerce
    .number()
    .positive()
    .max(86_400)
    .default(30)
    .describe('Seconds without a route after which a ticket falls into the default queue of its tier.'),
  CLOSE_AFTER_DAYS: days.default(5).describe('Days from resolved to closed when the requester says nothing.'),
  REOPEN_WINDOW_DAYS: days.default(14).describe('Days after closing in which a ticket can be reopened.'),
  HOLD_DAYS: days.default(7).describe('Days that a hold without a date lasts.'),
  STALLED_AFTER_HOURS: z.coerce
    .number()
    .positive()
    .max(8_760)
    .default(24)
    .describe('Hours after which somebody is told of an open ticket on which nothing is due and nothing happens.'),
  WATCHDOG_SECONDS: z.coerce
    .number()
    .positive()
    .max(3_600)
    .default(10)
    .describe('Seconds between two rounds of the watchdog over all open tickets.'),
  QUEUE_WATCH_SECONDS: z.coerce
    .number()
    .positive()
    .max(3_600)
    .default(60)
    .describe('Seconds between two looks at which queues of a tenant nobody will serve.'),
  LONGEST_HOLD_DAYS: days.default(90).describe('Days that a hold may last at most.'),
  BOUNCE_LIMIT: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe('Returns of one ticket to a lower tier, after which a lead decides where it belongs.'),
});
export type TierQueuesConfig = z.infer<typeof config>;

/** The time limits of the configuration, in milliseconds. */
export const limitsOf = (read: TierQueuesConfig): Limits => ({
  unrouted: read.UNROUTED_AFTER_SECONDS * second,
  close: read.CLOSE_AFTER_DAYS * day,
  reopen: read.REOPEN_WINDOW_DAYS * day,
  hold: read.HOLD_DAYS * day,
  longestHold: read.LONGEST_HOLD_DAYS * day,
  stalled: read.STALLED_AFTER_HOURS * hour,
  bounces: read.BOUNCE_LIMIT,
});
