import type { Evidence } from '../evidence.ts';
import type { Verdict } from '../findings.ts';
import type { Inspection } from '../inspection.ts';
import { inspectAccepted } from './i01-accepted.ts';
import { inspectConservation } from './i02-conservation.ts';
import { inspectOrphans } from './i03-orphans.ts';
import { inspectTimers } from './i04-timers.ts';
import { inspectDeadlines } from './i05-deadlines.ts';
import { inspectOrder } from './i06-order.ts';
import { inspectEffects } from './i07-effects.ts';
import { inspectPositions } from './i08-positions.ts';
import { inspectBacklogs } from './i09-backlogs.ts';
import { inspectTenancy } from './i10-tenants.ts';
import { inspectWebhooks } from './i11-webhooks.ts';
import { inspectParking } from './i12-parking.ts';
import { inspectRebuild } from './i13-rebuild.ts';
import { inspectClaims } from './i14-claims.ts';

const all: readonly (() => Inspection)[] = [
  inspectAccepted,
  inspectConservation,
  inspectOrphans,
  inspectTimers,
  inspectDeadlines,
  inspectOrder,
  inspectEffects,
  inspectPositions,
  inspectBacklogs,
  inspectTenancy,
  inspectWebhooks,
  inspectParking,
  inspectRebuild,
  inspectClaims,
];

/** What the evidence says about each invariant. `parts` gives all of it, twice; `whole` is what is about no ticket. */
export const judge = (whole: Evidence, parts: () => Iterable<Evidence>): Verdict[] => {
  const inspections = all.map((inspect) => inspect());
  for (const part of parts()) for (const { survey } of inspections) survey?.(part);
  for (const part of parts()) for (const { look } of inspections) look?.(part);
  return inspections.map(({ verdict }) => verdict(whole));
};
