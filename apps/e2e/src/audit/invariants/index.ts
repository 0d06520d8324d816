import type { Evidence } from '../evidence.ts';
import type { Verdict } from '../findings.ts';
import { accepted } from './i01-accepted.ts';
import { conservation } from './i02-conservation.ts';
import { orphans } from './i03-orphans.ts';
import { timers } from './i04-timers.ts';
import { deadlines } from './i05-deadlines.ts';
import { order } from './i06-order.ts';
import { effects } from './i07-effects.ts';
import { positions } from './i08-positions.ts';
import { backlogs } from './i09-backlogs.ts';
import { tenancy } from './i10-tenants.ts';
import { webhooks } from './i11-webhooks.ts';
import { parking } from './i12-parking.ts';
import { rebuild } from './i13-rebuild.ts';
import { claims } from './i14-claims.ts';

const all: readonly ((evidence: Evidence) => Verdict)[] = [
  accepted,
  conservation,
  orphans,
  timers,
  deadlines,
  order,
  effects,
  positions,
  backlogs,
  tenancy,
  webhooks,
  parking,
  rebuild,
  claims,
];

/** What the evidence says about each invariant. */
export const judge = (evidence: Evidence): Verdict[] => all.map((invariant) => invariant(evidence));
