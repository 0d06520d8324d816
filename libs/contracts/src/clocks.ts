import { z } from 'zod';
import { defineEvent } from './event.ts';
import { Told } from './told.ts';
import { Instant, Line, Priority, Slug } from './words.ts';

const source = '/tier-queues';
const topic = 'tickets' as const;

/** What a clock measures: the promise to the requester (SLA), inside the desk (OLA), or by a vendor or partner (UC). */
export const ClockKind = z.enum([
  'sla-first-response',
  'sla-next-response',
  'sla-resolution',
  'ola-waiting',
  'ola-working',
  'uc-vendor',
  'uc-partner',
]);

/** Why a clock did what it did. */
export const ClockCause = z.enum([
  'opened',
  'routed',
  'queued',
  'claimed',
  'work-started',
  'released',
  'agent-replied',
  'requester-replied',
  'requester-rejected',
  'held-customer',
  'held-vendor',
  'held-approval',
  'held-change',
  'held-problem',
  'held-scheduled',
  'vendor-answered',
  'wake-up',
  'agent-resumed',
  'escalated',
  'returned',
  'transferred',
  'resolved',
  'reopened',
  'closed',
  'merged',
  'unmerged',
  'undone',
  'cancelled',
  'spam',
  'priority-changed',
  'category-changed',
  'policy-changed',
  'calendar-changed',
  'time-passed',
]);

const Milliseconds = z.int().nonnegative();
const Edition = z.object({ id: Slug, version: z.int().positive() });

/** What a clock shows after an entry of its ledger; the event's time is the entry's time. */
const Reading = z.object({
  /** Unique in the ticket. */
  clock: z.string().min(1).max(500),
  cause: ClockCause,
  /** Working time used, in milliseconds, up to `since`. */
  consumed: Milliseconds,
  /** Working time spent on hold, in milliseconds, up to `since`. */
  paused: Milliseconds,
  /** From here on time is used (running) or held (paused). */
  since: Instant,
  /** When the target is used up; the missed moment after a breach; null unless the clock runs. */
  due: Instant.nullable(),
});

const Promised = z.object({
  policy: Edition,
  calendar: Edition,
  /** Working time in milliseconds. */
  target: Milliseconds,
  /** Shares of the target in per cent, rising, at which to warn. */
  warnings: z.array(z.int().min(1).max(99)),
  /** Shares of the target in per cent, above 100 and rising, at which more happens after a breach. */
  steps: z.array(z.int().min(101).max(1_000)).optional(),
  /** Why this policy was chosen. */
  why: z.string(),
});

const reading = {
  clock: 'sla-resolution',
  cause: 'queued',
  consumed: 0,
  paused: 0,
  since: '2026-01-05T08:00:00.000Z',
  due: '2026-01-06T16:00:00.000Z',
} as const;
const promised = {
  policy: { id: 'standard', version: 1 },
  calendar: { id: 'hamburg', version: 7 },
  target: 57_600_000,
  warnings: [75],
  why: 'Standard: holds for every ticket',
};
const told: Told = {
  who: 'lead',
  agentId: null,
  team: 'service-desk',
  notBefore: '2026-01-06T16:00:00.000Z',
};

export const ClockStarted = defineEvent('tierline.ticket.clock-started.v1', {
  topic,
  source,
  summary: 'A promise began to count.',
  data: Reading.extend({
    ...Promised.shape,
    kind: ClockKind,
    /** Which one of its kind: the message, the stay with a team, the vendor; null where a ticket has only one. */
    about: z.string().nullable(),
    /** Since when time counts; it may lie before the event. */
    from: Instant,
  }),
  example: { ...reading, ...promised, kind: 'sla-resolution', about: null, from: '2026-01-05T08:00:00.000Z' },
});

export const ClockPaused = defineEvent('tierline.ticket.clock-paused.v1', {
  topic,
  source,
  summary: 'A promise is on hold: no time is used until it goes on.',
  data: Reading,
  example: { ...reading, cause: 'held-customer', consumed: 3_600_000, due: null },
});

export const ClockResumed = defineEvent('tierline.ticket.clock-resumed.v1', {
  topic,
  source,
  summary: 'A promise counts again, with the time that was used before.',
  data: Reading,
  example: { ...reading, cause: 'requester-replied', consumed: 3_600_000, paused: 7_200_000 },
});

export const ClockMet = defineEvent('tierline.ticket.clock-met.v1', {
  topic,
  source,
  summary: 'A promise was kept.',
  data: Reading,
  example: { ...reading, cause: 'resolved', consumed: 7_200_000, due: null },
});

export const ClockStopped = defineEvent('tierline.ticket.clock-stopped.v1', {
  topic,
  source,
  summary: 'A clock ended without its promise kept: reached late, or given up.',
  data: Reading.extend({
    /** True: late. False: given up, since there is nothing left to promise. */
    reached: z.boolean(),
  }),
  example: { ...reading, cause: 'cancelled', consumed: 7_200_000, due: null, reached: false },
});

export const ClockRetargeted = defineEvent('tierline.ticket.clock-retargeted.v1', {
  topic,
  source,
  summary: 'Another promise counts for a clock; the time used and held so far stays.',
  data: Reading.extend(Promised.shape),
  example: { ...reading, ...promised, cause: 'priority-changed', consumed: 3_600_000 },
});

export const SlaWarned = defineEvent('tierline.ticket.sla-warned.v1', {
  topic,
  source,
  summary: 'A share of the time that was promised is used up.',
  data: Reading.extend({
    kind: ClockKind,
    /** In per cent. */
    share: z.int().min(1).max(99),
    tell: z.array(Told),
  }),
  example: {
    ...reading,
    cause: 'time-passed',
    consumed: 43_200_000,
    kind: 'sla-resolution',
    share: 75,
    tell: [{ ...told, who: 'owner', agentId: 'tom.first' }],
  },
});

export const SlaBreached = defineEvent('tierline.ticket.sla-breached.v1', {
  topic,
  source,
  summary: 'A promise was missed; once for each promise.',
  data: Reading.extend({ kind: ClockKind, tell: z.array(Told) }),
  example: { ...reading, cause: 'time-passed', consumed: 57_600_000, kind: 'sla-resolution', tell: [told] },
});

export const SlaOverrun = defineEvent('tierline.ticket.sla-overrun.v1', {
  topic,
  source,
  summary: 'A promise was missed, and so much more time is used up since that the next step of its policy is taken.',
  data: Reading.extend({
    kind: ClockKind,
    /** Of the target, in per cent. */
    share: z.int().min(101).max(1_000),
    tell: z.array(Told),
  }),
  example: {
    ...reading,
    cause: 'time-passed',
    consumed: 86_400_000,
    kind: 'sla-resolution',
    share: 150,
    tell: [{ ...told, who: 'management', agentId: 'nadia.berg' }],
  },
});

export const PriorityChanged = defineEvent('tierline.ticket.priority-changed.v1', {
  topic,
  source,
  summary: 'The ticket is more, or less, urgent than before.',
  data: z.object({
    from: Priority,
    to: Priority,
    /** Why, in one sentence. */
    reason: Line,
  }),
  example: { from: 'P3', to: 'P2', reason: 'The solution was due on 2026-01-06T16:00:00.000Z.' },
});

/** Nothing is due on the ticket and nothing has happened for long: somebody has to look at it. */
export const TicketStalled = defineEvent('tierline.ticket.stalled.v1', {
  topic,
  source,
  summary: 'Nothing is due on an open ticket and nothing has happened for long.',
  data: z.object({ tell: z.array(Told) }),
  example: { tell: [told] },
});
