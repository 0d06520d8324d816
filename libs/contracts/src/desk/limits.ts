import { z } from 'zod';
import { HoldReason, Priority } from '../words.ts';

const days = z.number().positive().max(3_650).optional();

/** How long things may last and how much work one may have, where it differs from the installation's configuration. */
export const LimitsPart = z.object({
  /** Seconds without a route, before a ticket falls into a default queue. */
  unroutedSeconds: z.number().positive().max(86_400).optional(),
  /** From resolved to closed. */
  closeDays: days,
  /** After closing, while a ticket can be reopened. */
  reopenDays: days,
  /** A hold without a date. */
  holdDays: days,
  /** The longest hold that may be asked for. */
  longestHoldDays: days,
  /** Days that a ticket may be held in all, by reason. */
  holdCapDays: z.partialRecord(HoldReason, z.number().positive().max(3_650)).optional(),
  /** How many places of an agent's capacity a ticket takes, by priority; 1 where nothing is said. */
  capacityWeights: z.partialRecord(Priority, z.int().min(1).max(1_000)).optional(),
});
export type LimitsPart = z.infer<typeof LimitsPart>;
