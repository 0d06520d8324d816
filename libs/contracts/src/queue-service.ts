import { z } from 'zod';
import { defineEvent } from './event.ts';
import { Told } from './told.ts';
import { Line, Slug, Text } from './words.ts';

const source = '/tier-queues';
const topic = 'desk' as const;

export const QueueUnserved = defineEvent('tierline.desk.queue-unserved.v1', {
  topic,
  source,
  summary:
    'Nobody who could serve the queue will be there in the next day of its hours, while it has open tickets or gets new ones.',
  data: z.object({
    queue: Slug,
    name: Line,
    tier: Slug,
    team: Slug,
    /** What becomes of each who could serve it, for people. */
    detail: Text,
    /** Since when, where it is told again; absent the first time. */
    since: z.iso.datetime().optional(),
    openTickets: z.int().nonnegative(),
    /** Something names it as the place where tickets go. */
    isTarget: z.boolean(),
    tell: z.array(Told),
  }),
  example: {
    queue: 'network',
    name: 'Network',
    tier: 'tier-2',
    team: 'network',
    detail: 'From 2026-01-05 08:00 to 2026-01-06 08:00 UTC: nils.net is away until 2026-01-12 00:00 UTC.',
    openTickets: 3,
    isTarget: true,
    tell: [{ who: 'lead', agentId: 'lea.fischer', team: 'network', notBefore: '2026-01-05T08:00:00.000Z' }],
  },
});

export const QueueServed = defineEvent('tierline.desk.queue-served.v1', {
  topic,
  source,
  summary: 'A queue that nobody was to serve is no longer one: somebody will be there, or nothing waits for it.',
  data: z.object({
    queue: Slug,
    because: z.enum(['served', 'nothing-waits', 'removed']),
  }),
  example: { queue: 'network', because: 'served' },
});
