import { setImmediate } from 'node:timers/promises';
import type { Evidence, Rebuilt } from '../evidence.ts';
import { invariants, type Verdict } from '../findings.ts';
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
import { partsOf, rebuiltPartsOf, type Scratch } from '../reading/scratch.ts';

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

type Inspecting = () => Inspection;
type Parts = () => Iterable<Evidence>;

const looksOf = function* (inspections: readonly Inspection[], parts: Parts): Generator<void> {
  for (const part of parts()) yield inspections.forEach(({ survey }) => survey?.(part));
  for (const part of parts()) yield inspections.forEach(({ look }) => look?.(part));
};

/** What the evidence says about each invariant. `parts` gives all of it, twice; `whole` is what is about no ticket. */
export const judge = (whole: Evidence, parts: Parts): Verdict[] => {
  const inspections = all.map((inspect) => inspect());
  Array.from(looksOf(inspections, parts));
  return inspections.map(({ verdict }) => verdict(whole));
};

/** The same, while something else goes on; of the parts only some are in memory. */
const judgeBeside = async (some: readonly Inspecting[], whole: Evidence, parts: Parts): Promise<Verdict[]> => {
  const inspections = some.map((inspect) => inspect());
  for (const _look of looksOf(inspections, parts)) await setImmediate();
  return inspections.map(({ verdict }) => verdict(whole));
};

/** Judges what was spilled while reporting is rebuilt, and last what that made. */
export const judgeSpilled = async (
  whole: Evidence,
  scratch: Scratch,
  rebuilding: Promise<Rebuilt | null>,
): Promise<Verdict[]> => {
  const others = all.filter((inspect) => inspect !== inspectRebuild);
  const judged = await judgeBeside(others, whole, () => partsOf(whole, scratch));
  const after = { ...whole, rebuilt: await rebuilding };
  judged.push(...(await judgeBeside([inspectRebuild], after, () => rebuiltPartsOf(after, scratch))));
  return judged.sort((a, b) => invariants.indexOf(a.invariant) - invariants.indexOf(b.invariant));
};
