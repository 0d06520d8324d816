import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { openStates } from '../names.ts';
import { setAside, tenantsOfTickets } from '../views.ts';

/** How long routing may take, milliseconds. */
const patience = 60_000;

const excused = (evidence: Evidence, ticket: string): boolean => {
  const aside = setAside(evidence);
  return aside['tier-queues'].keys.has(ticket) || aside.routing.keys.has(ticket);
};

const checkNow = (evidence: Evidence, wrong: Wrongs): number => {
  const queues = new Set(evidence.queues.map(({ tenant, queue }) => `${tenant} ${queue}`));
  const open = evidence.tickets.filter(({ state }) => openStates.has(state));
  for (const { tenant, ticket, state, queue, changedAt } of open) {
    if (queue !== null) {
      if (!queues.has(`${tenant} ${queue}`))
        wrong(`${tenant}: ${state} ticket ${ticket} is in ${queue}, which is no queue`);
      continue;
    }
    const age = evidence.readAt - changedAt;
    if (age > patience && !excused(evidence, ticket))
      wrong(`${tenant}: ${state} ticket ${ticket} has had no queue for ${Math.round(age / 1_000)} s`);
  }
  return open.length;
};

/** Tickets that were opened and never came to the desk. */
const checkArrivals = (evidence: Evidence, wrong: Wrongs): void => {
  const known = new Set(evidence.tickets.map(({ ticket }) => ticket));
  const tenants = tenantsOfTickets(evidence);
  for (const { ticket, openedAt } of evidence.requests) {
    const age = evidence.readAt - openedAt;
    if (known.has(ticket) || age <= patience || excused(evidence, ticket)) continue;
    wrong(`${tenants.get(ticket)}: ticket ${ticket} was opened ${Math.round(age / 1_000)} s ago and is in no queue`);
  }
};

/** Spans in which a fault, or the recovery from one, may delay routing. */
const troubledSpans = ({ faults }: Evidence): readonly (readonly [number, number])[] =>
  faults
    .filter(({ missed }) => !missed)
    .map(({ at, seconds, recoveredMs }) => [at, at + (seconds ?? 0) * 1_000 + (recoveredMs ?? 0) + 2 * patience]);

const checkWatch = (evidence: Evidence, wrong: Wrongs): number => {
  const spans = troubledSpans(evidence);
  const seen = evidence.samples.filter(({ orphans }) => orphans.some((ticket) => !excused(evidence, ticket)));
  for (const { at, orphans } of seen) {
    if (spans.some(([from, to]) => from <= at && at <= to)) continue;
    wrong(`at ${new Date(at).toISOString()}, with no fault about, without a queue for a minute: ${orphans.join(', ')}`);
  }
  return seen.length;
};

/** I3: every open ticket is in exactly one queue, or on its way for less than a minute. */
export const inspectOrphans = (): Inspection => {
  const wrong = collectWrongs();
  let open = 0;
  return {
    look: (part) => {
      open += checkNow(part, wrong);
      checkArrivals(part, wrong);
    },
    verdict: (whole) => {
      const seen = checkWatch(whole, wrong);
      const watch =
        whole.samples.length === 0
          ? 'nobody watched'
          : `orphans older than a minute in ${counted(seen)} of ${counted(whole.samples.length)} looks`;
      return verdictOf('I3', wrong, `${counted(open)} open tickets; ${watch}`);
    },
  };
};
export const orphans = judging(inspectOrphans);
